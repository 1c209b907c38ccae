import { type Matrix, matrix } from "../../core/matrix.ts";
import { lbfgs } from "../../engine/lbfgs/lbfgs.ts";

/**
 * Softmax regression to the minimum of mean cross-entropy + ridge / 2 · Σ weights² (the bias is free).
 *
 * @returns the probabilities that it gives to rows
 */
export function softmaxRegression(
  x: Matrix,
  classes: ArrayLike<number>,
  K: number,
  ridge: number,
): (rows: Matrix) => Matrix {
  const d = x.cols;
  const fitted = lbfgs(
    (theta) => {
      const gradient = new Float64Array(theta.length);
      const p = probabilities(theta, x, K);
      let loss = 0;
      for (let i = 0; i < x.rows; i++) {
        loss -= Math.log(Math.max(p.data[i * K + classes[i]], Number.MIN_VALUE)) / x.rows;
        for (let k = 0; k < K; k++) {
          const error = (p.data[i * K + k] - (k === classes[i] ? 1 : 0)) / x.rows;
          for (let j = 0; j < d; j++) gradient[k * (d + 1) + j] += error * x.data[i * d + j];
          gradient[k * (d + 1) + d] += error;
        }
      }
      for (let k = 0; k < K; k++) {
        for (let j = 0; j < d; j++) {
          const weight = theta[k * (d + 1) + j];
          loss += (ridge / 2) * weight * weight;
          gradient[k * (d + 1) + j] += ridge * weight;
        }
      }
      return [loss, gradient];
    },
    new Float64Array(K * (d + 1)),
    { tolerance: 1e-5, maxIterations: 500 },
  );
  return (rows) => probabilities(fitted.x, rows, K);
}

function probabilities(theta: Float64Array, { data, rows, cols: d }: Matrix, K: number): Matrix {
  const out = matrix(rows, K);
  for (let i = 0; i < rows; i++) {
    const row = out.data.subarray(i * K, (i + 1) * K);
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < K; k++) {
      let score = theta[k * (d + 1) + d];
      for (let j = 0; j < d; j++) score += theta[k * (d + 1) + j] * data[i * d + j];
      row[k] = score;
      if (score > most) most = score;
    }
    let sum = 0;
    for (let k = 0; k < K; k++) sum += row[k] = Math.exp(row[k] - most);
    for (let k = 0; k < K; k++) row[k] /= sum;
  }
  return out;
}
