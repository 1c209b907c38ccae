import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../test/fixtures/report/hostile.ts";
import { pageRules } from "../../../test/fixtures/report/page-rules.ts";
import { Random } from "../../core/random.ts";
import { type CompareOptions, comparePrompts } from "../../language/choose/choose.ts";
import { displayWidth } from "../text-width.ts";
import { renderChooseReport } from "./html.ts";
import type { ChooseReport } from "./report.ts";
import { renderChooseTerminal } from "./terminal.ts";

interface Shape {
  prompts?: number;
  inputs?: number;
  labels?: readonly string[];
  names?: readonly string[];
  texts?: (x: number) => string;
  withTruth?: boolean;
  options?: CompareOptions;
  more?: Partial<ChooseReport>;
}

async function report(shape: Shape = {}): Promise<ChooseReport> {
  const { prompts = 5, inputs = 50, labels = ["billing", "bug", "account"], withTruth = false } = shape;
  const names = shape.names ?? Array.from({ length: prompts }, (_, t) => `p${t + 1}`);
  const random = new Random(1);
  const truth = Array.from({ length: inputs }, () => random.integer(labels.length));
  const logScore = names.map((_, t) =>
    truth.map((label) =>
      labels.map((__, y) => (y === label ? t / 2 : 0) + (y === 0 ? 1 : 0) + random.normal()),
    ),
  );
  const options = { resamples: 50, ...(withTruth ? { truth } : {}), ...shape.options };
  const compared = await comparePrompts({ logScore, names, labels }, options);
  const text = shape.texts ?? ((x: number) => `the text of input ${x + 1}`);
  return {
    ...compared,
    templates: names.map((name) => ({ name, template: `${name}: {{text}}\nTopic:`, choices: labels })),
    texts: compared.matrix.inputs.map(text),
    ...(withTruth ? { known: compared.matrix.inputs.map((x) => (x === 0 ? -1 : truth[x])) } : {}),
    files: [{ path: "prompts.chosen.json", what: "the chosen prompt" }],
    command: "surprisal choose prompts.yaml --inputs tickets.jsonl --seed 0",
    file: "prompts.yaml",
    inputsFile: "tickets.jsonl",
    environment: {
      version: "0.1.0",
      node: "v20.19.0",
      cores: 2,
      date: "2026-01-02T03:04:05.678Z",
      elapsedMs: 1234,
    },
    ...shape.more,
  };
}

const reports: Record<string, ChooseReport> = {};
const pages: Record<string, string> = {};

beforeAll(async () => {
  const made: Record<string, Shape> = {
    plain: {},
    truth: {
      withTruth: true,
      options: { method: "MI_AGL", unit: "bits" },
      more: {
        model: "some-model (vllm)",
        mode: "first-token",
        aggregate: "mean",
        usage: { calls: 250, cached: 0, promptTokens: 9000, completionTokens: 250 },
        explain: "p1",
      },
    },
    one: { prompts: 1, options: { calibrate: "none" }, more: { templates: [], files: [] } },
    many: {
      prompts: 60,
      labels: Array.from({ length: 30 }, (_, y) => `label ${y}`),
      options: { filter: true },
    },
    hostile: {
      names: attacks,
      labels: attacks.map((text) => `${text} label`),
      texts: (x) => attacks[x % attacks.length],
      withTruth: true,
      more: { file: attacks[0], model: attacks[1], explain: attacks[0] },
    },
  };
  for (const [name, shape] of Object.entries(made)) {
    reports[name] = await report(shape);
    pages[name] = await renderChooseReport(reports[name]);
  }
});

describe.each(["plain", "truth", "one", "many", "hostile"])("the page of chosen prompts: %s", (name) => {
  pageRules(() => pages[name], { toJSON: () => reports[name] });
});

describe("a page of chosen prompts", () => {
  const text = (name: string, id: string) =>
    parseHTML(pages[name]).document.getElementById(id)?.textContent?.replace(/\s+/g, " ");

  it("says what to use, how sure that is, and that labels were not used", () => {
    expect(pages.plain).toMatch(/Use p5\. Its MI is 0\.\d{3} nats \[/);
    expect(text("plain", "ranking")).toMatch(/No labels were used/);
    expect(text("plain", "ranking")).toMatch(/truly best prompt is left out in at most 5.% of such samples/);
    expect(text("truth", "ranking")).toMatch(/Judged afterwards by 50 labels: .* macro F1/);
    expect(pages.truth).toMatch(/MI_AGL takes a prompt for each input/);
  });

  it("shows who answers what, what prompts prefer, and what other methods take", () => {
    expect(text("truth", "matrix")).toMatch(/A billing B bug C account/);
    expect(text("truth", "matrix")).toMatch(/the text of input/);
    expect(text("plain", "bias")).toMatch(/before → after calibration/);
    expect(text("one", "bias")).toMatch(/Nothing was calibrated/);
    expect(text("truth", "methods")).toMatch(/MI_AGL used/);
    expect(text("one", "matrix")).toBeUndefined();
    expect(text("plain", "prompts")).toMatch(/p5: \{\{text\}\}/);
  });

  it("stays small with many prompts and labels", () => {
    expect(pages.many.length).toBeLessThan(2_000_000);
  });
});

describe("chosen prompts in a terminal", () => {
  const shown = (name: string, width = 100) =>
    renderChooseTerminal(reports[name], { width, color: false, paths: { report: "prompts.report.html" } });

  it("gives the pick first, then the ranking, other methods, notes, files and the command", () => {
    const lines = shown("plain").split("\n");
    expect(lines[0]).toBe("prompts.yaml   5 prompts × 50 inputs × 3 labels   seed 0");
    expect(lines[2]).toMatch(/^Use p5\./);
    expect(shown("plain")).toMatch(/prompt +MI nats +calibrated +as majority\n +p5 +0\.\d{3} +\[.*← pick\n/);
    expect(shown("plain")).toMatch(/what the methods take\n {2}p5: /);
    expect(lines.at(-2)).toMatch(/^again {3}surprisal choose prompts.yaml/);
    expect(shown("truth")).toMatch(/about p1\n/);
    expect(shown("truth")).toMatch(/250 calls, 0 from the cache/);
  });

  it("keeps lines within the terminal, and nothing moves the cursor", () => {
    for (const name of Object.keys(reports)) {
      for (const width of [60, 100, 160]) {
        const lines = shown(name, width).split("\n");
        const long = lines.filter(
          (line) => displayWidth(line) > width && !/^(again|report|chosen|answers|scores|json) /.test(line),
        );
        expect(long).toEqual([]);
        expect([...shown(name, width)].filter((c) => (c < " " && c !== "\n") || c === "\u202e")).toEqual([]);
      }
    }
  });
});
