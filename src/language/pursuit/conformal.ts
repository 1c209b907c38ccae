import { InputError } from "../../core/errors.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";

/**
 * The probability that a label must have to be in a prediction set: the m-th smallest of the probabilities that were
 * given to true labels, m = ⌊α(N+1)⌋.
 *
 * Then a new case's true label is in the set with probability at least 1 − α, and at most 1 − α + 1/(N+1) where no two
 * probabilities are equal, if the case is exchangeable with the N calibration cases. With α(N+1) < 1 there is no such
 * threshold: it is 0, and every set is the whole of the labels.
 *
 * @param trueProbs N probabilities, each of the true label of a calibration case
 * @param alpha share of cases whose label may be missed, above 0 and below 0.5
 * @returns a probability
 * @throws InputError `bad-alpha`, and `not-a-probability` for a value outside [0, 1]
 * @source Chan et al. 2025, section 3.2, with the quantile of its footnote (the text's direction covers about α)
 * @example
 * import { predictionSet, splitConformalThreshold } from "surprisal/language";
 * const threshold = splitConformalThreshold([0.9, 0.4, 0.7, 0.2, 0.6, 0.8, 0.5, 0.9, 0.3], 0.2);
 * // 0.3, the 2nd smallest of 9
 * predictionSet([0.1, 0.55, 0.35], threshold);
 * // [1, 2]
 */
export function splitConformalThreshold(trueProbs: ArrayLike<number>, alpha: number): number {
  requireAlpha(alpha, "splitConformalThreshold");
  const sorted = Float64Array.from(trueProbs).sort();
  for (const p of sorted) if (!(p >= 0 && p <= 1)) throw notAProbability("splitConformalThreshold", p);
  const m = rankOf(alpha, sorted.length);
  return m === 0 ? 0 : sorted[m - 1];
}

/** m; products such as 0.1 · 20 may come out a little below the whole number they are. */
function rankOf(alpha: number, n: number): number {
  return Math.floor(alpha * (n + 1) + 1e-12);
}

/** The fewest calibration cases that give a threshold above 0. */
export function leastCases(alpha: number): number {
  return Math.ceil(1 / alpha - 1e-12) - 1;
}

/**
 * The labels whose probability reaches a threshold.
 *
 * @param p a probability for each label
 * @param threshold from {@link splitConformalThreshold}
 * @returns indices of labels, ascending; none when the predictor is less sure than on the calibration cases
 * @throws InputError `not-a-probability` when the threshold is outside [0, 1]
 * @source Chan et al. 2025, section 3.2; "at least" as in the code, without which the guarantee does not hold
 * @example
 * import { predictionSet } from "surprisal/language";
 * predictionSet([0.2, 0.5, 0.3], 0.3); // [1, 2]
 */
export function predictionSet(p: ArrayLike<number>, threshold: number): number[] {
  if (!(threshold >= 0 && threshold <= 1)) throw notAProbability("predictionSet", threshold);
  const set: number[] = [];
  for (let y = 0; y < p.length; y++) if (p[y] >= threshold) set.push(y);
  return set;
}

/** How the size of prediction sets bounds an entropy. */
export interface EntropyBoundOptions {
  /** Default "nats". */
  unit?: Unit;
  /** `"simple"` is the paper's, from the mean size; `"refined"` the reference code's, from covered and missed sets apart. */
  form?: "simple" | "refined";
  /** For `"refined"`: whether each set holds its case's label. */
  covered?: ArrayLike<boolean>;
  /** A weight for each set, not all 0. Default 1 each. */
  weights?: ArrayLike<number>;
}

/**
 * An upper bound of the entropy of the label that is left, H(Y | X), from the sizes of conformal prediction sets: fewer
 * candidates, less to be unsure of.
 *
 * simple: h(α) + α ln K − (1−α_N) ln(1−α) + (1−α_N) ln mean|C|; refined: h(α) + (1−α_N) mean of ln|C| where covered
 * + α mean of ln(K−|C|) where missed, a side without sets counting 0; h is the entropy of a coin, α_N = α − 1/(N+1).
 *
 * @param sizes labels in each set, from 0 to K
 * @param K number of labels, at least 2
 * @param alpha share of cases whose label may be missed, above 0 and below 0.5
 * @param n number of calibration cases N; Infinity for α_N = α
 * @returns nats, or bits on request; −Infinity when all sets are empty
 * @throws InputError `bad-alpha`, `bad-size`, `unequal-lengths`, `no-values`
 * @source Chan et al. 2025, proposition 3 (after Correia et al. 2024), and its reference code
 * @example
 * import { conformalEntropyBound } from "surprisal/language";
 * conformalEntropyBound([3, 4, 1, 3, 3], 4, 0.2, 19, { unit: "bits" }); // 2.658…
 */
export function conformalEntropyBound(
  sizes: ArrayLike<number>,
  K: number,
  alpha: number,
  n: number,
  { unit, form = "simple", covered, weights }: EntropyBoundOptions = {},
): number {
  const where = "conformalEntropyBound";
  requireAlpha(alpha, where);
  const checked = asUnit(unit, where);
  if (sizes.length === 0) {
    throw new InputError({ code: "no-values", where, problem: "no sets", expected: "a size each", got: 0 });
  }
  for (const [name, list] of Object.entries({ covered, weights })) {
    if (list === undefined || list.length === sizes.length) continue;
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: `${name} is not as long as sizes`,
      expected: `${sizes.length} values`,
      got: list.length,
    });
  }
  if (form === "refined" && covered === undefined) {
    throw new InputError({
      code: "missing-option",
      where,
      problem: "the refined form needs to know which sets hold their label",
      expected: "covered, a boolean for each set",
      got: "nothing",
    });
  }
  const tally = new BoundTally(K);
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i];
    if (!(Number.isInteger(size) && size >= 0 && size <= K && (size < K || covered?.[i] !== false))) {
      throw new InputError({
        code: "bad-size",
        where,
        problem: size === K ? "the set of all labels misses none" : "not a number of labels",
        expected: `an integer from 0 to ${K}`,
        got: size,
      });
    }
    tally.add(size, weights?.[i] ?? 1, covered?.[i] ?? size > 0);
  }
  return fromNats(tally.bound(form, alpha, n), checked);
}

/** Sums that both forms of the bound are made of, with no list of sizes. */
export class BoundTally {
  readonly #labels: number;
  #weight = 0;
  #size = 0;
  #covered = 0;
  #logCovered = 0;
  #missed = 0;
  #logMissed = 0;

  constructor(labels: number) {
    this.#labels = labels;
  }

  add(size: number, weight: number, covered: boolean): void {
    if (weight === 0) return;
    this.#weight += weight;
    this.#size += weight * size;
    if (covered) {
      this.#covered += weight;
      this.#logCovered += weight * Math.log(size);
    } else {
      this.#missed += weight;
      this.#logMissed += weight * Math.log(this.#labels - size);
    }
  }

  /** Nats. */
  bound(form: "simple" | "refined", alpha: number, n: number): number {
    const alphaN = alpha - 1 / (n + 1);
    const coin = -alpha * Math.log(alpha) - (1 - alpha) * Math.log1p(-alpha);
    if (form === "refined") {
      const covered = this.#covered > 0 ? this.#logCovered / this.#covered : 0;
      const missed = this.#missed > 0 ? this.#logMissed / this.#missed : 0;
      return coin + (1 - alphaN) * covered + alpha * missed;
    }
    const lambda = coin + alpha * Math.log(this.#labels) - (1 - alphaN) * Math.log1p(-alpha);
    return lambda + (1 - alphaN) * Math.log(this.#size / this.#weight);
  }
}

export function requireAlpha(alpha: number, where: string): void {
  if (alpha > 0 && alpha < 0.5) return;
  throw new InputError({
    code: "bad-alpha",
    where,
    problem: "alpha is the share of cases that may be missed",
    expected: "a number above 0 and below 0.5",
    got: alpha,
  });
}

function notAProbability(where: string, got: number): InputError {
  return new InputError({
    code: "not-a-probability",
    where,
    problem: "not a probability",
    expected: "a number from 0 to 1",
    got,
  });
}
