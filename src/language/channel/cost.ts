import { InputError } from "../../core/errors.ts";
import { distortionAt, type RateDistortionFit } from "./rate-distortion.ts";

/** A dense transformer and one call of it. */
export interface Generation {
  parameters: number;
  layers: number;
  /** Tokens that each new one attends to. */
  contextTokens: number;
  attentionDim: number;
  outputTokens: number;
}

/**
 * Floating-point operations of one generation by a dense transformer: (2 P + 2 layers · context · attention) for each
 * token it writes.
 *
 * @throws InputError for a number that is negative or not finite
 * Source: He et al. 2025, arXiv 2512.21720.
 * @example
 * import { generationFlops } from "surprisal/language";
 * generationFlops({ parameters: 7e9, layers: 28, contextTokens: 8000, attentionDim: 3584, outputTokens: 150 });
 * // 2.34e12
 */
export function generationFlops(g: Generation): number {
  requireAmounts("generationFlops", { ...g });
  return (2 * g.parameters + 2 * g.layers * g.contextTokens * g.attentionDim) * g.outputTokens;
}

/** Prices for 10⁶ tokens, in any currency. */
export interface Prices {
  inputPrice: number;
  outputPrice: number;
}

/**
 * What a call of a hosted model costs, from prices for 10⁶ tokens.
 *
 * @throws InputError for a number that is negative or not finite
 * @example
 * import { callCost } from "surprisal/language";
 * callCost(400, 100, { inputPrice: 2.5, outputPrice: 10 }); // 0.002
 */
export function callCost(inputTokens: number, outputTokens: number, prices: Prices): number {
  requireAmounts("callCost", { inputTokens, outputTokens, ...prices });
  return (inputTokens * prices.inputPrice + outputTokens * prices.outputPrice) / 1e6;
}

export interface CompressorCandidate {
  name: string;
  /** Bits per token, the rate that the curves were fitted to. */
  rate: number;
  /** Tokens that it hands to the predictor. */
  tokens: number;
  /** What one compression costs to make. Default 0. */
  cost?: number;
}

export interface PredictorCandidate extends Prices {
  name: string;
  /** Its curve of distortion by rate. */
  curve: Pick<RateDistortionFit, "C" | "b" | "D0">;
  /** Tokens that it writes. */
  outputTokens: number;
  /** Tokens that it reads besides the compression. Default 0. */
  promptTokens?: number;
}

/** A compressor with a predictor. */
export interface Pipeline {
  readonly compressor: string;
  readonly predictor: string;
  readonly distortion: number;
  readonly cost: number;
  /** No other pair is at least as good and cheaper, or better and as cheap. */
  readonly efficient: boolean;
}

/**
 * Which compressor with which predictor: the distortion that each predictor's curve gives for each compressor, its cost,
 * the pairs that no other beats, and the cheapest within `slack` of the best.
 *
 * @param options.slack how much more distortion than the best is fine; default 0.02
 * @returns all pairs, the cheapest first, and the recommended one
 * @throws InputError when there is nothing to choose from, or a number is negative or not finite
 * @example
 * import { choosePipeline } from "surprisal/language";
 * const { recommended } = choosePipeline(
 *   [{ name: "1.5B", rate: 0.1, tokens: 400 }, { name: "7B", rate: 0.5, tokens: 90 }],
 *   [{ name: "large", curve: { C: 0.6, b: 4, D0: 0.1 }, outputTokens: 50, inputPrice: 2.5, outputPrice: 10 }],
 * );
 * // recommended.compressor is "7B"
 */
export function choosePipeline(
  compressors: readonly CompressorCandidate[],
  predictors: readonly PredictorCandidate[],
  { slack = 0.02 }: { slack?: number } = {},
): { pipelines: Pipeline[]; recommended: Pipeline } {
  const where = "choosePipeline";
  if (compressors.length === 0 || predictors.length === 0) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "nothing to choose from",
      expected: "at least one compressor and one predictor",
      got: `${compressors.length} and ${predictors.length}`,
    });
  }
  const pairs = compressors.flatMap((c) =>
    predictors.map((p) => {
      const { promptTokens = 0, outputTokens, curve } = p;
      requireAmounts(where, { tokens: c.tokens, rate: c.rate, cost: c.cost ?? 0, slack });
      return {
        compressor: c.name,
        predictor: p.name,
        distortion: distortionAt(curve, c.rate),
        cost: (c.cost ?? 0) + callCost(promptTokens + c.tokens, outputTokens, p),
      };
    }),
  );
  const beats = (a: (typeof pairs)[number], b: (typeof pairs)[number]) =>
    a.cost <= b.cost && a.distortion <= b.distortion && (a.cost < b.cost || a.distortion < b.distortion);
  const pipelines = pairs
    .map((pair) => ({ ...pair, efficient: !pairs.some((other) => beats(other, pair)) }))
    .sort((a, b) => a.cost - b.cost || a.distortion - b.distortion);
  const least = Math.min(...pairs.map(({ distortion }) => distortion));
  const recommended = pipelines.find(({ distortion }) => distortion <= least + slack)!;
  return { pipelines, recommended };
}

function requireAmounts(where: string, amounts: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(amounts)) {
    if (typeof value !== "number" || (value >= 0 && value < Number.POSITIVE_INFINITY)) continue;
    throw new InputError({
      code: "bad-value",
      where,
      problem: `${name} will not do`,
      expected: "a finite number from 0",
      got: value,
    });
  }
}
