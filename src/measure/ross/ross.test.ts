import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asCodes, type Codes, takeCodes } from "../../core/codes.ts";
import { asMatrix, type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { digamma } from "../../core/special.ts";
import { mean, variance } from "../../core/statistics.ts";
import { gaoMixture } from "../beyond-normal/beyond-normal.ts";
import { ross } from "./ross.ts";

const goldenX = [
  0.966, 1.1231, -0.0492, -0.1809, 1.3061, -1.2514, -1.6344, 0.9437, 1.0904, 0.1463, 0.5745, -2.2542,
];

/** The estimator written down from the paper, comparing all pairs. */
function naively(x: Matrix, y: Codes, k: number): number {
  const all = Array.from(y.codes.keys());
  const apart = (i: number, j: number) =>
    Math.max(
      ...Array.from({ length: x.cols }, (_, c) => Math.abs(x.data[i * x.cols + c] - x.data[j * x.cols + c])),
    );
  const sizeOfClass = (i: number) => all.filter((j) => y.codes[j] === y.codes[i]).length;
  const rows = all.filter((i) => sizeOfClass(i) > 1);
  let sum = 0;
  for (const i of rows) {
    const size = sizeOfClass(i);
    const reach = Math.min(k, size - 1);
    const inside = rows.filter((j) => j !== i && y.codes[j] === y.codes[i]).map((j) => apart(i, j));
    const radius = inside.sort((a, b) => a - b)[reach - 1];
    const near = 1 + rows.filter((j) => j !== i && apart(i, j) < radius).length;
    sum += digamma(reach) - digamma(size) - digamma(near);
  }
  return digamma(rows.length) + sum / rows.length;
}

const cases = fc
  .record({
    n: fc.integer({ min: 2, max: 60 }),
    cols: fc.constantFrom(1, 1, 2, 3),
    classes: fc.integer({ min: 1, max: 8 }),
    tied: fc.boolean(),
    pick: fc.nat(),
    seed: fc.nat(1_000_000),
  })
  .map(({ n, cols, classes, tied, pick, seed }) => {
    const random = new Random(seed);
    const draw = () => (tied ? random.integer(5) : random.normal());
    const x = matrix(n, cols, Float64Array.from({ length: n * cols }, draw));
    const y = asCodes(Int32Array.from({ length: n }, () => random.integer(classes)));
    return { x, y, k: 1 + (pick % Math.min(n - 1, 6)), random };
  })
  .filter(({ y }) => new Set(y.codes).size < y.codes.length);

describe("ross", () => {
  it("gives the golden value", () => {
    const g = asCodes(goldenX.map((_, i) => i % 2));
    expect(ross.estimate(asMatrix(goldenX), g, { k: 2 }).value).toBeCloseTo(-0.14678932178932128, 9);
  });

  it("agrees with the paper's formula written down for all pairs, with ties, rare classes and several columns", () => {
    fc.assert(
      fc.property(cases, ({ x, y, k }) => {
        expect(ross.estimate(x, y, { k }).value).toBeCloseTo(naively(x, y, k), 12);
      }),
      { numRuns: 200 },
    );
  });

  it("takes the variables either way round and the rows in any order", () => {
    fc.assert(
      fc.property(cases, ({ x, y, k, random }) => {
        const { value } = ross.estimate(x, y, { k });
        expect(ross.estimate(y, x, { k }).value).toBe(value);
        const order = random.permutation(x.rows);
        expect(ross.estimate(takeRows(x, order), takeCodes(y, order), { k }).value).toBeCloseTo(value, 12);
        const rescaled = matrix(
          x.rows,
          x.cols,
          x.data.map((v) => 3 - 2 * v),
        );
        expect(ross.estimate(rescaled, y, { k }).value).toBeCloseTo(value, 12);
      }),
    );
  });

  it("gives under a permutation what it gives on permuted rows", () => {
    fc.assert(
      fc.property(cases, ({ x, y, k, random }) => {
        const numbersFirst = ross.permuter!(x, y, { k });
        const categoriesFirst = ross.permuter!(y, x, { k });
        for (let repeat = 0; repeat < 3; repeat++) {
          const order = random.permutation(x.rows);
          expect(numbersFirst(order)).toBeCloseTo(ross.estimate(x, takeCodes(y, order), { k }).value, 12);
          expect(categoriesFirst(order)).toBeCloseTo(ross.estimate(y, takeRows(x, order), { k }).value, 12);
        }
      }),
    );
  });

  it("finds ln 2 in two classes far apart and nothing in labels drawn apart from the numbers", () => {
    const random = new Random(1);
    const codes = asCodes(Int32Array.from({ length: 2000 }, () => random.integer(2)));
    const apart = asMatrix(Float64Array.from(codes.codes, (c) => 100 * c + random.normal()));
    // ψ(n) − ⟨ψ(N)⟩ exactly; its distance from ln 2 is that of the class frequency from ½, 4 standard errors squared.
    expect(Math.abs(ross.estimate(apart, codes, {}).value - Math.LN2)).toBeLessThan(
      2 * (4 * 0.5) ** 2 * (1 / 2000),
    );
    const values = Array.from({ length: 50 }, () => {
      const x = asMatrix(Float64Array.from({ length: 200 }, () => random.normal()));
      return ross.estimate(x, asCodes(Int32Array.from({ length: 200 }, () => random.integer(3))), {}).value;
    });
    expect(Math.abs(mean(values))).toBeLessThan(4 * Math.sqrt(variance(values) / 50));
  });

  it("finds the known information of overlapping uniform classes", () => {
    const { sample, mutualInformation } = gaoMixture(5);
    const values = Array.from({ length: 20 }, (_, seed) => {
      const { x, y } = sample(1000, new Random(seed));
      return ross.estimate(asCodes(x.data), y, {}).value;
    });
    // The sheet allows 0.05 for one sample of the mixture estimator; 4 standard errors plus a bias of about 1/N.
    expect(Math.abs(mean(values) - mutualInformation)).toBeLessThan(
      4 * Math.sqrt(variance(values) / 20) + 5 / 1000,
    );
  });

  it("leaves out rows that are alone in their class and says so", () => {
    const x = asMatrix([1, 2, 3, 10, 11, 12, 50]);
    const y = asCodes(["a", "a", "a", "b", "b", "b", "c"]);
    const { value, n, local, warnings } = ross.estimate(x, y, { k: 2 });
    expect(n).toBe(6);
    expect(warnings).toEqual([
      { code: "singleton-classes", message: "1 row is the only one of its class and left out" },
    ]);
    expect(local![6]).toBeNaN();
    expect(mean(local!.subarray(0, 6))).toBeCloseTo(value, 12);
    expect(value).toBe(
      ross.estimate(asMatrix([1, 2, 3, 10, 11, 12]), asCodes([..."aaabbb"]), { k: 2 }).value,
    );
  });

  it("refuses what it cannot measure, in one line that ends with what it got", () => {
    const x = asMatrix([1, 2, 3]);
    const y = asCodes(["a", "b", "c"]);
    expect(() => ross.estimate(x, y, { k: 1 })).toThrow(
      /^ross: every row is the only one of its class.*got 3$/,
    );
    expect(() => ross.estimate(x, asCodes(["a", "a", "b"]), { k: 3 })).toThrow(/^ross: .*got 3$/);
    expect(() => ross.estimate(x, x, { k: 1 })).toThrow(
      /one variable must be.*got "continuous and continuous"$/,
    );
    expect(() => ross.permuter!(y, y, { k: 1 })).toThrow(/got "discrete and discrete"$/);
  });
});
