import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../test/fixtures/report/hostile.ts";
import { pageRules } from "../../../test/fixtures/report/page-rules.ts";
import {
  type CompressOptions,
  compressFindings,
  compressPrompt,
  ngramScorer,
  openTokenizer,
} from "../../language/compress/compress.ts";
import { displayWidth } from "../text-width.ts";
import { renderCompressReport } from "./html.ts";
import type { CompressReport } from "./report.ts";
import { renderCompressTerminal } from "./terminal.ts";

async function report(
  texts: string[],
  options: CompressOptions,
  names = texts.map((_, c) => `brief-${c}.md`),
) {
  const result = await compressPrompt(await ngramScorer(), texts, options);
  const r: CompressReport = {
    ...compressFindings(texts, result, await openTokenizer()),
    command: `surprisal compress ${names.join(" ")}`,
    files: names.map((file, c) => ({
      file,
      before: result.contexts[c].originalTokens,
      after: result.contexts[c].compressedTokens,
      kept: result.contexts[c].kept,
    })),
    output: "brief.short.md",
    originalTokens: result.originalTokens,
    compressedTokens: result.compressedTokens,
    ratio: result.ratio,
    information: result.information ?? { total: 0, kept: 0 },
    protectedSpans: {
      asked: options.keepPatterns ?? [],
      found: result.protectedSpans,
      untouched: result.protectedSpans,
    },
    ...(options.question === undefined ? {} : { question: options.question }),
    scorer: result.scorer,
    tokenizer: result.tokenizer,
    selection: "exact",
    notes: result.warnings,
    inputHashes: names.map(() => null),
    environment: {
      version: "0.1.0",
      node: "v20.19.0",
      cores: 2,
      date: "2026-01-02T03:04:05.678Z",
      elapsedMs: 1234,
    },
  };
  return r;
}

const brief = [
  "The council will vote on item 15 to join the green program.",
  "It is, as was said before, a program that is said to be green.",
  "```\nnpm run vote\n```",
  "Anna Petrova pays 4,200 euros for the solar roof by May.",
].join("\n\n");

const reports: Record<string, CompressReport> = {};
const pages: Record<string, string> = {};
beforeAll(async () => {
  reports.brief = await report([brief], { rate: 0.6, keepPatterns: ["```…```"] });
  reports.hostile = await report(attacks, { rate: 0.7, question: attacks[0] }, attacks);
  reports.several = await report([brief, "", "short"], { budgets: [30, 5, 5] });
  reports.empty = await report([""], {});
  reports.whole = await report([brief], { rate: 1 });
  reports.long = await report([`${brief}\n\n`.repeat(100)], { rate: 0.3 });
  for (const [name, r] of Object.entries(reports)) pages[name] = await renderCompressReport(r);
}, 60_000);

describe.each(["brief", "hostile", "several", "empty", "whole"])(
  "the report of a shorter prompt: %s",
  (name) => {
    pageRules(() => pages[name], { toJSON: () => reports[name] });
  },
);

describe("the report of a shorter prompt", () => {
  const page = (name: string) => parseHTML(pages[name]).document;
  const text = (name: string, id: string) => page(name).getElementById(id)?.textContent?.replace(/\s+/g, " ");

  it("strikes out what was dropped and underlines what is protected", () => {
    const dropped = [...page("brief").querySelectorAll(".tokens del")].map((e) => e.textContent);
    expect(dropped).toContain("the");
    expect(dropped).not.toContain("Petrova");
    const held = [...page("brief").querySelectorAll(".tokens .hold")].map((e) => e.textContent);
    expect(held).toEqual(["```\nnpm run vote\n```"]);
  });

  it("shows the words of the text and nothing else", () => {
    expect(page("brief").querySelector(".tokens")?.textContent).toBe(brief);
  });

  it("says which budgets are too little for what is protected", async () => {
    const r = await report([brief], { rate: 0.8, keepPatterns: ["The council…green."] });
    const rates = parseHTML(await renderCompressReport(r)).document.getElementById("rates")?.textContent;
    expect(rates?.replace(/\s+/g, " ")).toMatch(/20 %\d+too little/);
  });

  it("lists what was lost in bits, by sentence", () => {
    expect(text("brief", "lost")).toMatch(/It is, as was said before.*\d+ of \d+\d+/);
    expect(text("whole", "lost")).toMatch(/Nothing\./);
  });

  it("stays small for a long text, and says how much of it is shown", () => {
    expect(pages.long.length).toBeLessThan(600_000);
    expect(text("long", "text")).toMatch(/The first 3,000 of [\d,]+ words/);
  });

  it("says that an empty text came back as it was", () => {
    expect(text("empty", "notes")).toMatch(/empty: returned as it is/);
  });
});

describe("a shorter prompt in a terminal", () => {
  const shown = (name: string, width = 100) =>
    renderCompressTerminal(reports[name], { width, color: false, paths: { report: "brief.report.html" } });

  it("gives counts and information first, then what was lost, files and the command", () => {
    const lines = shown("brief").split("\n");
    expect(lines[0]).toMatch(/^brief-0\.md {3}\d+ → \d+ tokens \(o200k\) {3}1\.\d×$/);
    expect(lines[2]).toMatch(
      /^\d+ of \d+ tokens are left \(\d+.%\), and with them \d+.% of the information\.$/,
    );
    expect(shown("brief")).toMatch(/protected {3}1 of 1 untouched/);
    expect(shown("brief")).toMatch(/most was lost in/);
    expect(lines.at(-2)).toBe("again   surprisal compress brief-0.md");
  });

  it("lists several contexts", () => {
    expect(shown("several")).toMatch(/tokens by context\n +\d+ → +\d+ {2}brief-0\.md\n/);
  });

  it("keeps lines within the terminal, and nothing moves the cursor", () => {
    for (const name of Object.keys(reports)) {
      for (const width of [60, 100, 160]) {
        const lines = shown(name, width).split("\n");
        const long = lines.filter(
          (line) => displayWidth(line) > width && !/^(again|report|text|json) /.test(line),
        );
        expect(long).toEqual([]);
        expect([...shown(name, width)].filter((c) => (c < " " && c !== "\n") || c === "\u202e")).toEqual([]);
      }
    }
  });
});
