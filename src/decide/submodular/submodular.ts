export { facilityLocation } from "./facility-location.ts";
export { type SimilarityMetric, type SimilarityOptions, similarities } from "./feature-similarities.ts";
export type { Guarantee } from "./guarantee.ts";
export { type MaximizeOptions, maximize, type Optimizer, type Ranking } from "./maximize.ts";
export { evaluate, type Selection, type SetFunction } from "./set-function.ts";
export { type Similarities, type SimilarityColumn, similarityMatrix } from "./similarities.ts";
