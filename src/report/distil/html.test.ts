import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../test/fixtures/report/hostile.ts";
import { pageRules } from "../../../test/fixtures/report/page-rules.ts";
import {
  distil,
  distilFindings,
  evaluateClassifier,
  filterDistilled,
  labelPairs,
  ruleTeacher,
  TokenClassifierCompressor,
} from "../../language/compress/distil/distil.ts";
import { displayWidth } from "../text-width.ts";
import { renderDistilReport } from "./html.ts";
import type { DistilReport } from "./report.ts";
import { renderDistilTerminal } from "./terminal.ts";

const docs = Array.from(
  { length: 12 },
  (_, i) => `The council of town ${i} will not vote on item ${i} next week.`,
);

async function report(texts: readonly string[], name: string): Promise<DistilReport> {
  const rows = [
    ...(await distil(texts, ruleTeacher(texts))),
    ...(await labelPairs([{ original: texts[0], compressed: `invented ${texts[0]} words` }])),
  ];
  const { kept, dropped } = filterDistilled(rows);
  const test = kept.slice(0, 2);
  const model = await TokenClassifierCompressor.train(kept.slice(2), { epochs: 2, width: 8, minCount: 1 });
  const scores = await evaluateClassifier(model, test);
  const findings = await distilFindings(rows, dropped, test, model, scores);
  await model.dispose();
  return {
    ...findings,
    command: `surprisal distil-compressor ${name} -o ${name}`,
    use: `surprisal compress brief.md --scorer ${name}`,
    files: [name],
    teacher: name,
    usage: `${name}: 12 requests`,
    folder: name,
    written: [{ name: "card.json", what: "facts" }],
    seed: 0,
    environment: {
      version: "0.1.0",
      node: "v20.19.0",
      cores: 2,
      date: "2026-01-02T03:04:05.678Z",
      elapsedMs: 1234,
    },
  };
}

const reports: Record<string, DistilReport> = {};
const pages: Record<string, string> = {};
beforeAll(async () => {
  reports.minutes = await report(docs, "minutes");
  reports.hostile = await report([...attacks.map((attack) => `the item ${attack}`), ...docs], attacks[0]);
  for (const [name, r] of Object.entries(reports)) pages[name] = await renderDistilReport(r);
});

describe.each(["minutes", "hostile"])("the report of a distillation: %s", (name) => {
  pageRules(() => pages[name], { toJSON: () => reports[name] });
});

describe("the report of a distillation", () => {
  const section = (id: string) => parseHTML(pages.minutes).document.getElementById(id)!;

  it("strikes out the words that the teacher took out", () => {
    const [first] = reports.minutes.examples;
    const words = [...section("examples").querySelectorAll(".words:first-of-type .w")];
    expect(words.map((e) => e.tagName === "SPAN")).toEqual(first.words.map(({ kept }) => kept));
    expect(section("examples").textContent).toContain("The council of town");
  });

  it("says what was left out and why, and which epoch was kept", () => {
    expect(section("quality").textContent).toMatch(/invented The council.*invented words/s);
    expect(section("training").querySelectorAll("tbody tr").length).toBe(2);
  });
});

describe("a distillation in a terminal", () => {
  it("gives the result first, then files and commands, within the width", () => {
    for (const name of ["minutes", "hostile"]) {
      for (const width of [60, 100]) {
        const shown = renderDistilTerminal(reports[name], {
          width,
          color: false,
          paths: { report: "r.html" },
        });
        const long = shown
          .split("\n")
          .filter((line) => displayWidth(line) > width && !/^(again|use|model|report|asked) /.test(line));
        expect(long).toEqual([]);
        expect([...shown].filter((c) => (c < " " && c !== "\n") || c === "\u202e")).toEqual([]);
        expect(shown).toMatch(/^teacher [\s\S]*Of the words that[\s\S]*F1 at its budget[\s\S]*again /);
      }
    }
  });
});
