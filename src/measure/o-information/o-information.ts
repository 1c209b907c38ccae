/**
 * Information among three or more variables at once, as sums of entropies of subsets.
 *
 * Papers: McGill, "Multivariate information transmission", Psychometrika 1954 (interaction information); Watanabe,
 * "Information theoretical analysis of multivariate correlation", IBM Journal 1960 (total correlation); Han,
 * "Nonnegative entropy measures of multivariate symmetric correlations", Information and Control 1978 (dual total
 * correlation); Rosas, Mediano, Gastpar & Jensen, "Quantifying high-order interdependencies via multivariate
 * extensions of the mutual information", Physical Review E 2019 (O-information); Kraskov, Stögbauer & Grassberger,
 * "Estimating mutual information", Physical Review E 2004 (the neighbour estimator).
 *
 * With X = (X_1, …, X_m) and X_−i all but X_i:
 * - total correlation           TC = Σ H(X_i) − H(X)
 * - dual total correlation     DTC = Σ H(X_−i) − (m − 1) H(X)
 * - O-information              TC − DTC: positive when redundancy prevails, negative when synergy does
 * - interaction information    Σ_S (−1)^(|S|+1) H(X_S), the co-information: I(X1;X2) − I(X1;X2|X3) for three variables,
 *   where it equals the O-information. McGill's own sign is the opposite for odd m.
 *
 * Categories are counted. Numbers are read by neighbours at one radius for each row, so that the biases of the
 * entropies largely cancel (for TC this is the multi-information of Kraskov et al.; the same step for the other sums
 * is ours), or by Gaussian closed forms.
 *
 * Cost: 2m + 1 entropies, 2^m for the interaction information; each O(n) for categories, O(n log n) for neighbours up
 * to ten columns and O(n² d) above. The interval asks twenty half-samples, about ten times as much.
 */
import { InputError } from "../../core/errors.ts";
import type { Estimate } from "../../core/estimate.ts";
import { certaintyOf } from "../certainty.ts";
import { take } from "../estimator.ts";
import { asVariable, requireEqualRows, type VariableLike } from "../inputs.ts";
import { withInterval } from "../with-interval.ts";
import { chosen, type MultivariateOptions } from "./choose.ts";
import type { SubsetEntropies } from "./subset-entropies.ts";

export type { MultivariateOptions } from "./choose.ts";

const mostForInteraction = 10;

/** One entropy in a sum. */
interface Term {
  subset: readonly number[];
  coefficient: number;
}

/**
 * Estimates the total correlation Σ H(X_i) − H(X): how far the variables are from independent (Watanabe 1960).
 *
 * @param variables two or more, all numbers (n, or n × d) or all categories (`Codes`, strings, booleans), n rows each
 * @returns nats, or `unit`; in truth never negative
 * @throws InputError for fewer than two variables, a mixture of kinds, unequal lengths, NaN or infinities, a constant
 *   column, n ≤ k, and code `"ties"` when over 5 % of the rows are exact twins
 * @example
 * import { totalCorrelation } from "surprisal";
 *
 * const coin = ["h", "t", "h", "t", "t", "h", "h", "t"];
 * const copies = await totalCorrelation([coin, coin, coin], { unit: "bits", correction: "none" });
 * // copies.value is 2
 */
export async function totalCorrelation(
  variables: readonly VariableLike[],
  options: MultivariateOptions = {},
): Promise<Estimate> {
  return sumOfEntropies("totalCorrelation", variables, options, 2, (all, singles) => [
    ...singles.map((subset) => ({ subset, coefficient: 1 })),
    { subset: all, coefficient: -1 },
  ]);
}

/**
 * Estimates the dual total correlation H(X) − Σ H(X_i|X_−i): the information that is shared at all (Han 1978).
 *
 * Inputs, options and errors are those of {@link totalCorrelation}.
 *
 * @returns nats, or `unit`; in truth never negative
 * @example
 * import { dualTotalCorrelation } from "surprisal";
 *
 * const coin = ["h", "t", "h", "t", "t", "h", "h", "t"];
 * const copies = await dualTotalCorrelation([coin, coin, coin], { unit: "bits", correction: "none" });
 * // copies.value is 1
 */
export async function dualTotalCorrelation(
  variables: readonly VariableLike[],
  options: MultivariateOptions = {},
): Promise<Estimate> {
  return sumOfEntropies("dualTotalCorrelation", variables, options, 2, (all) => [
    ...all.map((i) => ({ subset: without(all, i), coefficient: 1 })),
    { subset: all, coefficient: 1 - all.length },
  ]);
}

/**
 * Estimates the O-information TC − DTC: positive when the variables are mostly redundant, negative when they are
 * mostly synergistic (Rosas et al. 2019).
 *
 * Inputs, options and errors are those of {@link totalCorrelation}, with at least three variables.
 *
 * @returns nats, or `unit`
 * @example
 * import { oInformation } from "surprisal";
 *
 * const x = ["0", "0", "1", "1", "0", "0", "1", "1"];
 * const y = ["0", "1", "0", "1", "0", "1", "0", "1"];
 * const xor = x.map((value, i) => String(Number(value !== y[i])));
 * const triplet = await oInformation([x, y, xor], { unit: "bits", correction: "none" });
 * // triplet.value is −1
 */
export async function oInformation(
  variables: readonly VariableLike[],
  options: MultivariateOptions = {},
): Promise<Estimate> {
  return sumOfEntropies("oInformation", variables, options, 3, (all, singles) => [
    { subset: all, coefficient: all.length - 2 },
    ...singles.map((subset) => ({ subset, coefficient: 1 })),
    ...all.map((i) => ({ subset: without(all, i), coefficient: -1 })),
  ]);
}

/**
 * Estimates the interaction information with the sign of the co-information, Σ_S (−1)^(|S|+1) H(X_S): for three
 * variables I(X1;X2) − I(X1;X2|X3), positive for redundancy (McGill 1954, whose sign is opposite for odd numbers).
 *
 * Inputs, options and errors are those of {@link totalCorrelation}, with at most ten variables.
 *
 * @returns nats, or `unit`
 * @example
 * import { interactionInformation } from "surprisal";
 *
 * const coin = ["h", "t", "h", "t", "t", "h", "h", "t"];
 * const copies = await interactionInformation([coin, coin, coin], { unit: "bits", correction: "none" });
 * // copies.value is 1
 */
export async function interactionInformation(
  variables: readonly VariableLike[],
  options: MultivariateOptions = {},
): Promise<Estimate> {
  const where = "interactionInformation";
  if (variables.length > mostForInteraction) {
    throw new InputError({
      code: "too-many-variables",
      where,
      problem: "the number of entropies doubles with each variable",
      expected: `at most ${mostForInteraction} variables`,
      got: variables.length,
    });
  }
  return sumOfEntropies(where, variables, options, 2, (all) => {
    const terms: Term[] = [];
    for (let members = 1; members < 2 ** all.length; members++) {
      const subset = all.filter((i) => members & (1 << i));
      terms.push({ subset, coefficient: subset.length % 2 === 1 ? 1 : -1 });
    }
    return terms;
  });
}

function without(all: readonly number[], i: number): number[] {
  return all.filter((j) => j !== i);
}

async function sumOfEntropies(
  where: string,
  given: readonly VariableLike[],
  options: MultivariateOptions,
  fewest: number,
  termsOf: (all: number[], singles: number[][]) => Term[],
): Promise<Estimate> {
  const certainty = certaintyOf({ ...options, permutations: 0 }, where);
  if (given.length < fewest) {
    const expected = `at least ${fewest} variables`;
    throw new InputError({
      code: "too-few-variables",
      where,
      problem: "too few variables",
      expected,
      got: given.length,
    });
  }
  const variables = given.map((value, i) => asVariable(value, `${where}: variable ${i}`));
  const n = requireEqualRows(where, ...variables);
  const { estimator, settings, warnings, ready, entropies } = chosen(where, variables, options);
  const all = variables.map((_, i) => i);
  const terms = termsOf(
    all,
    all.map((i) => [i]),
  );
  const sum = (entropy: SubsetEntropies) =>
    terms.reduce((total, { subset, coefficient }) => total + coefficient * entropy(subset), 0);

  const onRows = (rows: Int32Array) => sum(entropies(ready.map((v) => take(v, rows))));
  const diagnostics = { variables: variables.length };
  const point = () => ({ value: sum(entropies(ready)), n, warnings, diagnostics });
  return withInterval({ where, method: estimator, settings, n, point, onRows }, certainty, options);
}
