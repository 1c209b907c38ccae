import type { Unit } from "./units.ts";

/** Something a reader of an estimate should know. `code` is stable, `message` is a sentence. */
export interface Warning {
  code: string;
  message: string;
}

/** A range for the true value. */
export interface Interval {
  low: number;
  high: number;
  /** Nominal coverage, for instance 0.95. */
  level: number;
  /** How it was obtained, in words. */
  how: string;
}

/**
 * The one result of every measure: a value with its unit, how sure it is, how it was obtained and what to
 * beware of. Values are never clamped: a slightly negative mutual information means "none was seen".
 */
export interface Estimate {
  value: number;
  unit: Unit;
  interval?: Interval;
  /** Permutation p-value of "no dependence". */
  pValue?: number;
  /** Rows used. */
  n: number;
  /** Name of the estimator that ran, for instance `"ksg1"`. */
  method: string;
  /** The options after defaults were filled in: passing them again repeats the run. */
  options: Record<string, unknown>;
  seed: number;
  warnings: Warning[];
  diagnostics: Record<string, unknown>;
}
