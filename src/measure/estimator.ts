import { type Codes, isCodes, takeCodes } from "../core/codes.ts";
import type { Interval, Warning } from "../core/estimate.ts";
import { type Matrix, takeRows } from "../core/matrix.ts";
import type { LongRunning } from "../core/progress.ts";
import type { Random } from "../core/random.ts";

/** A checked variable: numbers (n × d) or categories (n). */
export type Variable = Matrix | Codes;
export type Kind = "continuous" | "discrete";

/** Options that reach an estimator; each reads those it knows. */
export interface EstimatorOptions {
  /** Neighbours, for the nearest-neighbour estimators. */
  k?: number;
  /** Cells per axis, for the histogram. */
  bins?: number;
  /** Bias correction of discrete entropies. */
  correction?: Correction;
}

export type Correction = "none" | "miller-madow" | "shrinkage" | "chao-shen" | "grassberger";

/** What an estimator returns: nats, never clamped. */
export interface PointEstimate {
  value: number;
  /** Rows that entered (an estimator may have to drop some). */
  n: number;
  /** Contribution of each row; its mean is the value. */
  local?: Float64Array;
  warnings: Warning[];
  diagnostics: Record<string, number | string | boolean>;
}

/**
 * A mutual-information estimator. Inputs are already checked, preprocessed and of equal length; the work is
 * synchronous and draws no random numbers.
 */
export interface MutualInformationEstimator {
  /** The name users pass as `estimator`. */
  readonly name: string;
  /** For people, for instance "KSG, algorithm 1". */
  readonly title: string;
  readonly takes: { readonly x: Kind | "any"; readonly y: Kind | "any" };
  readonly defaults: EstimatorOptions;
  estimate(x: Variable, y: Variable, options: EstimatorOptions): PointEstimate;
  /**
   * For permutation tests: a function that gives the value with row i of x paired with row `order[i]` of y.
   * Worth writing when work on x alone or y alone can be kept from one permutation to the next.
   */
  permuter?(x: Variable, y: Variable, options: EstimatorOptions): (order: Int32Array) => number;
}

/** What reaches an estimator that trains, or runs a trained network. */
export interface TrainedOptions extends LongRunning {
  seed: number;
  /** Coverage of the interval; none is wanted where it is missing. */
  level?: number;
}

/** What such an estimator returns: nats, never clamped. */
export interface TrainedEstimate extends PointEstimate {
  interval?: Interval;
  /**
   * For a permutation test without training anew: the statistic on the rows as they are, and a function that draws it
   * under a fresh permutation of rows that were not trained on.
   */
  test?: { statistic: number; permuted(random: Random): () => number | Promise<number> };
}

/**
 * A mutual-information estimator that trains on the rows or runs a trained network, and so takes its time. Inputs are
 * already checked, rescaled and of equal length.
 */
export interface TrainedEstimator {
  /** The name users pass as `estimator`. */
  readonly name: string;
  /** For people, for instance "InfoNCE". */
  readonly title: string;
  readonly takes: { readonly x: Kind | "any"; readonly y: Kind | "any" };
  /** `"lower"` where the value aims at a lower bound of the information rather than at the information. */
  readonly bound?: "lower";
  /** The settings it runs with, for `Estimate.options`. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  estimate(x: Variable, y: Variable, options: TrainedOptions): Promise<TrainedEstimate>;
}

export function kindOf(v: Variable): Kind {
  return isCodes(v) ? "discrete" : "continuous";
}

export function rowsOf(v: Variable): number {
  return isCodes(v) ? v.codes.length : v.rows;
}

/** The chosen rows of a variable, in the given order. */
export function take(v: Variable, rows: ArrayLike<number>): Variable {
  return isCodes(v) ? takeCodes(v, rows) : takeRows(v, rows);
}
