import { existsSync, statSync } from "node:fs";
import { Command } from "commander";
import { InputError } from "../core/errors.ts";

/** `surprisal mcp`: compress, next_question, measure and select as tools of an agent. */
export function mcpCommand(): Command {
  return new Command("mcp")
    .summary("serve compress, next_question, measure and select to an agent (MCP over stdio)")
    .description(
      `Speaks the Model Context Protocol on standard input and output, for editors and agents that start it themselves. Its tools only read, only below --root, and need no network.

Examples:
  surprisal mcp
  surprisal mcp --root data/
  {"mcpServers": {"surprisal": {"command": "npx", "args": ["surprisal", "mcp", "--root", "data"]}}}   in a client's settings`,
    )
    .option("--root <folder>", "the folder whose files the tools may read", ".")
    .action(serve);
}

async function serve({ root }: { root: string }): Promise<void> {
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new InputError({ code: "missing-folder", where: "--root", problem: "no such folder", got: root });
  }
  const [{ serveStdio }, { surprisalServer }] = await Promise.all([
    import("@modelcontextprotocol/server/stdio"),
    import("./mcp/server.ts"),
  ]);
  serveStdio(() => surprisalServer(root));
  if (process.stdin.isTTY) {
    process.stderr.write("surprisal mcp: waiting for a client on standard input; Ctrl-C ends it\n");
  }
}
