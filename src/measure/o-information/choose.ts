import type { Codes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { hstack, type Matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { duplicateRowShare } from "../../core/statistics.ts";
import type { Unit } from "../../core/units.ts";
import { asCorrection } from "../entropy/entropy.ts";
import { type Correction, kindOf, type Variable } from "../estimator.ts";
import { type Preprocess, preprocessed, requireNeighbours } from "../inputs.ts";
import {
  discreteEntropies,
  gaussianEntropies,
  neighbourEntropies,
  type SubsetEntropies,
} from "./subset-entropies.ts";

const tiesAllowed = 0.05;

export interface MultivariateOptions extends LongRunning {
  /** `"auto"` takes `"discrete"` for categories and `"ksg1"` for numbers. @default "auto" */
  estimator?: "auto" | "discrete" | "ksg1" | "gaussian";
  /** Neighbours, for `"ksg1"`. @default 3 */
  k?: number;
  /** Bias correction, for `"discrete"`. @default "miller-madow" */
  correction?: Correction;
  /** Rescaling of continuous columns. @default "standardize" */
  preprocess?: Preprocess;
  /** @default "nats" */
  unit?: Unit;
  /** @default 0 */
  seed?: number;
  /** Interval from 20 half-samples; `false` leaves it out. @default { level: 0.95 } */
  interval?: false | { level?: number };
}

/** How a question will be answered. */
export interface Choice {
  estimator: string;
  settings: Record<string, unknown>;
  warnings: Warning[];
  /** The variables as the estimator sees them. */
  ready: Variable[];
  entropies(variables: readonly Variable[]): SubsetEntropies;
}

/** The estimator for these variables, or the one asked for, with its options checked. */
export function chosen(where: string, variables: Variable[], options: MultivariateOptions): Choice {
  const kind = kindOf(variables[0]);
  const other = variables.find((v) => kindOf(v) !== kind);
  if (other) {
    throw new InputError({
      code: "wrong-kind",
      where,
      problem: "numbers and categories cannot be mixed",
      expected: `${kind} variables only`,
      got: kindOf(other),
      hint: "cut the numbers into categories first",
    });
  }
  const discrete = kind === "discrete";
  const auto = discrete ? "discrete" : "ksg1";
  const estimator =
    options.estimator === undefined || options.estimator === "auto" ? auto : options.estimator;
  const fitting = discrete ? ["discrete"] : ["ksg1", "gaussian"];
  if (!fitting.includes(estimator)) {
    const expected = `auto, ${fitting.join(", ")}`;
    const problem = `no such estimator for ${kind} variables`;
    throw new InputError({ code: "unknown-estimator", where, problem, expected, got: estimator });
  }
  if (discrete) {
    const correction = asCorrection(options.correction, where);
    return {
      estimator,
      settings: { correction },
      warnings: largeAlphabets(variables as Codes[]),
      ready: variables,
      entropies: (parts) => discreteEntropies(parts as Codes[], correction),
    };
  }
  const preprocess = options.preprocess ?? "standardize";
  const ready = variables.map((v, i) => preprocessed(v, preprocess, `${where}: variable ${i}`));
  if (estimator === "gaussian") {
    requireForCovariance(ready as Matrix[], where);
    const entropies = (parts: readonly Variable[]) => gaussianEntropies(parts as Matrix[], where);
    return { estimator, settings: { preprocess }, warnings: [], ready, entropies };
  }
  const k = options.k ?? 3;
  requireNeighbours(k, (ready[0] as Matrix).rows, where);
  return {
    estimator,
    settings: { k, preprocess },
    warnings: ties(ready as Matrix[], where),
    ready,
    entropies: (parts) => {
      requireNeighbours(k, (parts[0] as Matrix).rows, where);
      return neighbourEntropies(parts as Matrix[], k);
    },
  };
}

function requireForCovariance(variables: readonly Matrix[], where: string): void {
  const columns = variables.reduce((sum, v) => sum + v.cols, 0);
  if (variables[0].rows > columns + 1) return;
  throw new InputError({
    code: "too-few-rows",
    where,
    problem: `${columns} columns need more rows for their covariance`,
    expected: `more than ${columns + 1} rows`,
    got: variables[0].rows,
  });
}

function ties(variables: readonly Matrix[], where: string): Warning[] {
  const share = duplicateRowShare(hstack(...variables));
  const percent = `${(100 * share).toFixed(1)} %`;
  if (share > tiesAllowed) {
    throw new InputError({
      code: "ties",
      where,
      problem: "too many rows are exact twins for nearest neighbours",
      expected: `at most ${100 * tiesAllowed} %`,
      got: percent,
      hint: 'pass the values as categories, or take estimator "gaussian"',
    });
  }
  return share > 0 ? [{ code: "ties", message: `${percent} of the rows are exact twins` }] : [];
}

function largeAlphabets(variables: readonly Codes[]): Warning[] {
  const n = variables[0].codes.length;
  const cells = variables.reduce((product, v) => product * v.levels.length, 1);
  if (cells <= n / 4) return [];
  const message = `${cells} possible combinations for ${n} rows: counting them all is biased`;
  return [{ code: "large-alphabet", message }];
}
