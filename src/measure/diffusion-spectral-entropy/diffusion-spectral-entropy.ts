/**
 * How many modes a cloud of points has, and how much they tell about a label: D. Liao, C. Liu, B. W. Christensen, A. Tong,
 * G. Huguet, G. Wolf, M. Nickel, I. Adelstein, S. Krishnaswamy, "Assessing Neural Network Representations During
 * Training Using Noise-Resilient Diffusion Spectral Entropy", CISS 2024 (arXiv 2312.04823).
 *
 * Implemented: the diffusion operator of a Gaussian affinity in both conventions (the paper's code takes eigenvalues of
 * D^−½ G D^−½, which is the plain random walk; its text divides by the density once more), diffusion spectral
 * entropy −Σ p ln p with p_i = |λ_i|^t / Σ |λ_j|^t, mutual information against classes, a number in bins and vectors
 * in clusters, and what the paper compares with: entropies of the entries, of the affinity and of a graph of
 * neighbours, and of columns in bins.
 *
 * Deviations: p is not padded before the logarithm (a difference below 1e−11); the median distance leaves out the
 * diagonal; `sigma` is the median rule unless given, because the code's 10 means nothing without a scale; constant
 * columns are one bin; the graph of neighbours is made symmetric; unequal lengths are refused. The approximation by
 * Chebyshev polynomials is left out, as its authors advise.
 *
 * Cost: O(n² d) for distances and O(n³) for eigenvalues: about 0.2 s for 1,000 rows. Mutual information against C
 * classes takes up to 6 n³ / C², and with its permutations 4 times that. O(n²) memory.
 */
import type { Estimate } from "../../core/estimate.ts";
import type { MatrixLike } from "../../core/matrix.ts";
import { fromNats } from "../../core/units.ts";
import {
  affinityEigenvalues,
  diffusionEigenvalues,
  entryEntropy,
  neighbourGraph,
  spectralEntropy,
} from "./operator.ts";
import { type DiffusionOptions, prepare, requireOption } from "./options.ts";

export { classicShannonEntropy } from "./classic-shannon-entropy.ts";
export {
  type ClassicMutualInformationOptions,
  classicShannonMutualInformation,
  type DiffusionMutualInformationOptions,
  diffusionSpectralMutualInformation,
} from "./mutual-information.ts";
export type { DiffusionOptions } from "./options.ts";

const variants = ["diffusion", "entries", "affinity", "neighbours"] as const;
const neighbours = 10;

export interface DiffusionEntropyOptions extends DiffusionOptions {
  /**
   * What the entropy is of: eigenvalues of the diffusion operator, or, to compare with, the entries of its transition
   * matrix, eigenvalues of the affinity, or of the graph of 10 nearest neighbours. @default "diffusion"
   */
  variant?: (typeof variants)[number];
}

/**
 * The entropy of the spectrum of a diffusion over the rows: the logarithm of how many modes they have, from 0 (all
 * alike) to ln n (all far apart); k tight groups far from each other give ln k.
 *
 * It depends on the number of rows, on `sigma` and on `mode`: compare like with like.
 *
 * @param z n rows × d columns of finite numbers, n ≥ 2
 * @returns nats or `unit`, from 0 to ln n; `diagnostics` has the eigenvalues (largest first), the sigma that was used
 *   and the quartiles of distances and affinities between rows
 * @throws InputError for NaN or infinities, fewer than two rows, and options out of range
 * @example
 * import { diffusionSpectralEntropy } from "surprisal/measure";
 * const { value } = diffusionSpectralEntropy([0, 1, 3], { sigma: 1, unit: "bits" }); // 1.385…
 */
export function diffusionSpectralEntropy(z: MatrixLike, options: DiffusionEntropyOptions = {}): Estimate {
  const where = "diffusionSpectralEntropy";
  const { t = 1, variant = "diffusion" } = options;
  requireOption(where, "variant", variants.includes(variant), `one of ${variants.join(", ")}`, variant);
  const { affinity, squares, alpha, unit, seed, warnings, ...prepared } = prepare(where, z, options);
  const spectrum = {
    diffusion: () => diffusionEigenvalues(affinity, alpha),
    affinity: () => affinityEigenvalues(affinity),
    neighbours: () => affinityEigenvalues(neighbourGraph(squares, neighbours)),
    entries: () => undefined,
  }[variant]();
  const nats = spectrum ? spectralEntropy(spectrum, t) : entryEntropy(affinity, alpha);
  return {
    value: fromNats(nats, unit),
    unit,
    n: affinity.n,
    method: "diffusion-spectral-entropy",
    options: { ...prepared.options, variant },
    seed,
    warnings,
    diagnostics: { ...prepared.diagnostics, ...(spectrum && { eigenvalues: spectrum }) },
  };
}
