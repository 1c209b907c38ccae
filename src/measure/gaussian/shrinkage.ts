import { logDeterminant } from "../../core/linear-algebra.ts";
import { column, hstack, type Matrix, matrix } from "../../core/matrix.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";

/** Correlations drawn towards 0 until they are positive definite. */
export interface ShrunkCorrelation {
  correlation: Matrix;
  /** λ from 0 (sample correlations) to 1 (none left). */
  intensity: number;
}

/**
 * The shrinkage estimate of a correlation matrix with the identity as target: λ = Σ Var(r_ij) / Σ r_ij² over
 * i ≠ j, with the variance of the products of standardised columns (Schäfer & Strimmer 2005).
 */
export function shrunkCorrelation(m: Matrix): ShrunkCorrelation {
  const { rows: n, cols: d } = m;
  const z = Array.from({ length: d }, (_, j) => scaled(column(m, j)));
  const correlation = matrix(d, d);
  let uncertainty = 0;
  let strength = 0;
  for (let i = 0; i < d; i++) {
    correlation.data[i * d + i] = 1;
    for (let j = 0; j < i; j++) {
      let average = 0;
      for (let k = 0; k < n; k++) average += (z[i][k] * z[j][k]) / n;
      let spread = 0;
      for (let k = 0; k < n; k++) spread += (z[i][k] * z[j][k] - average) ** 2;
      const r = (n / (n - 1)) * average;
      uncertainty += (n / (n - 1) ** 3) * spread;
      strength += r * r;
      correlation.data[i * d + j] = correlation.data[j * d + i] = r;
    }
  }
  const intensity = strength > 0 ? Math.min(uncertainty / strength, 1) : 1;
  for (let i = 0; i < d * d; i++) if (i % (d + 1) !== 0) correlation.data[i] *= 1 - intensity;
  return { correlation, intensity };
}

/** I(X;Y|Z) of a normal distribution with the shrunk correlations of the rows, nats; Z may have no columns. */
export function shrunkInformation(x: Matrix, y: Matrix, z: Matrix): { value: number; intensity: number } {
  const { correlation, intensity } = shrunkCorrelation(hstack(z, x, y));
  // Nothing was drawn in: fewer rows than columns then means exact dependence.
  if (intensity === 0) return { value: Number.POSITIVE_INFINITY, intensity };
  const [condition, left, right] = [range(0, z.cols), range(z.cols, x.cols), range(z.cols + x.cols, y.cols)];
  const logDet = (chosen: number[]) =>
    chosen.length === 0 ? 0 : logDeterminant(block(correlation, chosen), "gaussian");
  const value =
    0.5 *
    (logDet([...condition, ...left]) +
      logDet([...condition, ...right]) -
      logDet(condition) -
      logDet([...condition, ...left, ...right]));
  return { value, intensity };
}

/** Mean 0 and standard deviation 1 with divisor n − 1; zeros when the values do not vary. */
function scaled(values: Float64Array): Float64Array {
  const n = values.length;
  const centre = mean(values);
  const scale = standardDeviation(values) * Math.sqrt(n / (n - 1));
  return values.map((value) => (scale > 0 ? (value - centre) / scale : 0));
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

function block(m: Matrix, chosen: readonly number[]): Matrix {
  const out = matrix(chosen.length, chosen.length);
  let at = 0;
  for (const i of chosen) for (const j of chosen) out.data[at++] = m.data[i * m.cols + j];
  return out;
}
