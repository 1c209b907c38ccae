/**
 * Choosing rows by submodular functions: an objective and a way to maximise it, each exchangeable for another.
 *
 * Renduchintala et al. 2023 (INGENIOUS) for facility location, graph cut and log-determinant in data selection; Majee
 * et al. 2024 (SMILe) for the targeted measures; Schreiber, Bilmes, Noble 2020 (apricot) for the idea of objective times
 * optimizer.
 *
 * Implemented: facility location, saturated coverage, graph cut, feature-based, log-determinant, sum redundancy,
 * mixtures; FLVMI, FLQMI, GCMI, LogDetMI, COM, FLCG, GCCG, LogDetCG, FLCMI, LogDetCMI with the signs of their
 * definitions; naive, lazy (Minoux), stochastic and lazier-than-lazy greedy, one pass (sieve-streaming), two rounds over
 * parts (GreeDi with random parts); costs, groups with limits, start sets; tables that are dense, of neighbours only, or
 * computed when read.
 *
 * Deviations: of equal gains the smallest index wins, so that lazy and naive greedy agree item for item; the sampled
 * greedy compares only within its sample (the reference loop can end without an item); the last item of a full ranking
 * is given its gain. Cosines are clipped at 0 and named, where the reference clips by the way its maximum starts.
 *
 * Cost: similarities O(n² d), or O(trees n leaf d) for neighbours; a gain O(n), falling to about O(n / t) after t items;
 * naive n k gains, lazy usually a few per item, stochastic n ln(1/ε) in all.
 */
export { optimumBound } from "./bound.ts";
export { type CoverageCurve, type CoverageOptions, coverageCurve } from "./coverage.ts";
export { type DistributedOptions, type DistributedRanking, maximizeDistributed } from "./distributed.ts";
export { facilityLocation } from "./facility-location.ts";
export { type Concave, type FeatureBasedOptions, featureBased } from "./feature-based.ts";
export {
  type FeatureRows,
  type SimilarityMetric,
  type SimilarityOptions,
  similarities,
} from "./feature-similarities.ts";
export { graphCut, sumRedundancy } from "./graph-cut.ts";
export type { Guarantee } from "./guarantee.ts";
export { logDeterminant } from "./log-determinant.ts";
export { type MaximizeOptions, maximize, type Optimizer, type Ranking } from "./maximize.ts";
export { type MixturePart, mixture } from "./mixture.ts";
export { modular } from "./modular.ts";
export {
  type NeighbourOptions,
  type NeighbourSimilarities,
  neighbourSimilarities,
} from "./neighbour-similarities.ts";
export { saturatedCoverage } from "./saturated-coverage.ts";
export { embedSentences } from "./sentence-embeddings.ts";
export { evaluate, type Selection, type SetFunction } from "./set-function.ts";
export { type Similarities, type SimilarityColumn, similarityMatrix } from "./similarities.ts";
export { maximizeStream, type StreamOptions } from "./stream.ts";
export {
  type ConditionalKind,
  conditionalGain,
  conditionalMutualInformation,
  type MutualInformationKind,
  submodularMutualInformation,
  type TargetOptions,
  type TargetTables,
} from "./targeted.ts";
