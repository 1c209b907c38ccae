import { solve } from "../../core/linear-algebra.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";

const mostSteps = 60;

export interface LogisticFit {
  readonly coefficients: Float64Array;
  /** Square roots of the diagonal of the inverse information matrix. */
  readonly standardErrors: Float64Array;
  /** −2 ln likelihood. */
  readonly deviance: number;
  /** Linear predictor of each row. */
  readonly scores: Float64Array;
  readonly converged: boolean;
}

/** Iteratively reweighted least squares with a ridge on all coefficients; the first column of x is the intercept. */
export function logisticRegression(x: Matrix, y: ArrayLike<number>, ridge: number): LogisticFit {
  const d = x.cols;
  let beta = new Float64Array(d);
  let current = penalised(x, y, beta, ridge);
  let converged = false;
  for (let step = 0; step < mostSteps && !converged; step++) {
    const { information, gradient } = derivatives(x, y, beta, ridge);
    const { data: change } = solve(information, gradient);
    let size = 1;
    let next = beta.map((value, j) => value + change[j]);
    let value = penalised(x, y, next, ridge);
    while (!(value <= current + 1e-12) && size > 1e-6) {
      size /= 2;
      next = beta.map((b, j) => b + size * change[j]);
      value = penalised(x, y, next, ridge);
    }
    converged = Math.abs(current - value) <= 1e-10 * (Math.abs(current) + 1e-10);
    beta = next;
    current = value;
  }
  const { information } = derivatives(x, y, beta, ridge);
  const identity = matrix(d, d);
  for (let j = 0; j < d; j++) identity.data[j * d + j] = 1;
  const { data: cov } = solve(information, identity);
  const scores = linear(x, beta);
  return {
    coefficients: beta,
    standardErrors: Float64Array.from({ length: d }, (_, j) => Math.sqrt(cov[j * d + j])),
    deviance: deviance(scores, y),
    scores,
    converged,
  };
}

function linear({ rows, cols, data }: Matrix, beta: Float64Array): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[i] += data[i * cols + j] * beta[j];
  return out;
}

function deviance(scores: Float64Array, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const s = y[i] === 1 ? scores[i] : -scores[i];
    sum += s > 0 ? Math.log1p(Math.exp(-s)) : Math.log1p(Math.exp(s)) - s;
  }
  return 2 * sum;
}

function penalised(x: Matrix, y: ArrayLike<number>, beta: Float64Array, ridge: number): number {
  return deviance(linear(x, beta), y) + ridge * beta.reduce((sum, b) => sum + b * b, 0);
}

function derivatives(x: Matrix, y: ArrayLike<number>, beta: Float64Array, ridge: number) {
  const { rows, cols, data } = x;
  const scores = linear(x, beta);
  const information = matrix(cols, cols);
  const gradient = matrix(cols, 1);
  for (let i = 0; i < rows; i++) {
    const p = 1 / (1 + Math.exp(-scores[i]));
    const weight = p * (1 - p);
    for (let j = 0; j < cols; j++) {
      const xj = data[i * cols + j];
      if (xj === 0) continue;
      gradient.data[j] += xj * (y[i] - p);
      for (let k = 0; k < cols; k++) information.data[j * cols + k] += weight * xj * data[i * cols + k];
    }
  }
  for (let j = 0; j < cols; j++) {
    information.data[j * cols + j] += ridge;
    gradient.data[j] -= ridge * beta[j];
  }
  return { information, gradient };
}
