import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.ts";
import { writeArray, writeArrays, writeSafetensors } from "../../src/data/index.ts";
import { transformerLanguageModel } from "../../src/language/model/model.ts";
import type { HeadPageReport } from "../../src/report/head-report/report.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const run = (...words: string[]) => surprisal(["head-report", ...words], { cwd });
const [n, d, V] = [150, 6, 20];

beforeAll(async () => {
  const random = new Random(4);
  const normals = (rows: number, cols: number) => ({
    shape: [rows, cols],
    data: Float64Array.from({ length: rows * cols }, () => random.normal()),
  });
  const [H, W] = [normals(n, d), normals(V, d)];
  const following = { shape: [n, 2], data: Int32Array.from({ length: 2 * n }, () => random.integer(V)) };
  await writeArray(join(cwd, "hidden.npy"), H);
  await writeArray(join(cwd, "w.npy"), W);
  await writeArray(join(cwd, "next.npy"), following);
  await writeArrays(join(cwd, "run.npz"), { hidden: H, other: [1, 2] });
  await writeSafetensors(join(cwd, "model.safetensors"), {
    "lm_head.weight": { dtype: "F32", shape: [V, d], data: Float32Array.from(W.data) },
    "lm_head.bias": { dtype: "F32", shape: [V], data: new Float32Array(V) },
  });
});

describe("surprisal head-report", () => {
  test("reads arrays, says what the head leaves open, and writes a page with its JSON", async () => {
    const { code, stdout, stderr } = await run("hidden.npy", "w.npy", "--next", "next.npy");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/The head leaves [\d.]+ bits open on average/);
    expect(stdout).toMatch(/surplus +−?[\d.]+ ± [\d.]+ bits/);
    expect(stdout).toMatch(/again +surprisal head-report hidden\.npy w\.npy --next next\.npy --seed 0\n$/);
    const report: HeadPageReport = JSON.parse(readFileSync(join(cwd, "hidden.report.json"), "utf8"));
    expect(report).toMatchObject({
      contexts: n,
      dimension: d,
      vocabulary: V,
      unit: "bits",
      divergence: "kl",
    });
    expect(readFileSync(join(cwd, "hidden.report.html"), "utf8")).toMatch(/^<!doctype html>/);
  });

  test("finds the same in other containers, and prints only JSON when asked", async () => {
    const before = readdirSync(cwd).length;
    const first = await run("hidden.npy", "w.npy", "--json");
    const { code, stdout } = await run(
      "run.npz:hidden",
      "model.safetensors:lm_head.weight",
      "--bias",
      "model.safetensors:lm_head.bias",
      "--json",
    );
    expect(code).toBe(0);
    const [a, b]: HeadPageReport[] = [first.stdout, stdout].map((text) => JSON.parse(text));
    // The weights are kept in single precision.
    expect(b.entropy.value).toBeCloseTo(a.entropy.value, 5);
    expect(readdirSync(cwd)).toHaveLength(before);
  });

  test("reads a model of its own over a text", async () => {
    const text = "the cat sat on the mat and the dog sat on the log. ".repeat(80);
    const model = await transformerLanguageModel({
      width: 16,
      layers: 1,
      heads: 2,
      context: 32,
      steps: 20,
    }).fit(text);
    await model.save(join(cwd, "own.safetensors"));
    await import("node:fs/promises").then(({ writeFile }) => writeFile(join(cwd, "text.txt"), text));
    const { code, stdout } = await run(
      "own.safetensors",
      "--text",
      "text.txt",
      "--contexts",
      "200",
      "--json",
    );
    expect(code).toBe(0);
    const report: HeadPageReport = JSON.parse(stdout);
    expect(report.contexts).toBe(200);
    expect(report.draftAcceptance).toBeGreaterThan(0);
    expect(report.surplus?.estimator).toBe("probe");
  });

  test.each([
    [["hidden.npy"], /the output matrix is missing/],
    [["nothing.npy", "w.npy"], /nothing\.npy/],
    [["run.npz", "w.npy"], /several arrays; say which.*hidden, other/],
    [["run.npz:hiden", "w.npy"], /did you mean "hidden"/],
    [["hidden.txt", "w.npy"], /expected x\.npy, arrays\.npz:name or weights\.safetensors:name/],
    [["w.npy", "hidden.npy", "--next", "next.npy"], /one token per context/],
    [["hidden.npy", "run.npz:other"], /not a table of numbers/],
    [["hidden.npy", "w.npy", "--divergence", "reverse-kl"], /expected kl, tv, chi2, hellinger or renyi/],
    [["own.safetensors", "w.npy", "--text", "text.txt"], /a model has its own output matrix/],
  ])("refuses %j in one line", async (words, message) => {
    const { code, stderr } = await run(...words);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(message);
  });
});
