import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asMatrix, hstack, type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { digamma } from "../../core/special.ts";
import { copulaTransform, mean, variance } from "../../core/statistics.ts";
import { ksg1, ksg2 } from "./ksg.ts";

const both = [ksg1, ksg2];

const goldenX = [
  0.966, 1.1231, -0.0492, -0.1809, 1.3061, -1.2514, -1.6344, 0.9437, 1.0904, 0.1463, 0.5745, -2.2542,
];
const goldenY = [
  0.7827, 0.8179, 0.1098, -0.7285, 1.0193, -0.9481, -0.6297, 1.5824, 1.167, -0.6965, 1.3444, -1.1395,
];

function normals(random: Random, rows: number, cols: number): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );
}

function binormal(correlation: number, n: number, seed: number): [Matrix, Matrix] {
  const random = new Random(seed);
  const x = normals(random, n, 1);
  const rest = Math.sqrt(1 - correlation ** 2);
  return [x, asMatrix(x.data.map((value) => correlation * value + rest * random.normal()))];
}

/** Both algorithms written down from the paper, comparing all pairs. */
function naively(x: Matrix, y: Matrix, k: number, algorithm: 1 | 2): number {
  const n = x.rows;
  const apart = (m: Matrix, i: number, j: number) =>
    Math.max(
      ...Array.from({ length: m.cols }, (_, c) => Math.abs(m.data[i * m.cols + c] - m.data[j * m.cols + c])),
    );
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const others = Array.from({ length: n }, (_, j) => ({ x: apart(x, i, j), y: apart(y, i, j) })).filter(
      (_, j) => j !== i,
    );
    const nearest = others.toSorted((a, b) => Math.max(a.x, a.y) - Math.max(b.x, b.y)).slice(0, k);
    if (algorithm === 1) {
      const radius = Math.max(nearest[k - 1].x, nearest[k - 1].y);
      for (const side of ["x", "y"] as const)
        sum += digamma(others.filter((o) => o[side] < radius).length + 1);
    } else {
      for (const side of ["x", "y"] as const) {
        const radius = Math.max(...nearest.map((o) => o[side]));
        sum += digamma(others.filter((o) => o[side] <= radius).length);
      }
    }
  }
  return digamma(k) - (algorithm === 2 ? 1 / k : 0) + digamma(n) - sum / n;
}

describe("ksg1 and ksg2", () => {
  it("give the golden values", () => {
    const golden = [
      [1, 0.5129329004329011, 0.4851551226551231],
      [2, 0.6282106782106789, 0.630988455988456],
      [3, 0.5001352813852824, 0.5433892496392496],
    ];
    for (const [k, first, second] of golden) {
      expect(ksg1.estimate(asMatrix(goldenX), asMatrix(goldenY), { k }).value).toBeCloseTo(first, 9);
      expect(ksg2.estimate(asMatrix(goldenX), asMatrix(goldenY), { k }).value).toBeCloseTo(second, 9);
    }
  });

  it("agree with the paper's formulas written down for all pairs, in any dimension", () => {
    fc.assert(
      fc.property(
        fc.record({
          n: fc.integer({ min: 2, max: 50 }),
          dx: fc.integer({ min: 1, max: 3 }),
          dy: fc.constantFrom(1, 2, 9),
          pick: fc.nat(),
          seed: fc.nat(1_000_000),
        }),
        ({ n, dx, dy, pick, seed }) => {
          const random = new Random(seed);
          const x = normals(random, n, dx);
          const y = normals(random, n, dy);
          const k = 1 + (pick % Math.min(n - 1, 6));
          expect(ksg1.estimate(x, y, { k }).value).toBeCloseTo(naively(x, y, k, 1), 12);
          expect(ksg2.estimate(x, y, { k }).value).toBeCloseTo(naively(x, y, k, 2), 12);
        },
      ),
    );
  });

  it("are unchanged by reordering rows, swapping x and y, and rescaling all columns together", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 2 }), (seed, cols) => {
        const random = new Random(seed);
        const x = normals(random, 60, cols);
        const y = normals(random, 60, 1);
        const rescaled = ({ data, rows, cols }: Matrix) =>
          matrix(
            rows,
            cols,
            data.map((v) => -4 * v + 3),
          );
        const order = random.permutation(60);
        for (const estimator of both) {
          const { value } = estimator.estimate(x, y, { k: 3 });
          expect(estimator.estimate(takeRows(x, order), takeRows(y, order), { k: 3 }).value).toBeCloseTo(
            value,
            12,
          );
          expect(estimator.estimate(y, x, { k: 3 }).value).toBeCloseTo(value, 12);
          expect(estimator.estimate(rescaled(x), rescaled(y), { k: 3 }).value).toBeCloseTo(value, 12);
        }
      }),
    );
  });

  it("change under increasing maps, except after normal scores", () => {
    const [x, y] = binormal(0.7, 200, 1);
    const bent = asMatrix(x.data.map((v) => Math.exp(v)));
    for (const estimator of both) {
      const value = (a: Matrix, b: Matrix) => estimator.estimate(a, b, { k: 3 }).value;
      expect(value(bent, y)).not.toBe(value(x, y));
      expect(value(copulaTransform(bent), copulaTransform(y))).toBe(
        value(copulaTransform(x), copulaTransform(y)),
      );
    }
  });

  it("find nothing where there is nothing", () => {
    // The sheet's check (c): the mean over 50 seeds is within 3 of its standard errors of 0.
    for (const estimator of both) {
      const values = Array.from(
        { length: 50 },
        (_, seed) => estimator.estimate(...binormal(0, 200, seed), { k: 3 }).value,
      );
      expect(Math.abs(mean(values))).toBeLessThan(3 * Math.sqrt(variance(values) / 50));
    }
  });

  it("find a strong correlation", () => {
    // The sheet's check (d): truth 0.8304; a mean outside 0.80 to 0.88 over 20 seeds is wrong (sd 0.03 a run).
    for (const estimator of both) {
      const values = Array.from(
        { length: 20 },
        (_, seed) => estimator.estimate(...binormal(0.9, 1000, seed), { k: 3 }).value,
      );
      expect(mean(values)).toBeGreaterThan(0.8);
      expect(mean(values)).toBeLessThan(0.88);
    }
  });

  it("give contributions of rows whose mean is the value", () => {
    const [x, y] = binormal(0.5, 300, 2);
    for (const estimator of both) {
      for (const wide of [x, hstack(x, normals(new Random(3), 300, 1))]) {
        const { value, local, n } = estimator.estimate(wide, y, { k: 4 });
        expect(n).toBe(300);
        expect(mean(local!)).toBeCloseTo(value, 12);
      }
    }
    // A row's contribution stays with the row.
    const order = new Random(4).permutation(300);
    const { local } = ksg1.estimate(x, y, { k: 4 });
    const moved = ksg1.estimate(takeRows(x, order), takeRows(y, order), { k: 4 });
    expect(Array.from(moved.local!)).toEqual(Array.from(order, (row) => local![row]));
  });

  it("give under a permutation exactly what they give on permuted rows", () => {
    const [x, y] = binormal(0.5, 200, 5);
    const wide = hstack(y, normals(new Random(6), 200, 2));
    for (const estimator of both) {
      for (const [a, b] of [
        [x, y],
        [wide, x],
        [x, wide],
      ]) {
        const evaluate = estimator.permuter!(a, b, { k: 3 });
        for (let seed = 0; seed < 3; seed++) {
          const order = new Random(seed).permutation(200);
          expect(evaluate(order)).toBe(estimator.estimate(a, takeRows(b, order), { k: 3 }).value);
        }
      }
    }
  });

  it("bear duplicates and constant columns with finite values", () => {
    const rounded = asMatrix(Array.from({ length: 60 }, (_, i) => i % 4));
    const constant = matrix(60, 1);
    for (const estimator of both) {
      for (const [a, b] of [
        [rounded, rounded],
        [rounded, constant],
        [hstack(rounded, constant), rounded],
      ]) {
        expect(estimator.estimate(a, b, { k: 3 }).value).toSatisfy(Number.isFinite);
      }
    }
  });

  it("use 3 neighbours unless told otherwise, and refuse what is no number of neighbours", () => {
    const [x, y] = binormal(0.5, 20, 7);
    expect(ksg1.estimate(x, y, {}).value).toBe(ksg1.estimate(x, y, { k: 3 }).value);
    expect(() => ksg1.estimate(x, y, { k: 20 })).toThrow(/^ksg1: .*got 20$/);
    expect(() => ksg2.estimate(x, y, { k: 0 })).toThrow(/^ksg2: .*got 0$/);
    expect(ksg1.estimate(x, y, { k: 19 }).value).toSatisfy(Number.isFinite);
  });
});
