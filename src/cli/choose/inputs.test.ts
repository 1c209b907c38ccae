import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.ts";
import type { ChooseFlags } from "../choose.ts";
import { readTask } from "./inputs.ts";
import { outputPaths } from "./outputs.ts";
import { dryRun, planText } from "./plan.ts";

const folder = mkdtempSync(join(tmpdir(), "surprisal-choose-"));
const at = (name: string) => join(folder, name);
const write = (name: string, value: unknown) =>
  writeFileSync(at(name), typeof value === "string" ? value : JSON.stringify(value));
const choices = ["blue", "green"];
const good = { name: "good", template: "the {{thing}} is" };

const read = (file: string, flags: Partial<ChooseFlags> = {}) =>
  readTask(at(file), {
    inputs: at("things.csv"),
    method: "MI",
    calibration: "cbm",
    calibrate: "answer",
    sample: 1000,
    unit: "nats",
    seed: 0,
    ...flags,
  });

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (caught) => caught,
  );
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).not.toContain("\n");
  return error.message;
}

beforeAll(() => {
  write(
    "things.csv",
    "thing,colour,day,count\nsky,blue,2024-01-02,1\nfrog,green,2024-01-03,2\nsea,blue,2024-01-04,3\n",
  );
  write("fine.json", { choices, prompts: [good] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("prompts and inputs of surprisal choose", () => {
  test("are read from YAML and JSON, with choices shared or of their own, and booleans as they are written", async () => {
    write(
      "all.yaml",
      [
        "choices: [true, no]",
        "prompts:",
        "  - name: 1",
        '    template: "{{thing}} on {{day}} with {{count}}:"',
        "  - name: block",
        "    template: |",
        "      {{thing}}",
        "      Answer:",
        "    choices: {no: nope, true: yes}",
      ].join("\n"),
    );
    const { prompts, inputs } = await read("all.yaml");
    expect(prompts!.set.labels).toEqual(["true", "no"]);
    expect(prompts!.set.prompts.map(({ name, choices: own }) => [name, own])).toEqual([
      ["1", ["true", "no"]],
      ["block", ["yes", "nope"]],
    ]);
    // The line break at the end of a block is YAML's.
    expect(prompts!.set.prompts[1].template).toBe("{{thing}}\nAnswer:");
    expect(inputs[0]).toEqual({ thing: "sky", day: "2024-01-02", count: "1" });
  });

  test("leave out inputs without a value, and draw a sample, saying so", async () => {
    write("holes.csv", "thing,other\nsky,1\n,2\nsea,3\nfrog,4\n");
    const task = await read("fine.json", { inputs: at("holes.csv"), sample: 2 });
    expect(task.inputs).toHaveLength(2);
    expect(task.notes.map(({ message }) => message)).toEqual([
      "1 of 4 inputs were left out: they have no value in thing.",
      "2 of 3 inputs were drawn at random.",
    ]);
    expect(await refusal(read("fine.json", { sample: 1 }))).toMatch(/--sample.*got 1/);
    write("one-left.csv", "thing,other\nsky,1\n,2\n");
    expect(await refusal(read("fine.json", { inputs: at("one-left.csv") }))).toMatch(
      /at least 2 rows with thing, got 1/,
    );
    write("one.jsonl", '{"thing":"sky"}\n');
    expect(await refusal(read("fine.json", { inputs: at("one.jsonl") }))).toMatch(
      /one.jsonl: one row of data only/,
    );
  });

  test("have labels by name, from a column or a file of one", async () => {
    expect((await read("fine.json", { labels: "colour" })).truth).toEqual([0, 1, 0]);
    write("right.csv", "label\ngreen\n\nblue\n");
    expect((await read("fine.json", { labels: at("right.csv") })).truth).toEqual([1, -1, 0]);
    expect(await refusal(read("fine.json", { labels: "color" }))).toMatch(/did you mean "colour"/);
    expect(await refusal(read("fine.json", { labels: "thing" }))).toMatch(
      /row 1 .*none of the choices.*blue, green, got "sky"/,
    );
    write("two.csv", "label\nblue\nblue\n");
    expect(await refusal(read("fine.json", { labels: at("two.csv") }))).toMatch(/expected 3, got 2/);
    expect(await refusal(read("fine.json", { labels: at("things.csv") }))).toMatch(
      /which column are the right answers/,
    );
  });

  test("are refused in one line when they will not do", async () => {
    const prompts = async (content: unknown) => {
      write("tried.json", content);
      return refusal(read("tried.json"));
    };
    const with_ = (own: unknown) => [
      { ...good, choices: ["x", "y"] },
      { name: "other", template: "{{thing}}", choices: own },
    ];
    expect(await refusal(read("fine.json", { inputs: undefined }))).toMatch(/prompts need inputs.*--inputs/);
    expect(await refusal(read("fin.json"))).toMatch(/no such file.*fine.json/);
    expect(await prompts([{ name: "a", template: "{{thingy}} is", choices }])).toMatch(
      /prompt a: .*no field for \{\{thingy\}\}.*did you mean "thing"/,
    );
    expect(await prompts([{ name: "a", template: "is", choices }])).toMatch(
      /no prompt has a place for a field.*\{\{thing\}\}/,
    );
    expect(await prompts([{ name: "a", template: "{{thing}}", choices: ["x"] }])).toMatch(
      /a: nothing to choose from.*at least 2/,
    );
    expect(await prompts([good, good].map((one) => ({ ...one, choices })))).toMatch(
      /two prompts have the same name, got "good"/,
    );
    expect(await prompts(with_(["x", "y", "z"]))).toMatch(
      /other: another number of choices than good has.*2, got 3/,
    );
    expect(await prompts(with_(["x", "why"]))).toMatch(/good has no choice of this label.*mapping/);
    expect(await prompts(with_(["x", "x"]))).toMatch(/two choices read the same/);
    expect(await prompts(with_({ x: "", y: "b" }))).toMatch(/a choice without a word/);
    expect(await prompts([good])).toMatch(/good: no choices; expected choices: \[yes, no\]/);
    expect(await prompts([])).toMatch(/no prompt/);
    expect(await prompts([{ name: "a", templat: "x" }])).toMatch(/\[0\].*template/);
    expect(await prompts("{")).toMatch(/tried.json: not JSON/);
    write("broken.yaml", "- name: [a\n");
    expect(await refusal(read("broken.yaml"))).toMatch(/broken.yaml: not YAML/);
  });

  test("may be log-probabilities that are there already", async () => {
    const scores = async (logScore: unknown, flags: Partial<ChooseFlags> = {}) => {
      write("scores.json", { logScore });
      return read("scores.json", { inputs: undefined, ...flags });
    };
    const { saved } = await scores([
      [
        ["-Infinity", 0],
        [null, -1],
      ],
    ]);
    expect(saved!.logScore[0]).toEqual([
      [Number.NEGATIVE_INFINITY, 0],
      [Number.NaN, -1],
    ]);
    expect(await refusal(scores([[[-1, "-2"]]]))).toMatch(/logScore\[0\]\[0\]\[1\] is not what it should be/);
    expect(await refusal(scores([[[-1, -2]]], { dryRun: true }))).toMatch(/there already/);
  });
});

describe("files of surprisal choose", () => {
  test("stand beside each other, and never replace what is read", () => {
    expect(outputPaths(at("p.chosen.json"), [])).toEqual({
      chosen: at("p.chosen.json"),
      answers: at("p.answers.csv"),
      scores: at("p.scores.json"),
    });
    expect(() => outputPaths(at("p.txt"), [])).toThrow(/ends in .json/);
    expect(() => outputPaths(at("p.json"), [at("p.json")])).toThrow(/replace the input/);
    expect(() => outputPaths(at("p.json"), [at("p.answers.csv")])).toThrow(/replace the input/);
    expect(() => outputPaths(at("none/p.json"), [])).toThrow(/no such folder/);
  });
});

describe("the plan of surprisal choose", () => {
  const work = { signal: new AbortController().signal, onProgress: () => {} };

  test("counts what a model on this machine reads, for nothing", async () => {
    write("text.txt", "the sky is blue .\nthe grass is green .\n".repeat(3));
    const flags = { model: `ngram:${at("text.txt")}` } as ChooseFlags;
    const planned = await dryRun(
      await read("fine.json"),
      { ...flags, method: "MI", calibration: "pmi" },
      work,
    );
    expect(planned).toMatchObject({
      prompts: 1,
      inputs: 3,
      labels: 2,
      calls: 0,
      cached: 0,
      mode: "all-tokens",
    });
    expect(planText(planned)).toMatch(
      /1 prompt × 3 inputs × 2 labels = 6 scores.*\nno calls .*\nestimated cost none/,
    );
  });

  test("refuses prices that it cannot read", async () => {
    const task = await read("fine.json");
    const priced = (content: unknown) => {
      write("prices.json", content);
      return refusal(dryRun(task, { prices: at("prices.json") } as ChooseFlags, work));
    };
    expect(await priced({ models: { m: 3 } })).toMatch(/models.m is not what it should be.*million tokens/);
    expect(await priced("{")).toMatch(/not JSON/);
  });

  test("says what it costs, and when it is not known", () => {
    const base = {
      model: "m",
      mode: "first-token",
      prompts: 6,
      inputs: 200,
      labels: 4,
      exact: false,
      probes: 2,
    };
    const cost = { calls: 1200, cached: 0, promptTokens: 412_000, completionTokens: 1200 };
    expect(planText({ ...base, ...cost })).toMatch(
      /1,200 calls to pay, 0 answered already {3}about 412,000 prompt tokens/,
    );
    expect(planText({ ...base, ...cost })).toMatch(/cost unknown: --prices/);
    expect(planText({ ...base, ...cost, cost: { amount: 1.234, currency: "EUR", model: "m" } })).toMatch(
      /cost 1.23 EUR for m/,
    );
    expect(planText({ ...base, ...cost, calls: 0, cached: 1200 })).toMatch(/all answers are there/);
  });
});
