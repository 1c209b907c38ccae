/** Language models, and the methods that read probabilities from one. */

export * from "./channel/channel.ts";
export {
  type Aggregate,
  answerQuality,
  type Calibration,
  type CalibrationPlace,
  type ChoiceMethod,
  type CollectedTensor,
  type CollectOptions,
  type CompareOptions,
  calibrate,
  collectScores,
  comparePrompts,
  type InstanceMethod,
  type MethodRow,
  type Normalization,
  type PromptComparison,
  type PromptInput,
  type PromptRow,
  type PromptTemplate,
  type PromptTensor,
  promptScores,
  type Quality,
  type ScoreOptions,
  type Selection,
  type SelectOptions,
  selectPrompt,
  type TaskMethod,
} from "./choose/choose.ts";
export * from "./compress/compress.ts";
export * from "./head-report/head-report.ts";
export * from "./model/model.ts";
export * from "./pursuit/pursuit.ts";
