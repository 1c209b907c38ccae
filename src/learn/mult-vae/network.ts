// The networks as pure functions of their parameters. A batch is users × items, float32 (or float64 in tests).

import {
  add,
  clip,
  div,
  exp,
  logSoftmax,
  matmul,
  maximum,
  mean,
  mul,
  negative,
  random,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
} from "../../engine/index.ts";
import { glorotUniform, truncatedNormal } from "../../engine/initialisers.ts";

/** Mult-VAE samples a latent code and pays for it; Mult-DAE is the plain autoencoder. */
export type Kind = "vae" | "dae";

type Dense = { readonly kernel: Tensor; readonly bias: Tensor };

/** Layers in order. The last of a VAE's encoder has 2K columns: K means, then K logarithms of variances. */
export type Parameters = { readonly encoder: readonly Dense[]; readonly decoder: readonly Dense[] };

/** I → hidden → K → hidden in reverse → I. */
export interface Sizes {
  readonly kind: Kind;
  readonly items: number;
  readonly hidden: readonly number[];
  readonly latentDim: number;
}

/** A batch of users in training. */
export type Batch = {
  /** Rows of length 1, with dropout. */
  readonly input: Tensor;
  /** The clicks as they are. */
  readonly target: Tensor;
  /** Standard normal, users × K; null for a DAE. */
  readonly noise: Tensor | null;
};

/** Parts of the loss, each a mean over users. */
export type Terms = {
  readonly loss: Tensor;
  readonly negativeLogLikelihood: Tensor;
  /** KL divergence of the code from its prior in nats: what the code may tell about the user. 0 for a DAE. */
  readonly rate: Tensor;
  readonly penalty: Tensor;
};

const biasDeviation = 0.001;
/** Keeps exp(log variance) finite while training goes astray; never reached otherwise. */
const mostLogVariance = 20;

/** Lengths from input to output: one more than there are layers. */
function layerWidths({ kind, items, hidden, latentDim }: Sizes): {
  encoder: number[];
  decoder: number[];
} {
  const code = kind === "vae" ? 2 * latentDim : latentDim;
  return { encoder: [items, ...hidden, code], decoder: [latentDim, ...[...hidden].reverse(), items] };
}

/** Glorot's uniform weights, biases truncated normal with deviation 0.001. */
export function initialParameters(sizes: Sizes, seed: number): Parameters {
  const { encoder, decoder } = layerWidths(sizes);
  const keys = random.split(random.key(seed), 2 * (encoder.length + decoder.length));
  let used = 0;
  const layers = (widths: readonly number[]): Dense[] =>
    widths.slice(1).map((outputs, l) => ({
      kernel: glorotUniform(slice(keys, used++), [widths[l], outputs]),
      bias: truncatedNormal(biasDeviation)(slice(keys, used++), [outputs]),
    }));
  return { encoder: layers(encoder), decoder: layers(decoder) };
}

/** Rows divided by their Euclidean length; empty rows stay empty. */
export function normalizeRows(x: Tensor): Tensor {
  return div(x, sqrt(maximum(sum(square(x), 1, { keepdims: true }), 1e-12)));
}

export type Code = { readonly mean: Tensor; readonly logVariance: Tensor | null };

export function encode(kind: Kind, { encoder }: Parameters, input: Tensor): Code {
  const out = layers(encoder, input);
  if (kind === "dae") return { mean: tanh(out), logVariance: null };
  const k = out.shape[1] / 2;
  const columns = (from: number, to: number) => slice(out, [], [from, to]);
  return {
    mean: columns(0, k),
    logVariance: clip(columns(k, 2 * k), -mostLogVariance, mostLogVariance),
  };
}

function decode({ decoder }: Parameters, code: Tensor): Tensor {
  return layers(decoder, code);
}

/** tanh between layers, none after the last. */
function layers(all: readonly Dense[], x: Tensor): Tensor {
  return all.reduce((h, { kernel, bias }, l) => add(matmul(l === 0 ? h : tanh(h), kernel), bias), x);
}

/** KL(q(z|x) ‖ N(0, I)) of each user, summed over the K dimensions. */
export function klFromPrior({ mean: mu, logVariance }: Code): Tensor {
  if (!logVariance) return mul(sum(mu, 1), 0);
  const terms = sub(add(exp(logVariance), square(mu)), add(logVariance, 1));
  return mul(sum(terms, 1), 0.5);
}

/** −Σᵢ xᵢ log softmax(logits)ᵢ of each user: not divided by the number of clicks, and without the multinomial coefficient. */
export function multinomialLoss(logits: Tensor, target: Tensor): Tensor {
  return negative(sum(mul(target, logSoftmax(logits)), 1));
}

/** Equation 4 of the paper with weight `beta` on the KL term, plus `l2` times the squared weights (not biases). */
export function loss(
  kind: Kind,
  params: Parameters,
  { input, target, noise }: Batch,
  beta: Tensor | number,
  l2: number,
): Terms {
  const code = encode(kind, params, input);
  const z =
    code.logVariance && noise ? add(code.mean, mul(exp(mul(code.logVariance, 0.5)), noise)) : code.mean;
  const negativeLogLikelihood = mean(multinomialLoss(decode(params, z), target));
  const rate = mean(klFromPrior(code));
  const penalty = mul(
    [...params.encoder, ...params.decoder]
      .map(({ kernel }) => sum(square(kernel)))
      .reduce((total, one) => add(total, one)),
    l2,
  );
  return {
    loss: add(add(negativeLogLikelihood, mul(rate, beta)), penalty),
    negativeLogLikelihood,
    rate,
    penalty,
  };
}

/** Logits over items and the rate of each row of clicks: the mean code, no dropout, nothing sampled. */
export function predict(kind: Kind, params: Parameters, clicks: Tensor): { logits: Tensor; rate: Tensor } {
  const code = encode(kind, params, normalizeRows(clicks));
  return { logits: decode(params, code.mean), rate: klFromPrior(code) };
}
