import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../core/errors.ts";
import { covariance, logDeterminant, symmetricEigen } from "../../core/linear-algebra.ts";
import { asMatrix, hstack, type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { digamma } from "../../core/special.ts";
import { correlation, mean } from "../../core/statistics.ts";
import type { PointEstimate } from "../estimator.ts";
import { experiment } from "./experiment.ts";
import { gaussian, gaussianConditional, gaussianCopula, gaussianEntropy } from "./gaussian.ts";
import { mapped, normals as standardNormals } from "./samples.ts";
import { shrunkCorrelation } from "./shrinkage.ts";

// The golden columns of the sheet on classical estimators.
const x = asMatrix([
  0.966, 1.1231, -0.0492, -0.1809, 1.3061, -1.2514, -1.6344, 0.9437, 1.0904, 0.1463, 0.5745, -2.2542,
]);
const y = asMatrix([
  0.7827, 0.8179, 0.1098, -0.7285, 1.0193, -0.9481, -0.6297, 1.5824, 1.167, -0.6965, 1.3444, -1.1395,
]);
const z = asMatrix([0.31, -1.2, 0.77, 1.41, -0.45, 0.02, -0.93, 1.88, 0.58, -1.71, 1.13, -0.16]);

function normals(seed: number, rows: number, cols: number): Matrix {
  return standardNormals(new Random(seed), rows, cols);
}

/** The same with noise of the given size. */
function noisy(m: Matrix, size: number, seed: number): Matrix {
  const random = new Random(seed);
  return mapped(m, (value) => value + size * random.normal());
}

function estimate(a: Matrix, b: Matrix): PointEstimate {
  return gaussian.estimate(a, b, {});
}

function plugIn(result: PointEstimate): number {
  return result.value + (result.diagnostics.bias as number);
}

describe("gaussian", () => {
  it("is −½ ln(1 − r²) less the digamma terms for two columns", () => {
    const r = correlation(x.data, y.data);
    const result = estimate(x, y);
    expect(plugIn(result)).toBeCloseTo(-0.5 * Math.log(1 - r * r), 13);
    expect(result.diagnostics.bias).toBeCloseTo(0.5 * (digamma(11 / 2) - digamma(10 / 2)), 14);
    expect(result.diagnostics.largestCanonicalCorrelation).toBeCloseTo(Math.abs(r), 14);
    expect(result.warnings).toEqual([]);
  });

  it("is the difference of log-determinants for groups of columns", () => {
    const a = normals(1, 40, 3);
    const b = hstack(noisy(takeColumns(a, 2), 0.7, 2), normals(3, 40, 2));
    const det = (m: Matrix) => logDeterminant(covariance(m));
    expect(plugIn(estimate(a, b))).toBeCloseTo(0.5 * (det(a) + det(b) - det(hstack(a, b))), 12);
  });

  it("does not change when x and y swap, rows move, or columns are mixed and shifted", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const a = normals(seed, 30, 2);
        const b = noisy(a, 1, seed + 1);
        const { value } = estimate(a, b);
        expect(estimate(b, a).value).toBeCloseTo(value, 12);
        const order = new Random(seed).permutation(30);
        expect(estimate(takeRows(a, order), takeRows(b, order)).value).toBeCloseTo(value, 12);
        const mixed = matrix(30, 2);
        for (let i = 0; i < 30; i++) {
          mixed.data[2 * i] = 100 * (a.data[2 * i] + a.data[2 * i + 1]) - 7;
          mixed.data[2 * i + 1] = a.data[2 * i] - 0.01 * a.data[2 * i + 1] + 1000;
        }
        expect(estimate(mixed, b).value).toBeCloseTo(value, 9);
      }),
      { numRuns: 30 },
    );
  });

  it("has local values whose mean is the value", () => {
    const a = normals(4, 200, 3);
    const result = estimate(a, hstack(noisy(takeColumns(a, 2), 1, 5)));
    expect(result.local).toHaveLength(200);
    expect(mean(result.local!)).toBeCloseTo(result.value, 12);
  });

  it("has the local values of the fitted normal distribution", () => {
    const a = normals(6, 50, 1);
    const b = noisy(a, 0.5, 7);
    const result = estimate(a, b);
    const r = correlation(a.data, b.data);
    const [ma, mb] = [mean(a.data), mean(b.data)];
    const sa = Math.sqrt(mean(a.data.map((v) => (v - ma) ** 2)));
    const sb = Math.sqrt(mean(b.data.map((v) => (v - mb) ** 2)));
    for (let i = 0; i < 50; i++) {
      const [u, v] = [(a.data[i] - ma) / sa, (b.data[i] - mb) / sb];
      const quadratic = (2 * r * u * v - r * r * (u * u + v * v)) / (2 * (1 - r * r));
      expect(result.local![i]).toBeCloseTo(result.value + quadratic, 12);
    }
  });

  it("is unbiased for dependent normal data at n = 12", () => {
    const values = Float64Array.from({ length: 2000 }, (_, seed) => {
      const a = normals(seed, 12, 2);
      return estimate(a, noisy(a, 1, seed + 1e6)).value;
    });
    const center = mean(values);
    const error = Math.sqrt(mean(values.map((v) => (v - center) ** 2)) / values.length);
    // Two pairs with correlation 1/√2: truth ln 2.
    expect(Math.abs(center - Math.LN2)).toBeLessThan(4 * error);
  });

  it("says that an exact relation has infinite information", () => {
    const result = estimate(
      x,
      mapped(x, (v) => 3 - 2 * v),
    );
    expect(result.value).toBe(Number.POSITIVE_INFINITY);
    expect(result.warnings.map((w) => w.code)).toEqual(["deterministic"]);
  });

  it("leaves out columns that repeat others, and says so", () => {
    const repeated = hstack(x, z, asMatrix(Array.from(x.data, (v, i) => v - 2 * z.data[i])));
    const result = estimate(repeated, y);
    expect(result.value).toBeCloseTo(estimate(hstack(x, z), y).value, 10);
    expect(result.warnings).toEqual([
      { code: "collinear-columns", message: "1 column does not vary beside the others" },
    ]);
  });

  it("shrinks and warns when there are too few rows", () => {
    const wide = normals(8, 12, 6);
    const result = estimate(wide, noisy(wide, 0.5, 9));
    expect(result.warnings.map((w) => w.code)).toEqual(["undersampled"]);
    expect(result.value).toBeGreaterThan(0);
    expect(Number.isFinite(result.value)).toBe(true);
    expect(result.diagnostics.shrinkage).toBeGreaterThan(0);
    expect(estimate(normals(8, 13, 5), normals(9, 13, 6)).warnings).toEqual([]);
  });

  it("refuses constant columns, too few rows and unequal lengths", () => {
    const constant = asMatrix([5, 5, 5, 5]);
    const varying = asMatrix([1, 2, 4, 3]);
    expect(() => estimate(varying, constant)).toThrow("gaussian: y: column 0 does not vary");
    expect(() => gaussianCopula.estimate(constant, varying, {})).toThrow("gaussianCopula: x: column 0");
    expect(() => estimate(asMatrix([1, 2]), asMatrix([1, 2]))).toThrow(
      "gaussian: too few rows; expected at least 3, got 2",
    );
    expect(() => estimate(varying, asMatrix([1, 2, 3]))).toThrow(InputError);
  });
});

describe("permutations", () => {
  it("give the value of the permuted rows, to the last bit for the rows as they are", () => {
    for (const [n, dx, dy] of [
      [30, 1, 1],
      [30, 2, 1],
      [30, 3, 2],
      [9, 5, 4],
    ]) {
      const a = normals(n + dx, n, dx);
      const b = noisy(takeColumns(hstack(a, normals(1, n, dy)), dy), 0.5, dy);
      const permuted = gaussian.permuter!(a, b, {});
      const same = Int32Array.from({ length: n }, (_, i) => i);
      expect(permuted(same)).toBe(estimate(a, b).value);
      const order = new Random(3).permutation(n);
      expect(permuted(order)).toBeCloseTo(estimate(a, takeRows(b, order)).value, 12);
    }
    const order = new Random(4).permutation(12);
    expect(gaussianCopula.permuter!(x, y, {})(order)).toBeCloseTo(
      gaussianCopula.estimate(x, takeRows(y, order), {}).value,
      13,
    );
  });
});

describe("gaussianCopula", () => {
  it("does not change when columns pass through increasing maps", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const a = normals(seed, 25, 2);
        const b = noisy(a, 1, seed + 1);
        const bent = mapped(b, Math.exp);
        expect(gaussianCopula.estimate(a, bent, {}).value).toBe(gaussianCopula.estimate(a, b, {}).value);
      }),
      { numRuns: 30 },
    );
  });
});

describe("gaussianConditional", () => {
  it("is the partial correlation's information less the digamma terms", () => {
    const [rxy, rxz, ryz] = [
      correlation(x.data, y.data),
      correlation(x.data, z.data),
      correlation(y.data, z.data),
    ];
    const partial = (rxy - rxz * ryz) / Math.sqrt((1 - rxz ** 2) * (1 - ryz ** 2));
    const result = gaussianConditional(x, y, z);
    expect(plugIn(result)).toBeCloseTo(-0.5 * Math.log(1 - partial ** 2), 13);
    expect(result.diagnostics.bias).toBeCloseTo(0.5 * (digamma(10 / 2) - digamma(9 / 2)), 14);
  });

  it("is the difference of log-determinants for groups of columns", () => {
    const c = normals(10, 60, 2);
    const a = noisy(c, 1, 11);
    const b = noisy(a, 1, 12);
    const det = (...parts: Matrix[]) => logDeterminant(covariance(hstack(...parts)));
    const expected = 0.5 * (det(a, c) + det(b, c) - det(c) - det(a, b, c));
    expect(plugIn(gaussianConditional(a, b, c))).toBeCloseTo(expected, 12);
  });

  it("obeys the chain rule before the bias is taken off", () => {
    const [a, b, c] = [normals(13, 40, 1), normals(14, 40, 2), normals(15, 40, 2)];
    const whole = plugIn(estimate(a, hstack(b, c)));
    expect(plugIn(estimate(a, c)) + plugIn(gaussianConditional(a, b, c))).toBeCloseTo(whole, 12);
  });

  it("is 0 when z determines x", () => {
    const result = gaussianConditional(x, y, hstack(x, z));
    expect(result.value).toBe(0);
    expect(result.warnings.map((w) => w.code)).toEqual(["collinear-columns"]);
  });

  it("shrinks and warns when there are too few rows", () => {
    const result = gaussianConditional(normals(1, 10, 3), normals(2, 10, 3), normals(3, 10, 3));
    expect(result.warnings.map((w) => w.code)).toEqual(["undersampled"]);
    expect(Number.isFinite(result.value)).toBe(true);
  });
});

describe("gaussianEntropy", () => {
  it("is ½ ln(2πe s²) less the digamma term for one column", () => {
    const variance = covariance(x).data[0];
    const bias = 0.5 * (digamma(11 / 2) + Math.log(2 / 11));
    const result = gaussianEntropy(x);
    expect(result.value).toBeCloseTo(0.5 * Math.log(2 * Math.PI * Math.E * variance) - bias, 13);
    expect(mean(result.local!)).toBeCloseTo(result.value, 13);
  });

  it("gives the mutual information by sums of entropies", () => {
    const a = normals(16, 30, 2);
    const b = noisy(a, 1, 17);
    const sum = gaussianEntropy(a).value + gaussianEntropy(b).value - gaussianEntropy(hstack(a, b)).value;
    expect(sum).toBeCloseTo(estimate(a, b).value, 12);
  });

  it("is −Infinity for a repeated column and finite, with a warning, for too few rows", () => {
    expect(gaussianEntropy(hstack(x, x)).value).toBe(Number.NEGATIVE_INFINITY);
    const few = gaussianEntropy(normals(18, 5, 8));
    expect(Number.isFinite(few.value)).toBe(true);
    expect(few.warnings.map((w) => w.code)).toEqual(["undersampled"]);
  });
});

describe("shrunkCorrelation", () => {
  it("has ones on the diagonal and positive eigenvalues with fewer rows than columns", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const { correlation: shrunk, intensity } = shrunkCorrelation(normals(seed, 6, 10));
        expect(intensity).toBeGreaterThan(0);
        for (let j = 0; j < 10; j++) expect(shrunk.data[j * 11]).toBe(1);
        expect(symmetricEigen(shrunk).values[9]).toBeGreaterThan(0);
      }),
      { numRuns: 20 },
    );
  });

  it("tends to the sample correlations with many rows", () => {
    const a = normals(19, 20_000, 1);
    const { correlation: shrunk, intensity } = shrunkCorrelation(hstack(a, noisy(a, 1, 20)));
    // λ = Var(r) / r² with Var(r) near (1 + r²) / n: 3/n at r² = ½.
    expect(intensity).toBeLessThan(4 / 20_000);
    expect(shrunk.data[1]).toBeGreaterThan(0.69);
  });
});

it("the experiment's claims hold", async () => {
  const { rows } = await experiment.run({ quick: true });
  expect(rows.filter((row) => !row.holds)).toEqual([]);
});

function takeColumns(m: Matrix, count: number): Matrix {
  const out = matrix(m.rows, count);
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < count; j++) out.data[i * count + j] = m.data[i * m.cols + j];
  }
  return out;
}
