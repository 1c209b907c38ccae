import { InputError } from "../../core/errors.ts";
import { digamma } from "../../core/special.ts";
import type { Correction } from "../estimator.ts";

export interface DiscreteEntropyOptions {
  /**
   * Bias correction: `"none"` (plug-in), `"miller-madow"`, `"shrinkage"` (James–Stein, towards the uniform
   * distribution over all given cells), `"chao-shen"` (coverage) or `"grassberger"` (1988).
   * @default "miller-madow"
   */
  correction?: Correction;
}

export const defaultCorrection: Correction = "miller-madow";

const corrections: readonly string[] = [
  "none",
  "miller-madow",
  "shrinkage",
  "chao-shen",
  "grassberger",
] satisfies Correction[];

/**
 * Entropy of a discrete variable from how often each of its values was counted, in nats.
 *
 * Sources: Miller 1955; Hausser & Strimmer 2009; Chao & Shen 2003; Grassberger 1988.
 *
 * @param counts one count per cell; empty cells matter to `"shrinkage"` only
 * @throws InputError when nothing was counted, for a negative count, and for a fraction where the correction needs
 *   whole counts
 * @example
 * import { discreteEntropy } from "surprisal/measure";
 *
 * discreteEntropy([10, 10], { correction: "none" }); // ln 2
 */
export function discreteEntropy(counts: ArrayLike<number>, options: DiscreteEntropyOptions = {}): number {
  const where = "discreteEntropy";
  const correction = asCorrection(options.correction, where);
  const total = requireCounts(counts, correction, where);
  return countEntropy(correction, total, counts.length)(counts, counts.length);
}

/** Entropy in nats of the first `length` counts, which sum to the total it was made for. */
export type CountEntropy = (counts: ArrayLike<number>, length: number) => number;

/**
 * A function that gives the entropy of counts with a fixed total. It allocates nothing and remembers what each
 * count contributes, so that it is fast to call again and again.
 *
 * @param cells size of the alphabet, empty cells included; read by `"shrinkage"` only
 */
export function countEntropy(correction: Correction, total: number, cells: number): CountEntropy {
  switch (correction) {
    case "shrinkage":
      return (counts, length) =>
        shrunkEntropy(counts, length, total, cells, shrinkageIntensity(counts, length, total, cells));
    case "chao-shen":
      return (counts, length) => chaoShen(counts, length, total);
    case "grassberger": {
      const logTotal = Math.log(total);
      const term = (c: number) => (c / total) * (logTotal - digamma(c) - (c % 2 === 0 ? 1 : -1) / (c + 1));
      return sumOfTerms(term, 0, total);
    }
    case "miller-madow":
      return sumOfTerms((c) => plugInTerm(c / total) + 0.5 / total, -0.5 / total, total);
    case "none":
      return sumOfTerms((c) => plugInTerm(c / total), 0, total);
  }
}

/**
 * λ of the James–Stein estimator, the weight of the uniform distribution over all cells, from 0 to 1
 * (Hausser & Strimmer 2009).
 *
 * @param length how many of `counts` to read; cells not listed are empty
 */
export function shrinkageIntensity(
  counts: ArrayLike<number>,
  length: number,
  total: number,
  cells: number,
): number {
  const target = 1 / cells;
  let squares = 0;
  let distance = (cells - length) * target * target;
  for (let i = 0; i < length; i++) {
    const p = counts[i] / total;
    squares += p * p;
    distance += (p - target) * (p - target);
  }
  const intensity = (1 - squares) / ((total - 1) * distance);
  return intensity >= 0 && intensity <= 1 ? intensity : 1;
}

/** Plug-in entropy of λ · uniform + (1 − λ) · frequencies, over all cells. */
export function shrunkEntropy(
  counts: ArrayLike<number>,
  length: number,
  total: number,
  cells: number,
  intensity: number,
): number {
  const floor = intensity / cells;
  const scale = (1 - intensity) / total;
  let empty = cells - length;
  let sum = 0;
  for (let i = 0; i < length; i++) {
    if (counts[i] === 0) empty++;
    else sum += plugInTerm(floor + scale * counts[i]);
  }
  return sum + empty * plugInTerm(floor);
}

export function asCorrection(value: unknown, where: string): Correction {
  if (value === undefined) return defaultCorrection;
  if (typeof value === "string" && corrections.includes(value)) return value as Correction;
  throw new InputError({
    code: "unknown-correction",
    where,
    problem: "unknown correction",
    expected: `one of ${corrections.join(", ")}`,
    got: value,
  });
}

/** Checks counts (or sums of weights) for a correction and gives their total. */
function requireCounts(counts: ArrayLike<number>, correction: Correction, where: string): number {
  const whole = correction === "chao-shen" || correction === "grassberger";
  let total = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i];
    if (!(count >= 0 && count < Number.POSITIVE_INFINITY) || (whole && !Number.isInteger(count))) {
      throw new InputError({
        code: "bad-count",
        where,
        problem: `cell ${i} was not counted properly`,
        expected: whole ? `a whole number from 0 for correction ${correction}` : "a number from 0",
        got: count,
      });
    }
    total += count;
  }
  if (total > 0) return total;
  throw new InputError({
    code: "too-few-rows",
    where,
    problem: "nothing was counted",
    expected: "at least one row",
    got: 0,
  });
}

function plugInTerm(p: number): number {
  return p > 0 ? -p * Math.log(p) : 0;
}

/** offset + Σ term(count) over non-empty cells; terms of whole counts are kept, NaN standing for "not yet". */
function sumOfTerms(term: (count: number) => number, offset: number, total: number): CountEntropy {
  const kept = new Float64Array(Math.floor(total) + 1).fill(Number.NaN);
  kept[0] = 0;
  return (counts, length) => {
    let sum = offset;
    for (let i = 0; i < length; i++) {
      const count = counts[i];
      let value = kept[count];
      if (!(value <= Number.MAX_VALUE)) {
        value = term(count);
        kept[count] = value;
      }
      sum += value;
    }
    return sum;
  };
}

/** Coverage-adjusted frequencies in a Horvitz–Thompson sum (Chao & Shen 2003). */
function chaoShen(counts: ArrayLike<number>, length: number, total: number): number {
  let singletons = 0;
  for (let i = 0; i < length; i++) if (counts[i] === 1) singletons++;
  if (singletons === total) singletons--;
  const coverage = 1 - singletons / total;
  let sum = 0;
  for (let i = 0; i < length; i++) {
    if (counts[i] === 0) continue;
    const p = (coverage * counts[i]) / total;
    if (p < 1) sum -= (p * Math.log(p)) / -Math.expm1(total * Math.log1p(-p));
  }
  return sum;
}
