/**
 * Mutual information of any two variables: I(X;Y) = Σ p(x,y) ln p(x,y)/(p(x)p(y)), or its integral.
 *
 * This is the front door: it checks the inputs, chooses an estimator (or takes the one asked for), rescales the
 * columns, asks the estimator, and adds what makes the number worth something: an interval from half-samples
 * and a permutation test. The estimators have rooms of their own beside this one.
 *
 * Cost: that of the estimator, times about 10 for the interval and at most `permutations` for the test.
 */
import { InputError } from "../../core/errors.ts";
import type { Estimate, Warning } from "../../core/estimate.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import {
  type Correction,
  type EstimatorOptions,
  kindOf,
  type MutualInformationEstimator,
  take,
  type Variable,
} from "../estimator.ts";
import {
  asVariable,
  jittered,
  type Preprocess,
  preprocessed,
  requireEqualRows,
  requireNeighbours,
  type VariableLike,
} from "../inputs.ts";
import { permutationTest } from "../permutation-test.ts";
import { subsampleInterval } from "../subsample.ts";
import { type Choice, choose, tieShare, tiesAllowed } from "./choose.ts";
import { estimatorNamed } from "./estimators.ts";

export interface MutualInformationOptions extends LongRunning {
  /**
   * `"ksg1"`, `"ksg2"`, `"gaussian"`, `"gaussianCopula"`, `"histogram"`, `"discrete"`, `"ross"`, `"gao"`, or
   * `"auto"`, which chooses by kind, ties, dimension and number of rows, and says why in `diagnostics.reason`.
   * @default "auto"
   */
  estimator?: string;
  /** Neighbours; a list gives the value at its first entry and all of them in `diagnostics.byK`. @default 3 (Gao: 5) */
  k?: number | readonly number[];
  /** Cells per axis of the histogram. @default 10 */
  bins?: number;
  /** Bias correction of discrete entropies. @default "miller-madow" */
  correction?: Correction;
  /** @default "nats" */
  unit?: Unit;
  /** @default 0 */
  seed?: number;
  /** Rescaling of continuous columns before distances are taken. @default "standardize", or what `"auto"` finds better */
  preprocess?: Preprocess;
  /**
   * What neighbour estimators do when over 5 % of the rows are exact twins: refuse, add noise of 1e-10 standard
   * deviations, or take the estimator for mixtures (`"gao"`). @default "error"
   */
  ties?: "error" | "jitter" | "mixed";
  /** Interval from 20 half-samples; `false` leaves it out. @default { level: 0.95 } */
  interval?: false | { level?: number };
  /** Most permutations of the test; 0 leaves it out. Fewer are run once the answer is decided. @default 200 */
  permutations?: number;
}

const where = "mutualInformation";

/**
 * Estimates how much information two variables share, with an interval and a p-value.
 *
 * @param x n rows: numbers (n, or n × d) for a continuous variable, `Codes`, strings or booleans for a discrete one
 * @param y likewise, with as many rows
 * @returns the estimate in nats (or `unit`), never clamped: a small negative value means none was seen
 * @throws InputError for unequal lengths, NaN or infinities, a constant column, too few rows, more ties than the
 *   asked estimator can bear, or a kind of variable that it does not take
 * @example
 * import { mutualInformation } from "surprisal";
 * import { Random } from "surprisal/core";
 *
 * const random = new Random(1);
 * const x = Array.from({ length: 500 }, () => random.normal());
 * const y = x.map((value) => value + random.normal());
 * const shared = await mutualInformation(x, y, { unit: "bits", seed: 1 });
 * // shared.value is about 0.5 (the truth), shared.method is "ksg1"
 */
export async function mutualInformation(
  x: VariableLike,
  y: VariableLike,
  options: MutualInformationOptions = {},
): Promise<Estimate> {
  const unit = asUnit(options.unit, where);
  const seed = options.seed ?? 0;
  const random = new Random(seed);
  const level = asLevel(options.interval);
  const permutations = asPermutations(options.permutations ?? 200);
  const between = pacer(options.signal, where);

  const rawX = asVariable(x, `${where}: x`);
  const rawY = asVariable(y, `${where}: y`);
  const n = requireEqualRows(where, rawX, rawY);
  const choice = chosen(rawX, rawY, options);
  const { estimator, preprocess, warnings } = choice;
  const jitter = options.ties === "jitter" && estimator.defaults.k !== undefined;
  const ready = (v: Variable, name: string) => {
    const scaled = preprocessed(v, preprocess, `${where}: ${name}`);
    return jitter ? jittered(scaled, random.split(`jitter ${name}`)) : scaled;
  };
  const vx = ready(rawX, "x");
  const vy = ready(rawY, "y");

  const ks = options.k === undefined ? [] : [options.k].flat();
  const settings: EstimatorOptions = { ...estimator.defaults };
  if (settings.k !== undefined && ks.length > 0) settings.k = ks[0];
  if (settings.bins !== undefined && options.bins !== undefined) settings.bins = options.bins;
  if (settings.correction !== undefined && options.correction !== undefined) settings.correction = options.correction;
  for (const k of settings.k === undefined ? [] : [settings.k, ...ks]) requireNeighbours(k, n, where);

  await between();
  const point = estimator.estimate(vx, vy, settings);
  const total = 20 + permutations;
  const interval =
    level === undefined
      ? undefined
      : await subsampleInterval(
          n,
          point.value,
          level,
          random.split("interval"),
          (rows) => estimator.estimate(take(vx, rows), take(vy, rows), settings).value,
          between,
        );
  options.onProgress?.({ done: 20, total, label: "interval" });
  const test =
    permutations === 0
      ? undefined
      : await permutationTest(
          point.value,
          permutations,
          permuted(estimator, vx, vy, settings, n, random.split("permutations")),
          between,
        );
  options.onProgress?.({ done: total, total, label: "test" });

  const inUnit = (nats: number) => fromNats(nats, unit);
  const diagnostics: Record<string, unknown> = { reason: choice.reason, preprocess, ...point.diagnostics };
  if (test) {
    const { planned, run, ended, values } = test;
    diagnostics.permutation = { planned, run, ended, values: Array.from(values, inUnit) };
  }
  if (ks.length > 1 && settings.k !== undefined) {
    diagnostics.byK = ks.map((k) => ({ k, value: inUnit(estimator.estimate(vx, vy, { ...settings, k }).value) }));
  }
  return {
    value: inUnit(point.value),
    unit,
    interval: interval && { ...interval, low: inUnit(interval.low), high: inUnit(interval.high) },
    pValue: test?.pValue,
    n: point.n,
    method: estimator.name,
    options: { estimator: estimator.name, ...settings, preprocess, permutations, unit, interval: level ? { level } : false },
    seed,
    warnings: [...warnings, ...point.warnings, ...negative(point.value)],
    diagnostics,
  };
}

function chosen(x: Variable, y: Variable, options: MutualInformationOptions): Choice {
  const name = options.estimator ?? "auto";
  if (name === "auto") {
    const choice = choose(x, y);
    return { ...choice, preprocess: options.preprocess ?? choice.preprocess };
  }
  const estimator = estimatorNamed(name, where);
  const preprocess = options.preprocess ?? "standardize";
  const choice: Choice = { estimator, preprocess, reason: "as asked", warnings: [] };
  if (!takes(estimator, x, y)) {
    throw new InputError({
      code: "wrong-kind",
      where,
      problem: `estimator ${name} does not take a ${kindOf(x)} x with a ${kindOf(y)} y`,
      expected: `${estimator.takes.x} and ${estimator.takes.y}`,
      got: `${kindOf(x)} and ${kindOf(y)}`,
      hint: `estimator "auto" would take ${choose(x, y).estimator.name}`,
    });
  }
  const bearsTies = estimator.defaults.k === undefined || estimator.name === "gao" || options.ties === "jitter";
  const ties = bearsTies ? 0 : tieShare(x, y);
  if (ties <= tiesAllowed) return choice;
  if (options.ties === "mixed") {
    return { ...choice, estimator: estimatorNamed("gao", where), reason: `instead of ${name}, because of ties` };
  }
  throw new InputError({
    code: "ties",
    where,
    problem: `${Math.round(100 * ties)} % of the rows are exact twins, which ${name} cannot bear`,
    expected: `at most ${100 * tiesAllowed} %`,
    got: `${(100 * ties).toFixed(1)} %`,
    hint: 'choose estimator "gao", or ties: "jitter" or "mixed"',
  });
}

function takes({ takes }: MutualInformationEstimator, x: Variable, y: Variable): boolean {
  const fits = (wanted: string, v: Variable) => wanted === "any" || wanted === kindOf(v);
  return (fits(takes.x, x) && fits(takes.y, y)) || (fits(takes.x, y) && fits(takes.y, x));
}

/** Draws the value with y's rows in random order. */
function permuted(
  estimator: MutualInformationEstimator,
  x: Variable,
  y: Variable,
  settings: EstimatorOptions,
  n: number,
  random: Random,
): () => number {
  const value =
    estimator.permuter?.(x, y, settings) ??
    ((order: Int32Array) => estimator.estimate(x, take(y, order), settings).value);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  return () => {
    random.shuffle(order);
    return value(order);
  };
}

function negative(value: number): Warning[] {
  if (value >= 0) return [];
  return [{ code: "negative", message: "slightly below zero: no shared information was seen" }];
}

export function asLevel(interval: false | { level?: number } | undefined, caller = where): number | undefined {
  if (interval === false) return undefined;
  const level = interval?.level ?? 0.95;
  if (level > 0 && level < 1) return level;
  throw new InputError({
    code: "bad-level",
    where: caller,
    problem: "not a level of confidence",
    expected: "a number between 0 and 1",
    got: level,
  });
}

export function asPermutations(count: number, caller = where): number {
  if (Number.isInteger(count) && count >= 0) return count;
  throw new InputError({
    code: "bad-permutations",
    where: caller,
    problem: "not a number of permutations",
    expected: "an integer from 0",
    got: count,
  });
}
