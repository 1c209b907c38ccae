import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import type { TableMeasurement } from "../../src/measure/table/measurement.ts";
import { surprisal, temporaryFolder, writeTable } from "./run.ts";

const penguins = fileURLToPath(
  new URL("../../node_modules/vega-datasets/data/penguins.json", import.meta.url),
);
const cwd = temporaryFolder();
const table = join(cwd, "table.csv");

async function json(...words: string[]): Promise<TableMeasurement> {
  const { code, stdout, stderr } = await surprisal(["measure", ...words, "--json"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(() => writeTable(table));

describe("surprisal measure", () => {
  test("ranks the columns of the penguins by what they say about the species", async () => {
    const { code, stdout, stderr } = await surprisal(["measure", penguins, "--target", "Species"], { cwd });
    expect([code, stderr]).toEqual([0, ""]);
    const order = [...stdout.matchAll(/^ *\d+ +(Flipper|Beak L|Beak D|Body|Island|Sex)/gm)].map(
      ([, name]) => name,
    );
    expect(order).toHaveLength(6);
    expect(order[5]).toBe("Sex");
    expect(stdout).toContain("penguins.report.html");
    expect(stdout).toContain("--target Species --seed 0");
    expect(existsSync(join(cwd, "penguins.report.html"))).toBe(true);
    const saved = JSON.parse(readFileSync(join(cwd, "penguins.report.json"), "utf8"));
    expect(saved.estimates).toHaveLength(6);
  });

  test("prints only JSON with --json, in the agreed shape, and writes no files", async () => {
    const answer = await json(table, "--target", "label", "--unit", "bits");
    expect(Object.keys(answer)).toEqual(
      expect.arrayContaining(["command", "file", "n", "estimates", "notes"]),
    );
    expect(answer.n).toBe(300);
    const [first] = answer.estimates;
    expect(first).toMatchObject({ x: ["value"], y: ["label"], unit: "bits", n: 300 });
    expect(first.interval).toMatchObject({ level: 0.95 });
    expect(first.pValue).toBeLessThan(0.01);
    expect(answer.notes.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["identifiers", "constants"]),
    );
    expect(existsSync(join(cwd, "table.report.html"))).toBe(false);
  });

  test("asks MIST for a second opinion on each column, and says why where there is none", async () => {
    const { estimates } = await json(penguins, "--target", "Species", "--unit", "bits");
    for (const { mist, n } of estimates) {
      if (!mist || mist.absent !== undefined) throw new Error(`no reading: ${mist?.absent}`);
      expect(mist.n).toBe(n);
      expect(mist.interval).toMatchObject({ level: 0.9 });
      expect(mist.interval.low).toBeLessThanOrEqual(mist.value);
      expect(mist.interval.high).toBeGreaterThan(mist.value);
    }
    const few = join(cwd, "few.csv");
    writeTable(few, 12);
    const reason = "fewer rows than the network was trained on; expected at least 16, got 12";
    const small = await json(few, "--target", "value");
    expect(small.estimates.map(({ mist }) => mist)).toEqual(small.estimates.map(() => ({ absent: reason })));
    const { stdout } = await surprisal(["measure", few, "--target", "value", "--no-report"], { cwd });
    expect(stdout.replace(/\s+/g, " ")).toContain(`second opinion (MIST) not asked: ${reason}`);
    expect((await json(penguins, "--pairs")).estimates[0].mist).toBeUndefined();
  });

  test("measures without ONNX Runtime, and without that opinion", async () => {
    const hide = join(cwd, "hide.cjs");
    writeFileSync(
      hide,
      `const m = require("node:module"); const load = m._load;
       m._load = (name, ...rest) => { if (name === "onnxruntime-node") throw new Error("Cannot find it"); return load(name, ...rest); };`,
    );
    const before = process.env.NODE_OPTIONS;
    process.env.NODE_OPTIONS = `--require=${hide}`;
    try {
      const { estimates } = await json(penguins, "--target", "Species");
      expect(estimates[0].mist).toEqual({ absent: "ONNX Runtime is not installed" });
    } finally {
      if (before === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = before;
    }
  });

  test("gives the same answer for the same seed, whatever the number of threads", async () => {
    const parts = ["--target", "value", "--seed", "5"];
    const [one, two] = [await json(table, ...parts), await json(table, ...parts, "--threads", "2")];
    expect(two.estimates).toEqual(one.estimates);
    expect(two.notes).toEqual(one.notes);
  });

  test("repeats itself with the command it prints", async () => {
    const { command } = await json(table, "--target", "label");
    expect(command).toBe(`surprisal measure ${table} --target label --json --seed 0`);
  });

  test("takes groups of columns, and a condition", async () => {
    const joint = await json(table, "--x", "strong,weak", "--y", "value");
    expect(joint.estimates).toHaveLength(1);
    expect(joint.estimates[0]).toMatchObject({ x: ["strong", "weak"], y: ["value"] });
    const given = await json(table, "--target", "value", "--given", "strong");
    const weak = given.estimates.find(({ x }) => x[0] === "weak")!;
    expect(weak.given).toEqual(["strong"]);
    expect(weak.pValue).toBeLessThan(0.05);
    const mixed = await json(table, "--x", "strong,colour", "--y", "value");
    expect(mixed.estimates[0].method).toBe("ksg1");
    expect(mixed.estimates[0].value).toBeGreaterThan(0.3);
  });

  test("measures all pairs without a target, with entropies", async () => {
    const answer = await json(table);
    expect(answer.question).toBe("pairs");
    expect(answer.estimates).toHaveLength(15);
    expect(answer.columns.find(({ name }) => name === "colour")!.entropy).toBeGreaterThan(0.8);
    const drawn = await surprisal(["measure", table, "--no-report"], { cwd });
    expect(drawn.stdout).toContain("strong");
  });

  test("measures transfer between two series, both ways", async () => {
    const series = ["x,y"];
    let [a, b] = [0.3, 0.1];
    for (let t = 0; t < 400; t++) {
      // Two coupled maps: x drives y.
      [a, b] = [1 - 1.9 * a * a, 0.6 * (1 - 1.9 * b * b) + 0.4 * (1 - 1.9 * a * a)];
      series.push(`${a.toFixed(6)},${b.toFixed(6)}`);
    }
    writeFileSync(join(cwd, "series.csv"), series.join("\n"));
    const answer = await json("series.csv", "--x", "x", "--y", "y", "--lag", "1", "--history", "1");
    expect(answer.question).toBe("transfer");
    const [forth, back] = [["x"], ["y"]].map((x) => answer.estimates.find((e) => e.x[0] === x[0])!);
    expect(forth.value).toBeGreaterThan(back.value + 0.2);
  });

  test("overrides what columns are used as", async () => {
    const answer = await json(table, "--target", "value", "--continuous", "id", "--ignore", "noise,colour");
    const use = Object.fromEntries(answer.columns.map(({ name, use }) => [name, use]));
    expect(use).toMatchObject({ id: "continuous", noise: "ignored", colour: "ignored" });
    const discrete = await json(penguins, "--target", "Species", "--discrete", "Body Mass (g)");
    expect(discrete.columns.find(({ name }) => name === "Body Mass (g)")!.use).toBe("discrete");
  });

  test("reads standard input, compressed files and a sample", async () => {
    const text = readFileSync(table);
    const piped = await surprisal(["measure", "-", "--target", "label", "--json"], { cwd, input: text });
    expect(JSON.parse(piped.stdout).n).toBe(300);
    writeFileSync(join(cwd, "packed.csv.gz"), gzipSync(text));
    expect((await json("packed.csv.gz", "--target", "label")).n).toBe(300);
    const sampled = await json(table, "--target", "label", "--sample", "120");
    expect(sampled.n).toBe(120);
    expect(sampled.notes.some(({ message }) => message.includes("300"))).toBe(true);
  });

  test("writes the report where it is asked to", async () => {
    const { code } = await surprisal(["measure", table, "--target", "label", "--report", "out.html"], {
      cwd,
    });
    expect(code).toBe(0);
    expect(readFileSync(join(cwd, "out.html"), "utf8")).toMatch(/^<!doctype html>/i);
    expect(existsSync(join(cwd, "out.json"))).toBe(true);
  });

  test("obeys --estimator, --k, --level and --permutations", async () => {
    const answer = await json(
      ...[table, "--x", "strong", "--y", "value", "--estimator", "ksg2", "--k", "5"],
      ...["--level", "0.8", "--permutations", "0"],
    );
    expect(answer.estimates[0]).toMatchObject({ method: "ksg2", interval: { level: 0.8 } });
    expect(answer.estimates[0].pValue).toBeUndefined();
  });

  test("keeps what was finished when it is stopped, says so and exits with 130", async () => {
    writeTable(join(cwd, "long.csv"), 4000);
    const words = ["measure", "long.csv", "--pairs", "--permutations", "100000", "--threads", "2", "--json"];
    const ran = await surprisal(words, {
      cwd,
      during: (child) => setTimeout(() => child.kill("SIGINT"), 5000),
    });
    expect(ran.code).toBe(130);
    expect(ran.stderr).toMatch(/^surprisal: stopped; \d+ of 15 were measured and kept\n$/);
    const { stopped, estimates } = JSON.parse(ran.stdout);
    expect(estimates).toHaveLength(stopped.done);
    expect(stopped.total).toBe(15);
  });
});
