/**
 * INGENIOUS: training on informative subsets that are drawn anew while the model learns.
 *
 * H. S. V. N. S. K. Renduchintala, K. Killamsetty, S. Bhatia, M. Aggarwal, G. Ramakrishnan, R. Iyer, B. Krishnamurthy,
 * "INGENIOUS: using informative data subsets for efficient pre-training of language models", Findings of EMNLP 2023,
 * arXiv 2305.06677.
 *
 * Implemented: warm start on all rows (A); features from the model as the caller computes them (B0); random parts (B1);
 * each part ranked greedily by facility location, or graph cut or log-determinant, with the gain of every row (B2);
 * Taylor softmax of the gains and drawing without replacement by Efraimidis and Spirakis (C); training on the subset
 * and drawing anew, with gains computed once or every few phases (D), as an async iterator over batches of rows.
 *
 * Deviations: parts are ranked by exact lazy greedy. The reference asks a sampling greedy for all but one item of a
 * part, which then looks at two random candidates a step and leaves an order close to random; that is `optimizer:
 * "lazier-than-lazy"` with epsilon 0.2. Sizes of parts differ by at most one, and parts give their shares so that the
 * subset has exactly round(fraction · n) rows, where the reference rounds up part by part. The last row of a part has
 * its gain, too, and can be drawn. Everything follows from the seed. Parts by k-means are left out.
 *
 * Cost: similarities O(n² d / P) time and 8 (n / P)² bytes for each part at work, gains O(n² / P) and more, a subset
 * O(n log n).
 */
export {
  type InformativeBatch,
  type InformativeBatches,
  type InformativeBatchOptions,
  informativeBatches,
} from "./informative-batches.ts";
export type { ImportanceFunction } from "./part-gains.ts";
export { type SubsetOptions, type SubsetSampler, subsetSampler } from "./subset-sampler.ts";
export { taylorSoftmax } from "./taylor-softmax.ts";
