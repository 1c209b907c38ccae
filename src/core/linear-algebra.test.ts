import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "./errors.ts";
import {
  cholesky,
  covariance,
  inverse,
  leastSquares,
  logDeterminant,
  multiply,
  qr,
  solve,
  svd,
  symmetricEigen,
  transpose,
} from "./linear-algebra.ts";
import { asMatrix, type Matrix, matrix } from "./matrix.ts";

const entry = fc.double({ min: -5, max: 5, noNaN: true });

function matrices(rows: number, cols: number): fc.Arbitrary<Matrix> {
  return fc
    .array(entry, { minLength: rows * cols, maxLength: rows * cols })
    .map((values) => matrix(rows, cols, Float64Array.from(values)));
}

/** a aᵀ + I: positive definite, with a condition number of at most some hundreds. */
const positiveDefinite = matrices(4, 4).map((a) => {
  const m = multiply(a, transpose(a));
  for (let j = 0; j < 4; j++) m.data[j * 4 + j] += 1;
  return m;
});

function identity(n: number): Matrix {
  const m = matrix(n, n);
  for (let j = 0; j < n; j++) m.data[j * n + j] = 1;
  return m;
}

function diagonal(values: Float64Array): Matrix {
  const m = matrix(values.length, values.length);
  for (const [j, value] of values.entries()) m.data[j * values.length + j] = value;
  return m;
}

/** Entries agree to 1e-11 of the largest: some hundred roundings of a condition number of some hundred. */
function expectClose(actual: Matrix, expected: Matrix): void {
  expect([actual.rows, actual.cols]).toEqual([expected.rows, expected.cols]);
  const largest = expected.data.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  for (let i = 0; i < expected.data.length; i++) {
    expect(Math.abs(actual.data[i] - expected.data[i])).toBeLessThan(1e-11 * largest);
  }
}

describe("covariance", () => {
  it("has divisor n − 1", () => {
    const m = asMatrix([
      [1, 1],
      [2, 5],
      [6, 3],
    ]);
    expectClose(
      covariance(m),
      asMatrix([
        [7, 1],
        [1, 4],
      ]),
    );
  });

  it("refuses a single row", () => {
    expect(() => covariance(asMatrix([[1, 2]]))).toThrow(
      "covariance: too few rows; expected at least 2, got 1",
    );
  });
});

describe("decompositions", () => {
  it("multiply back to the matrix", () => {
    fc.assert(
      fc.property(positiveDefinite, (m) => {
        const lower = cholesky(m);
        expectClose(multiply(lower, transpose(lower)), m);
        const { values, vectors } = symmetricEigen(m);
        expect([...values]).toEqual([...values].sort((a, b) => b - a));
        expectClose(multiply(multiply(vectors, diagonal(values)), transpose(vectors)), m);
        expectClose(multiply(transpose(vectors), vectors), identity(4));
        expect(logDeterminant(m)).toBeCloseTo(
          values.reduce((sum, v) => sum + Math.log(v), 0),
          10,
        );
        expectClose(multiply(m, inverse(m)), identity(4));
      }),
    );
  });

  it("are thin for tall and wide matrices", () => {
    for (const [rows, cols] of [
      [5, 3],
      [3, 5],
      [1, 4],
    ]) {
      fc.assert(
        fc.property(matrices(rows, cols), (m) => {
          const { u, singularValues, v } = svd(m);
          const k = Math.min(rows, cols);
          expect([u.rows, u.cols, singularValues.length, v.rows, v.cols]).toEqual([rows, k, k, cols, k]);
          expectClose(multiply(multiply(u, diagonal(singularValues)), transpose(v)), m);
        }),
        { numRuns: 30 },
      );
    }
  });

  it("give an orthonormal q and an upper triangular r", () => {
    fc.assert(
      fc.property(positiveDefinite, matrices(3, 4), (top, bottom) => {
        const m = matrix(7, 4, Float64Array.from([...top.data, ...bottom.data]));
        const { q, r } = qr(m);
        expectClose(multiply(q, r), m);
        expectClose(multiply(transpose(q), q), identity(4));
        for (let i = 0; i < 4; i++) for (let j = 0; j < i; j++) expect(r.data[i * 4 + j]).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});

describe("solve and leastSquares", () => {
  it("invert the product", () => {
    fc.assert(
      fc.property(positiveDefinite, matrices(4, 2), (a, x) => {
        expectClose(solve(a, multiply(a, x)), x);
      }),
    );
  });

  it("leave residuals orthogonal to the columns", () => {
    const a = asMatrix([
      [1, 0],
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    // The line through (0, 1), (1, 2), (2, 2), (3, 4): slope 0.9, intercept 0.9.
    expectClose(leastSquares(a, asMatrix([1, 2, 2, 4])), asMatrix([0.9, 0.9]));
  });
});

describe("refusals", () => {
  const singular = asMatrix([
    [1, 2],
    [2, 4],
  ]);

  function codeOf(run: () => unknown): string {
    try {
      run();
    } catch (error) {
      if (error instanceof InputError) return error.code;
      throw error;
    }
    return "none";
  }

  it("name what is wrong", () => {
    const skew = asMatrix([
      [1, 2],
      [3, 9],
    ]);
    const wide = asMatrix([[1, 2]]);
    expect(codeOf(() => cholesky(singular))).toBe("not-positive-definite");
    expect(codeOf(() => logDeterminant(asMatrix([[-1]])))).toBe("not-positive-definite");
    expect(codeOf(() => cholesky(skew))).toBe("not-symmetric");
    expect(codeOf(() => symmetricEigen(skew))).toBe("not-symmetric");
    expect(codeOf(() => cholesky(wide))).toBe("not-square");
    expect(codeOf(() => solve(singular, asMatrix([1, 2])))).toBe("singular");
    expect(codeOf(() => inverse(singular))).toBe("singular");
    expect(codeOf(() => solve(skew, asMatrix([1, 2, 3])))).toBe("shape-mismatch");
    expect(codeOf(() => multiply(wide, wide))).toBe("shape-mismatch");
    expect(codeOf(() => qr(wide))).toBe("too-few-rows");
    expect(codeOf(() => leastSquares(wide, asMatrix([1])))).toBe("too-few-rows");
    expect(codeOf(() => leastSquares(asMatrix([[0], [0]]), asMatrix([1, 2])))).toBe("singular");
    expect(codeOf(() => svd(matrix(0, 0)))).toBe("empty");
  });

  it("say it in one line that starts with the caller", () => {
    expect(() => cholesky(singular, "multivariateNormal")).toThrow(
      /^multivariateNormal: the matrix is not positive definite/,
    );
  });
});
