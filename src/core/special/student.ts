import { logBeta } from "./gamma.ts";
import { incompleteBeta, requirePositive } from "./incomplete.ts";
import { normalQuantile } from "./normal.ts";

/**
 * The quantile of Student's t distribution: the t with P(T ≤ t) = p.
 *
 * Newton's method on ln P(T > e^u), which is concave in u and so converges from any start.
 * Gives ∓Infinity at 0 and 1 and NaN outside [0, 1].
 *
 * @param df degrees of freedom, positive, not necessarily an integer
 * @throws InputError when df is not positive
 * @example
 * import { studentQuantile } from "surprisal/core";
 * studentQuantile(0.975, 10); // 2.228138851986275
 */
export function studentQuantile(p: number, df: number): number {
  requirePositive(df, "studentQuantile");
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p > 0.5) return -studentQuantileBelow(1 - p, df);
  return studentQuantileBelow(p, df);
}

function studentQuantileBelow(p: number, df: number): number {
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 0.5) return 0;
  const logDensityAtZero = -0.5 * Math.log(df) - logBeta(df / 2, 0.5);
  let t = -normalQuantile(p);
  for (let step = 0; step < 100; step++) {
    const square = t * t;
    const far = t > 1e150;
    const logKernel = far ? 2 * Math.log(t) - Math.log(df) : Math.log1p(square / df);
    const slope = Math.exp(logDensityAtZero + Math.log(t) - 0.5 * (df + 1) * logKernel);
    const survival = far
      ? slope / df
      : 0.5 * incompleteBeta(0.5 * df, 0.5, df / (df + square), square / (df + square));
    const change = (Math.log(survival / p) * survival) / slope;
    t *= Math.exp(change);
    if (!(Math.abs(change) > 1e-15) || t === Number.POSITIVE_INFINITY) break;
  }
  return -t;
}
