/**
 * Loki: predictions over a whole label space from a classifier that knows some of the labels.
 *
 * N. Roberts, X. Li, D. Adila, S. Cromp, T.-H. Huang, J. Zhao, F. Sala, "Geometry-aware adaptation for pretrained
 * models", NeurIPS 2023, arXiv 2307.12226.
 *
 * Implemented: the prediction rule m_Λ(w) = argmin_y Σ_j w_j d(y, λ_j)², the Fréchet mean of the class probabilities w
 * over all labels y; the locus Π(Λ) of labels that some w reaches, and those that some w singles out; the next class
 * to observe; covers of the label space. With the distance 0 or 1 the rule is argmax. Where w is P(y | x) over all
 * labels it is the Bayes decision for squared distance: it can only lower the expected squared distance, and may lower
 * the accuracy.
 *
 * The locus is exact by a linear program a label (label y is reached if max t ≥ 0 subject to Σ_j w_j (d²(y, λ_j) −
 * d²(y′, λ_j)) + t ≤ 0 for all y′; singled out if t > 0), solved as the matrix game that it is. In trees with equal
 * edges it is the hull of the observed nodes: off the hull every distance is larger, and on a path of length D the
 * weight s has its optimum at s D, to which each node is the nearest for some s.
 *
 * Deviations: a row of probabilities must sum to 1 unless it is said to be scores; the mean is set-valued on ties
 * (within 1e-9 of the largest variance), and the first label is returned; temperatures (w ∝ p^(1/T)) are not in the
 * paper, they mend classifiers that are too smooth. Training through the rule (straight-through gradients) is left out.
 *
 * Cost: O(n K N) time for n rows, K observed and N labels, zero probabilities skipped; O(K N) memory.
 */
export {
  type BeforeAfter,
  type FindingsOptions,
  type LabelCount,
  type RelabelFindings,
  relabelFindings,
} from "./findings.ts";
export type { Edge } from "./graph.ts";
export { type LabelFile, labelIndices, labelSpaceFromJson } from "./label-file.ts";
export {
  type LabelSpace,
  labelSpaceFromEmbeddings,
  labelSpaceFromGraph,
  labelSpaceFromMatrix,
  labelSpaceFromOrder,
  labelSpaceFromParents,
} from "./label-space.ts";
export { type Locus, type LocusOptions, locus } from "./locus.ts";
export {
  concentratedClasses,
  type LocusCover,
  locusCover,
  type NextClass,
  type NextClassOptions,
  nextClasses,
} from "./next-classes.ts";
export {
  frechetVariances,
  meanSquaredDistance,
  type Relabelled,
  type RelabelOptions,
  relabel,
} from "./relabel.ts";
export { type FitTemperatureOptions, fitTemperature, type TemperatureFit } from "./temperature.ts";
export type { ScoreKind, WeightOptions } from "./weights.ts";
