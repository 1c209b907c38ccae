import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { mean } from "../../core/statistics.ts";
import { contrastiveLogProb, countZeroRows } from "./contrastive-log-prob.ts";

/** Rounding of a few dozen operations in double precision on numbers up to 1/τ. */
const rounding = 1e-12;

function normalCodes(rows: number, cols: number, seed: number): Matrix {
  const random = new Random(seed);
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );
}

function expectAll(values: ArrayLike<number>, expected: number): void {
  for (const value of Array.from(values)) expect(Math.abs(value - expected)).toBeLessThan(rounding);
}

describe("contrastiveLogProb", () => {
  it.each([0.1, 0.5, 1, 3])("has its closed forms at τ = %d", (temperature) => {
    for (const rows of [2, 3, 10]) {
      const parallel = Array.from({ length: rows }, (_, i) => [1 + i, 2 + 2 * i, -3 - 3 * i]);
      expectAll(contrastiveLogProb(parallel, temperature), -Math.LN2);
      const orthogonal = Array.from({ length: rows }, (_, i) =>
        Array.from({ length: rows }, (_, j) => (i === j ? 2 + i : 0)),
      );
      expectAll(contrastiveLogProb(orthogonal, temperature), -Math.log1p(Math.exp(-1 / temperature)));
    }
    expectAll(
      contrastiveLogProb(
        [
          [1, 2],
          [-2, -4],
        ],
        temperature,
      ),
      -Math.log1p(Math.exp(-2 / temperature)),
    );
  });

  it("gives the sheet's numbers", () => {
    const z = [
      [1.110364, -0.073576],
      [0.606531, 1.067668],
      [-1.4, 0.522313],
    ];
    // z is given to 6 decimals; cosines are off by about 1e-6, the values by 1e-6 / τ of their share.
    const compare = (values: Float64Array, expected: number[], digits: number) =>
      expected.forEach((value, i) => {
        expect(values[i]).toBeCloseTo(value, digits);
      });
    compare(contrastiveLogProb(z, 1), [-0.30369767, -0.36548254, -0.20497397], 6);
    compare(contrastiveLogProb(z, 0.1), [-0.00176388, -0.00176851, -0.00000464], 7);
  });

  it("does not depend on the batch size, where a sum over negatives does", () => {
    const [small, large] = [8, 512].map((rows) => {
      const batches = Array.from({ length: 512 / rows }, (_, b) =>
        contrastiveLogProb(normalCodes(rows, 16, b), 1),
      );
      return mean(batches.flatMap((values) => [...values]));
    });
    expect(Math.abs(small - large)).toBeLessThan(0.02);
    // Standard error of the mean of 512 values: sd 0.03 / √512 = 0.0013 for B = 512, and ×√8 correlated for B = 8.
    expect(Math.abs(large + 0.3218)).toBeLessThan(0.006);
    expect(Math.abs(small + 0.3218)).toBeLessThan(0.015);
  });

  it("counts the twin of a row once among the mean", () => {
    const z = normalCodes(5, 3, 1);
    const twice = takeRows(z, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    const [once, doubled] = [contrastiveLogProb(z, 0.7), contrastiveLogProb(twice, 0.7)];
    for (let i = 0; i < 5; i++) {
      // Σ over the 4 others of one batch; in the doubled one they are there twice, and the twin adds 1.
      const others = Math.expm1(-once[i]) * 4;
      expect(doubled[i]).toBeCloseTo(-Math.log1p((2 * others + 1) / 9), 12);
      expect(doubled[i + 5]).toBeCloseTo(doubled[i], 12);
    }
  });

  it("keeps its values when codes are scaled, and moves with the rows", () => {
    const row = fc.tuple(...Array.from({ length: 3 }, () => fc.integer({ min: -9, max: 9 })));
    const codes = fc.array(
      row.map(([a, b, c]) => [a + 0.5, b, c]),
      { minLength: 2, maxLength: 8 },
    );
    fc.assert(
      fc.property(
        codes,
        fc.double({ min: 0.1, max: 9, noNaN: true }),
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        (z, scale, temperature) => {
          const values = contrastiveLogProb(z, temperature);
          const scaled = contrastiveLogProb(
            z.map((row) => row.map((value) => scale * value)),
            temperature,
          );
          const reversed = contrastiveLogProb([...z].reverse(), temperature).reverse();
          values.forEach((value, i) => {
            expect(Math.abs(value - scaled[i])).toBeLessThan(1e-9);
            expect(Math.abs(value - reversed[i])).toBeLessThan(1e-9);
            expect(value).toBeGreaterThanOrEqual(-Math.LN2 - 1e-9);
            expect(value).toBeLessThanOrEqual(-Math.log1p(Math.exp(-2 / temperature)) + 1e-9);
          });
        },
      ),
    );
  });

  it("takes a code of zeros as orthogonal to all others", () => {
    const z = matrix(2, 2, Float64Array.of(0, 0, 3, 4));
    expectAll(contrastiveLogProb(z, 1), -Math.log1p(Math.exp(-1)));
    expect(countZeroRows(z.data, 2)).toBe(1);
  });

  it("refuses a single row, a bad temperature and numbers that are not finite, in one line", () => {
    expect(() => contrastiveLogProb([[1, 2]], 1)).toThrow(
      'contrastiveLogProb: nothing to tell a single code from; expected at least 2 rows, got 1 (objective "mim" is the same without the contrastive term)',
    );
    for (const temperature of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => contrastiveLogProb([[1], [2]], temperature)).toThrow(
        /^contrastiveLogProb: temperature will not do/,
      );
    }
    expect(() => contrastiveLogProb([[1], [Number.NaN]], 1)).toThrow(/row 1 is not a finite number/);
  });
});
