import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { Metric } from "../../core/neighbours/metric.ts";
import { kthDistances, nearestNeighbours } from "../../core/neighbours/neighbours.ts";
import { digamma, lgamma } from "../../core/special.ts";
import type { PointEstimate } from "../estimator.ts";
import { ensembleWeights } from "./ensemble-weights.ts";

/** Share of rows that may coincide with their neighbours; they are left out. */
const tiesAllowed = 0.05;

/** ψ(n) − ψ(k) + ln c_d + d ln ε for each row, ε the distance to its k-th neighbour. */
export function kozachenkoLeonenko(x: Matrix, k: number, metric: Metric): Float64Array {
  const constant = digamma(x.rows) - digamma(k) + logUnitBall(x.cols, metric);
  return kthDistances(x, k, metric).map((distance) => constant + x.cols * Math.log(distance));
}

/** Σ_j w_j [ln(n − 1) − ψ(j) + ln V_d + d ln ε_j] for each row, ε_j the Euclidean distance to its j-th neighbour. */
export function weightedKozachenkoLeonenko(x: Matrix, k: number, where: string): Float64Array {
  const weights = ensembleWeights(x.cols, k, where);
  const used = weights.findLastIndex((w) => w !== 0) + 1;
  const { distances } = nearestNeighbours(x, used, "euclidean");
  let constant = Math.log(x.rows - 1) + logUnitBall(x.cols, "euclidean");
  for (let j = 1; j <= used; j++) constant -= weights[j - 1] * digamma(j);
  const local = new Float64Array(x.rows).fill(constant);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < used; j++) {
      if (weights[j] !== 0) local[i] += weights[j] * x.cols * Math.log(distances[i * used + j]);
    }
  }
  return local;
}

function logUnitBall(d: number, metric: Metric): number {
  return metric === "max" ? d * Math.LN2 : (d / 2) * Math.log(Math.PI) - lgamma(d / 2 + 1);
}

/**
 * The mean of −ln density over rows whose distance is not zero. With row weights w the rows stand for a
 * distribution whose density is w times theirs, so ln(w_i / mean w) is subtracted.
 */
export function averaged(
  local: Float64Array,
  rowWeights: Float64Array | undefined,
  where: string,
): PointEstimate {
  let n = 0;
  let sum = 0;
  let total = 0;
  const meanWeight = rowWeights ? rowWeights.reduce((sum, w) => sum + w, 0) / local.length : 1;
  for (let i = 0; i < local.length; i++) {
    if (!Number.isFinite(local[i])) continue;
    n++;
    const weight = rowWeights ? rowWeights[i] / meanWeight : 1;
    if (weight === 0) continue;
    sum += weight * (local[i] - Math.log(weight));
    total += weight;
  }
  const ties = local.length - n;
  if (ties > tiesAllowed * local.length) {
    throw new InputError({
      code: "ties",
      where,
      problem: "too many rows have neighbours at distance 0, so the values are not continuous",
      expected: `at most ${100 * tiesAllowed} % of the rows`,
      got: `${ties} of ${local.length}`,
      hint: 'treat the values as categories (estimator "discrete"), or add noise as wide as their rounding',
    });
  }
  const warnings: Warning[] = [];
  if (ties > 0) {
    const message = `${ties} of ${local.length} rows have neighbours at distance 0 and were left out`;
    warnings.push({ code: "ties", message });
  }
  return { value: sum / total, n, warnings, diagnostics: {} };
}
