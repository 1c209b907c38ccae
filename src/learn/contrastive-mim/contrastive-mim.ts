/**
 * Codes, reconstructions and samples from one model without labels, positive pairs or augmentations: Livne, "cMIM: A
 * Contrastive Mutual Information Framework for Unified Generative and Discriminative Representation Learning", 2025
 * (arXiv 2502.19642; also "Contrastive Mutual Information Learning", arXiv 2509.21511), built on A-MIM of Livne, Swersky
 * & Fleet, "SentenceMIM", 2020 (arXiv 2003.02645).
 *
 * Encoder q(z|x) = N(μ, diag σ²), prior P(z) = N(0, I), decoder p(x|z), z = μ + σε. Minimised, a row:
 *
 *   ae    −log p(x|z) at z = μ
 *   vae   −log p(x|z) + β (log q(z|x) − log P(z))
 *   mim   −log p(x|z) − ½ (log q(z|x) + log P(z))                       A-MIM
 *   cmim  −log p(x|z) − ½ (log q(z|x) + log P(z)) − log p(k=1|z, x)     see contrastive-log-prob.ts
 *
 * The MIM loss bounds a cross-entropy between the joints q(x) q(z|x) and P(z) p(x|z) from above, which is low when x and
 * z share much. It wants σ small, the opposite of a VAE: log σ reaches its floor, and that is the end of training, not an
 * error.
 *
 * Deviations: the bodies of the papers could not be read; the terms are those of public code of the same author (A-MIM:
 * three code bases, the contrastive term: KERMT). Symmetric MIM, which also trains on samples of the model, is not
 * there, nor are the division of latent terms by K, β warm-up and dropout of token vectors. Columns are standardised
 * first for a Gaussian likelihood. Decoders of sequences read z beside every token.
 *
 * Cost: forward and backward of both networks a step, B²K for the contrastive term; memory B² and the parameters four
 * times. Recurrent networks are unrolled: compiling takes time in proportion to the longest sequence.
 */
import type { Matrix, MatrixLike } from "../../core/matrix.ts";
import { loadModel } from "../../engine/checkpoint/model.ts";
import type { Tree } from "../../engine/index.ts";
import type { Modality } from "./modality.ts";
import { type ContrastiveMIM, method, modelFrom } from "./model.ts";
import {
  type ContrastiveMIMOptions,
  isSequential,
  readOptions,
  type SequenceOptions,
  type Settings,
  type VectorOptions,
} from "./options.ts";
import { sequencesFor, sequencesFromStored, type TokenSequences } from "./sequences.ts";
import { type TrainingRecord, type TrainingRun, train } from "./training.ts";
import { vectorsFor, vectorsFromStored } from "./vectors.ts";

export { contrastiveLogProb } from "./contrastive-log-prob.ts";
export type { ContrastiveMIM, Encoding, Loss, SampleOptions } from "./model.ts";
export type { Objective, Parts, Weights } from "./objective.ts";
export type {
  ContrastiveMIMOptions,
  SequenceOptions,
  SequenceSettings,
  VectorOptions,
  VectorSettings,
} from "./options.ts";
export type { TokenSequences } from "./sequences.ts";
export type { EpochRecord, TrainingRecord, TrainingRun } from "./training.ts";

/** A model of rows of numbers. */
export type VectorModel = ContrastiveMIM<MatrixLike, Matrix>;
/** A model of sequences of tokens. */
export type SequenceModel = ContrastiveMIM<TokenSequences, Int32Array[]>;

interface Fitter<X, Y> {
  fit(x: X, run?: TrainingRun): Promise<ContrastiveMIM<X, Y>>;
}

/**
 * An autoencoder, VAE, A-MIM or cMIM for rows of numbers or sequences of tokens.
 *
 * `fit` takes n × D numbers, or n sequences with `likelihood: "categorical"`. When the signal fires after the first
 * update, the model so far is given, and `training.stopped` says so.
 *
 * @throws InputError for unknown or impossible options; in `fit` for numbers that are not finite, numbers outside [0, 1]
 *   with `likelihood: "bernoulli"`, empty sequences, tokens outside the vocabulary, and cMIM with batches of one row
 * @throws StoppedError from `fit` when the signal fires before the first update
 * @throws FitDivergedError from `fit` when a loss is not finite; it holds the last good parameters
 * @example
 * import { contrastiveMIM } from "surprisal/learn";
 * const x = Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.cos(i), Math.sin(2 * i)]);
 * const model = await contrastiveMIM({ latentDim: 2, hidden: [16], epochs: 5 }).fit(x);
 * const { mean } = await model.encode(x); // 200 × 2
 * const { total, recon, logContrast } = await model.loss(x); // nats a row
 * const between = await model.interpolate([x[0], x[50]], 7); // 7 × 3
 */
export function contrastiveMIM(options?: VectorOptions): Fitter<MatrixLike, Matrix>;
export function contrastiveMIM(options: SequenceOptions): Fitter<TokenSequences, Int32Array[]>;
export function contrastiveMIM(
  options: ContrastiveMIMOptions = {},
): Fitter<MatrixLike, Matrix> | Fitter<TokenSequences, Int32Array[]> {
  const settings = readOptions(options);
  const where = "contrastiveMIM.fit";
  if (isSequential(settings)) {
    return {
      fit: async (x: TokenSequences, run?: TrainingRun) =>
        trained(sequencesFor(x, settings, where), settings, x, run),
    };
  }
  return {
    fit: async (x: MatrixLike, run?: TrainingRun) =>
      trained(vectorsFor(x, settings, where), settings, x, run),
  };
}

async function trained<X, P extends Tree, B extends Tree, Y>(
  modality: Modality<X, P, B, Y>,
  settings: Settings,
  x: X,
  run: TrainingRun = {},
): Promise<ContrastiveMIM<X, Y>> {
  const { network, logUnit } = modality;
  const data = modality.batch(x, "contrastiveMIM.fit");
  const { params, record } = await train(network, data, settings, logUnit, run);
  return modelFrom(modality, settings, params, record);
}

/**
 * Loads what a model's `save` wrote.
 *
 * @throws InputError when there is no model in the folder, it is damaged, or it belongs to another method
 * @example
 * import { contrastiveMIM, loadContrastiveMIM } from "surprisal/learn";
 * import { tmpdir } from "node:os";
 * const x = Array.from({ length: 50 }, (_, i) => [Math.sin(i), Math.cos(i)]);
 * const model = await contrastiveMIM({ latentDim: 1, hidden: [8], epochs: 1 }).fit(x);
 * await model.save(`${tmpdir()}/surprisal-contrastive-mim`);
 * (await loadContrastiveMIM(`${tmpdir()}/surprisal-contrastive-mim`)).settings.latentDim; // 1
 */
export async function loadContrastiveMIM(folder: string): Promise<VectorModel | SequenceModel> {
  const { params, card } = await loadModel<{ network: Tree; modality: Tree }>(folder, method);
  const settings = card.options as Settings;
  const training = card.training as TrainingRecord;
  const { network, modality } = params;
  return isSequential(settings)
    ? modelFrom(sequencesFromStored(settings, card.facts as object), settings, network as never, training)
    : modelFrom(vectorsFromStored(settings, modality), settings, network as never, training);
}

/** Whether a loaded model is one of sequences. */
export function isSequenceModel(model: VectorModel | SequenceModel): model is SequenceModel {
  return isSequential(model.settings);
}
