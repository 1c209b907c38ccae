/** Dense double-precision linear algebra: the decompositions of ml-matrix on our {@link Matrix}. */
import {
  CholeskyDecomposition,
  EigenvalueDecomposition,
  LuDecomposition,
  Matrix as MlMatrix,
  QrDecomposition,
  SingularValueDecomposition,
} from "ml-matrix";
import { InputError } from "./errors.ts";
import { type Matrix, matrix } from "./matrix.ts";

/**
 * The sample covariance of the columns (divisor n − 1), d × d.
 *
 * @throws InputError with fewer than two rows
 * @example
 * import { asMatrix, covariance } from "surprisal/core";
 * covariance(asMatrix([[1, 2], [2, 4], [3, 6]])); // 1, 2, 2, 4
 */
export function covariance(m: Matrix): Matrix {
  const { rows, cols, data } = m;
  if (rows < 2) {
    throw new InputError({
      code: "too-few-rows",
      where: "covariance",
      problem: "too few rows",
      expected: "at least 2",
      got: rows,
    });
  }
  const means = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++) means[j] += data[at++] / rows;
  const out = matrix(cols, cols);
  const centred = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) centred[j] = data[i * cols + j] - means[j];
    for (let j = 0; j < cols; j++) {
      for (let k = 0; k <= j; k++) out.data[j * cols + k] += centred[j] * centred[k];
    }
  }
  for (let j = 0; j < cols; j++) {
    for (let k = 0; k <= j; k++) {
      out.data[k * cols + j] = out.data[j * cols + k] /= rows - 1;
    }
  }
  return out;
}

/**
 * The product of two matrices.
 *
 * @throws InputError when the inner sizes differ
 */
export function multiply(a: Matrix, b: Matrix): Matrix {
  requireRows(b, a.cols, "multiply");
  return fromMl(toMl(a).mmul(toMl(b)));
}

export function transpose(m: Matrix): Matrix {
  const out = matrix(m.cols, m.rows);
  for (let i = 0, at = 0; i < m.rows; i++) {
    for (let j = 0; j < m.cols; j++) out.data[j * m.rows + i] = m.data[at++];
  }
  return out;
}

/**
 * The lower triangular L with L Lᵀ = m.
 *
 * @param where name of the caller and argument, for the error message
 * @throws InputError when m is not symmetric (to 1e-10 of its largest entry) or not positive definite
 * @example
 * import { asMatrix, cholesky } from "surprisal/core";
 * cholesky(asMatrix([[4, 2], [2, 2]])); // 2, 0, 1, 1
 */
export function cholesky(m: Matrix, where = "cholesky"): Matrix {
  const decomposition = new CholeskyDecomposition(symmetric(m, where));
  if (!decomposition.isPositiveDefinite()) {
    throw new InputError({
      code: "not-positive-definite",
      where,
      problem: "the matrix is not positive definite",
      expected: "positive eigenvalues",
      got: `${m.rows} × ${m.cols} matrix`,
    });
  }
  return fromMl(decomposition.lowerTriangularMatrix);
}

/**
 * ln det of a symmetric positive definite matrix.
 *
 * @throws InputError as {@link cholesky}
 */
export function logDeterminant(m: Matrix, where = "logDeterminant"): number {
  const lower = cholesky(m, where);
  let sum = 0;
  for (let j = 0; j < m.rows; j++) sum += 2 * Math.log(lower.data[j * m.rows + j]);
  return sum;
}

/** Eigenvalues from the largest down, and unit eigenvectors in the same order as columns. */
export interface SymmetricEigen {
  values: Float64Array;
  vectors: Matrix;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix.
 *
 * @throws InputError when m is not symmetric (to 1e-10 of its largest entry)
 * @example
 * import { asMatrix, symmetricEigen } from "surprisal/core";
 * symmetricEigen(asMatrix([[2, 1], [1, 2]])).values; // 3, 1
 */
export function symmetricEigen(m: Matrix, where = "symmetricEigen"): SymmetricEigen {
  const decomposition = new EigenvalueDecomposition(symmetric(withoutDust(m), where), {
    assumeSymmetric: true,
  });
  const n = m.rows;
  const vectors = matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      vectors.data[i * n + j] = decomposition.eigenvectorMatrix.get(i, n - 1 - j);
    }
  }
  return { values: Float64Array.from(decomposition.realEigenvalues).reverse(), vectors };
}

/** m = u diag(singularValues) vᵀ with k = min(rows, cols): u is rows × k, v is cols × k, largest value first. */
export interface SingularValues {
  u: Matrix;
  singularValues: Float64Array;
  v: Matrix;
}

/**
 * The thin singular value decomposition.
 *
 * @throws InputError when the matrix is empty
 */
export function svd(m: Matrix): SingularValues {
  if (m.data.length === 0) {
    throw new InputError({ code: "empty", where: "svd", problem: "the matrix is empty", got: shape(m) });
  }
  const decomposition = new SingularValueDecomposition(toMl(withoutDust(m)), { autoTranspose: true });
  return {
    u: fromMl(decomposition.leftSingularVectors),
    singularValues: Float64Array.from(decomposition.diagonal),
    v: fromMl(decomposition.rightSingularVectors),
  };
}

/**
 * The thin QR decomposition of a matrix with at least as many rows as columns: m = q r, q with orthonormal
 * columns, r upper triangular.
 *
 * @throws InputError when there are more columns than rows
 */
export function qr(m: Matrix): { q: Matrix; r: Matrix } {
  requireTall(m, "qr");
  const decomposition = new QrDecomposition(toMl(m));
  return { q: fromMl(decomposition.orthogonalMatrix), r: fromMl(decomposition.upperTriangularMatrix) };
}

/**
 * The x with a x = b, for a square a.
 *
 * @throws InputError when a is not square or is singular
 * @example
 * import { asMatrix, solve } from "surprisal/core";
 * solve(asMatrix([[2, 0], [0, 4]]), asMatrix([2, 2])); // 1, 0.5
 */
export function solve(a: Matrix, b: Matrix): Matrix {
  requireSquare(a, "solve");
  requireRows(b, a.rows, "solve");
  const decomposition = new LuDecomposition(toMl(a));
  if (decomposition.isSingular()) refuseSingular(a, "solve");
  return fromMl(decomposition.solve(toMl(b)));
}

/**
 * The x that minimises ‖a x − b‖, for an a with independent columns.
 *
 * @throws InputError when a has more columns than rows or dependent columns
 */
export function leastSquares(a: Matrix, b: Matrix): Matrix {
  requireTall(a, "leastSquares");
  requireRows(b, a.rows, "leastSquares");
  const decomposition = new QrDecomposition(toMl(a));
  if (!decomposition.isFullRank()) refuseSingular(a, "leastSquares");
  return fromMl(decomposition.solve(toMl(b)));
}

/**
 * The inverse of a square matrix.
 *
 * @throws InputError when it is not square or is singular
 */
export function inverse(m: Matrix): Matrix {
  requireSquare(m, "inverse");
  const identity = matrix(m.rows, m.rows);
  for (let j = 0; j < m.rows; j++) identity.data[j * m.rows + j] = 1;
  return solve(m, identity);
}

function toMl({ rows, cols, data }: Matrix): MlMatrix {
  const out = new MlMatrix(rows, cols);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++) out.set(i, j, data[at++]);
  return out;
}

function fromMl(m: MlMatrix): Matrix {
  const out = matrix(m.rows, m.columns);
  for (let i = 0, at = 0; i < m.rows; i++) for (let j = 0; j < m.columns; j++) out.data[at++] = m.get(i, j);
  return out;
}

/** Entries far below rounding become 0: ml-matrix's rotations go wrong on subnormal numbers. */
function withoutDust(m: Matrix): Matrix {
  const least = 1e-100 * largestEntry(m);
  return matrix(
    m.rows,
    m.cols,
    m.data.map((value) => (Math.abs(value) < least ? 0 : value)),
  );
}

function largestEntry(m: Matrix): number {
  return m.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** The matrix with the rounding between its two triangles averaged away. */
function symmetric(m: Matrix, where: string): MlMatrix {
  requireSquare(m, where);
  const n = m.rows;
  const largest = largestEntry(m);
  const out = new MlMatrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [below, above] = [m.data[i * n + j], m.data[j * n + i]];
      if (!(Math.abs(below - above) <= 1e-10 * largest)) {
        throw new InputError({
          code: "not-symmetric",
          where,
          problem: `entries (${i}, ${j}) and (${j}, ${i}) differ`,
          expected: "a symmetric matrix",
          got: `${below} and ${above}`,
        });
      }
      const value = (below + above) / 2;
      out.set(i, j, value);
      out.set(j, i, value);
    }
  }
  return out;
}

function requireSquare(m: Matrix, where: string): void {
  if (m.rows === m.cols && m.rows > 0) return;
  throw new InputError({
    code: "not-square",
    where,
    problem: "the matrix is not square",
    expected: "as many rows as columns",
    got: shape(m),
  });
}

function requireTall(m: Matrix, where: string): void {
  if (m.rows >= m.cols && m.cols > 0) return;
  throw new InputError({
    code: "too-few-rows",
    where,
    problem: "more columns than rows",
    expected: `at least ${m.cols} rows`,
    got: shape(m),
  });
}

function requireRows(m: Matrix, rows: number, where: string): void {
  if (m.rows === rows) return;
  throw new InputError({
    code: "shape-mismatch",
    where,
    problem: "the two sides do not fit",
    expected: `${rows} rows on the right`,
    got: shape(m),
  });
}

function refuseSingular(m: Matrix, where: string): never {
  throw new InputError({
    code: "singular",
    where,
    problem: "columns are linearly dependent",
    expected: "a matrix of full rank",
    got: shape(m),
  });
}

function shape(m: Matrix): string {
  return `${m.rows} × ${m.cols}`;
}
