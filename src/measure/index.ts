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
export {
  type ClassicMutualInformationOptions,
  classicShannonEntropy,
  classicShannonMutualInformation,
  type DiffusionEntropyOptions,
  type DiffusionMutualInformationOptions,
  type DiffusionOptions,
  diffusionSpectralEntropy,
  diffusionSpectralMutualInformation,
} from "./diffusion-spectral-entropy/diffusion-spectral-entropy.ts";
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
export {
  type ActivationRecorder,
  type EpochActivations,
  type InformationPlane,
  type InformationPlaneOptions,
  informationPlane,
  planeEstimators,
  type ReadActivations,
  type RecordOptions,
  type Run,
  readActivations,
  recordActivations,
} from "./information-plane/information-plane.ts";
export type { Preprocess, VariableLike } from "./inputs.ts";
export {
  type AutoencoderOptions,
  autoencoderCompressor,
  type CompressedOptions,
  type Compression,
  type Compressor,
  compressedMutualInformation,
  firstColumnsCompressor,
  type ImageKind,
  type KnownImages,
  knownInformationImages,
  noCompressor,
  type PcaOptions,
  pcaCompressor,
} from "./lossy-compression/lossy-compression.ts";
export {
  loadMist,
  type MetaExample,
  type MetaRequest,
  type MetaSampler,
  type MistCard,
  type MistHead,
  type MistModel,
  type MistOptions,
  type MistPair,
  mist,
  mistBatch,
  mistLoss,
  saveMist,
  type TrainMistOptions,
  trainMist,
} from "./mist/mist.ts";
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
export {
  type PairEncoder,
  type PairEncoderOptions,
  trainPairEncoder,
  type WassersteinDependency,
  type WassersteinDependencyOptions,
  wassersteinDependency,
} from "./wasserstein-dependency/wasserstein-dependency.ts";
