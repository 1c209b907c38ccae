import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import {
  analyseFactors,
  callCost,
  choosePipeline,
  correlateCells,
  distortionAt,
  estimateCompressionMI,
  fitRateDistortion,
  generationFlops,
  rankCompressions,
  regressScore,
} from "./channel.ts";
import { drawChannel, everyWord, exactInformation } from "./exact-channel.ts";
import {
  enumeratedBits,
  recordBits,
  recordCompressors,
  recordDistortion,
  recordTokens,
} from "./record-world.ts";

const none = Number.NEGATIVE_INFINITY;
const plain = (ll: readonly (readonly ArrayLike<number>[])[]) => estimateCompressionMI(ll, { bootstrap: 0 });

/** A random tensor of N contexts and M compressions. */
const tensor = fc
  .record({ n: fc.integer({ min: 2, max: 6 }), m: fc.integer({ min: 1, max: 3 }), seed: fc.integer() })
  .map(({ n, m, seed }) => {
    const random = new Random(seed);
    return Array.from({ length: n }, () =>
      Array.from({ length: m }, () => Array.from({ length: n }, () => -20 * random.uniform())),
    );
  });

describe("estimateCompressionMI", () => {
  test("is ln N exactly when every compression identifies its context", () => {
    const ll = Array.from({ length: 5 }, (_, i) => [
      Array.from({ length: 5 }, (__, l) => (i === l ? -7 : none)),
    ]);
    const { value, upper, saturated, limit } = plain(ll);
    expect(value).toBe(Math.log(5));
    expect(limit).toBe(Math.log(5));
    expect(upper).toBe(Number.POSITIVE_INFINITY);
    expect(saturated).toBe(true);
  });

  test("is 0 exactly when the likelihood does not depend on the context", () => {
    const ll = Array.from({ length: 4 }, (_, i) => [[-3 - i, -3 - i, -3 - i, -3 - i]]);
    const { value, upper, clipped, saturated } = plain(ll);
    for (const zero of [value, upper, clipped]) expect(zero).toBeCloseTo(0, 14);
    expect(saturated).toBe(false);
  });

  test("does not change when a constant is added to a compression's row, nor when contexts are permuted", () => {
    fc.assert(
      fc.property(tensor, fc.integer(), (ll, seed) => {
        const random = new Random(seed);
        const value = plain(ll).value;
        const shifted = ll.map((row) =>
          row.map((values) => {
            const constant = 100 * random.normal();
            return values.map((v) => v + constant);
          }),
        );
        expect(plain(shifted).value).toBeCloseTo(value, 10);
        const order = [...random.permutation(ll.length)];
        const permuted = order.map((i) => ll[i].map((values) => order.map((l) => values[l])));
        expect(plain(permuted).value).toBeCloseTo(value, 10);
      }),
      { numRuns: 50 },
    );
  });

  test("never exceeds ln N, and the leave-one-out value is never below it", () => {
    fc.assert(
      fc.property(tensor, (ll) => {
        const { value, upper, limit, terms } = plain(ll);
        expect(value).toBeLessThanOrEqual(limit + 1e-12);
        expect(Math.max(...terms.flat())).toBeLessThanOrEqual(limit + 1e-12);
        // Leaving the own context out lowers the denominator exactly where its own likelihood is above the mean.
        if (ll.every((row, i) => row.every((values) => values[i] === Math.max(...values))))
          expect(upper).toBeGreaterThanOrEqual(value - 1e-12);
      }),
      { numRuns: 50 },
    );
  });

  test("stays finite and right for log-likelihoods around -5,000", () => {
    const near = [[[-3, -4]], [[-6, -5]]];
    const far = near.map((row) => row.map((values) => values.map((v) => v - 5000)));
    expect(plain(far).value).toBeCloseTo(plain(near).value, 9);
    expect(plain(near).value).toBeCloseTo(Math.log(2) - Math.log(1 + Math.exp(-1)), 12);
  });

  test("gives bits as nats over ln 2, and bits per token from bits", () => {
    const ll = [[[-1, -3]], [[-4, -2]]];
    const lengths = [[2], [6]];
    const nats = estimateCompressionMI(ll, { lengths });
    const bits = estimateCompressionMI(ll, { lengths, unit: "bits" });
    expect(bits.value).toBeCloseTo(nats.value / Math.LN2, 14);
    expect(bits.bitsPerToken?.value).toBeCloseTo(bits.value / 4, 14);
    expect(nats.bitsPerToken?.value).toBe(bits.bitsPerToken?.value);
    const [[a], [b]] = bits.terms;
    expect(bits.bitsPerToken?.perItem).toBeCloseTo((a / 2 + b / 6) / 2, 14);
  });

  test("keeps a negative value and clips it aside", () => {
    const { value, clipped, warnings } = plain([[[-5, -1]], [[-1, -5]]]);
    expect(value).toBeLessThan(0);
    expect(clipped).toBe(0);
    expect(warnings.map(({ code }) => code)).toContain("negative");
  });

  test("marks what is above 0.9 ln N as at least", () => {
    const ll = (gap: number) =>
      Array.from({ length: 8 }, (_, i) => [Array.from({ length: 8 }, (__, l) => (i === l ? 0 : -gap))]);
    expect(plain(ll(8)).saturated).toBe(true);
    expect(plain(ll(8)).warnings[0].message).toMatch(/at least/);
    expect(plain(ll(3)).saturated).toBe(false);
  });

  test("gives the same interval for the same seed, and one that holds the value", () => {
    const ll = drawChannel({ length: 6, flip: 0.1 }, everyWord, 4, new Random(1));
    const [a, b, c] = [3, 3, 4].map((seed) => estimateCompressionMI(ll, { seed }));
    expect(a.interval).toEqual(b.interval);
    expect(a.interval).not.toEqual(c.interval);
    expect(a.interval!.low).toBeLessThan(a.value);
    expect(a.interval!.high).toBeGreaterThan(a.value);
  });

  test("covers the mean of the estimator about as often as it says", () => {
    // 200 repetitions with 32 contexts; a share of 0.95 has a standard error of 0.015, and resampling 32 clusters is known
    // to fall a few points short.
    const channel = { length: 6, flip: 0.1 };
    const estimates = Array.from({ length: 200 }, (_, run) => {
      const random = new Random(run);
      const contexts = Int32Array.from({ length: 32 }, () => random.integer(8));
      return estimateCompressionMI(drawChannel(channel, contexts, 2, random), { bootstrap: 200 });
    });
    const center = estimates.reduce((sum, { value }) => sum + value, 0) / 200;
    const covered = estimates.filter(
      ({ interval }) => interval!.low <= center && center <= interval!.high,
    ).length;
    expect(covered / 200).toBeGreaterThan(0.95 - 4 * 0.0154);
  });

  test.each([
    ["one context", [[[0]]], /at least 2 contexts, got 1/],
    [
      "unequal counts",
      [
        [[-1, -1]],
        [
          [-1, -1],
          [-1, -1],
        ],
      ],
      /context 1 has another number of compressions/,
    ],
    ["no compressions", [[], []], /at least one for each, got 0/],
    ["a missing score", [[[-1, -1]], [[-1]]], /compression 0 of context 1 is not scored under every context/],
    ["NaN", [[[-1, Number.NaN]], [[-1, -1]]], /no log-likelihood under context 1.*got NaN/],
    ["+Infinity", [[[Number.POSITIVE_INFINITY, 0]], [[-1, -1]]], /no log-likelihood under context 0/],
    [
      "its own context impossible",
      [[[none, -1]], [[-1, -1]]],
      /cannot produce compression 0 of context 0 from its own context/,
    ],
    ["all impossible", [[[-1, -1]], [[none, none]]], /from any context/],
  ])("refuses %s", (_, ll, message) => {
    expect(() => estimateCompressionMI(ll)).toThrow(InputError);
    expect(() => estimateCompressionMI(ll)).toThrow(message);
  });

  test("refuses lengths that do not fit or are not positive, and options that are none", () => {
    const ll = [[[-1, -3]], [[-4, -2]]];
    expect(() => estimateCompressionMI(ll, { lengths: [[1]] })).toThrow(/2 × 1 lengths, got "1 × 1"/);
    expect(() => estimateCompressionMI(ll, { lengths: [[1], [0]] })).toThrow(
      /compression 0 of context 1 has no length/,
    );
    expect(() => estimateCompressionMI(ll, { bootstrap: -1 })).toThrow(/from 0, got -1/);
    expect(() => estimateCompressionMI(ll, { level: 1 })).toThrow(/level of confidence/);
    expect(() => estimateCompressionMI(ll, { unit: "digits" as never })).toThrow(/"nats" or "bits"/);
  });
});

describe("the exact channel", () => {
  test.each([
    [3, 0.1, 1.104193],
    [6, 0.1, 1.543124],
    [9, 0.1, 1.793347],
    [6, 0.25, 0.69012],
    [9, 0.3, 0.634907],
    [6, 0.5, 0],
  ])("has by enumeration the information of the table: length %i, flips %f", (length, flip, nats) => {
    expect(exactInformation({ length, flip })).toBeCloseTo(nats, 6);
  });

  test("is found within four standard errors", () => {
    const ll = drawChannel({ length: 6, flip: 0.25 }, everyWord, 500, new Random(5));
    const { value } = plain(ll);
    // One term has a standard deviation below 1, so that 4,000 of them have a mean with 1/√4000.
    expect(Math.abs(value - 0.69012)).toBeLessThan(4 / Math.sqrt(4000));
  });
});

describe("the world of records", () => {
  test("has the closed forms of the table", () => {
    const shown = recordCompressors.map((c) => [
      Number(recordBits(c).toFixed(6)),
      Number(recordTokens(c).toFixed(6)),
      Number((recordBits(c) / recordTokens(c)).toFixed(6)),
      Number(recordDistortion(c, 1).toFixed(4)),
      Number(recordDistortion(c, 0.8).toFixed(4)),
    ]);
    expect(shown).toEqual([
      [0.900508, 14.8, 0.060845, 0.5925, 0.624],
      [2.276185, 12.4, 0.183563, 0.4365, 0.4992],
      [4.413071, 10, 0.441307, 0.2475, 0.348],
      [6.942069, 8.6, 0.807217, 0.0565, 0.1952],
    ]);
  });

  test("has by enumeration the information of its formula", () => {
    expect(enumeratedBits(recordCompressors[1], 2)).toBeCloseTo(1.138093, 6);
    expect(recordBits(recordCompressors[1], 2)).toBeCloseTo(1.138093, 6);
  });
});

describe("fitRateDistortion", () => {
  const rates = Array.from({ length: 13 }, (_, i) => i / 4);

  test("recovers a curve without noise to 1e-6", () => {
    const fit = fitRateDistortion(
      rates,
      rates.map((r) => 0.6 * Math.exp(-1.5 * r) + 0.1),
    );
    for (const [found, truth] of [
      [fit.C, 0.6],
      [fit.b, 1.5],
      [fit.D0, 0.1],
    ])
      expect(Math.abs(found - truth)).toBeLessThan(1e-6);
    expect(fit.r2).toBeCloseTo(1, 10);
  });

  test("keeps to its bounds", () => {
    // Without the bound the floor would lie below 0.
    const steep = fitRateDistortion([0, 1, 2, 3], [0.9, 0.6, 0.3, 0]);
    expect(steep.D0).toBeGreaterThanOrEqual(0);
    expect(steep.C).toBeGreaterThanOrEqual(0);
    // Rising distortions leave only the mean.
    const rising = fitRateDistortion([0, 1, 2, 3], [0.1, 0.2, 0.3, 0.4]);
    expect([rising.C, rising.D0].map((v) => Number(v.toFixed(9)))).toEqual([0, 0.25]);
    expect(rising.standardErrors).toBeUndefined();
  });

  test("has standard errors that grow with the noise", () => {
    const random = new Random(2);
    const noise = rates.map(() => random.normal());
    const [small, large] = [0.001, 0.02].map((sd) =>
      fitRateDistortion(
        rates,
        rates.map((r, i) => 0.6 * Math.exp(-1.5 * r) + 0.1 + sd * noise[i]),
      ),
    );
    expect(large.standardErrors!.b / small.standardErrors!.b).toBeGreaterThan(10);
    for (const { C, b, D0, standardErrors } of [small, large]) {
      expect(Math.abs(C - 0.6)).toBeLessThan(4 * standardErrors!.C);
      expect(Math.abs(b - 1.5)).toBeLessThan(4 * standardErrors!.b);
      expect(Math.abs(D0 - 0.1)).toBeLessThan(4 * standardErrors!.D0);
    }
  });

  test("refuses too few points and distortions that are none", () => {
    expect(() => fitRateDistortion([0, 1, 2], [1, 0.5, 0.2])).toThrow(
      /at least 4 points with 3 different rates, got "3 with 3"/,
    );
    expect(() => fitRateDistortion([0, 0, 1, 1], [1, 0.5, 0.2, 0.3])).toThrow(/got "4 with 2"/);
    expect(() => fitRateDistortion([0, 1, 2, 3], [1, 0.5, 0.2, -0.3])).toThrow(/from 0 to 1, got -0.3/);
    expect(() => fitRateDistortion([0, 1, 2, Number.NaN], [1, 0.5, 0.2, 0])).toThrow(/got NaN/);
    expect(() => fitRateDistortion([0, 1, 2, 3], [1])).toThrow(/4 distortions, got 1/);
  });
});

describe("rankCompressions", () => {
  const estimateOf = (flip: number, samples: number, seed: number) => {
    const random = new Random(seed);
    const contexts = Int32Array.from({ length: 24 }, (_, i) => i % 8);
    return plain(drawChannel({ length: 6, flip }, contexts, samples, random));
  };

  test("ranks what differs and leaves open what does not", () => {
    const standings = rankCompressions([
      estimateOf(0.25, 6, 1),
      estimateOf(0.05, 6, 2),
      estimateOf(0.25, 6, 3),
    ]);
    expect(standings.map(({ best, worst }) => [best, worst])).toEqual([
      [2, 3],
      [1, 1],
      [2, 3],
    ]);
    expect(standings[1].above).toEqual([0, 2]);
  });

  test("never ranks two saturated compressors", () => {
    const gap = (size: number) =>
      plain(
        Array.from({ length: 12 }, (_, i) => [
          Array.from({ length: 12 }, (__, l) => (i === l ? 0 : -size - i / 100)),
        ]),
      );
    const [a, b] = [gap(9), gap(7)];
    expect(a.value).toBeGreaterThan(b.value);
    expect(rankCompressions([a, b]).map(({ best, worst }) => [best, worst])).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test("leaves equal compressors open, and refuses other contexts", () => {
    const a = estimateOf(0.1, 3, 4);
    expect(rankCompressions([a, a]).map(({ above }) => above)).toEqual([[], []]);
    expect(() => rankCompressions([a, plain([[[-1, -2]], [[-2, -1]]])])).toThrow(/24 contexts, got 2/);
  });
});

describe("correlations and the regression on bits", () => {
  test("are exact on a line, whatever its scale", () => {
    const { pearson, spearman, cells } = correlateCells([1, 2, 3, 5], [-2, -4, -6, -10]);
    expect(pearson.value).toBeCloseTo(-1, 12);
    expect(spearman.value).toBeCloseTo(-1, 12);
    expect(pearson.interval.high).toBeCloseTo(-1, 12);
    expect(cells).toBe(4);
  });

  test("find the slope within its interval, which is wider when contexts share noise", () => {
    const random = new Random(9);
    const item = Array.from({ length: 240 }, (_, i) => ({
      context: Math.floor(i / 6),
      bits: 4 * random.uniform(),
    }));
    const shared = Array.from({ length: 40 }, () => random.normal());
    const scores = item.map(({ context, bits }) => 0.1 + 0.2 * bits + 0.3 * shared[context]);
    const context = item.map((one) => one.context);
    const bits = item.map((one) => one.bits);
    const fit = regressScore(context, bits, scores);
    expect(fit.slope.interval.low).toBeLessThan(0.2);
    expect(fit.slope.interval.high).toBeGreaterThan(0.2);
    expect([fit.items, fit.contexts]).toEqual([240, 40]);
  });

  test("refuse too few cells, constants and what is no number", () => {
    expect(() => correlateCells([1, 2, 3], [1, 2, 3])).toThrow(/at least 4/);
    expect(() => correlateCells([1, 1, 1, 1], [1, 2, 3, 4])).toThrow(/all values are equal, got 1/);
    expect(() => correlateCells([1, 2, 3, Number.NaN], [1, 2, 3, 4])).toThrow(/finite numbers, got NaN/);
    expect(() => regressScore([0, 0, 0, 0], [1, 2, 3, 4], [1, 2, 3, 4])).toThrow(/at least 2 contexts/);
  });
});

describe("analyseFactors", () => {
  test("has the closed form of one factor with two levels", () => {
    // 30 of 40 right against 10 of 40: a log-odds ratio of ln 9, with variance 4 · (1/30 + 1/10) / 2.
    const family = Array.from({ length: 80 }, (_, i) => (i < 40 ? "a" : "b"));
    const correct = Array.from({ length: 80 }, (_, i) => (i < 30 || (i >= 40 && i < 50) ? 1 : 0));
    const { coefficients, factors, auc, intercept } = analyseFactors(correct, { family });
    expect(coefficients[0]).toMatchObject({ factor: "family", level: "b" });
    expect(coefficients[0].value).toBeCloseTo(-Math.log(9), 5);
    expect(intercept).toBeCloseTo(Math.log(3), 5);
    expect(coefficients[0].standardError).toBeCloseTo(Math.sqrt(2 * (1 / 30 + 1 / 10)), 5);
    const entropy = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
    expect(factors[0].deviance).toBeCloseTo(2 * 80 * (Math.log(2) - entropy), 5);
    expect(factors[0].df).toBe(1);
    expect(auc).toBeCloseTo(0.75, 10);
    expect(factors[0].auc).toBeCloseTo(0.25, 10);
  });

  test("puts the factor first that decides most, and finds no effect where there is none", () => {
    const random = new Random(4);
    const n = 600;
    const size = Array.from({ length: n }, () => 2 ** random.integer(4));
    const family = Array.from({ length: n }, () => ["x", "y", "z"][random.integer(3)]);
    const idle = Array.from({ length: n }, () => random.normal());
    const correct = size.map((s, i) => {
      const odds = -2 + 1.2 * Math.log2(s) + (family[i] === "y" ? 0.8 : 0);
      return random.uniform() < 1 / (1 + Math.exp(-odds));
    });
    const { factors, coefficients, warnings } = analyseFactors(
      correct,
      { idle, family, size },
      { log2: ["size"] },
    );
    expect(factors.map(({ name, df }) => [name, df])).toEqual([
      ["size", 1],
      ["family", 2],
      ["idle", 1],
    ]);
    expect(factors[2].pValue).toBeGreaterThan(0.01);
    // A slope of 1.2 a doubling, for one standard deviation of log2 size: √1.25.
    const slope = coefficients.find(({ factor }) => factor === "size")!;
    expect(Math.abs(slope.value - 1.2 * Math.sqrt(1.25))).toBeLessThan(4 * slope.standardError);
    expect(warnings).toEqual([]);
  });

  test("says when a factor tells right from wrong without error", () => {
    const { warnings } = analyseFactors([1, 1, 0, 0], { family: ["a", "a", "b", "b"] });
    expect(warnings.map(({ code }) => code)).toEqual(["separated"]);
  });

  test("refuses answers and factors that will not do", () => {
    expect(() => analyseFactors([1, 0.5], { a: ["x", "y"] })).toThrow(/0 or 1 for each, got 0.5/);
    expect(() => analyseFactors([1, 1], { a: ["x", "y"] })).toThrow(/all answers are equal/);
    expect(() => analyseFactors([1, 0], { a: ["x"] })).toThrow(
      /factor "a" has another number.*expected 2, got 1/,
    );
    expect(() => analyseFactors([1, 0], { a: ["x", "x"] })).toThrow(/factor "a" does not vary/);
    expect(() => analyseFactors([1, 0], { a: [0, 2] }, { log2: ["a"] })).toThrow(/numbers above 0, got 0/);
  });
});

describe("cost", () => {
  test("counts the operations of the formula", () => {
    const g = { parameters: 10, layers: 2, contextTokens: 5, attentionDim: 3, outputTokens: 7 };
    expect(generationFlops(g)).toBe((20 + 60) * 7);
    expect(() => generationFlops({ ...g, layers: -1 })).toThrow(/layers will not do.*got -1/);
  });

  test("prices a call by 10⁶ tokens", () => {
    expect(callCost(1e6, 1e5, { inputPrice: 2.5, outputPrice: 10 })).toBe(3.5);
  });

  test("finds the pairs that no other beats, and the cheapest within the slack", () => {
    const compressors = [
      { name: "small", rate: 0.1, tokens: 300 },
      { name: "large", rate: 0.6, tokens: 100 },
    ];
    const prices = { outputTokens: 10, outputPrice: 10 };
    const predictors = [
      { name: "cheap", curve: { C: 0.5, b: 4, D0: 0.2 }, inputPrice: 1, ...prices },
      { name: "dear", curve: { C: 0.5, b: 4, D0: 0.19 }, inputPrice: 5, ...prices },
    ];
    const { pipelines, recommended } = choosePipeline(compressors, predictors);
    const efficient = pipelines.filter((p) => p.efficient).map((p) => `${p.compressor} ${p.predictor}`);
    expect(efficient).toEqual(["large cheap", "large dear"]);
    expect(recommended).toMatchObject({ compressor: "large", predictor: "cheap" });
    expect(choosePipeline(compressors, predictors, { slack: 0.001 }).recommended.predictor).toBe("dear");
    expect(recommended.distortion).toBe(distortionAt(predictors[0].curve, 0.6));
    expect(() => choosePipeline([], predictors)).toThrow(/at least one compressor/);
  });
});
