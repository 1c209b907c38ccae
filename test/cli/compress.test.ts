import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openTokenizer } from "../../src/language/compress/compress.ts";
import { wordModel } from "../fixtures/language/models.ts";
import { startServer } from "../fixtures/language/server.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const run = (...words: string[]) => surprisal(["compress", ...words], { cwd });
const read = (name: string) => readFileSync(join(cwd, name), "utf8");
const code = "```sh\nnpm run vote -- --item 15\n```";
const brief = `# Minutes\r\n\r\nThe council said, as it has said before, that it will vote on item 15 on Monday.\r\n\r\n${code}\r\n\r\nAnna Petrova pays 4,200 euros for the roof of the school, and that is all that is known about it so far.\r\n`;

beforeAll(() => {
  writeFileSync(join(cwd, "brief.md"), brief);
  writeFileSync(
    join(cwd, "roof.txt"),
    "The roof of the school leaks. Who is to pay for it was asked, and it was not said.",
  );
  writeFileSync(join(cwd, "empty.txt"), "");
  writeFileSync(join(cwd, "bytes.bin"), Buffer.from([0xff, 0xfe, 0x00, 0x41]));
  const messages = [
    {
      role: "system",
      content: "You are an assistant of the council and you answer what you are asked, shortly.",
    },
    {
      role: "user",
      content: 'Well, I would like to know, if I may,\nwho it is that pays for the "roof" of the school.',
    },
  ];
  writeFileSync(join(cwd, "chat.json"), JSON.stringify(messages, null, 2));
});

async function refusal(...words: string[]): Promise<string> {
  const ran = await run(...words);
  expect([ran.code, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(ran.stderr).not.toMatch(/\bat .*\.js:\d+/);
  return ran.stderr;
}

describe("surprisal compress", () => {
  test("writes the shorter text, a report and its JSON, and says first what was kept", async () => {
    const ran = await run("brief.md", "--budget", "50", "--keep", "```…```");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toMatch(
      /^brief\.md {3}\d+ → \d+ tokens \(o200k\) {3}1\.\d×\n\n\d+ of \d+ tokens are left/,
    );
    expect(ran.stdout).toMatch(/protected {3}1 of 1 untouched/);
    expect(ran.stdout).toMatch(/again {3}surprisal compress brief\.md --budget 50 --keep '```…```'\n$/);
    const short = read("brief.short.md");
    expect((await openTokenizer()).count(short)).toBeLessThanOrEqual(50);
    expect(short).toContain(code);
    expect(short).toContain("Petrova");
    expect(short).toMatch(/\r\n\r\n/);
    const report = JSON.parse(read("brief.report.json"));
    expect(report).toMatchObject({
      budget: 50,
      output: "brief.short.md",
      protectedSpans: { found: 1, untouched: 1 },
    });
    expect(report.information.kept).toBeLessThan(report.information.total);
    expect(report.inputHashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(read("brief.report.html")).toMatch(/^<!doctype html>/);
  });

  test("is a filter for standard input: the text on stdout, the summary on stderr, no files", async () => {
    const folder = join(cwd, "filter");
    mkdirSync(folder);
    const ran = await surprisal(["compress", "-", "--rate", "0.4"], { cwd: folder, input: brief });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("Petrova");
    expect(ran.stdout.length).toBeLessThan(0.7 * brief.length);
    expect(ran.stderr).toMatch(/^standard input {3}\d+ → \d+ tokens/);
    expect(existsSync(join(folder, "stdin.report.html"))).toBe(false);
  });

  test("gives the text back byte for byte where it fits", async () => {
    const ran = await run("brief.md", "--rate", "1", "-o", "same.md", "--no-report");
    expect(ran.stdout).toMatch(/All \d+ tokens fit: nothing was taken out\./);
    expect(read("same.md")).toBe(brief);
  });

  test("takes several files as contexts, and prefers what answers a question", async () => {
    const plain = JSON.parse((await run("roof.txt", "brief.md", "--rate", "0.3", "--json")).stdout);
    const asked = JSON.parse(
      (await run("roof.txt", "brief.md", "--rate", "0.3", "--json", "--question", "Who pays for the roof?"))
        .stdout,
    );
    expect(plain.files.map(({ file }: { file: string }) => file)).toEqual(["roof.txt", "brief.md"]);
    expect(asked.files[0].after).toBeGreaterThan(plain.files[0].after);
    expect(asked.question).toBe("Who pays for the roof?");
  });

  test("keeps one budget for each file, and whole files where asked", async () => {
    const each = JSON.parse((await run("roof.txt", "brief.md", "--budgets", "8,30", "--json")).stdout);
    expect(each.files[0].after).toBeLessThanOrEqual(8);
    expect(each.files[1].after).toBeLessThanOrEqual(30);
    const one = JSON.parse(
      (await run("roof.txt", "brief.md", "--rate", "0.5", "--contexts", "1", "--json")).stdout,
    );
    expect(one.files.map(({ kept }: { kept: boolean }) => kept).filter(Boolean)).toHaveLength(1);
  });

  test("keeps JSON what it is: keys, roles, structure", async () => {
    await run("chat.json", "--rate", "0.8", "--no-report");
    const messages = JSON.parse(read("chat.short.json"));
    expect(messages.map(({ role }: { role: string }) => role)).toEqual(["system", "user"]);
    expect(messages[1].content).toMatch(/roof/);
    expect(messages[1].content.length).toBeLessThan(JSON.parse(read("chat.json"))[1].content.length);
  });

  test("scores words by a model file, and by an endpoint that scores texts", async () => {
    const local = JSON.parse((await run("roof.txt", "--model", "builtin", "--json")).stdout);
    expect(local.scorer).toMatch(/^model:/);
    const server = await startServer({ dialect: "vllm", model: await wordModel() });
    try {
      const words = ["roof.txt", "--endpoint", server.url, "--cache", join(cwd, "cache"), "--json"];
      const first = await run(...words);
      expect([first.code, first.stderr]).toEqual([0, ""]);
      const asked = server.requests.length;
      expect(JSON.parse(first.stdout).compressedTokens).toBeLessThanOrEqual(11);
      const again = JSON.parse((await run(...words)).stdout);
      expect(again.text).toBe(JSON.parse(first.stdout).text);
      expect(server.requests.filter(({ path }) => path.includes("completions")).length).toBeLessThanOrEqual(
        asked,
      );
    } finally {
      await server.close();
    }
  });

  test("counts with the endpoint's own tokenizer", async () => {
    const model = await wordModel();
    const server = await startServer({ dialect: "vllm", model });
    try {
      const ran = await run(
        "roof.txt",
        "--endpoint",
        server.url,
        "--scorer",
        "ngram",
        "--tokenizer",
        "model",
        "--budget",
        "9",
        "--no-cache",
        "--json",
      );
      const { text, compressedTokens } = JSON.parse(ran.stdout);
      expect(compressedTokens).toBeLessThanOrEqual(9);
      expect(await model.countTokens(text)).toBe(compressedTokens);
    } finally {
      await server.close();
    }
  });
});

describe("surprisal compress refuses, in a line,", () => {
  test("budgets below what is protected, with the number needed", async () => {
    expect(await refusal("brief.md", "--budget", "5", "--keep", "```…```")).toMatch(
      /--budget: protected spans and forced words alone need (\d+) tokens; expected a budget of at least \1, got 5/,
    );
  });

  test("lengths out of range, given twice, or not for every file", async () => {
    expect(await refusal("brief.md", "--rate", "1.5")).toMatch(/--rate: .*above 0 up to 1, got 1\.5/);
    expect(await refusal("brief.md", "--budget", "9", "--rate", "0.5")).toMatch(
      /given twice, by --budget and --rate/,
    );
    expect(await refusal("brief.md", "roof.txt", "--budgets", "9")).toMatch(/--budgets: one budget for each/);
  });

  test("unknown tokenizers and scorers, with the nearest name", async () => {
    expect(await refusal("brief.md", "--tokenizer", "o20k")).toMatch(/did you mean "o200k"\?/);
    expect(await refusal("brief.md", "--scorer", "n-gramm")).toMatch(/did you mean "ngram"\?/);
  });

  test("what is no text, not there, or would be replaced", async () => {
    expect(await refusal("bytes.bin")).toMatch(/bytes\.bin: not UTF-8 text/);
    expect(await refusal("brieff.md")).toMatch(/brieff\.md: no such file \(did you mean "brief\.md"\?\)/);
    expect(await refusal("brief.md", "-o", "brief.md")).toMatch(/would replace the text/);
  });
});

test("surprisal compress returns an empty text as it is, with a note", async () => {
  const ran = await run("empty.txt", "--no-report");
  expect([ran.code, read("empty.short.txt")]).toEqual([0, ""]);
  expect(ran.stdout).toMatch(/! the text is empty: returned as it is/);
});

test("surprisal compress says when no server answers, with exit code 3", async () => {
  const ran = await run("roof.txt", "--endpoint", "http://127.0.0.1:9", "--no-cache");
  expect([ran.code, ran.stdout]).toEqual([3, ""]);
});
