/**
 * Information between groups of columns of a normal distribution.
 *
 * Mutual information is −½ Σ ln(1 − ρ²) over the canonical correlations ρ (Gelfand & Yaglom 1957; Hotelling 1936),
 * read off as singular values of Q_xᵀ Q_y, where Q_x and Q_y are orthonormal bases of the centred columns. It
 * equals ½ [ln det S_x + ln det S_y − ln det S_xy]. Given Z, the bases are taken orthogonal to Z.
 *
 * Bias: ln det of a sample covariance (divisor n − 1) of normal data in d dimensions is off by
 * Σ_{i ≤ d} ψ((n − i)/2) + d ln(2/(n − 1)) exactly (Misra, Singh & Demchuk 2005). The terms left over in a sum of
 * log-determinants are subtracted; given d_z conditions, n becomes n − d_z. The result is unbiased for normal data,
 * whatever their covariance.
 *
 * With n − 1 ≤ all columns together the correlations are shrunk towards 0 (Schäfer & Strimmer 2005), no bias is
 * subtracted, and the warning "undersampled" says so.
 *
 * `gaussianCopula` replaces each column by its normal scores first: exact for any margins as long as the dependence
 * is that of a normal distribution, and unchanged by increasing maps (Ince et al. 2017). The bias term is then
 * right for weak dependence; strong dependence comes out low, by 0.03 nats at correlation 0.95 and n = 200.
 *
 * Deviations: columns that repeat others are left out (the information is the same, the determinants are not);
 * a correlation of 1 gives Infinity.
 *
 * Cost: O(n (d_x + d_y + d_z)²); a permutation O(n d_x d_y) once the bases are there.
 */
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { logDeterminant } from "../../core/linear-algebra.ts";
import { column, type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { digamma } from "../../core/special.ts";
import { copulaTransform, requireVarying, variance } from "../../core/statistics.ts";
import type { MutualInformationEstimator, PointEstimate } from "../estimator.ts";
import { type Basis, orthonormalBasis } from "./basis.ts";
import { type Canonical, canonicalCorrelations, crossProduct, informationOf } from "./canonical.ts";
import { shrunkCorrelation, shrunkInformation } from "./shrinkage.ts";

export const gaussian: MutualInformationEstimator = {
  name: "gaussian",
  title: "Gaussian",
  takes: { x: "continuous", y: "continuous" },
  defaults: {},
  estimate: (x, y) => estimate(varying(x as Matrix, "gaussian: x"), varying(y as Matrix, "gaussian: y")),
  permuter: (x, y) => permuter(varying(x as Matrix, "gaussian: x"), varying(y as Matrix, "gaussian: y")),
};

export const gaussianCopula: MutualInformationEstimator = {
  name: "gaussianCopula",
  title: "Gaussian copula",
  takes: { x: "continuous", y: "continuous" },
  defaults: {},
  estimate: (x, y) => estimate(scores(x as Matrix, "x"), scores(y as Matrix, "y")),
  permuter: (x, y) => permuter(scores(x as Matrix, "x"), scores(y as Matrix, "y")),
};

/**
 * I(X;Y|Z) of a normal distribution, from rows of x, y and z; unbiased for normal data. Nats.
 *
 * `diagnostics.bias` is what was subtracted: value + bias is the likelihood-ratio statistic over 2n, to be
 * compared with a chi-square distribution with d_x d_y degrees of freedom.
 *
 * @throws InputError with fewer than 3 rows or unequal row counts
 */
export function gaussianConditional(x: Matrix, y: Matrix, z: Matrix): PointEstimate {
  return estimate(x, y, z);
}

/**
 * The differential entropy of a normal distribution, ½ ln det(2πe Σ), from rows of x; unbiased for normal data.
 * Nats. −Infinity when a column is a combination of others.
 *
 * @throws InputError with fewer than 3 rows
 */
export function gaussianEntropy(x: Matrix): PointEstimate {
  const { rows: n, cols: d } = x;
  requireRows(n, "gaussianEntropy");
  if (n - 1 < d) return shrunkEntropy(x);
  const { q, dropped, logVolume } = orthonormalBasis(x);
  if (dropped > 0) {
    return { value: Number.NEGATIVE_INFINITY, n, warnings: [collinear(dropped)], diagnostics: {} };
  }
  const bias = 0.5 * (digammaSum(n, d) + d * Math.log(2 / (n - 1)));
  const constant = 0.5 * d * Math.log(2 * Math.PI) + logVolume - 0.5 * d * Math.log(n - 1) - bias;
  const local = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let square = 0;
    for (let j = 0; j < d; j++) square += q.data[at++] ** 2;
    local[i] = constant + 0.5 * n * square;
  }
  return { value: constant + 0.5 * d, n, local, warnings: [], diagnostics: { bias } };
}

function shrunkEntropy(x: Matrix): PointEstimate {
  const { rows: n, cols: d } = x;
  const { correlation, intensity } = shrunkCorrelation(x);
  let value = 0.5 * d * Math.log(2 * Math.PI * Math.E);
  for (let j = 0; j < d; j++) value += 0.5 * Math.log((variance(column(x, j)) * n) / (n - 1));
  value += intensity === 0 ? Number.NEGATIVE_INFINITY : 0.5 * logDeterminant(correlation);
  return { value, n, warnings: [undersampled(n, d, intensity)], diagnostics: { shrinkage: intensity } };
}

function estimate(x: Matrix, y: Matrix, z: Matrix = matrix(x.rows, 0)): PointEstimate {
  const n = x.rows;
  const columns = x.cols + y.cols + z.cols;
  requireRows(n, "gaussian");
  requireEqual(n, y.rows);
  requireEqual(n, z.rows);
  if (n - 1 <= columns) {
    const { value, intensity } = shrunkInformation(x, y, z);
    const warnings = [undersampled(n, columns, intensity)];
    if (value === Number.POSITIVE_INFINITY) warnings.push(deterministic);
    return { value, n, warnings, diagnostics: { shrinkage: intensity } };
  }
  const condition = orthonormalBasis(z);
  const [basisX, basisY] = [orthonormalBasis(x, condition.q), orthonormalBasis(y, condition.q)];
  const warnings: Warning[] = [];
  const dropped = condition.dropped + basisX.dropped + basisY.dropped;
  if (dropped > 0) warnings.push(collinear(dropped));
  if (basisX.q.cols === 0 || basisY.q.cols === 0) {
    return { value: 0, n, local: new Float64Array(n), warnings, diagnostics: { bias: 0 } };
  }
  const canonical = canonicalCorrelations(crossProduct(basisX.q, basisY.q));
  const bias = informationBias(n - condition.q.cols, basisX, basisY);
  const value = informationOf(canonical.correlations, n) - bias;
  const diagnostics = { bias, largestCanonicalCorrelation: canonical.correlations[0] };
  if (value === Number.POSITIVE_INFINITY) {
    return { value, n, warnings: [...warnings, deterministic], diagnostics };
  }
  return { value, n, local: localValues(basisX.q, basisY.q, canonical, value), warnings, diagnostics };
}

function permuter(x: Matrix, y: Matrix): (order: Int32Array) => number {
  const n = x.rows;
  requireRows(n, "gaussian");
  requireEqual(n, y.rows);
  if (n - 1 <= x.cols + y.cols) {
    const none = matrix(n, 0);
    return (order) => shrunkInformation(x, takeRows(y, order), none).value;
  }
  const [basisX, basisY] = [orthonormalBasis(x), orthonormalBasis(y)];
  const bias = informationBias(n, basisX, basisY);
  if (basisX.q.cols === 0 || basisY.q.cols === 0) return () => 0;
  return (order) => {
    const cross = crossProduct(basisX.q, basisY.q, order);
    return informationOf(canonicalCorrelations(cross).correlations, n) - bias;
  };
}

/** E[½ (ln det S_x + ln det S_y − ln det S_xy)] minus the truth, for normal data. */
function informationBias(n: number, { q: qx }: Basis, { q: qy }: Basis): number {
  return 0.5 * (digammaSum(n, qx.cols) + digammaSum(n, qy.cols) - digammaSum(n, qx.cols + qy.cols));
}

/** Σ_{i ≤ d} ψ((n − i)/2). */
function digammaSum(n: number, d: number): number {
  let sum = 0;
  for (let i = 1; i <= d; i++) sum += digamma((n - i) / 2);
  return sum;
}

/** ln p(x, y | z) / (p(x | z) p(y | z)) of each row under the fitted normal distribution; their mean is `value`. */
function localValues(qx: Matrix, qy: Matrix, { correlations, u, v }: Canonical, value: number): Float64Array {
  const n = qx.rows;
  const local = new Float64Array(n).fill(value);
  for (const [c, rho] of correlations.entries()) {
    const weight = (0.5 * n * rho) / ((1 - rho) * (1 + rho));
    for (let i = 0; i < n; i++) {
      let a = 0;
      let b = 0;
      for (let j = 0; j < qx.cols; j++) a += qx.data[i * qx.cols + j] * u.data[j * u.cols + c];
      for (let j = 0; j < qy.cols; j++) b += qy.data[i * qy.cols + j] * v.data[j * v.cols + c];
      local[i] += weight * (2 * a * b - rho * (a * a + b * b));
    }
  }
  return local;
}

function scores(m: Matrix, side: string): Matrix {
  return copulaTransform(m, `gaussianCopula: ${side}`);
}

function varying(m: Matrix, where: string): Matrix {
  requireVarying(m, where);
  return m;
}

function requireRows(n: number, where: string): void {
  if (n >= 3) return;
  throw new InputError({
    code: "too-few-rows",
    where,
    problem: "too few rows",
    expected: "at least 3",
    got: n,
  });
}

function requireEqual(expected: number, got: number): void {
  if (got === expected) return;
  throw new InputError({
    code: "unequal-lengths",
    where: "gaussian",
    problem: "row counts differ",
    expected: `${expected} rows`,
    got,
  });
}

const deterministic: Warning = {
  code: "deterministic",
  message:
    "a combination of columns on one side determines one on the other exactly: the information is infinite",
};

function collinear(dropped: number): Warning {
  const columns = dropped === 1 ? "1 column does" : `${dropped} columns do`;
  return { code: "collinear-columns", message: `${columns} not vary beside the others` };
}

function undersampled(n: number, columns: number, intensity: number): Warning {
  return {
    code: "undersampled",
    message: `${n} rows are too few for ${columns} columns: correlations were shrunk by ${Math.round(100 * intensity)} %`,
  };
}
