import { McpServer } from "@modelcontextprotocol/server";
import { InputError, ReachError, StoppedError } from "../../core/errors.ts";
import { version } from "../version.ts";
import { compressTool } from "./compress-tool.ts";
import { measureTool } from "./measure-tool.ts";
import { nextQuestionTool } from "./next-question-tool.ts";
import { selectTool } from "./select-tool.ts";
import type { Answer, Tool } from "./tool.ts";

/**
 * What an agent can call: compress, next_question, measure and select. Tools only read, and only inside `root`;
 * refusals come back as results that say what to pass instead, so that the agent can mend its call.
 */
export function surprisalServer(root: string): McpServer {
  const server = new McpServer({ name: "surprisal", version });
  for (const tool of [compressTool, nextQuestionTool, measureTool(root), selectTool(root)])
    register(server, tool);
  return server;
}

function register(server: McpServer, { name, title, description, input, run }: Tool): void {
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: input,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async (given, context) => {
      try {
        return shown(await run(given, context.mcpReq.signal));
      } catch (error) {
        if (!(error instanceof InputError || error instanceof ReachError || error instanceof StoppedError))
          throw error;
        return { content: [{ type: "text" as const, text: error.message }], isError: true };
      }
    },
  );
}

function shown({ text, structured }: Answer) {
  return { content: [{ type: "text" as const, text }], structuredContent: structured };
}
