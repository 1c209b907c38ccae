/**
 * Which question to ask next: Chan, Ge, Dobriban, Hassani, Vidal, "Conformal information pursuit for interactively guiding
 * large language models", NeurIPS 2025 (arXiv 2507.03279).
 *
 * Implemented: information pursuit, argmin_q H(Y | q(X), history), and its conformal form, argmin_q of an upper bound of
 * that entropy from the expected size of split-conformal prediction sets, with a threshold for each history length;
 * closed and open sets of queries; calibration on random histories (closed) and on proposed ones (open); the simple bound
 * of the paper and the refined one of its code; stopping by even uncertainties, by one label in the set, by the most
 * questions; random and temperature-scaled baselines. Predictors: a table of attributes (Bayes' rule), a language model
 * (next token over labels), any function.
 *
 * Deviations: the threshold is the ⌊α(N+1)⌋-th smallest probability of true labels, as in the paper's footnote (the text's
 * quantile covers about α of the cases, not 1 − α), with the correction N + 1 that the code leaves out. A set without
 * labels counts as all labels: the predictor is less sure than on the calibration cases, and counting it as 0, as the code
 * does, prefers confusing questions. Expectations weight labels by the present prediction and are exact where likelihoods
 * of answers are known; the code draws labels evenly (`weights: "prior"`). Entropies are not clamped at 1e-5. Platt
 * scaling and uncertainty-of-thoughts, baselines of the paper, are left out.
 *
 * Cost: a step is queries · answers (or samples) predictions; calibration (L + 1) · histories.
 */
export {
  type AttributeTable,
  type AttributeTableOptions,
  attributeTable,
  type Cell,
} from "./attribute-table.ts";
export {
  conformalEntropyBound,
  type EntropyBoundOptions,
  predictionSet,
  splitConformalThreshold,
} from "./conformal.ts";
export type {
  CalibrateOptions,
  Calibration,
  CoveragePoint,
  CoverageReport,
  Criterion,
  InformationPursuit,
  PlayOptions,
  PursuitOptions,
  Step,
  StopReason,
  Transcript,
} from "./contract.ts";
export { informationPursuit } from "./information-pursuit.ts";
export {
  type ChoiceStyle,
  type LanguageModelQuestions,
  type LanguageModelQuestionsOptions,
  languageModelQuestions,
} from "./language-model-questions.ts";
export { nextQuestion, type PredictorQuestion, type TableQuestion } from "./next-question.ts";
export { withTemperature } from "./temperature.ts";
export {
  type AnswerTable,
  type Case,
  type History,
  type Likelihood,
  type Predict,
  type Predictor,
  type Probabilities,
  type Propose,
  type Turn,
  unknownAnswer,
} from "./types.ts";
