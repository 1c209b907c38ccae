import { describe, expect, test } from "vitest";
import { Random } from "../../core/random.ts";
import { transferEntropy } from "./transfer-entropy.ts";

function coupledPair(n: number, seed: number) {
  const random = new Random(seed);
  const x = [0];
  const y = [0];
  for (let t = 1; t < n; t++) {
    x.push(0.5 * x[t - 1] + random.normal());
    y.push(0.4 * y[t - 1] + 0.6 * x[t - 1] + random.normal());
  }
  return { x, y };
}

const bare = { interval: false, permutations: 0 } as const;

describe("transferEntropy", () => {
  const { x, y } = coupledPair(4000, 3);

  test("finds the closed form of a coupled pair of autoregressions, and nothing backwards", async () => {
    // Sheet 00, check (f): 0.18094692990726197 and 0. Standard error of the Gaussian estimate: about 0.009 at n = 4000.
    const forth = await transferEntropy(x, y, { estimator: "gaussian", ...bare });
    const back = await transferEntropy(y, x, { estimator: "gaussian", ...bare });
    expect(Math.abs(forth.value - 0.18094692990726197)).toBeLessThan(4 * 0.009);
    expect(Math.abs(back.value)).toBeLessThan(0.005);
    const knn = await transferEntropy(x, y, { estimator: "ksg1", ...bare });
    expect(Math.abs(knn.value - 0.18094692990726197)).toBeLessThan(0.06);
  });

  test("gives a χ² p-value beside the Gaussian estimate", async () => {
    const forth = await transferEntropy(x, y, { estimator: "gaussian", ...bare });
    const back = await transferEntropy(y, x, { estimator: "gaussian", ...bare });
    expect(forth.diagnostics.chiSquarePValue).toBeLessThan(1e-12);
    expect(back.diagnostics.chiSquarePValue).toBeGreaterThan(0.001);
  });

  test("tests by permuting blocks of time and reports the effective value", async () => {
    const forth = await transferEntropy(x.slice(0, 800), y.slice(0, 800), { permutations: 99, seed: 1 });
    expect(forth.pValue).toBe(0.01);
    expect(forth.interval!.low).toBeGreaterThan(0.05);
    const values = (forth.diagnostics.permutation as { values: number[] }).values;
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(forth.diagnostics.effective).toBeCloseTo(forth.value - mean, 12);
    const back = await transferEntropy(y.slice(0, 800), x.slice(0, 800), {
      permutations: 99,
      interval: false,
    });
    expect(back.pValue).toBeGreaterThan(0.05);
  });

  test("reads a copied bit stream as one bit per step at the right lag only", async () => {
    const random = new Random(5);
    const source = Array.from({ length: 4000 }, () => (random.uniform() < 0.5 ? "a" : "b"));
    const target = source.map((_, t) => (t < 2 ? "a" : source[t - 2]));
    const at2 = await transferEntropy(source, target, { lag: 2, unit: "bits", ...bare });
    const at1 = await transferEntropy(source, target, { lag: 1, unit: "bits", ...bare });
    // Plug-in error of a fair bit at n = 4000: below 1e-3.
    expect(Math.abs(at2.value - 1)).toBeLessThan(1e-3);
    expect(Math.abs(at1.value)).toBeLessThan(4e-3);
  });

  test("takes several past steps of both series", async () => {
    const both = await transferEntropy(x, y, {
      history: 2,
      sourceHistory: 2,
      estimator: "gaussian",
      ...bare,
    });
    // More of the past cannot say less about this first-order pair, up to 4 standard errors.
    expect(both.value).toBeGreaterThan(0.18 - 4 * 0.009);
  });

  test("refuses steps that are not whole numbers, and series that are too short for them", async () => {
    await expect(transferEntropy(x, y, { lag: 0 })).rejects.toThrow(
      "transferEntropy: lag: not a number of time steps; expected an integer from 1, got 0",
    );
    await expect(transferEntropy(x.slice(0, 12), y.slice(0, 12), { history: 5 })).rejects.toThrow(
      "5 steps of history leave too few points in time",
    );
    await expect(transferEntropy(x, y.slice(1))).rejects.toThrow("differ in their number of rows");
  });
});
