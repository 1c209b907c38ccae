import { random, slice, split, type Tensor, type Tree } from "../../engine/index.ts";
import { type DenseParams, dense, type Layer } from "../../engine/layers/index.ts";
import { type Objective, type Posterior, withFloor } from "./objective.ts";

/** An encoder and a decoder as pure functions of their parameters. */
export interface Network<P extends Tree, B extends Tree> {
  init(key: Tensor): P;
  encode(params: P, batch: B): Posterior;
  /** log p(x|z) of each row in nats. */
  logLikelihood(params: P, z: Tensor, batch: B): Tensor;
  /** The decoder's state that the parameters of p(x|z) are computed from, rows × width. */
  hidden(params: P, z: Tensor, batch: B): Tensor;
}

/** What both kinds of network need to know. */
export interface CodeSizes {
  readonly objective: Objective;
  readonly latentDim: number;
  readonly minLogScale: number;
}

/** The linear layer from an encoder's features to μ and, but for an autoencoder, log σ: 2K columns. */
export function posteriorHead(features: number, sizes: CodeSizes): Layer<DenseParams> {
  const { objective, latentDim } = sizes;
  return dense(features, objective === "ae" ? latentDim : 2 * latentDim, { name: "encoder.posterior" });
}

export function posteriorFrom(out: Tensor, { objective, minLogScale }: CodeSizes): Posterior {
  if (objective === "ae") return { mean: out, logScale: null };
  const [mean, logScale] = split(out, 2, -1);
  return { mean, logScale: withFloor(logScale, minLogScale) };
}

/** Independent keys. */
export function keysFrom(key: Tensor, count: number): Tensor[] {
  const keys = random.split(key, count);
  return Array.from({ length: count }, (_, i) => slice(keys, i));
}

/** The posterior as named results of a program. */
export function withoutNull({ mean, logScale }: Posterior): Record<string, Tensor> {
  return logScale ? { mean, logScale } : { mean };
}
