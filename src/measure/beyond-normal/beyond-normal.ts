/**
 * Distributions with known mutual information, to judge estimators by.
 *
 * Paper: Czyż, Grabowski, Vogt, Beerenwinkel, Marx, "Beyond Normal: On the Evaluation of Mutual Information
 * Estimators", NeurIPS 2023 (arXiv:2306.11078), and the mixtures of its second version; the mixed and zero-inflated
 * pairs are from Gao, Kannan, Oh, Viswanath, "Estimating Mutual Information for Discrete-Continuous Mixtures",
 * NeurIPS 2017.
 * Implemented: the 40 tasks with closed-form truth; samplers and one-to-one maps to compose more of them; mixtures
 * with a Monte-Carlo truth from exact pointwise values ("bend and mix").
 * Deviations: the truth of the zero-inflated pair is the exact one, below the published formula (see there). Of the
 * mixtures only the two whose parameters the benchmark's paper fixes are named: X and inliers.
 * Cost: O(n d²) for n draws of d coordinates; a mixture's truth costs 100,000 draws once.
 */
import { matrix } from "../../core/matrix.ts";
import { type Mixture, type MixtureOptions, mixture } from "./mixture.ts";
import { multivariateNormal } from "./multivariate.ts";

export {
  asinh,
  bimodal,
  compose,
  coordinatewise,
  halfCube,
  normalCdfMap,
  spiral,
  swissRoll,
  wiggly,
} from "./maps.ts";
export {
  type DensitySampler,
  independent,
  type LogDensities,
  type Mixture,
  type MixtureOptions,
  mixture,
  withInliers,
} from "./mixture.ts";
export { multivariateNormal, multivariateStudent } from "./multivariate.ts";
export { noisySign } from "./noisy-sign.ts";
export { additiveUniform, gaoMixture } from "./one-dimensional.ts";
export { type RowMap, type Sample, type Sampler, transformed } from "./sampler.ts";
export { beyondNormalTasks, type Task } from "./tasks.ts";
export { zeroInflatedPoisson } from "./zero-inflated-poisson.ts";

/**
 * The X of Beyond Normal version 2: two normals with opposite correlations, half of the rows each. x and y are
 * uncorrelated, yet far from independent.
 *
 * @param correlation default 0.9
 * @example
 * import { crossedNormals } from "surprisal/measure";
 *
 * const { mutualInformation, standardError } = crossedNormals();
 */
export function crossedNormals(correlation = 0.9, options?: MixtureOptions): Mixture {
  const [up, down] = [correlation, -correlation].map((r) =>
    multivariateNormal(matrix(2, 2, Float64Array.of(1, r, r, 1)), 1),
  );
  return mixture([up, down], [0.5, 0.5], options);
}
