import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../test/fixtures/report/hostile.ts";
import { pageRules } from "../../../test/fixtures/report/page-rules.ts";
import { Random } from "../../core/random.ts";
import {
  type FindingsOptions,
  type LabelSpace,
  labelSpaceFromGraph,
  labelSpaceFromMatrix,
  labelSpaceFromOrder,
  relabel,
  relabelFindings,
} from "../../decide/loki/loki.ts";
import { displayWidth } from "../text-width.ts";
import { renderRelabelReport } from "./html.ts";
import type { RelabelReport } from "./report.ts";
import { renderRelabelTerminal } from "./terminal.ts";

async function report(
  space: LabelSpace,
  observed: number[],
  options: FindingsOptions = {},
  file = "probs.npy",
) {
  const random = new Random(3);
  const rows = Array.from({ length: 60 }, () =>
    random.dirichlet(new Float64Array(observed.length).fill(0.5)),
  );
  const { labels, ...rest } = await relabel(space, observed, rows);
  const findings = await relabelFindings(space, observed, { labels, ...rest }, options);
  const r: RelabelReport = {
    ...findings,
    command: `surprisal relabel ${file} --metric labels.json`,
    file,
    metric: "labels.json",
    output: "probs.labels.csv",
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

const grades = labelSpaceFromOrder(9);
const truth = Int32Array.from({ length: 60 }, (_, i) => (i < 3 ? -1 : i % 9));
const named = labelSpaceFromGraph(
  6,
  Array.from({ length: 5 }, (_, i) => [i, i + 1] as const),
  { names: attacks },
);
const flat = labelSpaceFromMatrix([
  [0, 1],
  [1, 0],
]);
const tried = Array.from({ length: 25 }, (_, i) => ({
  temperature: 2 ** ((i - 16) / 4),
  value: 3 + (i - 9) ** 2,
}));

const reports: Record<string, RelabelReport> = {};
const pages: Record<string, string> = {};
beforeAll(async () => {
  reports.truth = await report(grades, [2, 6], { truth, temperature: 2 ** -1.75, temperatures: tried });
  reports.hostile = await report(named, [0, 4], {}, attacks[0]);
  reports.bare = await report(flat, [0, 1], { next: 0 });
  reports.stopped = { ...(await report(grades, [2, 6], { signal: AbortSignal.abort() })), stopped: true };
  for (const [name, r] of Object.entries(reports)) pages[name] = await renderRelabelReport(r);
});

describe.each(["truth", "hostile", "bare", "stopped"])("the report of new labels: %s", (name) => {
  pageRules(() => pages[name], { toJSON: () => reports[name] });
});

describe("the report of new labels", () => {
  const text = (name: string, id: string) =>
    parseHTML(pages[name]).document.getElementById(id)?.textContent?.replace(/\s+/g, " ");

  it("says what changed against the truth, with an interval, and what is within reach", () => {
    expect(text("truth", "distance")).toMatch(/changed by .*\[.*\] \(95 %: Student's interval.*over 57 rows/);
    expect(text("truth", "locus")).toMatch(/5 of 9 labels can be predicted/);
    expect(text("truth", "locus")).toMatch(/Never predicted, whatever the probabilities: 0, 1, 7 and 8/);
    expect(text("truth", "locus")).toMatch(/1\. 027 of 9/);
    expect(text("truth", "notes")).toMatch(/3 rows have no true label/);
    expect(text("truth", "temperature")).toMatch(/0.297 chosen/);
  });

  it("says when nothing is gained, and when it was stopped", () => {
    expect(text("bare", "notes")).toMatch(/only observed labels can be predicted/);
    expect(text("stopped", "locus")).toBeUndefined();
    expect(pages.stopped).toMatch(/Stopped early/);
  });
});

describe("new labels in a terminal", () => {
  const shown = (name: string, width = 100) =>
    renderRelabelTerminal(reports[name], { width, color: false, paths: { report: "probs.report.html" } });

  it("gives the verdict first, then distances, changes, reach, notes, files and the command", () => {
    const lines = shown("truth").split("\n");
    expect(lines[0]).toBe("probs.npy   60 rows   2 of 9 labels known   temperature 0.297");
    expect(lines[2]).toMatch(/^\d+ of 60 predictions changed, \d+ to labels the classifier does not know\./);
    expect(shown("truth")).toMatch(/observe next: 0 \(\+2: 7\) and 8 \(\+2: 9\)/);
    expect(lines.at(-2)).toBe("again   surprisal relabel probs.npy --metric labels.json");
  });

  it("keeps lines within the terminal, and nothing moves the cursor", () => {
    for (const name of Object.keys(reports)) {
      for (const width of [60, 100, 160]) {
        const lines = shown(name, width).split("\n");
        const long = lines.filter(
          (line) => displayWidth(line) > width && !/^(again|report|labels|json) /.test(line),
        );
        expect(long).toEqual([]);
        expect([...shown(name, width)].filter((c) => (c < " " && c !== "\n") || c === "\u202e")).toEqual([]);
      }
    }
  });
});
