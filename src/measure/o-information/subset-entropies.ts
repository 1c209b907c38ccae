import type { Codes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import { hstack, type Matrix } from "../../core/matrix.ts";
import { kthDistances } from "../../core/neighbours/neighbours.ts";
import { RangeCounter } from "../../core/neighbours/range-counter.ts";
import { digammaTable } from "../../core/special.ts";
import { countEntropy, pair, shrinkageIntensity, shrunkEntropy, symbols, tally } from "../entropy/entropy.ts";
import type { Correction } from "../estimator.ts";
import { gaussianEntropy } from "../gaussian/gaussian.ts";

/**
 * The entropy in nats of some of the variables taken together, up to terms that each of the variables adds on its
 * own; those cancel in the sums of this room, where the coefficients of the sets with any one variable sum to 0.
 */
export type SubsetEntropies = (subset: readonly number[]) => number;

/** By counting. `"shrinkage"` shrinks the table of all variables and takes its margins. */
export function discreteEntropies(variables: readonly Codes[], correction: Correction): SubsetEntropies {
  const all = variables.map(symbols);
  const n = all[0].codes.length;
  if (correction !== "shrinkage") {
    return (subset) => {
      const counts = tally(subset.map((i) => all[i]).reduce(pair));
      return countEntropy(correction, n, counts.length)(counts, counts.length);
    };
  }
  const joint = all.reduce(pair);
  const cells = tally(joint);
  const intensity = shrinkageIntensity(cells, cells.length, n, joint.alphabet);
  return (subset) => {
    const margin = subset.map((i) => all[i]).reduce(pair);
    const counts = tally(margin);
    return shrunkEntropy(counts, counts.length, n, margin.alphabet, intensity);
  };
}

/** Of normal distributions; unbiased if the rows are normal. */
export function gaussianEntropies(variables: readonly Matrix[], where: string): SubsetEntropies {
  return (subset) => {
    const { value } = gaussianEntropy(hstack(...subset.map((i) => variables[i])));
    if (Number.isFinite(value)) return value;
    throw new InputError({
      code: "collinear-columns",
      where,
      problem: "a column is a linear combination of others, so the sums are infinite",
      expected: "linearly independent columns",
      got: `variables ${subset.join(", ")}`,
    });
  };
}

/**
 * ψ(n) − mean ψ(n_S(i) + 1): all entropies are measured at one radius for each row, its distance to the k-th neighbour
 * among all variables, and n_S(i) is how many rows are closer than that in the subset (Kraskov et al. 2004, section
 * II). Biases and the volume terms cancel in the sums; for two variables this is KSG, algorithm 1.
 */
export function neighbourEntropies(variables: readonly Matrix[], k: number): SubsetEntropies {
  const n = variables[0].rows;
  const radii = kthDistances(hstack(...variables), k);
  const psi = digammaTable(n);
  return (subset) => {
    if (subset.length === variables.length) return psi[n] - psi[k];
    const counts = new RangeCounter(...subset.map((i) => variables[i])).countCloser(radii);
    let sum = 0;
    for (const count of counts) sum += psi[count + 1];
    return psi[n] - sum / n;
  };
}
