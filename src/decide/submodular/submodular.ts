export { facilityLocation } from "./facility-location.ts";
export { type Concave, type FeatureBasedOptions, featureBased } from "./feature-based.ts";
export { type SimilarityMetric, type SimilarityOptions, similarities } from "./feature-similarities.ts";
export { graphCut, sumRedundancy } from "./graph-cut.ts";
export type { Guarantee } from "./guarantee.ts";
export { logDeterminant } from "./log-determinant.ts";
export { type MaximizeOptions, maximize, type Optimizer, type Ranking } from "./maximize.ts";
export { type MixturePart, mixture } from "./mixture.ts";
export { modular } from "./modular.ts";
export { saturatedCoverage } from "./saturated-coverage.ts";
export { evaluate, type Selection, type SetFunction } from "./set-function.ts";
export { type Similarities, type SimilarityColumn, similarityMatrix } from "./similarities.ts";
export {
  type ConditionalKind,
  conditionalGain,
  conditionalMutualInformation,
  type MutualInformationKind,
  submodularMutualInformation,
  type TargetOptions,
  type TargetTables,
} from "./targeted.ts";
