/** Choices made by an information criterion: rows, labels, couplings. */
export {
  evaluate,
  facilityLocation,
  type Guarantee,
  type MaximizeOptions,
  maximize,
  type Optimizer,
  type Ranking,
  type Selection,
  type SetFunction,
  type Similarities,
  type SimilarityColumn,
  type SimilarityMetric,
  type SimilarityOptions,
  similarities,
  similarityMatrix,
} from "./submodular/submodular.ts";
