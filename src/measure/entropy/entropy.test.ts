import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { lgamma } from "../../core/special.ts";
import { ensembleWeights } from "./ensemble-weights.ts";
import { discreteEntropy, entropy } from "./entropy.ts";

const x = [
  0.966, 1.1231, -0.0492, -0.1809, 1.3061, -1.2514, -1.6344, 0.9437, 1.0904, 0.1463, 0.5745, -2.2542,
];
const y = [
  0.7827, 0.8179, 0.1098, -0.7285, 1.0193, -0.9481, -0.6297, 1.5824, 1.167, -0.6965, 1.3444, -1.1395,
];
const xy = x.map((value, i) => [value, y[i]]);
const bare = { interval: false } as const;
const normalEntropy = 0.5 * Math.log(2 * Math.PI * Math.E);

function normals(seed: number, n: number, d = 1): number[][] {
  const random = new Random(seed);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => random.normal()));
}

describe("Kozachenko–Leonenko", () => {
  test.each([
    [1, 1.6108382955257792, 2.126442738753498, 2.16345131237856],
    [2, 1.4838820653427505, 2.0981014850991038, 2.0517776894351867],
    [3, 1.4161320060875515, 2.3013419633237473, 2.2235135839492353],
  ])("gives the golden values of sheet 00 for k = %i in both norms", async (k, one, max, euclidean) => {
    expect(Math.abs((await entropy(x, { ...bare, k })).value - one)).toBeLessThan(1e-9);
    expect(Math.abs((await entropy(xy, { ...bare, k })).value - max)).toBeLessThan(1e-9);
    expect(Math.abs((await entropy(xy, { ...bare, k, metric: "euclidean" })).value - euclidean)).toBeLessThan(
      1e-9,
    );
  });

  test("comes close to the closed form of a normal distribution", async () => {
    const { value, interval, warnings } = await entropy(normals(1, 1000), { seed: 1 });
    // Standard deviation about 0.035 at n = 1000.
    expect(Math.abs(value - normalEntropy)).toBeLessThan(4 * 0.035);
    expect(interval!.low).toBeLessThan(normalEntropy);
    expect(interval!.high).toBeGreaterThan(normalEntropy);
    expect(interval!.how).toBe("20 half-samples without replacement");
    expect(warnings).toEqual([]);
  });

  test("grows by ln |a| for each column when x becomes a·x + b, and ignores the order of rows", async () => {
    const { value } = await entropy(xy, bare);
    const scaled = await entropy(
      xy.map(([a, b]) => [3 * a + 1, 3 * b - 2]),
      bare,
    );
    expect(Math.abs(scaled.value - value - 2 * Math.log(3))).toBeLessThan(1e-12);
    expect(Math.abs((await entropy(xy.toReversed(), bare)).value - value)).toBeLessThan(1e-12);
  });

  test("row weights shift it to the distribution they describe", async () => {
    const equal = await entropy(xy, { ...bare, weights: xy.map(() => 7) });
    expect(Math.abs(equal.value - (await entropy(xy, bare)).value)).toBeLessThan(1e-12);
    // Uniform rows on (0, 1) weighted by 2x stand for the density 2x, whose entropy is ½ − ln 2.
    const random = new Random(3);
    const u = Array.from({ length: 4000 }, () => random.uniform());
    const { value } = await entropy(u, { ...bare, weights: u });
    // Standard deviation 0.017 over 200 runs.
    expect(Math.abs(value - (0.5 - Math.LN2))).toBeLessThan(4 * 0.017);
  });

  test("leaves out a few coinciding rows with a warning and refuses many", async () => {
    const few = [...normals(2, 200).flat(), 5, 5, 5, 5];
    const { n, warnings } = await entropy(few, bare);
    expect(n).toBe(200);
    expect(warnings).toEqual([
      { code: "ties", message: "4 of 204 rows have neighbours at distance 0 and were left out" },
    ]);
    const rounded = normals(2, 200).map(([value]) => Math.round(value));
    await expect(entropy(rounded)).rejects.toMatchObject({
      code: "ties",
      got: expect.stringMatching(/^\d+ of 200$/),
    });
  });
});

describe("the weighted form", () => {
  test("has the golden weights of sheet 21", () => {
    const five = [1.5405898483, 0.6696245103, 0.0599487736, -0.4277918157, -0.8423713166];
    const eight = [
      6.7686604924, -1.49790987, -3.4449083078, -3.2953531168, -2.167712012, -0.5049278145, 1.4782253022,
      3.6639253266,
    ];
    ensembleWeights(5, 5, "t").forEach((w, j) => void expect(Math.abs(w - five[j])).toBeLessThan(1e-10));
    ensembleWeights(8, 8, "t").forEach((w, j) => void expect(Math.abs(w - eight[j])).toBeLessThan(1e-10));
  });

  test.each([
    [5, 5],
    [6, 5],
    [8, 8],
    [9, 20],
    [11, 30],
  ])("sums to one and cancels the gamma moments in %i dimensions for k = %i", (d, k) => {
    const weights = ensembleWeights(d, k, "t");
    for (let l = 0; l <= Math.floor(d / 4); l++) {
      const moment = weights.reduce(
        (sum, w, j) => sum + w * Math.exp(lgamma(j + 1 + (2 * l) / d) - lgamma(j + 1)),
        0,
      );
      expect(Math.abs(moment - (l === 0 ? 1 : 0))).toBeLessThan(1e-12);
    }
    const places = Array.from({ length: d }, (_, i) => Math.floor(((i + 1) * k) / d));
    weights.forEach((w, j) => void (places.includes(j + 1) || expect(w).toBe(0)));
  });

  test("is one nearest distance up to four dimensions, apart from ln(n − 1) for ψ(n)", async () => {
    const weighted = await entropy(xy, { ...bare, estimator: "weighted" });
    const plain = await entropy(xy, { ...bare, k: 1, metric: "euclidean" });
    const n = xy.length;
    let psi = -0.5772156649015329;
    for (let i = 1; i < n; i++) psi += 1 / i;
    expect(Math.abs(weighted.value - plain.value - (Math.log(n - 1) - psi))).toBeLessThan(1e-12);
  });

  test("comes close to the closed form in six dimensions", async () => {
    const { value, options } = await entropy(normals(4, 1000, 6), { ...bare, estimator: "weighted" });
    expect(options).toMatchObject({ k: 6, metric: "euclidean" });
    // Over 100 runs: mean error −0.08, standard deviation 0.11.
    expect(Math.abs(value - 6 * normalEntropy)).toBeLessThan(0.08 + 4 * 0.11);
  });

  test("refuses a k that is too small and dimensions that are too many", async () => {
    const refused = (d: number, k: number) => entropy(normals(5, 60, d), { estimator: "weighted", k });
    await expect(refused(8, 2)).rejects.toThrow(
      "entropy: too few neighbours to weight; expected k from 3, got 2",
    );
    await expect(refused(12, 12)).rejects.toThrow(
      'from 12 columns on no k will do: take "kozachenkoLeonenko"',
    );
  });
});

describe("the Gaussian form", () => {
  test("is unbiased for normal data", async () => {
    const values: number[] = [];
    for (let r = 0; r < 200; r++)
      values.push((await entropy(normals(r, 10, 3), { ...bare, estimator: "gaussian" })).value);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
    expect(Math.abs(mean - 3 * normalEntropy)).toBeLessThan((4 * sd) / Math.sqrt(values.length));
  });
});

describe("counting", () => {
  const counts = [10, 0, 3, 1];
  const p = [10 / 14, 3 / 14, 1 / 14];
  const plugIn = -p.reduce((sum, v) => sum + v * Math.log(v), 0);

  test("without correction is the entropy of the frequencies, and Miller–Madow adds (K − 1)/2n", () => {
    expect(Math.abs(discreteEntropy(counts, { correction: "none" }) - plugIn)).toBeLessThan(1e-15);
    expect(Math.abs(discreteEntropy(counts) - plugIn - 2 / 28)).toBeLessThan(1e-15);
  });

  test("with shrinkage counts empty cells and ends at the uniform distribution", () => {
    expect(discreteEntropy([1, 1, 1, 0], { correction: "shrinkage" })).toBeCloseTo(Math.log(4), 12);
    const [few, more] = [[10, 3, 1], counts].map((cells) =>
      discreteEntropy(cells, { correction: "shrinkage" }),
    );
    expect(more).toBeGreaterThan(few);
  });

  test("with Chao–Shen survives a sample of singletons", () => {
    // All singletons: one of them is not counted as such, so the coverage is 1/3 and each cell has p = 1/9.
    const term = (-(1 / 9) * Math.log(1 / 9)) / (1 - (8 / 9) ** 3);
    expect(discreteEntropy([1, 1, 1], { correction: "chao-shen" })).toBeCloseTo(3 * term, 12);
  });

  test("with Grassberger follows his formula", () => {
    // ψ(2) = 1 − γ: two cells of two each.
    const expected = Math.log(4) - (1 - 0.5772156649015329) - 1 / 3;
    expect(discreteEntropy([2, 2], { correction: "grassberger" })).toBeCloseTo(expected, 12);
  });

  test("does not depend on the order of cells", () => {
    const correction = fc.constantFrom(
      "none",
      "miller-madow",
      "shrinkage",
      "chao-shen",
      "grassberger" as const,
    );
    const cells = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(cells, correction, (counts, correction) => {
        fc.pre(counts.some((count) => count > 0));
        const options = { correction } as const;
        const there = discreteEntropy(counts, options);
        const back = discreteEntropy(counts.toReversed(), options);
        expect(Math.abs(there - back)).toBeLessThan(1e-12);
      }),
    );
  });

  test("reads categories, and integers when asked to", async () => {
    const coin = await entropy(["h", "t", "t", "h"], { ...bare, unit: "bits", correction: "none" });
    expect(coin).toMatchObject({ value: 1, unit: "bits", method: "discrete", n: 4 });
    const die = await entropy([1, 2, 3, 4], {
      ...bare,
      estimator: "discrete",
      unit: "bits",
      correction: "none",
    });
    expect(die.value).toBe(2);
  });

  test("takes row weights as shares of the distribution", async () => {
    const options = { ...bare, unit: "bits", correction: "none", weights: [1, 1, 2] } as const;
    const { value, diagnostics } = await entropy(["a", "b", "c"], options);
    expect(value).toBeCloseTo(1.5, 12);
    expect(diagnostics.effectiveRows).toBeCloseTo(16 / 6, 12);
  });

  test("warns when there are nearly as many values as rows, and gives λ", async () => {
    const { warnings, diagnostics } = await entropy(["a", "b", "c", "a"], {
      ...bare,
      correction: "shrinkage",
    });
    expect(warnings.map(({ code }) => code)).toEqual(["large-alphabet"]);
    expect(diagnostics).toMatchObject({ levels: 3, lambda: expect.any(Number) });
  });
});

describe("entropy", () => {
  test("gives the same answer for the same seed, in bits as in nats", async () => {
    const data = normals(6, 100);
    const nats = await entropy(data, { seed: 5 });
    expect(await entropy(data, { seed: 5 })).toEqual(nats);
    const bits = await entropy(data, { seed: 5, unit: "bits" });
    expect(bits.value).toBe(nats.value / Math.LN2);
    expect(bits.interval!.high).toBe(nats.interval!.high / Math.LN2);
    expect((await entropy(data, { seed: 6 })).interval).not.toEqual(nats.interval);
  });

  test("says when there are too few rows for an interval", async () => {
    const { interval, warnings } = await entropy([1, 2, 4, 8, 16]);
    expect(interval).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toEqual(["no-interval"]);
  });

  test.each([
    ["a missing value", [1, Number.NaN, 2, 3, 4], {}, "not-finite"],
    ["one row", [1], {}, "too-few-rows"],
    ["no more rows than neighbours", [1, 2, 4], {}, "too-few-rows"],
    ["a constant column", [1, 1, 1, 1, 1], {}, "constant-column"],
    ["k = 0", [1, 2, 4, 8], { k: 0 }, "bad-k"],
    ["an unknown estimator", [1, 2, 4, 8], { estimator: "kozachenkoLeonenk" }, "unknown-estimator"],
    ["an unknown metric", [1, 2, 4, 8], { metric: "manhattan" }, "unknown-metric"],
    ["an unknown correction", ["a", "b"], { correction: "shrink" }, "unknown-correction"],
    ["an unknown unit", [1, 2, 4, 8], { unit: "hartleys" }, "unknown-unit"],
    ["a level above 1", [1, 2, 4, 8], { interval: { level: 95 } }, "bad-level"],
    ["numbers for an estimator of categories", [[1], [2]], { estimator: "discrete" }, "not-discrete"],
    ["categories for an estimator of numbers", ["a", "b"], { estimator: "gaussian" }, "wrong-kind"],
    ["a negative weight", ["a", "b"], { weights: [1, -1] }, "bad-weights"],
    ["weights of another number", ["a", "b"], { weights: [1] }, "bad-weights"],
    ["weights that are all 0", ["a", "b"], { weights: [0, 0] }, "bad-weights"],
    [
      "weights for a correction of whole counts",
      ["a", "b"],
      { weights: [1, 1], correction: "chao-shen" },
      "bad-weights",
    ],
  ])("refuses %s", async (_, data, options, code) => {
    const refusal = entropy(data as number[], options as object);
    await expect(refusal).rejects.toBeInstanceOf(InputError);
    await expect(refusal).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^entropy\b|^asUnit/),
    });
  });

  test("refuses counts that are none", () => {
    expect(() => discreteEntropy([])).toThrow("discreteEntropy: nothing was counted");
    expect(() => discreteEntropy([1, -1])).toThrow("cell 1 was not counted properly");
    expect(() => discreteEntropy([1.5], { correction: "grassberger" })).toThrow("a whole number from 0");
  });

  test("stops when asked to", async () => {
    const refusal = entropy(asCodes(["a", "b"]), { signal: AbortSignal.abort() });
    await expect(refusal).rejects.toMatchObject({ code: "stopped" });
  });
});
