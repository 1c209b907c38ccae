import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { mutualInformation } from "../mutual-information/mutual-information.ts";
import { adaptiveKdeBounds, compressionAfterPeak, ebab, fixedBinning } from "./adaptive-binning.ts";
import { adaptiveEdges } from "./edges.ts";

const rows = [
  [0, 0.2],
  [0, 0.2],
  [0.5, 0],
  [0.9, 0.4],
  [1.3, 0],
  [1.7, 2.1],
  [0.5, 0.4],
  [0, 0],
];
const layer = matrix(8, 2, Float64Array.from(rows.flat()));
const labels = [0, 0, 1, 0, 1, 1, 0, 1];
const relu = { lower: 0, unit: "bits" } as const;

function mapped(m: Matrix, f: (value: number) => number): Matrix {
  return matrix(m.rows, m.cols, m.data.map(f));
}

/** Rectified normal numbers, some rows twice, and labels that depend on them. */
function randomLayer(seed: number, n: number, d: number): { t: Matrix; y: Int32Array } {
  const random = new Random(seed);
  const t = matrix(
    n,
    d,
    Float64Array.from({ length: n * d }, () => Math.max(0, random.normal())),
  );
  t.data.copyWithin(d, 0, d);
  const y = Int32Array.from({ length: n }, (_, i) => (t.data[i * d] + 0.3 * random.normal() > 0.4 ? 1 : 0));
  return { t, y };
}

describe("ebab", () => {
  it.each([
    [2, [0, 0.2, 0.9, 2.1], 2.75],
    [3, [0, 0.2, 0.5, 1.3, 2.1], 2.5],
    [4, [0, 0.2, 0.4, 0.9, 1.7, 2.1], 2.75],
  ])("gives the golden edges and information with %d bins", (bins, edges, aboutInput) => {
    expect(Array.from(adaptiveEdges(layer, bins, 0))).toEqual(edges);
    const found = ebab(rows, labels, { ...relu, bins });
    expect(found.aboutInput).toBeCloseTo(aboutInput, 12);
    expect(found.aboutLabel).toBeCloseTo(1, 12);
    for (const stretched of [mapped(layer, (t) => 10 * t), mapped(layer, Math.expm1)]) {
      expect(ebab(stretched, labels, { ...relu, bins })).toEqual(found);
    }
  });

  it("is unchanged by increasing maps of the layer, by the order of rows and by repeating all rows", () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        (seed, bins, d) => {
          const { t, y } = randomLayer(seed, 40, d);
          const options = { bins, lower: 0 };
          const found = ebab(t, y, options);
          const same = (other: Matrix, labels: ArrayLike<number>) => {
            const { aboutInput, aboutLabel } = ebab(other, labels, options);
            expect(aboutInput).toBeCloseTo(found.aboutInput, 12);
            expect(aboutLabel).toBeCloseTo(found.aboutLabel, 12);
          };
          same(
            mapped(t, (v) => v ** 3 + 2 * v),
            y,
          );
          const order = new Random(seed).permutation(40);
          same(
            takeRows(t, order),
            Array.from(order, (i) => y[i]),
          );
          const twice = Int32Array.from({ length: 80 }, (_, i) => i % 40);
          same(
            takeRows(t, twice),
            Array.from(twice, (i) => y[i]),
          );
        },
      ),
    );
  });

  it("stays within 0 and ln n, below H(Y), and never says more about the label than about the input", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 40 }), (seed, bins) => {
        const { t, y } = randomLayer(seed, 60, 3);
        const { aboutInput, aboutLabel } = ebab(t, y, { bins, lower: 0 });
        const ones = y.reduce((sum, v) => sum + v, 0) / 60;
        const entropy = -[ones, 1 - ones].reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
        expect(aboutInput).toBeLessThanOrEqual(Math.log(60) + 1e-12);
        expect(aboutLabel).toBeLessThanOrEqual(Math.min(entropy, aboutInput) + 1e-12);
        expect(aboutLabel).toBeGreaterThanOrEqual(-1e-12);
      }),
    );
  });

  it("counts repeated inputs once", () => {
    const inputs = ["a", "a", "b", "c", "d", "e", "f", "g"];
    const all = ebab(rows, labels, { bins: 2, ...relu });
    // Rows 0 and 1 are one input with one word: nothing is left over inside it.
    expect(ebab(rows, labels, { bins: 2, ...relu, inputs }).aboutInput).toBeCloseTo(all.aboutInput, 12);
    // Two words in one input: of the eight rows' log₂ 8 − 2/8 bits, H(T|X) = 2/8 bits are not about it.
    const mixed = ["a", "b", "c", "c", "d", "e", "f", "g"];
    const { aboutInput } = ebab(rows, labels, { bins: 2, ...relu, inputs: mixed });
    expect(aboutInput).toBeCloseTo(2.75 - 0.25, 12);
  });

  it("says nothing of a constant layer, and says so", () => {
    const { aboutInput, aboutLabel, warnings } = ebab(matrix(5, 3), [0, 1, 0, 1, 1], { lower: 0 });
    expect([aboutInput, aboutLabel]).toEqual([0, 0]);
    expect(warnings.map(({ code }) => code)).toEqual(["dead-layer"]);
  });

  it("warns when every row has a word of its own", () => {
    const { aboutInput, warnings } = ebab([1, 2, 3, 4], ["a", "a", "b", "b"], { unit: "bits" });
    expect(aboutInput).toBe(2);
    expect(warnings.map(({ code }) => code)).toEqual(["all-distinct"]);
  });

  it("sees activations that fixed bins are blind to", () => {
    const bins = { low: -1, high: 1, unit: "bits" } as const;
    const small = fixedBinning(layer, labels, bins);
    const large = fixedBinning(
      mapped(layer, (t) => 100 * t),
      labels,
      bins,
    );
    expect(large.aboutInput).toBeLessThan(small.aboutInput);
    expect(
      ebab(
        mapped(layer, (t) => 100 * t),
        labels,
        relu,
      ),
    ).toEqual(ebab(layer, labels, relu));
    // All of 100 T except the zeros lies beyond the last edge: words tell only which neurons are silent, and of the
    // four words two occur twice, one three times, one once.
    const shares = [2 / 8, 2 / 8, 3 / 8, 1 / 8];
    expect(large.aboutInput).toBeCloseTo(
      shares.reduce((sum, p) => sum - p * Math.log2(p), 0),
      12,
    );
  });

  it("refuses what it cannot measure", () => {
    expect(() => ebab([[1, Number.NaN]], [0])).toThrow(
      /^ebab: activations: .*got NaN$|^ebab: activations: .*NaN/,
    );
    expect(() => ebab([1], [0])).toThrow(/^ebab: .*at least two rows.*got 1$/);
    expect(() => ebab([1, 2], [0])).toThrow(/^ebab: labels: .*expected 2, got 1$/);
    expect(() => ebab([1, 2], [0, 1], { inputs: [1] })).toThrow(/^ebab: inputs: .*got 1$/);
    expect(() => ebab([1, 2], [0, 1], { bins: 1 })).toThrow(/^ebab: .*got 1$/);
    expect(() => ebab([1, -2], [0, 1], { lower: 0 })).toThrow(/^ebab: row 1, column 0 .*got -2$/);
    expect(() => fixedBinning([1, 2], [0, 1], { low: 1, high: 1 })).toThrow(/^fixedBinning: .*got \[1,1\]$/);
  });

  it("is an estimator of mutualInformation, with the paper's value when nothing is corrected", async () => {
    const random = new Random(3);
    const x = Float64Array.from({ length: 200 }, () => random.normal());
    const y = Array.from(x, (v) => (v + 0.5 * random.normal() > 0 ? "up" : "down"));
    const options = { estimator: "ebab", bins: 6, interval: false, permutations: 0 } as const;
    const { value, diagnostics } = await mutualInformation(x, y, { ...options, correction: "none" });
    expect(value).toBeCloseTo(ebab(x, y, { bins: 6 }).aboutLabel, 12);
    expect(diagnostics.bins).toBe(6);
  });
});

describe("adaptiveKdeBounds", () => {
  it.each([
    [0.01, [2.6829418499536426, 0.9330644391312168], [2.3760824328947603, 0.7005484146522823]],
    [0.1, [1.8830167972583471, 0.4670055760476553], [1.1247519959293795, 0.23662408189424033]],
    [1, [0.7242386968665895, 0.12978398540728134], undefined],
  ])("gives the golden bounds with noise of variance %d", (variance, upper, lower) => {
    const found = adaptiveKdeBounds(layer, labels, { noise: { kind: "fixed", variance }, unit: "bits" });
    expect(found.variance).toBe(variance);
    expect(found.upper.aboutInput).toBeCloseTo(upper[0], 12);
    expect(found.upper.aboutLabel).toBeCloseTo(upper[1], 12);
    if (!lower) return;
    expect(found.lower.aboutInput).toBeCloseTo(lower[0], 12);
    expect(found.lower.aboutLabel).toBeCloseTo(lower[1], 12);
  });

  it("becomes the entropy of the different rows as the noise vanishes", () => {
    const { upper, lower } = adaptiveKdeBounds(layer, labels, {
      noise: { kind: "fixed", variance: 1e-300 },
      unit: "bits",
    });
    for (const bound of [upper, lower]) {
      expect(bound.aboutInput).toBeCloseTo(2.75, 12);
      expect(bound.aboutLabel).toBeCloseTo(1, 12);
    }
  });

  it("keeps lower below upper, both between 0 and ln n and falling with the noise", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.double({ min: 1e-6, max: 10, noNaN: true }), (seed, variance) => {
        const { t, y } = randomLayer(seed, 30, 2);
        const at = (v: number) => adaptiveKdeBounds(t, y, { noise: { kind: "fixed", variance: v } });
        const [little, much] = [at(variance), at(1.5 * variance)];
        for (const side of ["upper", "lower"] as const) {
          expect(little[side].aboutInput).toBeGreaterThanOrEqual(much[side].aboutInput - 1e-12);
          expect(little[side].aboutInput).toBeLessThanOrEqual(Math.log(30) + 1e-12);
          expect(much[side].aboutInput).toBeGreaterThanOrEqual(-1e-12);
        }
        expect(little.lower.aboutInput).toBeLessThanOrEqual(little.upper.aboutInput + 1e-12);
      }),
    );
  });

  it("is unchanged by the order of rows, by repeating all rows and, with the default noise, by rescaling", () => {
    const { t, y } = randomLayer(5, 50, 3);
    const found = adaptiveKdeBounds(t, y);
    const order = new Random(6).permutation(50);
    const twice = Int32Array.from({ length: 100 }, (_, i) => i % 50);
    const labelsOf = (rows: Int32Array) => Array.from(rows, (i) => y[i]);
    for (const other of [
      adaptiveKdeBounds(takeRows(t, order), labelsOf(order)),
      adaptiveKdeBounds(takeRows(t, twice), labelsOf(twice)),
      adaptiveKdeBounds(
        mapped(t, (v) => 70 * v),
        y,
      ),
    ]) {
      for (const side of ["upper", "lower"] as const) {
        expect(other[side].aboutInput).toBeCloseTo(found[side].aboutInput, 10);
        expect(other[side].aboutLabel).toBeCloseTo(found[side].aboutLabel, 10);
      }
    }
  });

  it("takes the noise from the largest activation", () => {
    const variance = (noise: Parameters<typeof adaptiveKdeBounds>[2]) =>
      adaptiveKdeBounds(layer, labels, noise).variance;
    expect(variance({})).toBeCloseTo((0.03 * 2.1) ** 2, 15);
    expect(variance({ noise: { kind: "relative-deviation", c: 0.5 } })).toBeCloseTo((0.5 * 2.1) ** 2, 15);
    expect(variance({ noise: { kind: "relative-variance" } })).toBeCloseTo(0.0021, 15);
  });

  it("takes a part of many rows, the same for the same seed, and says so", () => {
    const { t, y } = randomLayer(7, 300, 2);
    const part = adaptiveKdeBounds(t, y, { mostRows: 100, seed: 3 });
    expect(part.upper.n).toBe(100);
    expect(part.upper.warnings).toEqual([{ code: "subsampled", message: "100 of 300 rows were used" }]);
    expect(adaptiveKdeBounds(t, y, { mostRows: 100, seed: 3 })).toEqual(part);
    expect(adaptiveKdeBounds(t, y, { mostRows: 100, seed: 4 }).upper.aboutInput).not.toBe(
      part.upper.aboutInput,
    );
  });

  it("says nothing of a silent layer, and refuses noise that is none", () => {
    const { upper, lower } = adaptiveKdeBounds(matrix(4, 2), [0, 1, 0, 1]);
    expect([upper.aboutInput, upper.aboutLabel, lower.aboutInput, lower.aboutLabel]).toEqual([0, 0, 0, 0]);
    expect(upper.warnings.map(({ code }) => code)).toEqual(["dead-layer"]);
    expect(() => adaptiveKdeBounds(layer, labels, { noise: { kind: "fixed", variance: 0 } })).toThrow(
      /^adaptiveKdeBounds: .*got 0$/,
    );
    expect(() => adaptiveKdeBounds(layer, labels, { mostRows: 1 })).toThrow(/^adaptiveKdeBounds: .*got 1$/);
  });
});

describe("compressionAfterPeak", () => {
  it("compares the end with the first highest value", () => {
    expect(compressionAfterPeak([4, 8, 8, 6])).toEqual({ peak: 8, at: 1, final: 6, share: 0.25 });
    expect(compressionAfterPeak([0, 0])).toEqual({ peak: 0, at: 0, final: 0, share: 0 });
    expect(() => compressionAfterPeak([])).toThrow(/^compressionAfterPeak: .*got 0$/);
  });
});
