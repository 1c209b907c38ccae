import { InputError } from "../../../core/errors.ts";
import type { LongRunning } from "../../../core/progress.ts";
import { didYouMean } from "../../../core/suggest.ts";
import type { CheckpointOptions } from "../../../engine/index.ts";

/** How a classifier is built and trained. */
export interface ClassifierOptions {
  /** Length of the vectors. 64. */
  width?: number;
  /** 2. */
  layers?: number;
  /** Must divide the width. 4. */
  heads?: number;
  /** Width of the feed-forward layers. Twice the width. */
  hidden?: number;
  /** Distances further than this count as this. 16. */
  reach?: number;
  /** Most words read at once. 128. */
  window?: number;
  /** Most words that get a vector of their own. 8192. */
  vocabulary?: number;
  /** How often a word must occur for that. 2. */
  minCount?: number;
  /** Rows for hashed beginnings of words, and as many for endings; 1 switches them off. 2048. */
  affixes?: number;
  /** Rows for hashed shapes of words; 1 switches them off. 256. */
  shapes?: number;
  /** Share of known words that training treats as unknown. 0.1. */
  unknownShare?: number;
  /** Words see only words before them: for comparison. false. */
  causal?: boolean;
  /** Passes over the chunks. 6. */
  epochs?: number;
  /** Windows per update. 32. */
  batchSize?: number;
  /** Of Adam, at its highest: it rises over a twentieth of the updates and falls along half a cosine. 0.003. */
  learningRate?: number;
  /** Longest gradient. 1. */
  maxNorm?: number;
  /** Share of the chunks that decide which epoch is kept. 0.1. */
  validationShare?: number;
  /** 0. */
  seed?: number;
}

export type ClassifierSettings = Required<ClassifierOptions>;

/** How a training run is watched, stopped and kept. */
export interface TrainingRun extends LongRunning {
  /** A file from which a run that was stopped or killed goes on. */
  readonly checkpoint?: Omit<CheckpointOptions, "card">;
}

const where = "TokenClassifierCompressor.train";

export function readSettings(options: ClassifierOptions): ClassifierSettings {
  const width = options.width ?? 64;
  const defaults: ClassifierSettings = {
    width,
    layers: 2,
    heads: 4,
    hidden: 2 * width,
    reach: 16,
    window: 128,
    vocabulary: 8192,
    minCount: 2,
    affixes: 2048,
    shapes: 256,
    unknownShare: 0.1,
    causal: false,
    epochs: 6,
    batchSize: 32,
    learningRate: 0.003,
    maxNorm: 1,
    validationShare: 0.1,
    seed: 0,
  };
  const known = Object.keys(defaults);
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new InputError({
      code: "unknown-option",
      where,
      problem: "unknown option",
      got: name,
      hint: didYouMean(name, known) ?? `options are ${known.join(", ")}`,
    });
  }
  const settings: ClassifierSettings = {
    ...defaults,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
  const counts = [
    "width",
    "layers",
    "heads",
    "hidden",
    "reach",
    "window",
    "vocabulary",
    "minCount",
    "affixes",
    "shapes",
    "epochs",
    "batchSize",
  ] as const;
  for (const name of counts) {
    require(name, Number.isInteger(settings[name]) && settings[name] >= 1, "an integer from 1", settings[
      name
    ]);
  }
  for (const name of ["unknownShare", "validationShare"] as const) {
    require(name, settings[name] >= 0 && settings[name] < 1, "a number from 0 to below 1", settings[name]);
  }
  for (const name of ["learningRate", "maxNorm"] as const) {
    require(name, settings[name] > 0 && settings[name] < Infinity, "a positive number", settings[name]);
  }
  require("heads", settings.width % settings.heads === 0, `a divisor of ${settings.width}`, settings.heads);
  require("seed", Number.isSafeInteger(settings.seed), "an integer", settings.seed);
  return settings;
}

function require(name: string, holds: boolean, expected: string, got: unknown): void {
  if (holds) return;
  throw new InputError({ code: "bad-option", where, problem: `${name} will not do`, expected, got });
}
