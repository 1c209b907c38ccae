import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import { requireTemperature } from "./contrastive-log-prob.ts";
import type { Objective } from "./objective.ts";

interface CommonOptions {
  /** `"cmim"` (default), `"mim"` (A-MIM, without the contrastive term), `"vae"`, or the plain autoencoder `"ae"`. */
  objective?: Objective;
  /** Dimensions K of the code. 16. */
  latentDim?: number;
  /** τ of the contrastive term. 0.1. */
  temperature?: number;
  /** Floor on log σ of q(z|x), which A-MIM and cMIM reach. −6. */
  minLogScale?: number;
  /** Weight of the rate of a VAE. 1. */
  beta?: number;
  /** Of Adam. 0.001. */
  learningRate?: number;
  /** Rows per update. 128; all rows where there are fewer. A last batch with fewer is left out. */
  batchSize?: number;
  /** Passes over the data. 100. */
  epochs?: number;
  /** Share of the rows, drawn at random, on which the loss is measured after each epoch to keep the best. 0. */
  validationShare?: number;
  /** Epochs without improvement on the validation rows after which training ends. Never by default. */
  patience?: number;
  /** 0. */
  seed?: number;
}

/** For rows of numbers. */
export interface VectorOptions extends CommonOptions {
  /** `"gaussian"` (default) for real numbers, `"bernoulli"` for numbers from 0 to 1. */
  likelihood?: "gaussian" | "bernoulli";
  /** Sizes of the tanh layers of the encoder, in reverse for the decoder. [400]. */
  hidden?: readonly number[];
  /** Bring columns to mean 0 and deviation 1 first; only Gaussian. True. */
  standardize?: boolean;
  /** Floor on log σ of p(x|z), in units of the columns as the network sees them; only Gaussian. −3. */
  minOutputLogScale?: number;
}

/** For sequences of tokens, whole numbers from 0. */
export interface SequenceOptions extends CommonOptions {
  likelihood: "categorical";
  /** One number: the width of both recurrent layers. [256]. */
  hidden?: readonly number[];
  /** How many tokens there are. One more than the largest in the training data. */
  vocabulary?: number;
  /** Dimensions of a token's vector. 64. */
  embeddingDim?: number;
  /** `"sum"` (default) is a log-likelihood; `"tokenMean"` divides it by the tokens and the end of a sequence. */
  reconReduction?: "sum" | "tokenMean";
}

export type ContrastiveMIMOptions = VectorOptions | SequenceOptions;

/** Options with defaults filled in. */
export type VectorSettings = Required<Omit<VectorOptions, "patience">> & Pick<VectorOptions, "patience">;
export type SequenceSettings = Required<Omit<SequenceOptions, "patience" | "vocabulary">> &
  Pick<SequenceOptions, "patience" | "vocabulary">;
export type Settings = VectorSettings | SequenceSettings;

export function isSequential(settings: Settings): settings is SequenceSettings {
  return settings.likelihood === "categorical";
}

const where = "contrastiveMIM";

const common = {
  objective: "cmim",
  latentDim: 16,
  temperature: 0.1,
  minLogScale: -6,
  beta: 1,
  learningRate: 0.001,
  batchSize: 128,
  epochs: 100,
  validationShare: 0,
  patience: undefined,
  seed: 0,
} as const;

const forVectors: VectorSettings = {
  ...common,
  likelihood: "gaussian",
  hidden: [400],
  standardize: true,
  minOutputLogScale: -3,
};

const forSequences: SequenceSettings = {
  ...common,
  likelihood: "categorical",
  hidden: [256],
  vocabulary: undefined,
  embeddingDim: 64,
  reconReduction: "sum",
};

const objectives = ["ae", "vae", "mim", "cmim"];
const likelihoods = ["gaussian", "bernoulli", "categorical"];

export function readOptions(options: ContrastiveMIMOptions): Settings {
  const { likelihood = "gaussian" } = options;
  requireOption("likelihood", likelihoods.includes(likelihood), oneOf(likelihoods), likelihood);
  const defaults: Settings =
    likelihood === "categorical" ? forSequences : { ...forVectors, standardize: likelihood === "gaussian" };
  const known = Object.keys(defaults);
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new InputError({
      code: "unknown-option",
      where,
      problem: `unknown option for likelihood ${JSON.stringify(likelihood)}`,
      got: name,
      hint: didYouMean(name, known) ?? `options are ${known.join(", ")}`,
    });
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings = { ...defaults, ...Object.fromEntries(given) } as Settings;
  requireCommon(settings, options);
  if (isSequential(settings)) requireForSequences(settings);
  else requireForVectors(settings, options as VectorOptions);
  return settings;
}

function requireCommon(settings: Settings, given: ContrastiveMIMOptions): void {
  const { objective, hidden, temperature, minLogScale, beta, learningRate, validationShare, patience, seed } =
    settings;
  requireOption("objective", objectives.includes(objective), oneOf(objectives), objective);
  for (const name of ["latentDim", "batchSize", "epochs"] as const) {
    requireOption(name, isSize(settings[name]), "a whole number from 1", settings[name]);
  }
  requireOption(
    "hidden",
    Array.isArray(hidden) && hidden.every(isSize),
    "a list of sizes, as in [400]",
    hidden,
  );
  requireTemperature(temperature, where);
  requireOption("minLogScale", Number.isFinite(minLogScale), "a finite number", minLogScale);
  requireOption("beta", beta >= 0 && Number.isFinite(beta), "a number from 0", beta);
  requireOption(
    "beta",
    given.beta === undefined || objective === "vae",
    'objective "vae" with it',
    objective,
  );
  requireOption(
    "learningRate",
    learningRate > 0 && Number.isFinite(learningRate),
    "a positive number",
    learningRate,
  );
  requireOption(
    "validationShare",
    validationShare >= 0 && validationShare < 1,
    "a number from 0 to below 1",
    validationShare,
  );
  if (patience !== undefined) {
    requireOption("patience", isSize(patience), "a whole number from 1", patience);
    requireOption("patience", validationShare > 0, "a validationShare above 0 with it", validationShare);
  }
  requireOption("seed", Number.isSafeInteger(seed) && seed >= 0, "a whole number from 0", seed);
}

function requireForVectors(settings: VectorSettings, given: VectorOptions): void {
  const { likelihood, standardize, minOutputLogScale } = settings;
  for (const name of ["standardize", "minOutputLogScale"] as const) {
    const fits = given[name] === undefined || likelihood === "gaussian";
    requireOption(name, fits, 'likelihood "gaussian" with it', likelihood);
  }
  requireOption("standardize", typeof standardize === "boolean", "true or false", standardize);
  requireOption(
    "minOutputLogScale",
    Number.isFinite(minOutputLogScale),
    "a finite number",
    minOutputLogScale,
  );
}

function requireForSequences({ hidden, vocabulary, embeddingDim, reconReduction }: SequenceSettings): void {
  requireOption("hidden", hidden.length === 1, "a single size, as in [256]", hidden);
  requireOption(
    "vocabulary",
    vocabulary === undefined || isSize(vocabulary),
    "a whole number from 1",
    vocabulary,
  );
  requireOption("embeddingDim", isSize(embeddingDim), "a whole number from 1", embeddingDim);
  const reductions = ["sum", "tokenMean"];
  requireOption("reconReduction", reductions.includes(reconReduction), oneOf(reductions), reconReduction);
}

function isSize(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function oneOf(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(" or ");
}

function requireOption(name: string, holds: boolean, expected: string, got: unknown): void {
  if (holds) return;
  throw new InputError({ code: "bad-option", where, problem: `${name} will not do`, expected, got });
}
