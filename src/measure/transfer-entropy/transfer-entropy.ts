/**
 * Transfer entropy: Schreiber, "Measuring information transfer", Phys. Rev. Lett. 85, 2000. What the past of a source
 * says about the next value of a target beyond the target's own past,
 *
 *   TE(X→Y) = I(Y_t ; X_{t−u}, …, X_{t−u−m+1} | Y_{t−1}, …, Y_{t−l}),
 *
 * estimated by any estimator of conditional mutual information on the embedded rows. Deviations: half-samples and
 * permutations move whole blocks of time, because neighbouring rows resemble each other; the effective transfer
 * entropy (value minus the mean under permutation) is among the diagnostics.
 *
 * Cost: that of the conditional estimator on n rows of dimension dy + m·dx + l·dy.
 */
import { isCodes, joinCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Estimate } from "../../core/estimate.ts";
import { hstack, type Matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { chiSquareSurvival } from "../../core/special.ts";
import { certaintyOf, withCertainty } from "../certainty.ts";
import {
  type ConditionalMutualInformationOptions,
  chooseConditional,
  settingsOf,
} from "../conditional-mutual-information/conditional-mutual-information.ts";
import { take, type Variable } from "../estimator.ts";
import {
  asVariable,
  jittered,
  preprocessed,
  requireEqualRows,
  requireNeighbours,
  type VariableLike,
} from "../inputs.ts";

export interface TransferEntropyOptions extends ConditionalMutualInformationOptions {
  /** u: steps from the newest source value to the target value. @default 1 */
  lag?: number;
  /** l: past values of the target that are taken as known. @default 1 */
  history?: number;
  /** m: past values of the source. @default 1 */
  sourceHistory?: number;
}

const where = "transferEntropy";

/**
 * Estimates how much the past of one time series says about the next value of another.
 *
 * @param source n points in time: numbers (n, or n × d), `Codes`, strings or booleans
 * @param target likewise, at the same times
 * @returns the estimate in nats (or `unit`) per step, never clamped; `diagnostics.effective` is the value minus the
 *   mean under permutation
 * @throws InputError as `conditionalMutualInformation`, and for steps that are not whole numbers from 1
 * @example
 * import { transferEntropy } from "surprisal";
 * import { Random } from "surprisal/core";
 *
 * const random = new Random(1);
 * const x = [0];
 * const y = [0];
 * for (let t = 1; t < 1000; t++) {
 *   x.push(0.5 * x[t - 1] + random.normal());
 *   y.push(0.4 * y[t - 1] + 0.6 * x[t - 1] + random.normal());
 * }
 * const forth = await transferEntropy(x, y);
 * const back = await transferEntropy(y, x);
 * // forth.value is near 0.18, back.value near 0
 */
export async function transferEntropy(
  source: VariableLike,
  target: VariableLike,
  options: TransferEntropyOptions = {},
): Promise<Estimate> {
  const certainty = certaintyOf(options, where);
  const { lag = 1, history = 1, sourceHistory = 1 } = options;
  for (const [name, steps] of Object.entries({ lag, history, sourceHistory })) requireSteps(name, steps);
  const rawSource = asVariable(source, `${where}: source`);
  const rawTarget = asVariable(target, `${where}: target`);
  const times = requireEqualRows(where, rawSource, rawTarget);
  const first = Math.max(lag + sourceHistory - 1, history);
  const n = times - first;
  if (n < 8) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: `${first} steps of history leave too few points in time`,
      expected: `at least ${first + 8} rows`,
      got: times,
    });
  }
  const preprocess = options.preprocess ?? "standardize";
  const scaledSource = preprocessed(rawSource, preprocess, `${where}: source`);
  const scaledTarget = preprocessed(rawTarget, preprocess, `${where}: target`);
  const embed = (from: Variable, to: Variable) => ({
    present: delayed(to, first, n, 0, 1),
    sourcePast: delayed(from, first, n, lag, sourceHistory),
    targetPast: delayed(to, first, n, 1, history),
  });
  const plain = embed(scaledSource, scaledTarget);
  const { estimator, jitter, reason, warnings } = chooseConditional(
    plain.sourcePast,
    plain.present,
    plain.targetPast,
    options.estimator ?? "auto",
    options.ties ?? "error",
    where,
  );
  // Noise goes into the series, so that a value stays the same value at every lag.
  const { present, sourcePast, targetPast } = jitter
    ? embed(
        jittered(scaledSource, certainty.random.split("jitter source")),
        jittered(scaledTarget, certainty.random.split("jitter target")),
      )
    : plain;
  const settings = settingsOf(estimator, options);
  if (settings.k !== undefined) requireNeighbours(settings.k, n, where);
  const value = (x: Variable, y: Variable, z: Variable) => estimator.estimate(x, y, z, settings);
  const length = Math.max(1, Math.floor(Math.sqrt(n) / 2));
  const blocks = Math.floor(n / length);

  const estimate = await withCertainty(
    {
      where,
      method: estimator.name,
      options: { estimator: estimator.name, ...settings, preprocess, lag, history, sourceHistory },
      n: blocks,
      warnings,
      diagnostics: { reason, preprocess, blockLength: length },
      point: () => value(sourcePast, present, targetPast),
      onUnits(units) {
        const rows = rowsOfBlocks(units, length);
        return value(take(sourcePast, rows), take(present, rows), take(targetPast, rows)).value;
      },
      permuted(random) {
        return () => value(take(sourcePast, blockPermutation(n, length, random)), present, targetPast).value;
      },
    },
    certainty,
    options,
  );
  const permutation = estimate.diagnostics.permutation as { values: number[] } | undefined;
  if (permutation) {
    const { values } = permutation;
    estimate.diagnostics.effective = estimate.value - values.reduce((sum, v) => sum + v, 0) / values.length;
  }
  if (estimator.name === "gaussian") {
    const nats = estimate.unit === "bits" ? estimate.value * Math.LN2 : estimate.value;
    // The likelihood ratio is that of the estimate without its bias correction.
    const ratio = 2 * n * (nats + Number(estimate.diagnostics.bias ?? 0));
    const freedom = (sourcePast as Matrix).cols * (present as Matrix).cols;
    estimate.diagnostics.chiSquarePValue = chiSquareSurvival(Math.max(ratio, 0), freedom);
  }
  return estimate;
}

/** Row i holds the values at first + i − lag, first + i − lag − 1, …, `count` of them. */
function delayed(series: Variable, first: number, n: number, lag: number, count: number): Variable {
  const steps = Array.from({ length: count }, (_, step) => {
    const start = first - lag - step;
    return take(
      series,
      Int32Array.from({ length: n }, (_, i) => start + i),
    );
  });
  return isCodes(series)
    ? joinCodes(...steps.map((step) => step as typeof series))
    : hstack(...steps.map((step) => step as Matrix));
}

function rowsOfBlocks(blocks: Int32Array, length: number): Int32Array {
  const rows = new Int32Array(blocks.length * length);
  for (const [i, block] of blocks.entries()) {
    for (let j = 0; j < length; j++) rows[i * length + j] = block * length + j;
  }
  return rows;
}

/** Blocks of time in random order, after a random rotation so that block borders differ between permutations. */
function blockPermutation(n: number, length: number, random: Random): Int32Array {
  const start = random.integer(n);
  const order = random.permutation(Math.ceil(n / length));
  const rows = new Int32Array(n);
  let at = 0;
  for (const block of order) {
    const end = Math.min((block + 1) * length, n);
    for (let i = block * length; i < end; i++) rows[at++] = (i + start) % n;
  }
  return rows;
}

function requireSteps(name: string, steps: number): void {
  if (Number.isInteger(steps) && steps >= 1) return;
  throw new InputError({
    code: "bad-steps",
    where: `${where}: ${name}`,
    problem: "not a number of time steps",
    expected: "an integer from 1",
    got: steps,
  });
}
