/** Models trained by an information criterion, and what reads their codes. */
export * from "./contrastive-mim/contrastive-mim.ts";
export {
  evaluateEmbeddings,
  type HiddenStateDecoder,
  informativeEmbedding,
} from "./contrastive-mim/embeddings.ts";
export { type ContrastiveMIMStudy, contrastiveMIMFindings } from "./contrastive-mim-findings.ts";
export { type CsrMatrix, csrFromLists } from "./mult-vae/csr.ts";
export { type EaseOptions, ease } from "./mult-vae/ease.ts";
export {
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type Metric,
  type MetricValue,
} from "./mult-vae/evaluate.ts";
export {
  type InteractionColumns,
  type InteractionOptions,
  type Interactions,
  interactions,
} from "./mult-vae/interactions.ts";
export { itemKnn } from "./mult-vae/item-weights.ts";
export { type MultVae, multVae } from "./mult-vae/mult-vae.ts";
export type { MultVaeOptions } from "./mult-vae/options.ts";
export { popularity, type TrainingData } from "./mult-vae/popularity.ts";
export type {
  Recommendation,
  Recommendations,
  Recommender,
  RecommendOptions,
} from "./mult-vae/recommender.ts";
export {
  type HeldOutUsers,
  type Split,
  type SplitOptions,
  strongGeneralizationSplit,
} from "./mult-vae/split.ts";
export { isMultVae, loadHistories, loadRecommender, saveHistories } from "./mult-vae/store.ts";
export { type TunedEase, tunedEase } from "./mult-vae/tune.ts";
export { type MultVaeStudy, multVaeFindings } from "./mult-vae-findings.ts";
export { type Accuracy, knnAccuracy, type LabelledFeatures, linearProbe, randomFeatures } from "./probes.ts";
export type { LearnFindings, LearnReport } from "./report-data.ts";
