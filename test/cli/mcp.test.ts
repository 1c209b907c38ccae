import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.ts";
import { command, surprisal, temporaryFolder } from "./run.ts";

const outside = temporaryFolder();
const cwd = temporaryFolder();
const client = new Client({ name: "test", version: "1" });

beforeAll(async () => {
  const random = new Random(1);
  const rows = Array.from({ length: 200 }, () => {
    const x = random.normal();
    return `${x},${random.normal()},${x > 0 ? "yes" : "no"}`;
  });
  writeFileSync(join(cwd, "table.csv"), `x,noise,label\n${rows.join("\n")}\n`);
  writeFileSync(join(outside, "secret.csv"), "a,b\n1,2\n3,4\n");
  symlinkSync(join(outside, "secret.csv"), join(cwd, "link.csv"));
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [command, "mcp", "--root", cwd],
      cwd: outside,
    }),
  );
}, 60_000);

afterAll(() => client.close());

async function call(name: string, given: Record<string, unknown>) {
  const result = await client.callTool({ name, arguments: given });
  const [first] = result.content as { type: string; text: string }[];
  return {
    text: first.text,
    structured: result.structuredContent as never,
    isError: result.isError === true,
  };
}

describe("surprisal mcp", () => {
  test("lists four tools that only read", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["compress", "next_question", "measure", "select"]);
    for (const { annotations, description } of tools) {
      expect(annotations?.readOnlyHint).toBe(true);
      expect(description).toBeTruthy();
    }
  });

  test("compress keeps the budget and the words' order", async () => {
    const text = `${"The council met on Monday and talked about many things at length. ".repeat(5)}\`\`\`code 1\`\`\``;
    const { text: shorter, structured } = await call("compress", { text, budget: 30, keep: ["```…```"] });
    const { originalTokens, compressedTokens } = structured as {
      originalTokens: number;
      compressedTokens: number;
    };
    expect(compressedTokens).toBeLessThanOrEqual(30);
    expect(originalTokens).toBeGreaterThan(60);
    expect(shorter).toContain("```code 1```");
  });

  test("next_question asks what tells the labels apart, and stops when one is left", async () => {
    const world = {
      labels: ["router", "cable", "provider"],
      queries: ["Does the light blink?", "Do other devices work?"],
      table: [
        [true, false],
        [false, false],
        [true, true],
      ],
      error: 0,
    };
    const first = await call("next_question", world);
    expect(first.text).toMatch(/^Ask: /);
    const history = [
      { query: "Does the light blink?", answer: "yes" },
      { query: "Do other devices work?", answer: "no" },
    ];
    const last = await call("next_question", { ...world, history });
    expect(last.text).toMatch(/^Stop: .*likeliest router/);
  });

  test("measure finds the column that tells the label, and select chooses rows", async () => {
    const { text, structured } = await call("measure", { path: "table.csv", target: "label" });
    const { estimates, unit } = structured as { estimates: { x: string[]; value: number }[]; unit: string };
    expect(unit).toBe("bits");
    expect(estimates[0].x).toEqual(["x"]);
    expect(estimates[0].value).toBeGreaterThan(0.5);
    expect(text).toContain("label");
    const chosen = await call("select", { path: "table.csv", count: 3, columns: ["x", "noise"] });
    expect(chosen.text.trimEnd().split("\n")).toHaveLength(4);
  });

  test.each([
    ["measure", { path: join(outside, "secret.csv") }, /outside the server's folder/],
    ["measure", { path: "../secret.csv" }, /no such file|outside/],
    ["measure", { path: "link.csv" }, /outside the server's folder/],
    ["measure", { path: "table.csv", target: "lable" }, /did you mean "label"/],
    ["select", { path: "table.csv", count: 1000, columns: ["x"] }, /a whole number from 1 to 200/],
    ["compress", { text: "```a b c d e f g h```", budget: 2, keep: ["```…```"] }, /budget|protected/],
    ["next_question", { labels: ["a", "a"], queries: ["q"], table: [[true], [false]] }, /a/],
    ["compress", { text: "words", rate: 7 }, /rate|validation|invalid/i],
  ])("%s refuses %j and says why", async (name, given, message) => {
    const { isError, text } = await call(name, given);
    expect(isError).toBe(true);
    expect(text).toMatch(message);
  });

  test("refuses a folder that is not there", async () => {
    const { code, stderr } = await surprisal(["mcp", "--root", "nowhere"], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--root: no such folder, got "nowhere"/);
  });
});
