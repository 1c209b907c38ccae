/**
 * Compressors compared by what their output says about the input: I(X;Z) in bits, bits per token, and what that is worth
 * downstream. He, Narayan, Khare, Linderman, Ré & Biderman, "An information theoretic perspective on agentic system
 * design", 2025, arXiv 2512.21720.
 *
 * What is implemented:
 * - the estimator Î = mean of ℓ_iji − (LSE_l ℓ_ijl − ln N), with queries I(X;Z|Q) ({@link estimateCompressionMI});
 * - scoring by a language model, context after context ({@link scoreCompressions});
 * - distortion by rate, D(R) = C exp(−bR) + D0 ({@link fitRateDistortion}), correlations over cells, the regression of a
 *   score on bits, and the factor analysis of single answers ({@link analyseFactors});
 * - cost of generation and of calls, and the choice of a pair ({@link choosePipeline}).
 *
 * What deviates, and why:
 * - The value is kept as it came out; the paper reports max(Î, 0), which is the field `clipped`.
 * - A leave-one-out companion bounds from above, and values near ln N are marked: they are bounds, not estimates.
 * - The paper averages five seeds. Here the interval resamples contexts, because terms of one context and of one
 *   denominator depend on each other.
 *
 * Cost: N² M scorings and N² M numbers for N contexts with M compressions each; the estimate itself O(N² M).
 */

export type { Confusions } from "./confusions.ts";
export {
  correlateCells,
  type Resampled,
  type ResamplingOptions,
  regressScore,
  type ScoreRegression,
} from "./correlation.ts";
export {
  type CompressorCandidate,
  callCost,
  choosePipeline,
  type Generation,
  generationFlops,
  type Pipeline,
  type PredictorCandidate,
  type Prices,
} from "./cost.ts";
export { analyseFactors, type FactorAnalysis, type Factors } from "./factors.ts";
export {
  type ChannelContext,
  type ChannelFindings,
  type CompressorFinding,
  type CompressorOutputs,
  channelFindings,
  type FindingsOptions as ChannelFindingsOptions,
  type ScoreFinding,
} from "./findings.ts";
export {
  type BitsPerToken,
  type CompressionEstimate,
  type CompressionOptions,
  estimateCompressionMI,
} from "./information.ts";
export type { LogLikelihoods } from "./log-likelihoods.ts";
export { rankCompressions, type Standing } from "./ranking.ts";
export { distortionAt, fitRateDistortion, type RateDistortionFit } from "./rate-distortion.ts";
export {
  plainTemplate,
  type ScoredCompressions,
  type ScoringOptions,
  scoreCompressions,
  scoringCalls,
} from "./score.ts";
