/**
 * Prompt compression by keeping words: LLMLingua-2.
 *
 * Z. Pan, Q. Wu, H. Jiang, M. Xia, X. Luo and others, LLMLingua-2: Data Distillation for Efficient and Faithful
 * Task-Agnostic Prompt Compression, Findings of ACL 2024 (arXiv 2403.12968).
 *
 * Implemented: the selection of section 4.2 over any scores of words. `selection: "percentile"` is the reference's
 * threshold, one a window of the scorer, with its force tokens, digits, dropping of consecutive force tokens and the
 * coarse-to-fine filter of whole contexts. `selection: "exact"`, the default, keeps the best words of the whole text
 * while the budget lasts; the result is counted with the target model's tokenizer before it is given.
 *
 * Deviations: the percent is floored after adding 1e-9, because 100·(1 − 0.9) is 9.999… in doubles. Force tokens are
 * found in the text, not among a model's tokens, so that they may be words or several of them. Line breaks survive
 * without being force tokens: between two kept words stands the strongest gap of the text between them. Whole contexts
 * are dropped only when asked for. Spans can be protected, budgets given per context, and words weighed by a question.
 *
 * Cost: the scorer's, plus O(n log n) for n words: one sort, and for every word taken out a constant amount of
 * counting. Memory O(n).
 */
export {
  type CompressedContext,
  type CompressedWords,
  type CompressionResult,
  compressPrompt,
} from "./compress-prompt.ts";
export {
  type CompressFindings,
  type CurvePoint,
  compressFindings,
  type SentenceLoss,
  type ShownWord,
} from "./findings.ts";
export { compressJson } from "./json.ts";
export { modelScorer } from "./model-scorer.ts";
export { ngramScorer, withInformation } from "./ngram-scorer.ts";
export type { CompressOptions } from "./options.ts";
export type { Span } from "./protect.ts";
export type { WordScorer, WordScores } from "./scorer.ts";
export { compressStream } from "./stream.ts";
export { modelTokenizer, openTokenizer, type Tokenizer, tokenizerNames } from "./tokenizer.ts";
