import { InputError } from "../../../core/errors.ts";
import { didYouMean } from "../../../core/suggest.ts";
import { firstPiece } from "./tokenizer.ts";

export interface TransformerOptions {
  /** Special tokens (3), bytes (256) and learned pieces of words together; 259 for bytes only. Default 512. */
  vocabularySize?: number;
  /** Length of the vector of a token. Default 64. */
  width?: number;
  /** Default 2. */
  layers?: number;
  /** They divide the width into even parts. Default 4. */
  heads?: number;
  /** Length of the hidden vector of a feed-forward layer. Default 8/3 of the width, rounded up to a multiple of 16. */
  hidden?: number;
  /** Tokens that are seen at once, an even number. Default 128. */
  context?: number;
  /** Updates. Default 1000. */
  steps?: number;
  /** Windows of `context` tokens per update. Default 32. */
  batchSize?: number;
  /** Highest rate of Adam, after a rise over the first twentieth of the steps and before a cosine fall. Default 0.008. */
  learningRate?: number;
  /** Share of the text, its end, that is not trained on but chooses the best moment of training. Default 0.05. */
  validationShare?: number;
  /** Seed of the first weights and of the windows. Default 0. */
  seed?: number;
}

export type TransformerSettings = Required<TransformerOptions>;

const known: Record<keyof TransformerOptions, true> = {
  vocabularySize: true,
  width: true,
  layers: true,
  heads: true,
  hidden: true,
  context: true,
  steps: true,
  batchSize: true,
  learningRate: true,
  validationShare: true,
  seed: true,
};

export const where = "transformerLanguageModel";

/** Options with defaults filled in. */
export function readOptions(options: TransformerOptions): TransformerSettings {
  const names = Object.keys(known);
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new InputError({
      code: "unknown-option",
      where,
      problem: "unknown option",
      got: name,
      hint: didYouMean(name, names) ?? `options are ${names.join(", ")}`,
    });
  }
  const width = options.width ?? 64;
  const settings: TransformerSettings = {
    vocabularySize: 512,
    width,
    layers: 2,
    heads: 4,
    hidden: 16 * Math.ceil(width / 6),
    context: 128,
    steps: 1000,
    batchSize: 32,
    learningRate: 0.008,
    validationShare: 0.05,
    seed: 0,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
  const { vocabularySize, heads, context, learningRate, validationShare, seed } = settings;
  for (const name of ["width", "layers", "heads", "hidden", "steps", "batchSize"] as const) {
    require(name, isWhole(settings[name], 1), "a whole number from 1", settings[name]);
  }
  require("vocabularySize", isWhole(vocabularySize, firstPiece) &&
    vocabularySize <= mostTokens, `a whole number from ${firstPiece} to ${mostTokens}`, vocabularySize);
  require("context", isWhole(context, 4) && context % 2 === 0, "an even number from 4", context);
  require("heads", width % (2 * heads) === 0, `a divisor of half the width ${width}`, heads);
  require("learningRate", learningRate > 0 &&
    Number.isFinite(learningRate), "a positive number", learningRate);
  require("validationShare", validationShare >= 0 &&
    validationShare <= 0.5, "a share from 0 to 0.5", validationShare);
  require("seed", isWhole(seed, 0), "a whole number from 0", seed);
  return settings;
}

const mostTokens = 65_536;

function isWhole(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

function require(name: string, holds: boolean, expected: string, got: unknown): void {
  if (holds) return;
  throw new InputError({ code: "bad-option", where, problem: `${name} will not do`, expected, got });
}
