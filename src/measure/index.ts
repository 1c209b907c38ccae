/** All measures, their estimators, and distributions whose truth is known. */
export {
  adaptiveKdeBounds,
  type CompressionAfterPeak,
  compressionAfterPeak,
  type EbabOptions,
  ebab,
  type FixedBinningOptions,
  fixedBinning,
  type KdeBounds,
  type KdeOptions,
  type LayerInformation,
  type Noise,
} from "./adaptive-binning/adaptive-binning.ts";
export * from "./beyond-normal/beyond-normal.ts";
export {
  type ConditionalMutualInformationOptions,
  conditionalMutualInformation,
} from "./conditional-mutual-information/conditional-mutual-information.ts";
export { discreteEntropy, type EntropyOptions, entropy } from "./entropy/entropy.ts";
export type {
  Correction,
  EstimatorOptions,
  MutualInformationEstimator,
  PointEstimate,
  TrainedEstimate,
  TrainedEstimator,
  TrainedOptions,
  Variable,
} from "./estimator.ts";
export type { Preprocess, VariableLike } from "./inputs.ts";
export {
  type MutualInformationOptions,
  mutualInformation,
  mutualInformationEstimators,
} from "./mutual-information/mutual-information.ts";
export { type NeuralBoundsOptions, neuralMutualInformation } from "./neural-bounds/neural-bounds.ts";
export {
  dualTotalCorrelation,
  interactionInformation,
  type MultivariateOptions,
  oInformation,
  totalCorrelation,
} from "./o-information/o-information.ts";
export {
  type JointTable,
  type PartialInformation,
  type PartialInformationOptions,
  partialInformation,
} from "./partial-information/partial-information.ts";
export { measureTable } from "./table/measure-table.ts";
export type {
  ColumnSummary,
  Note,
  PairEstimate,
  PairPicture,
  RedundancyGroup,
  TableMeasurement,
  Trust,
} from "./table/measurement.ts";
export type { TableRequest } from "./table/question.ts";
export { type TransferEntropyOptions, transferEntropy } from "./transfer-entropy/transfer-entropy.ts";
