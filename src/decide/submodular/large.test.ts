import { afterAll, describe, expect, test } from "vitest";
import { type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { threads } from "../../core/parallel/index.ts";
import { Random } from "../../core/random.ts";
import { bestSubset } from "./brute-force.ts";
import {
  coverageCurve,
  evaluate,
  facilityLocation,
  graphCut,
  logDeterminant,
  maximize,
  maximizeDistributed,
  maximizeStream,
  neighbourSimilarities,
  optimumBound,
  saturatedCoverage,
  similarities,
  sumRedundancy,
} from "./submodular.ts";

/** Clusters on the unit sphere, in d columns. */
function clusters(n: number, d: number, count: number, seed = 1): Matrix {
  const random = new Random(seed);
  const centres = Float64Array.from({ length: count * d }, () => random.normal() / Math.sqrt(d));
  const out = matrix(n, d);
  for (let i = 0, at = 0; i < n; i++) {
    for (let c = 0; c < d; c++) out.data[at++] = centres[(i % count) * d + c] + 0.1 * random.normal();
  }
  return out;
}

describe("similarities computed when read", () => {
  test("give the same ranking as those in memory", async () => {
    const rows = clusters(120, 6, 9);
    for (const metric of ["cosine", "shifted-cosine", "rbf"] as const) {
      const stored = await maximize(facilityLocation(similarities(rows, { metric })), 15);
      const computed = await maximize(
        facilityLocation(similarities(rows, { metric, storage: "computed" })),
        15,
      );
      expect([...computed.indices]).toEqual([...stored.indices]);
    }
    const dense = similarities(rows);
    const computed = similarities(rows, { storage: "computed" });
    expect(evaluate(logDeterminant(computed), [3, 1, 77])).toBeCloseTo(
      evaluate(logDeterminant(dense), [3, 1, 77]),
      12,
    );
  });
});

describe("similarities of neighbours", () => {
  const rows = clusters(400, 8, 20);

  test("with all neighbours kept are those of a dense table, in single precision", async () => {
    const sparse = await neighbourSimilarities(rows, { neighbours: 400 });
    const dense = similarities(rows);
    expect(sparse.isExact).toBe(true);
    const items = [5, 17, 300, 42];
    for (const make of [
      facilityLocation,
      saturatedCoverage,
      graphCut,
      logDeterminant,
      sumRedundancy,
    ] as const) {
      const [a, b] = [evaluate(make(sparse), items), evaluate(make(dense), items)];
      // 24 bits of mantissa in each of up to 400 × 4 similarities.
      expect(Math.abs(a - b)).toBeLessThan(1600 * 2 ** -24);
    }
  });

  test("never give a set more than it has, and are symmetric", async () => {
    const sparse = await neighbourSimilarities(rows, { neighbours: 10, leafSize: 50, seed: 3 });
    const dense = facilityLocation(similarities(rows));
    const f = facilityLocation(sparse);
    const random = new Random(5);
    for (let run = 0; run < 20; run++) {
      const items = random.subsample(400, 12);
      expect(evaluate(f, items)).toBeLessThanOrEqual(evaluate(dense, items) + 400 * 2 ** -24);
      const [i, j] = random.permutation(400);
      expect(sparse.entry(i, j)).toBe(sparse.entry(j, i));
    }
    expect(sparse.kept).toBeLessThanOrEqual(400 * 10 * 2);
    expect(sparse.approximation).toContain("3 random projection trees with leaves of at most 50");
  });

  test("find selections that cover nearly as well as those with all similarities", async () => {
    const dense = facilityLocation(similarities(rows));
    const data = Float32Array.from(rows.data);
    const sparse = await neighbourSimilarities({ ...rows, data }, { neighbours: 24, leafSize: 50 });
    const chosen = await maximize(facilityLocation(sparse), 20);
    const exact = await maximize(dense, 20);
    expect(evaluate(dense, chosen.indices)).toBeGreaterThan(0.97 * exact.value);
  });

  test("refuse zeros, gaps and bad options", async () => {
    const row = (data: number[]) => ({ data: Float32Array.from(data), rows: 2, cols: 2 });
    await expect(neighbourSimilarities(row([1, 0, 0, 0]))).rejects.toThrow("row 1 is all zeros");
    await expect(neighbourSimilarities(row([1, 0, Number.NaN, 0]))).rejects.toThrow("row 1 is not finite");
    await expect(neighbourSimilarities(row([1, 0, 0]))).rejects.toThrow("expected 2 × 2 numbers, got 3");
    await expect(neighbourSimilarities(row([1, 0, 1, 0]), { neighbours: 0 })).rejects.toThrow(
      "neighbours: not a count",
    );
  });
});

describe("one pass over a stream", () => {
  test("keeps its promise against the optimum", async () => {
    for (let seed = 0; seed < 10; seed++) {
      const f = facilityLocation(similarities(clusters(12, 3, 5, seed)));
      const { value, indices, gains, guarantee } = await maximizeStream(f, 3, { epsilon: 0.05 });
      expect(indices.length).toBeLessThanOrEqual(3);
      expect(evaluate(f, indices)).toBeCloseTo(value, 12);
      expect(gains.reduce((sum, gain) => sum + gain, 0)).toBeCloseTo(value, 12);
      expect(value).toBeGreaterThanOrEqual(guarantee.factor! * bestSubset(f, 3).value);
    }
  });

  test("refuses what thresholds say nothing about", async () => {
    const f = graphCut(similarities(clusters(12, 3, 5)), { lambda: 2 });
    await expect(maximizeStream(f, 3)).rejects.toThrow(
      'expected a monotone submodular function, got "graph cut"',
    );
    await expect(maximizeStream(facilityLocation(similarities(clusters(12, 3, 5))), 13)).rejects.toThrow(
      "got 13",
    );
  });
});

describe("two rounds over parts", () => {
  const pool = threads(2);
  afterAll(() => pool.close());

  test("cover nearly as well as one round, the same on threads as on one", async () => {
    const rows = clusters(600, 6, 25);
    const dense = facilityLocation(similarities(rows));
    const options = { parts: 4, represented: 600, seed: 2 };
    const here = await maximizeDistributed(rows, 25, options);
    const there = await maximizeDistributed(rows, 25, { ...options, executor: pool });
    expect(there).toEqual(here);
    expect(new Set(here.indices).size).toBe(25);
    expect(here.value).toBeCloseTo(evaluate(dense, here.indices), 9);
    expect(here.value).toBeGreaterThan(0.97 * (await maximize(dense, 25)).value);
  });

  test("judge by a sample of rows", async () => {
    const rows = clusters(600, 6, 25);
    const { indices, value, approximation } = await maximizeDistributed(rows, 10, {
      parts: 3,
      represented: 200,
    });
    const exact = evaluate(facilityLocation(similarities(rows)), indices);
    expect(Math.abs(value / exact - 1)).toBeLessThan(0.1);
    expect(approximation).toContain("200 random rows of 600");
  });

  test("refuse parts of fewer than k rows", async () => {
    await expect(maximizeDistributed(clusters(20, 2, 3), 11, { parts: 2 })).rejects.toThrow(
      "maximizeDistributed: parts: not usable; expected a whole number from 1 to 1, got 2",
    );
  });
});

describe("what is known afterwards", () => {
  test("the bound lies above the optimum, and near the greedy value for well separated clusters", async () => {
    for (let seed = 0; seed < 10; seed++) {
      const f = facilityLocation(similarities(clusters(12, 3, 4, seed)));
      const { indices, value } = await maximize(f, 4);
      const bound = optimumBound(f, indices, 4);
      expect(bound).toBeGreaterThanOrEqual(bestSubset(f, 4).value - 1e-9);
      expect(value / bound).toBeGreaterThan(1 - Math.exp(-1));
    }
  });

  test("the curve of a ranking lies above that of random selections", async () => {
    const rows = clusters(200, 6, 30);
    const f = facilityLocation(similarities(rows));
    const ranking = await maximize(f, 100);
    const curve = await coverageCurve(f, ranking, { draws: 20, seed: 1 });
    expect(curve.sizes[0]).toBe(1);
    expect(curve.sizes.at(-1)).toBe(100);
    expect(curve.chosen.at(-1)).toBeCloseTo(ranking.value, 12);
    for (const [i, value] of curve.chosen.entries()) {
      expect(value).toBeGreaterThan(curve.random.mean[i]);
      expect(curve.random.low[i]).toBeLessThanOrEqual(curve.random.high[i]);
    }
  });

  test("selections from some rows only are judged by those", () => {
    const rows = clusters(50, 4, 5);
    const part = takeRows(rows, [1, 2, 3, 4]);
    const f = facilityLocation(similarities(rows, { items: part }));
    expect([f.n, f.start().gain(0)]).toEqual([4, evaluate(facilityLocation(similarities(rows)), [1])]);
  });
});
