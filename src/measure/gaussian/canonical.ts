import { svd } from "../../core/linear-algebra.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";

/** Canonical correlations, largest first, and the rotations of the two bases that show them. */
export interface Canonical {
  correlations: Float64Array;
  u: Matrix;
  v: Matrix;
}

/** qxᵀ qy with row i of qx beside row order[i] of qy. */
export function crossProduct(qx: Matrix, qy: Matrix, order?: Int32Array): Matrix {
  const out = matrix(qx.cols, qy.cols);
  if (qx.cols === 1 && qy.cols === 1) {
    out.data[0] = pairedProduct(qx.data, qy.data, order);
    return out;
  }
  for (let i = 0; i < qx.rows; i++) {
    const row = (order ? order[i] : i) * qy.cols;
    let at = 0;
    for (let a = 0; a < qx.cols; a++) {
      const weight = qx.data[i * qx.cols + a];
      for (let b = 0; b < qy.cols; b++) out.data[at++] += weight * qy.data[row + b];
    }
  }
  return out;
}

function pairedProduct(x: Float64Array, y: Float64Array, order?: Int32Array): number {
  let sum = 0;
  if (order) for (let i = 0; i < x.length; i++) sum += x[i] * y[order[i]];
  else for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

export function canonicalCorrelations(cross: Matrix): Canonical {
  const { singularValues, u, v } = svd(cross);
  return { correlations: singularValues, u, v };
}

/**
 * −½ Σ ln(1 − ρ²); Infinity when a correlation is 1 up to the rounding of n products.
 */
export function informationOf(correlations: Float64Array, n: number): number {
  let sum = 0;
  for (const rho of correlations) {
    const unexplained = (1 - rho) * (1 + rho);
    if (unexplained <= n * Number.EPSILON) return Number.POSITIVE_INFINITY;
    sum -= 0.5 * Math.log(unexplained);
  }
  return sum;
}
