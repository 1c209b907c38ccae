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
import type { Estimate } from "../../core/estimate.ts";
import { fromNats } from "../../core/units.ts";
import { type CertaintyOptions, certaintyOf, withCertainty } from "../certainty.ts";
import {
  type Correction,
  type EstimatorOptions,
  kindOf,
  type TrainedEstimator,
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
import { checkTies, repeatsItself, toldApart } from "../ties.ts";
import { type Choice, choose } from "./choose.ts";
import { estimatorNamed } from "./estimators.ts";
import { trainedEstimate } from "./trained.ts";
import { trainedEstimators } from "./trained-estimators.ts";

export interface MutualInformationOptions extends CertaintyOptions {
  /**
   * `"ksg1"`, `"ksg2"`, `"gaussian"`, `"gaussianCopula"`, `"histogram"`, `"discrete"`, `"ross"`, `"gao"`, `"ebab"`,
   * `"wkl"`, or `"auto"`, which chooses by kind, ties, dimension and number of rows, and says why in
   * `diagnostics.reason`. Or `"mist"`, a trained network that reads the sample. Or one that learns from the rows, seconds
   * rather than milliseconds: `"pca"` and `"autoencoder"` compress wide variables first, `"mine"`, `"donsker-varadhan"`,
   * `"nwj"`, `"infonce"`, `"js"`, `"smile"` train a bound. With these `k`, `bins`, `correction`, `ties` and `local` do not
   * apply.
   * @default "auto"
   */
  estimator?: string;
  /** Neighbours; a list gives the value at its first entry and all of them in `diagnostics.byK`. @default 3 (Gao: 5) */
  k?: number | readonly number[];
  /** Cells per axis of the histogram. @default 10 */
  bins?: number;
  /** Bias correction of discrete entropies. @default "miller-madow" */
  correction?: Correction;
  /** Rescaling of continuous columns before distances are taken. @default "standardize", or what `"auto"` finds better */
  preprocess?: Preprocess;
  /**
   * What an estimator asked for by name does when over 5 % of the rows are exact twins and it needs neighbours: refuse,
   * add noise of 1e-10 standard deviations (as `"auto"` does), or give way to `"gao"`. @default "error"
   */
  ties?: "error" | "jitter" | "mixed";
  /**
   * Adds `diagnostics.local`: what each row contributes (pointwise mutual information), a Float64Array in the unit of
   * the value, which is their mean. NaN for rows that were left out. @default false
   */
  local?: boolean;
}

export { choose as chooseMutualInformation } from "./choose.ts";
export { mutualInformationEstimators } from "./estimators.ts";
export { trainedEstimate } from "./trained.ts";
export { trainedEstimators } from "./trained-estimators.ts";

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
  const certainty = certaintyOf(options, where);
  const rawX = asVariable(x, `${where}: x`);
  const rawY = asVariable(y, `${where}: y`);
  const n = requireEqualRows(where, rawX, rawY);
  const load = trainedEstimators.get(options.estimator ?? "auto");
  if (load) {
    const trained = await load();
    requireKinds(trained, rawX, rawY);
    const preprocess = options.preprocess ?? "standardize";
    const [vx, vy] = [rawX, rawY].map((v, i) => preprocessed(v, preprocess, `${where}: ${"xy"[i]}`));
    return trainedEstimate(trained, { x: vx, y: vy, where, options: { preprocess } }, certainty, options);
  }
  const choice = chosen(rawX, rawY, options);
  const { estimator, preprocess, jitter, reason, warnings } = choice;
  const ready = (v: Variable, name: string) => {
    const scaled = preprocessed(v, preprocess, `${where}: ${name}`);
    return jitter ? jittered(scaled, certainty.random.split(`jitter ${name}`)) : scaled;
  };
  const vx = ready(rawX, "x");
  const vy = ready(rawY, "y");

  const ks = options.k === undefined ? [] : [options.k].flat();
  const settings: EstimatorOptions = { ...estimator.defaults };
  if (settings.k !== undefined && ks.length > 0) settings.k = ks[0];
  if (settings.bins !== undefined && options.bins !== undefined) settings.bins = options.bins;
  if (settings.correction !== undefined && options.correction !== undefined)
    settings.correction = options.correction;
  for (const k of settings.k === undefined ? [] : [settings.k, ...ks]) requireNeighbours(k, n, where);

  const diagnostics: Record<string, unknown> = { reason, preprocess };
  if (ks.length > 1 && settings.k !== undefined) {
    const value = (k: number) =>
      fromNats(estimator.estimate(vx, vy, { ...settings, k }).value, certainty.unit);
    diagnostics.byK = ks.map((k) => ({ k, value: value(k) }));
  }
  return withCertainty(
    {
      where,
      method: estimator.name,
      options: { estimator: estimator.name, ...settings, preprocess },
      n,
      warnings,
      diagnostics,
      point() {
        const point = estimator.estimate(vx, vy, settings);
        if (options.local) diagnostics.local = point.local?.map((nats) => fromNats(nats, certainty.unit));
        return point;
      },
      onUnits: (rows) => estimator.estimate(take(vx, rows), take(vy, rows), settings).value,
      permuted(random) {
        const value =
          estimator.permuter?.(vx, vy, settings) ??
          ((order: Int32Array) => estimator.estimate(vx, take(vy, order), settings).value);
        const order = Int32Array.from({ length: n }, (_, i) => i);
        return () => {
          random.shuffle(order);
          return value(order);
        };
      },
    },
    certainty,
    options,
  );
}

function chosen(x: Variable, y: Variable, options: MutualInformationOptions): Choice {
  const name = options.estimator ?? "auto";
  if (name === "auto") {
    const choice = choose(x, y);
    return { ...choice, preprocess: options.preprocess ?? choice.preprocess };
  }
  const estimator = estimatorNamed(name, where);
  const preprocess = options.preprocess ?? "standardize";
  const usesNeighbours = estimator.defaults.k !== undefined;
  const jitter = options.ties === "jitter" && usesNeighbours;
  const choice: Choice = {
    estimator,
    preprocess,
    jitter,
    reason: "as asked",
    warnings: jitter ? [toldApart] : [],
  };
  requireKinds(estimator, x, y);
  if (!usesNeighbours || name === "gao" || jitter) return choice;
  if (options.ties === "mixed" && repeatsItself(x, y)) {
    return {
      ...choice,
      estimator: estimatorNamed("gao", where),
      reason: `instead of ${name}, because of ties`,
    };
  }
  return { ...choice, warnings: checkTies(name, where, x, y) };
}

function requireKinds(estimator: Pick<TrainedEstimator, "name" | "takes">, x: Variable, y: Variable): void {
  if (takesKinds(estimator, x, y)) return;
  const kinds = [kindOf(x), kindOf(y)];
  throw new InputError({
    code: "wrong-kind",
    where,
    problem: `estimator ${estimator.name} does not take a ${kinds[0]} x with a ${kinds[1]} y`,
    expected: `${estimator.takes.x} and ${estimator.takes.y}`,
    got: kinds.join(" and "),
    hint: `estimator "auto" would take ${choose(x, y).estimator.name}`,
  });
}

/** Whether an estimator takes a pair of these kinds, either way round. */
export function takesKinds({ takes }: Pick<TrainedEstimator, "takes">, x: Variable, y: Variable): boolean {
  const fits = (wanted: string, v: Variable) => wanted === "any" || wanted === kindOf(v);
  return (fits(takes.x, x) && fits(takes.y, y)) || (fits(takes.x, y) && fits(takes.y, x));
}
