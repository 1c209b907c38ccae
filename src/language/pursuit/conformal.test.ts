import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conformalEntropyBound, predictionSet, splitConformalThreshold } from "./conformal.ts";
import { exampleScores } from "./experiment-arithmetic.ts";

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const alphas = fc.double({ min: 0.01, max: 0.49, noNaN: true });

describe("splitConformalThreshold", () => {
  it("gives the golden thresholds, and 0 where no threshold misses few enough", () => {
    const golden = [
      [0.05, 0.03],
      [0.1, 0.08],
      [0.2, 0.17],
      [0.25, 0.22],
      [0.04, 0],
    ];
    for (const [alpha, threshold] of golden)
      expect(splitConformalThreshold(exampleScores, alpha)).toBe(threshold);
  });

  it("takes a quantile of low probabilities: the literal reading of the paper's text would keep 0.91", () => {
    expect(splitConformalThreshold(exampleScores, 0.1)).toBeLessThan(0.91);
  });

  it("is not misled by products such as 0.1 · 30 that come out below a whole number", () => {
    const scores = Array.from({ length: 29 }, (_, i) => (i + 1) / 30);
    for (const alpha of [0.1, 0.2, 0.3]) {
      expect(splitConformalThreshold(scores, alpha)).toBe(Math.round(alpha * 30) / 30);
    }
  });

  it("covers at least 1 − α and at most 1/(N+1) more, exactly, when any of N + 1 distinct scores may be the new one", () => {
    fc.assert(
      fc.property(fc.uniqueArray(probability, { minLength: 3, maxLength: 30 }), alphas, (scores, alpha) => {
        const covered = scores.filter((score, i) => {
          const rest = scores.filter((_, j) => j !== i);
          return score >= splitConformalThreshold(rest, alpha);
        }).length;
        const n = scores.length - 1;
        expect(covered / scores.length).toBeGreaterThanOrEqual(1 - alpha - 1e-9);
        expect(covered / scores.length).toBeLessThanOrEqual(1 - alpha + 1 / (n + 1) + 1e-9);
      }),
    );
  });

  it("refuses other shares than those above 0 and below one half, and what are no probabilities", () => {
    for (const alpha of [0, 0.5, -0.1, 1, Number.NaN]) {
      expect(() => splitConformalThreshold([0.5], alpha)).toThrow(/^splitConformalThreshold: .*got /);
    }
    expect(() => splitConformalThreshold([0.5, 1.5], 0.1)).toThrow(/not a probability.*got 1.5$/);
    expect(() => splitConformalThreshold([Number.NaN], 0.1)).toThrow(/got NaN$/);
  });
});

describe("predictionSet", () => {
  it("keeps a label whose probability is the threshold itself", () => {
    expect(predictionSet([0.2, 0.5, 0.3], 0.3)).toEqual([1, 2]);
    expect(predictionSet([0.2, 0.5, 0.3], 0.6)).toEqual([]);
  });

  it("is the whole of the labels at threshold 0, also of impossible ones", () => {
    expect(predictionSet([1, 0, 0], 0)).toEqual([0, 1, 2]);
    expect(() => predictionSet([1, 0], -0.1)).toThrow(/^predictionSet: .*got -0.1$/);
  });

  it("shrinks as α grows, one set inside the other", () => {
    fc.assert(
      fc.property(
        fc.array(probability, { minLength: 1, maxLength: 40 }),
        fc.array(probability, { minLength: 2, maxLength: 10 }),
        alphas,
        alphas,
        (scores, p, a, b) => {
          const [low, high] = a < b ? [a, b] : [b, a];
          const large = new Set(predictionSet(p, splitConformalThreshold(scores, low)));
          for (const y of predictionSet(p, splitConformalThreshold(scores, high)))
            expect(large.has(y)).toBe(true);
        },
      ),
    );
  });
});

describe("conformalEntropyBound", () => {
  it("gives the worked example in nats and bits", () => {
    const sizes = [3, 4, 1, 3, 3];
    expect(conformalEntropyBound(sizes, 4, 0.2, 19)).toBeCloseTo(1.84251, 6);
    expect(conformalEntropyBound(sizes, 4, 0.2, 19, { unit: "bits" })).toBeCloseTo(2.65818, 6);
    // λ is what is left for sets of one label.
    expect(conformalEntropyBound([1], 4, 0.2, 19)).toBeCloseTo(0.967333, 6);
  });

  it("grows with the sizes, and with a set that is empty is below every other", () => {
    for (const form of ["simple", "refined"] as const) {
      let before = Number.NEGATIVE_INFINITY;
      for (const size of [1, 2, 3, 4]) {
        const bound = conformalEntropyBound([size], 4, 0.1, 50, { form, covered: [true] });
        expect(bound).toBeGreaterThan(before);
        before = bound;
      }
    }
    expect(conformalEntropyBound([0], 4, 0.1, 50)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("in its refined form takes covered and missed sets apart, a side without sets counting nothing", () => {
    const [K, alpha, n] = [20, 0.1, 4];
    const coin = -0.1 * Math.log2(0.1) - 0.9 * Math.log2(0.9);
    const alphaN = alpha - 1 / (n + 1);
    const options = { unit: "bits", form: "refined" } as const;
    expect(
      conformalEntropyBound([4, 8, 2], K, alpha, n, { ...options, covered: [true, true, false] }),
    ).toBeCloseTo(coin + (1 - alphaN) * 2.5 + alpha * Math.log2(18), 12);
    expect(
      conformalEntropyBound([4, 8], K, alpha, Number.POSITIVE_INFINITY, {
        ...options,
        covered: [true, true],
      }),
    ).toBeCloseTo(coin + 0.9 * 2.5, 12);
    expect(conformalEntropyBound([0], K, alpha, n, { ...options, covered: [false] })).toBeCloseTo(
      coin + alpha * Math.log2(20),
      12,
    );
  });

  it("weighs sets when weights are given", () => {
    expect(conformalEntropyBound([1, 3], 4, 0.2, 19, { weights: [3, 1] })).toBeCloseTo(
      conformalEntropyBound([1, 1, 1, 3], 4, 0.2, 19),
      12,
    );
  });

  it("refuses what is no size, lists of other lengths, and the refined form without knowing what was covered", () => {
    expect(() => conformalEntropyBound([5], 4, 0.1, 9)).toThrow(/^conformalEntropyBound: .*got 5$/);
    expect(() => conformalEntropyBound([4], 4, 0.1, 9, { covered: [false] })).toThrow(/misses none/);
    expect(() => conformalEntropyBound([], 4, 0.1, 9)).toThrow(/no sets.*got 0$/);
    expect(() => conformalEntropyBound([1, 2], 4, 0.1, 9, { covered: [true] })).toThrow(/covered.*got 1$/);
    expect(() => conformalEntropyBound([1], 4, 0.1, 9, { form: "refined" })).toThrow(/covered/);
    expect(() => conformalEntropyBound([1], 4, 0.5, 9)).toThrow(/got 0.5$/);
  });
});
