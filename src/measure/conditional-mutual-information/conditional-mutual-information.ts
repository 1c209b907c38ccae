/**
 * Conditional mutual information of any three variables: I(X;Y|Z), what x and y still share once z is known.
 *
 * The front door beside `mutualInformation`: checks, choice, rescaling, interval, test. A discrete z is handled level
 * by level; among numbers Frenzel & Pompe's estimators run, among mixtures Mesner & Shalizi's. The test permutes x
 * only among rows with (nearly) the same z (Runge 2018): a free permutation would also break what z explains.
 *
 * Cost: that of the estimator, times about 10 for the interval and at most `permutations` for the test.
 */
import type { Estimate } from "../../core/estimate.ts";
import { certaintyOf, withCertainty } from "../certainty.ts";
import { type EstimatorOptions, take } from "../estimator.ts";
import {
  asVariable,
  jittered,
  preprocessed,
  requireEqualRows,
  requireNeighbours,
  type VariableLike,
} from "../inputs.ts";
import type { MutualInformationOptions } from "../mutual-information/mutual-information.ts";
import { type ConditionalChoice, chooseConditional } from "./choose.ts";
import { conditionalPermutation } from "./estimators.ts";

/** As for `mutualInformation`; `k` is one number, and `"ksg1"`, `"ksg2"` are Frenzel and Pompe's algorithms 1 and 2. */
export interface ConditionalMutualInformationOptions extends Omit<MutualInformationOptions, "k" | "ties"> {
  /** Neighbours. @default 3 (mixtures: 5) */
  k?: number;
  /** What an estimator asked for by name does when over 5 % of the rows are exact twins. @default "error" */
  ties?: "error" | "jitter";
}

export { chooseConditional } from "./choose.ts";

const where = "conditionalMutualInformation";

/**
 * Estimates how much information x and y share beyond what z already says.
 *
 * @param x n rows: numbers (n, or n × d) for a continuous variable, `Codes`, strings or booleans for a discrete one
 * @param y likewise, with as many rows
 * @param z likewise: what is taken as known
 * @returns the estimate in nats (or `unit`), never clamped
 * @throws InputError for unequal lengths, NaN or infinities, a constant column, too few rows, or an estimator that does
 *   not take these kinds
 * @example
 * import { conditionalMutualInformation } from "surprisal";
 * import { Random } from "surprisal/core";
 *
 * const random = new Random(1);
 * const x = Array.from({ length: 800 }, () => random.normal());
 * const z = x.map((value) => value + random.normal());
 * const y = z.map((value) => value + random.normal());
 * const direct = await conditionalMutualInformation(x, y, z);
 * // x reaches y only through z: direct.value is near 0
 */
export async function conditionalMutualInformation(
  x: VariableLike,
  y: VariableLike,
  z: VariableLike,
  options: ConditionalMutualInformationOptions = {},
): Promise<Estimate> {
  const certainty = certaintyOf(options, where);
  const raw = [x, y, z].map((v, i) => asVariable(v, `${where}: ${"xyz"[i]}`));
  const n = requireEqualRows(where, ...raw);
  const preprocess = options.preprocess ?? "standardize";
  const scaled = raw.map((v, i) => preprocessed(v, preprocess, `${where}: ${"xyz"[i]}`));
  const { estimator, jitter, reason, warnings } = chooseConditional(
    scaled[0],
    scaled[1],
    scaled[2],
    options.estimator ?? "auto",
    options.ties ?? "error",
    where,
  );
  const [vx, vy, vz] = jitter
    ? scaled.map((v, i) => jittered(v, certainty.random.split(`jitter ${"xyz"[i]}`)))
    : scaled;
  const settings = settingsOf(estimator, options);
  if (settings.k !== undefined) requireNeighbours(settings.k, n, where);
  return withCertainty(
    {
      where,
      method: estimator.name,
      options: { estimator: estimator.name, ...settings, preprocess },
      n,
      warnings,
      diagnostics: { reason, preprocess },
      point: () => estimator.estimate(vx, vy, vz, settings),
      onUnits: (rows) => estimator.estimate(take(vx, rows), take(vy, rows), take(vz, rows), settings).value,
      permuted(random) {
        const next = conditionalPermutation(vz, random);
        return () => estimator.estimate(take(vx, next()), vy, vz, settings).value;
      },
    },
    certainty,
    options,
  );
}

/** The estimator's defaults with what was asked for in their place. */
export function settingsOf(
  { defaults }: ConditionalChoice["estimator"],
  { k, bins, correction }: Pick<ConditionalMutualInformationOptions, "k" | "bins" | "correction">,
): EstimatorOptions {
  const settings: EstimatorOptions = { ...defaults };
  if (defaults.k !== undefined && k !== undefined) settings.k = k;
  if (defaults.bins !== undefined && bins !== undefined) settings.bins = bins;
  if (defaults.correction !== undefined && correction !== undefined) settings.correction = correction;
  return settings;
}
