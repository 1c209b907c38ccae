import { describe, expect, it } from "vitest";
import { compile, random, type Tensor } from "./index.ts";
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initialiser,
  normal,
  truncatedNormal,
  uniform,
  zeros,
} from "./initialisers.ts";

const key = random.key(5);
const shape = [200, 100];
const n = 20_000;

function moments(initialiser: Initialiser, of = shape) {
  const values = Float64Array.from(initialiser(key, of, "float64").data);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, variance, largest: values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) };
}

/**
 * Four standard errors: of the mean √(σ²/n), of the variance σ² √((κ − 1)/n) with kurtosis κ (normal 3, uniform 1.8,
 * normal cut at two deviations 2.37).
 */
function expectMoments(initialiser: Initialiser, variance: number, kurtosis: number, of = shape) {
  const found = moments(initialiser, of);
  expect(Math.abs(found.mean)).toBeLessThan(4 * Math.sqrt(variance / n));
  expect(Math.abs(found.variance / variance - 1)).toBeLessThan(4 * Math.sqrt((kurtosis - 1) / n));
}

describe("initialisers", () => {
  it("have the variances of their papers", () => {
    expectMoments(normal(0.3), 0.09, 3);
    expectMoments(uniform(0.3), 0.03, 1.8);
    expectMoments(glorotNormal, 2 / 300, 3);
    expectMoments(glorotUniform, 2 / 300, 1.8);
    expectMoments(heNormal, 2 / 200, 3);
    expectMoments(heUniform, 2 / 200, 1.8);
  });

  it("count the window of a convolution kernel", () => {
    expectMoments(heNormal, 2 / (50 * 4), 3, [100, 50, 2, 2]);
    expectMoments(glorotUniform, 2 / (150 * 4), 1.8, [100, 50, 2, 2]);
  });

  it("cut the truncated normal at two deviations", () => {
    // Var = 1 − 4 φ(2) / (1 − 2 Φ(−2)) = 0.774.
    expectMoments(truncatedNormal(0.5), 0.25 * 0.77374, 2.37);
    expect(moments(truncatedNormal(0.5)).largest).toBeLessThan(1);
  });

  it("give the same numbers for the same key, in the type asked for", () => {
    for (const initialiser of [glorotUniform, heNormal, truncatedNormal(), zeros]) {
      expect(initialiser(key, [3, 4]).data).toEqual(initialiser(key, [3, 4]).data);
      expect(initialiser(key, [3, 4]).dtype).toBe("float32");
      expect(initialiser(key, [3, 4], "float64").dtype).toBe("float64");
    }
    expect(glorotUniform(random.key(6), [3, 4]).data).not.toEqual(glorotUniform(key, [3, 4]).data);
  });

  it("give the same numbers inside a compiled function", async () => {
    const all: Initialiser[] = [truncatedNormal(0.5), normal(0.5), uniform(0.5), glorotUniform, heNormal];
    const draw = compile((from: Tensor) => all.map((one) => one(from, [30, 20])), { executor: "onnx" });
    (await draw(key)).forEach((drawn, i) => {
      const { data } = all[i](key, [30, 20]);
      // Single precision; the truncated normal goes through an error function of seven digits.
      drawn.data.forEach((value, k) => {
        expect(Math.abs(value - data[k])).toBeLessThan(2e-6);
      });
    });
    await draw.dispose();
  });

  it("refuse shapes without inputs and outputs", () => {
    expect(() => heNormal(key, [3])).toThrow(/heNormal: inputs and outputs are not told apart.*got \[3\]$/);
  });
});
