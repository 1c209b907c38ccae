import { describe, expect, it } from "vitest";
import { InputError } from "./errors.ts";
import { Random } from "./random.ts";
import { chiSquareSurvival } from "./special.ts";
import { correlation, mean } from "./statistics.ts";

const n = 100_000;

function draw(count: number, next: () => number): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = next();
  return out;
}

/** Mean and variance within four standard errors; the variance's error is √((kurtosis − 1) / n) of it. */
function expectMoments(
  values: Float64Array,
  expectedMean: number,
  expectedVariance: number,
  kurtosis: number,
): void {
  const spread = mean(values.map((v) => (v - expectedMean) ** 2));
  expect(Math.abs(mean(values) - expectedMean)).toBeLessThan(4 * Math.sqrt(expectedVariance / values.length));
  expect(Math.abs(spread / expectedVariance - 1)).toBeLessThan(4 * Math.sqrt((kurtosis - 1) / values.length));
}

/** The p-value of equal (or given) cell probabilities; a sound generator passes 1e-4 at a fixed seed. */
function uniformityPValue(counts: ArrayLike<number>, shares?: number[]): number {
  const total = Array.from(counts).reduce((sum, c) => sum + c, 0);
  let statistic = 0;
  for (let i = 0; i < counts.length; i++) {
    const expected = total * (shares?.[i] ?? 1 / counts.length);
    statistic += (counts[i] - expected) ** 2 / expected;
  }
  return chiSquareSurvival(statistic, counts.length - 1);
}

describe("a stream", () => {
  it("gives the same numbers for the same seed on every machine", () => {
    // Recorded; computed as well by an independent program in another language.
    const random = new Random(1);
    expect([random.uint32(), random.uint32(), random.uint32(), random.uint32()]).toEqual([
      812046864, 1067790277, 1085657062, 4060149628,
    ]);
    const negative = new Random(-(2 ** 40) - 5);
    expect([negative.uint32(), negative.uint32()]).toEqual([2270359879, 2555429430]);
    const noise = new Random(1).split("noise");
    expect([noise.uint32(), noise.uint32()]).toEqual([1451011432, 2641915242]);
    const third = new Random(1).split(3);
    expect([third.uint32(), third.uint32()]).toEqual([3395002754, 3827156767]);
  });

  it("differs between seeds, near and far", () => {
    const seeds = [0, 1, 2, -1, -2, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    const firsts = seeds.map((seed) => `${new Random(seed).uint32()} ${new Random(seed).split(0).uint32()}`);
    expect(new Set(firsts).size).toBe(seeds.length);
  });

  it("refuses a seed that is not an integer", () => {
    for (const seed of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1" as unknown as number]) {
      expect(() => new Random(seed)).toThrow(InputError);
    }
    expect(() => new Random(0.5)).toThrow("Random: the seed must be an integer");
  });
});

describe("split", () => {
  it("depends on seed and labels, not on how much the parent was used", () => {
    const fresh = new Random(5);
    const used = new Random(5);
    for (let i = 0; i < 1000; i++) used.normal();
    expect(used.split("a").uint32()).toBe(fresh.split("a").uint32());
    fresh.split("b");
    expect(fresh.uint32()).toBe(new Random(5).uint32());
  });

  it("tells labels, types and orders apart", () => {
    const root = new Random(5);
    const streams = [
      root,
      root.split(1),
      root.split(-1),
      root.split("1"),
      root.split(""),
      root.split("ab"),
      root.split("ba"),
      root.split("a").split("b"),
      root.split("b").split("a"),
    ];
    expect(new Set(streams.map((s) => s.uint32())).size).toBe(streams.length);
  });

  it("refuses a number that is not an integer", () => {
    expect(() => new Random(1).split(0.5)).toThrow(InputError);
  });

  it("gives streams uncorrelated with parent and siblings, at several lags", () => {
    const root = new Random(11);
    const streams = [root, root.split(0), root.split(1), root.split(0).split(0), new Random(12)];
    const values = streams.map((s) => draw(20_000, () => s.uniform()));
    for (let i = 0; i < values.length; i++) {
      for (let j = 0; j < values.length; j++) {
        for (const lag of [0, 1, 2]) {
          if (i === j && lag === 0) continue;
          const length = 20_000 - lag;
          const r = correlation(values[i].subarray(0, length), values[j].subarray(lag));
          // 74 correlations with standard error 1/√n: 4.5 of them leave the whole test at 5e-4.
          expect(Math.abs(r)).toBeLessThan(4.5 / Math.sqrt(length));
        }
      }
    }
  });

  it("gives first numbers that are uniform over many siblings", () => {
    const root = new Random(3);
    const counts = new Float64Array(64);
    for (let i = 0; i < 20_000; i++) counts[Math.floor(root.split(i).uniform() * 64)]++;
    expect(uniformityPValue(counts)).toBeGreaterThan(1e-4);
  });
});

describe("uniform numbers", () => {
  it("fill all bits evenly", () => {
    const random = new Random(2);
    const ones = new Float64Array(32);
    for (let i = 0; i < n; i++) {
      const bits = random.uint32();
      for (let b = 0; b < 32; b++) ones[b] += (bits >>> b) & 1;
    }
    // Standard error √n / 2; 32 comparisons.
    for (const count of ones) expect(Math.abs(count - n / 2)).toBeLessThan(4.5 * Math.sqrt(n) * 0.5);
  });

  it("lie in [0, 1) with the moments of the uniform distribution", () => {
    const random = new Random(3);
    const values = draw(n, () => random.uniform());
    expect(values.every((v) => v >= 0 && v < 1)).toBe(true);
    expectMoments(values, 0.5, 1 / 12, 1.8);
    const cells = new Float64Array(100 * 10);
    for (let i = 0; i + 1 < n; i += 2)
      cells[Math.floor(values[i] * 100) * 10 + Math.floor(values[i + 1] * 10)]++;
    expect(uniformityPValue(cells)).toBeGreaterThan(1e-4);
  });

  it("give every integer below n equally often", () => {
    const random = new Random(4);
    for (const size of [1, 2, 3, 7, 1000]) {
      const counts = new Float64Array(size);
      for (let i = 0; i < n; i++) counts[random.integer(size)]++;
      if (size > 1) expect(uniformityPValue(counts)).toBeGreaterThan(1e-4);
    }
  });

  it("give unbiased integers where a plain remainder would not, and beyond 32 bits", () => {
    const random = new Random(5);
    for (const size of [
      3 * 2 ** 30,
      2 ** 32 - 1,
      2 ** 32,
      3 * 2 ** 40,
      3 * 2 ** 51,
      Number.MAX_SAFE_INTEGER,
    ]) {
      const counts = new Float64Array(9);
      let inside = true;
      for (let i = 0; i < 30_000; i++) {
        const value = random.integer(size);
        inside &&= Number.isInteger(value) && value >= 0 && value < size;
        counts[Math.floor((value / size) * 9)]++;
      }
      expect(inside).toBe(true);
      expect(uniformityPValue(counts)).toBeGreaterThan(1e-4);
    }
  });

  it("refuse a size that is no count", () => {
    for (const size of [0, -1, 1.5, Number.NaN])
      expect(() => new Random(1).integer(size)).toThrow(InputError);
  });
});

describe("distributions", () => {
  const random = new Random(6);

  it("have the moments of the normal distribution", () => {
    const values = draw(n, () => random.normal());
    expectMoments(values, 0, 1, 3);
    // E z⁴ = 3 with variance 96.
    expect(Math.abs(mean(values.map((z) => z ** 4)) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    expect(Math.abs(correlation(values.subarray(1), values.subarray(0, n - 1)))).toBeLessThan(
      4 / Math.sqrt(n),
    );
  });

  it("have the moments of the exponential distribution", () => {
    expectMoments(
      draw(n, () => random.exponential()),
      1,
      1,
      9,
    );
  });

  it("have the moments of the gamma distribution, below and above shape 1", () => {
    for (const shape of [0.2, 1, 2.5, 40]) {
      expectMoments(
        draw(n, () => random.gamma(shape)),
        shape,
        shape,
        3 + 6 / shape,
      );
    }
  });

  it("have the moments of the chi-square distribution", () => {
    expectMoments(
      draw(n, () => random.chiSquare(3)),
      3,
      6,
      3 + 12 / 3,
    );
  });

  it("have the moments of the beta distribution, also with tiny parameters", () => {
    for (const [a, b] of [
      [2, 3],
      [0.5, 0.5],
    ]) {
      const sum = a + b;
      const variance = (a * b) / (sum * sum * (sum + 1));
      const excess = (6 * ((a - b) ** 2 * (sum + 1) - a * b * (sum + 2))) / (a * b * (sum + 2) * (sum + 3));
      expectMoments(
        draw(n, () => random.beta(a, b)),
        a / sum,
        variance,
        3 + excess,
      );
    }
    const extreme = draw(1000, () => random.beta(1e-4, 1e-4));
    expect(extreme.every((v) => v >= 0 && v <= 1)).toBe(true);
    // Almost a fair coin: standard error ½ / √1000.
    expect(Math.abs(mean(extreme) - 0.5)).toBeLessThan(4 * 0.5 * Math.sqrt(1 / 1000));
  });

  it("give Dirichlet variates that sum to 1 with the right means", () => {
    const alpha = [0.1, 1, 4];
    const out = new Float64Array(3);
    const sums = new Float64Array(3);
    for (let i = 0; i < 20_000; i++) {
      random.dirichlet(alpha, out);
      expect(out[0] + out[1] + out[2]).toBeCloseTo(1, 14);
      for (let j = 0; j < 3; j++) sums[j] += out[j] / 20_000;
    }
    for (let j = 0; j < 3; j++) {
      const share = alpha[j] / 5.1;
      expect(Math.abs(sums[j] - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 6.1 / 20_000));
    }
  });

  it("draw categories in proportion to their weights, never one of weight zero", () => {
    const weights = [0, 1, 2, 0, 5, 0];
    const counts = new Float64Array(6);
    for (let i = 0; i < n; i++) counts[random.categorical(weights)]++;
    expect([counts[0], counts[3], counts[5]]).toEqual([0, 0, 0]);
    expect(uniformityPValue([counts[1], counts[2], counts[4]], [1 / 8, 2 / 8, 5 / 8])).toBeGreaterThan(1e-4);
  });

  it("refuse impossible parameters", () => {
    expect(() => random.gamma(0)).toThrow(InputError);
    expect(() => random.beta(1, -1)).toThrow(InputError);
    expect(() => random.dirichlet([1, Number.NaN])).toThrow(InputError);
    expect(() => random.chiSquare(Number.POSITIVE_INFINITY)).toThrow(InputError);
    expect(() => random.categorical([1, -1])).toThrow(InputError);
    expect(() => random.categorical([0, 0])).toThrow(InputError);
    expect(() => random.categorical([])).toThrow(InputError);
  });
});

describe("index draws", () => {
  it("give each of the 24 orders of four items equally often", () => {
    const random = new Random(8);
    const counts = new Map<string, number>();
    for (let i = 0; i < 48_000; i++) {
      const order = random.permutation(4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(uniformityPValue([...counts.values()])).toBeGreaterThan(1e-4);
  });

  it("shuffle in place and keep all items", () => {
    const items = Int32Array.from({ length: 100 }, (_, i) => i * i);
    const shuffled = new Random(9).shuffle(items);
    expect(shuffled).toBe(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i * i));
  });

  it("choose each of the ten triples of five items equally often, ascending", () => {
    const random = new Random(10);
    const counts = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const chosen = random.subsample(5, 3);
      expect(chosen[0] < chosen[1] && chosen[1] < chosen[2]).toBe(true);
      counts.set(chosen.join(), (counts.get(chosen.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    expect(uniformityPValue([...counts.values()])).toBeGreaterThan(1e-4);
  });

  it("choose none and all", () => {
    expect([...new Random(1).subsample(4, 0)]).toEqual([]);
    expect([...new Random(1).subsample(4, 4)]).toEqual([0, 1, 2, 3]);
    expect([...new Random(1).permutation(0)]).toEqual([]);
  });

  it("draw with replacement", () => {
    const random = new Random(12);
    const counts = new Float64Array(50);
    for (let i = 0; i < 400; i++) for (const row of random.bootstrap(50)) counts[row]++;
    expect(uniformityPValue(counts)).toBeGreaterThan(1e-4);
  });

  it("refuse sizes that make no sense", () => {
    const random = new Random(13);
    expect(() => random.permutation(-1)).toThrow(InputError);
    expect(() => random.bootstrap(2.5)).toThrow(InputError);
    expect(() => random.subsample(3, 4)).toThrow(InputError);
    expect(() => random.subsample(3, Number.NaN)).toThrow(InputError);
  });
});
