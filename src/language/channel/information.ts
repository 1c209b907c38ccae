import { InputError } from "../../core/errors.ts";
import type { Estimate, Interval, Warning } from "../../core/estimate.ts";
import { Random } from "../../core/random.ts";
import { mean, quantile, variance } from "../../core/statistics.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import { type LogLikelihoods, requireLengths, type Shape, shapeOf } from "./log-likelihoods.ts";

const where = "estimateCompressionMI";
/** Above this share of ln N a value says only "at least". */
const saturatedFrom = 0.9;
/** A bracket wider than this share of ln N is worth a word. */
const wideFrom = 0.25;

export interface CompressionOptions {
  /** Tokens of each compression, N × M: with them the estimate has bits per token. */
  lengths?: readonly (readonly number[])[];
  /** @default "nats" */
  unit?: Unit;
  /** Resamples of the contexts for the intervals; 0 leaves them out. @default 1000 */
  bootstrap?: number;
  /** @default 0.95 */
  level?: number;
  /** @default 0 */
  seed?: number;
}

/** Bits for each token of a compression. */
export interface BitsPerToken {
  /** Mean bits over mean tokens. */
  readonly value: number;
  readonly interval?: Interval;
  /** The mean of bits over tokens, compression by compression: another number, long ones count as much as short ones. */
  readonly perItem: number;
  readonly meanTokens: number;
}

/** I(X;Z) between contexts and their compressions, with what bounds it. */
export interface CompressionEstimate extends Estimate {
  /** max(value, 0), as the paper reports it. */
  readonly clipped: number;
  /**
   * The leave-one-out companion: at least I(X;Z) on average where the likelihoods are those of the compressor itself.
   * Infinite when some compression is impossible under every other context.
   */
  readonly upper: number;
  readonly standardError?: number;
  /** ln N: no value can be larger. */
  readonly limit: number;
  /** The value is above 0.9 ln N: it says only "at least", and saturated compressors cannot be ranked by it. */
  readonly saturated: boolean;
  /** One term for each compression, N × M; their mean is the value. */
  readonly terms: readonly (readonly number[])[];
  readonly bitsPerToken?: BitsPerToken;
}

/**
 * How much compressions say about their contexts: the mean of ln p(z | own x) − ln (1/N) Σ_l p(z | x_l), with the own
 * context inside the mean.
 *
 * It never exceeds ln N, and for contexts drawn independently its expectation never exceeds I(X;Z), whatever model gave
 * the likelihoods (it is the InfoNCE bound with ln p(z|x) as critic). With queries, score each compression under every
 * context with the query it was written for: the result is I(X;Z|Q). The interval resamples contexts, never single
 * compressions. Values are not clipped; `clipped` is.
 *
 * @param ll N × M × N natural log-likelihoods, summed over tokens, see {@link LogLikelihoods}
 * @returns value and bounds in `unit` (default nats); bits per token always in bits
 * @throws InputError for fewer than 2 contexts, unequal shapes, NaN or Infinity, a compression that is impossible under its
 *   own context, and lengths that are not positive
 * Source: He et al. 2025, arXiv 2512.21720 (estimator); the leave-one-out companion is the known upper bound for tractable
 * conditionals (Poole et al. 2019). O(N² M) time.
 * @example
 * import { estimateCompressionMI } from "surprisal/language";
 * // Two contexts, one compression each, which only its own context can have produced.
 * const none = Number.NEGATIVE_INFINITY;
 * const { value, saturated } = estimateCompressionMI([[[-3, none]], [[none, -7]]], { unit: "bits" });
 * // value is 1 bit, all there is to know, and saturated is true
 */
export function estimateCompressionMI(
  ll: LogLikelihoods,
  options: CompressionOptions = {},
): CompressionEstimate {
  const { lengths, bootstrap = 1000, level = 0.95, seed = 0 } = options;
  const unit = asUnit(options.unit, where);
  requireOptions(bootstrap, level);
  const shape = shapeOf(ll, where);
  if (lengths) requireLengths(lengths, shape, where);
  const inUnit = (nats: number) => fromNats(nats, unit);
  const { terms, upper } = decompose(ll, shape);
  const perContext = terms.map((row) => mean(row));
  const value = mean(perContext);
  const limit = Math.log(shape.contexts);
  const saturated = value > saturatedFrom * limit;
  const resamples = resample(perContext, lengths, bootstrap, new Random(seed));
  const interval = percentiles(resamples?.means, level, bootstrap);
  return {
    value: inUnit(value),
    unit,
    interval: interval && { ...interval, low: inUnit(interval.low), high: inUnit(interval.high) },
    n: shape.contexts,
    method: "own-context-log-sum-exp",
    options: { unit, bootstrap, level, lengths: lengths !== undefined },
    seed,
    warnings: warningsOf(value, upper, limit, saturated),
    diagnostics: { samples: shape.samples },
    clipped: Math.max(0, inUnit(value)),
    upper: inUnit(upper),
    standardError:
      resamples && inUnit(Math.sqrt((variance(resamples.means) * bootstrap) / Math.max(1, bootstrap - 1))),
    limit: inUnit(limit),
    saturated,
    terms: terms.map((row) => Array.from(row, inUnit)),
    bitsPerToken: lengths && bitsPerToken(terms, lengths, percentiles(resamples?.rates, level, bootstrap)),
  };
}

/** The terms, N × M, and the mean of the leave-one-out terms, in nats. */
function decompose(
  ll: LogLikelihoods,
  { contexts, samples }: Shape,
): { terms: Float64Array[]; upper: number } {
  const terms = Array.from({ length: contexts }, () => new Float64Array(samples));
  let upper = 0;
  for (let i = 0; i < contexts; i++) {
    for (let j = 0; j < samples; j++) {
      const row = ll[i][j];
      const others = logSumOfOthers(row, i);
      const larger = Math.max(row[i], others);
      const all = larger + Math.log(Math.exp(row[i] - larger) + Math.exp(others - larger));
      terms[i][j] = row[i] - all + Math.log(contexts);
      upper += row[i] - others + Math.log(contexts - 1);
    }
  }
  return { terms, upper: upper / (contexts * samples) };
}

/** ln Σ exp over all entries but one. */
function logSumOfOthers(row: ArrayLike<number>, own: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let l = 0; l < row.length; l++) if (l !== own && row[l] > largest) largest = row[l];
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let l = 0; l < row.length; l++) if (l !== own) sum += Math.exp(row[l] - largest);
  return largest + Math.log(sum);
}

function bitsPerToken(
  terms: readonly Float64Array[],
  lengths: readonly (readonly number[])[],
  interval: Interval | undefined,
): BitsPerToken {
  let bits = 0;
  let tokens = 0;
  let ratios = 0;
  let count = 0;
  for (const [i, row] of terms.entries()) {
    for (const [j, term] of row.entries()) {
      bits += term / Math.LN2;
      tokens += lengths[i][j];
      ratios += term / Math.LN2 / lengths[i][j];
      count++;
    }
  }
  return { value: bits / tokens, interval, perItem: ratios / count, meanTokens: tokens / count };
}

/** Mean terms, and their bits over mean tokens, over resampled contexts. */
function resample(
  perContext: readonly number[],
  lengths: readonly (readonly number[])[] | undefined,
  times: number,
  random: Random,
): { means: Float64Array; rates?: Float64Array } | undefined {
  if (times === 0) return undefined;
  const n = perContext.length;
  const tokens = lengths?.map((row) => mean(row));
  const means = new Float64Array(times);
  const rates = new Float64Array(times);
  for (let b = 0; b < times; b++) {
    let nats = 0;
    let length = 0;
    for (let k = 0; k < n; k++) {
      const i = random.integer(n);
      nats += perContext[i];
      if (tokens) length += tokens[i];
    }
    means[b] = nats / n;
    rates[b] = nats / Math.LN2 / length;
  }
  return { means, rates: tokens && rates };
}

function percentiles(values: Float64Array | undefined, level: number, times: number): Interval | undefined {
  if (!values) return undefined;
  return {
    low: quantile(values, (1 - level) / 2),
    high: quantile(values, (1 + level) / 2),
    level,
    how: `percentiles over ${times} resamples of the contexts`,
  };
}

function warningsOf(value: number, upper: number, limit: number, saturated: boolean): Warning[] {
  const warnings: Warning[] = [];
  if (value < 0) {
    warnings.push({ code: "negative", message: "below zero: no information about the contexts was seen" });
  }
  if (saturated) {
    warnings.push({
      code: "saturated",
      message:
        "above 0.9 ln N: the compressions tell nearly all contexts apart, so the value says only “at least”; take more contexts, or contexts that resemble each other",
    });
  } else if (upper - value > wideFrom * limit) {
    warnings.push({
      code: "wide-bracket",
      message: "the leave-one-out value lies far above: take more contexts",
    });
  }
  return warnings;
}

function requireOptions(bootstrap: number, level: number): void {
  if (!Number.isInteger(bootstrap) || bootstrap < 0) {
    throw new InputError({
      code: "bad-count",
      where,
      problem: "bootstrap is not a number of resamples",
      expected: "an integer from 0",
      got: bootstrap,
    });
  }
  if (level > 0 && level < 1) return;
  throw new InputError({
    code: "bad-level",
    where,
    problem: "not a level of confidence",
    expected: "a number between 0 and 1",
    got: level,
  });
}
