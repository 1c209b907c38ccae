/**
 * Prompt selection without labels: which of T prompts for a task is the best, from what one model answers to X inputs.
 *
 * S. Yang, J. Kim, J. Jang, S. Ye, H. Lee, M. Seo, "Improving Probability-based Prompt Selection Through Unified
 * Evaluation and Analysis", TACL 2024, arXiv 2305.14877.
 *
 * Implemented: all scores of the unified table (MI, GE, LE, MDL, ZLP, ZPM, ZMV, PPL and their variants with all tokens,
 * one-hot global term and selection per input), calibration by marginalisation (CBM) and its older relatives CC and PMI,
 * each acting on the selection, on the answers or on both, the confidence filter (with exact 2-means in one dimension),
 * and the collection of the tensor of log-probabilities from any language model.
 *
 * Deviations: PPL is minus the mean perplexity, so that the best prompt scores highest (the authors' code takes the
 * largest perplexity for the task and the smallest for an input); rows are normalised after subtracting their largest
 * logarithm; the golden answer is never used, so the authors' reordering of few-shot scores has no counterpart. Added:
 * bootstrap intervals over inputs, and the set of prompts that cannot be told apart from the best (see certainty.ts).
 *
 * Cost: O(T X Y) for all scores together; O(B T X Y + B T²) for B resamples; collecting asks T X questions.
 */
export { type Calibration, calibrate, type Normalization } from "./calibrate.ts";
export {
  type Aggregate,
  type CollectedTensor,
  type CollectOptions,
  collectFrom,
  collectScores,
  joined,
  questionsOf,
} from "./collect.ts";
export {
  type CompareOptions,
  comparePrompts,
  isEntropy,
  type MethodRow,
  type PromptComparison,
  type PromptRow,
} from "./compare.ts";
export { answerQuality, type Quality } from "./evaluate.ts";
export {
  asMethod,
  type ChoiceMethod,
  type InstanceMethod,
  type TaskMethod,
  taskMethods,
} from "./methods.ts";
export type { ScoreOptions } from "./scores.ts";
export {
  type CalibrationPlace,
  promptScores,
  type Selection,
  type SelectOptions,
  selectPrompt,
} from "./select.ts";
export {
  fieldsOf,
  type PromptInput,
  type PromptSet,
  type PromptTemplate,
  promptSet,
  withLetters,
} from "./template.ts";
export type { PromptTensor } from "./tensor.ts";
