import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { Kind } from "./network.ts";

export interface MultVaeOptions {
  /** Mult-VAE (default) or the denoising autoencoder Mult-DAE. */
  kind?: Kind;
  /** Sizes of the layers between items and code, mirrored in the decoder. [600]; none for a DAE. */
  hidden?: readonly number[];
  /** Dimensions of the code. 200. */
  latentDim?: number;
  /** Probability that a click is hidden from the encoder in training. 0.5. */
  dropout?: number;
  /** Largest weight of the rate (the KL term); the paper's "partially regularised" is below 1. 0.2. */
  betaCap?: number;
  /** Updates at which the weight t / annealSteps would be 1. By default the cap is reached after a third of training. */
  annealSteps?: number;
  /** Weight of the squared weights, biases left out. 0; 2e-5 for a DAE. */
  l2?: number;
  /** Of Adam. 0.001. */
  learningRate?: number;
  /** Users per update. 500, and a tenth of the training users where they are fewer than 5000. */
  batchSize?: number;
  /** Passes over the training users. 200. */
  epochs?: number;
  /** 0. */
  seed?: number;
}

/** Options with defaults filled in; those that depend on the number of users are known when training starts. */
export interface MultVaeSettings extends Required<Omit<MultVaeOptions, "batchSize" | "annealSteps">> {
  batchSize?: number;
  annealSteps?: number;
}

const known = [
  "kind",
  "hidden",
  "latentDim",
  "dropout",
  "betaCap",
  "annealSteps",
  "l2",
  "learningRate",
  "batchSize",
  "epochs",
  "seed",
];

export function readOptions(options: MultVaeOptions): MultVaeSettings {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new InputError({
      code: "unknown-option",
      where: "multVae",
      problem: "unknown option",
      got: name,
      hint: didYouMean(name, known) ?? `options are ${known.join(", ")}`,
    });
  }
  const { kind = "vae" } = options;
  require("kind", kind === "vae" || kind === "dae", '"vae" or "dae"', kind);
  const settings: MultVaeSettings = {
    kind,
    hidden: kind === "vae" ? [600] : [],
    latentDim: 200,
    dropout: 0.5,
    betaCap: kind === "vae" ? 0.2 : 0,
    l2: kind === "vae" ? 0 : 2e-5,
    learningRate: 0.001,
    epochs: 200,
    seed: 0,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
  const { hidden, dropout, betaCap, l2, learningRate } = settings;
  for (const name of ["latentDim", "epochs", "batchSize"] as const) {
    const value = settings[name];
    require(name, value === undefined || isSize(value), "a whole number from 1", value);
  }
  require("hidden", Array.isArray(hidden) && hidden.every(isSize), "a list of sizes, as in [600]", hidden);
  require("dropout", dropout >= 0 && dropout < 1, "a number from 0 to below 1", dropout);
  require("betaCap", betaCap >= 0 && Number.isFinite(betaCap), "a number from 0", betaCap);
  require("l2", l2 >= 0 && Number.isFinite(l2), "a number from 0", l2);
  require("learningRate", learningRate > 0 &&
    Number.isFinite(learningRate), "a positive number", learningRate);
  const { annealSteps } = settings;
  require("annealSteps", annealSteps === undefined || annealSteps > 0, "a positive number", annealSteps);
  require("seed", Number.isSafeInteger(settings.seed) &&
    settings.seed >= 0, "a whole number from 0", settings.seed);
  return settings;
}

function isSize(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function require(name: string, holds: boolean, expected: string, got: unknown): void {
  if (holds) return;
  throw new InputError({
    code: "bad-option",
    where: "multVae",
    problem: `${name} will not do`,
    expected,
    got,
  });
}
