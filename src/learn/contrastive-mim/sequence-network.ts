import {
  broadcastTo,
  concatenate,
  div,
  expandDims,
  logSoftmax,
  mul,
  slice,
  squeeze,
  sum,
  type Tensor,
  takeAlongAxis,
} from "../../engine/index.ts";
import {
  type DenseParams,
  dense,
  type EmbeddingParams,
  embedding,
  type GruParams,
  gru,
} from "../../engine/layers/index.ts";
import { type CodeSizes, keysFrom, type Network, posteriorFrom, posteriorHead } from "./network.ts";
import type { Posterior } from "./objective.ts";

export interface SequenceSizes extends CodeSizes {
  /** Tokens are 0 … vocabulary − 1; the number `vocabulary` stands for both ends of a sequence. */
  readonly vocabulary: number;
  readonly embeddingDim: number;
  /** Width of both recurrent layers. */
  readonly features: number;
  readonly reconReduction: "sum" | "tokenMean";
}

export type SequenceParams = {
  readonly embedding: EmbeddingParams;
  readonly encoder: GruParams;
  readonly posterior: DenseParams;
  readonly start: DenseParams;
  readonly decoder: GruParams;
  readonly output: DenseParams;
};

/** Sequences of up to T tokens, padded behind with the end token. */
export type SequenceBatch = {
  /** Last token first, int32 [n, T]. */
  readonly reversed: Tensor;
  /** 1 where the reversed sequence ends, else 0: [n, T]. */
  readonly last: Tensor;
  /** The end token, then the sequence: int32 [n, T + 1]. What the decoder has seen before it predicts `targets`. */
  readonly inputs: Tensor;
  /** The sequence, then the end token: int32 [n, T + 1]. */
  readonly targets: Tensor;
  /** 1 at the tokens and the end, 0 behind: [n, T + 1]. */
  readonly mask: Tensor;
};

export interface SequenceNetwork extends Network<SequenceParams, SequenceBatch> {
  encode(params: SequenceParams, batch: Pick<SequenceBatch, "reversed" | "last">): Posterior;
  /** The decoder's state that predicts each target: [n, T + 1, features]. */
  states(params: SequenceParams, z: Tensor, batch: Pick<SequenceBatch, "inputs">): Tensor;
  /** The state before the first token. */
  start(params: SequenceParams, z: Tensor): Tensor;
  /** One token further: the next state and log-probabilities of what follows, [n, vocabulary + 1]. */
  step(params: SequenceParams, z: Tensor, state: Tensor, token: Tensor): { state: Tensor; logProbs: Tensor };
}

/**
 * Two GRUs: the encoder reads the sequence backwards; the decoder starts at a linear function of z and reads each token
 * with z beside it.
 */
export function sequenceNetwork(sizes: SequenceSizes): SequenceNetwork {
  const { vocabulary, embeddingDim, features, latentDim, reconReduction } = sizes;
  const tokens = embedding(vocabulary + 1, embeddingDim, { name: "embedding" });
  const encoder = gru(embeddingDim, features, { name: "encoder" });
  const posterior = posteriorHead(features, sizes);
  const start = dense(latentDim, features, { name: "decoder.start" });
  const decoder = gru(embeddingDim + latentDim, features, { name: "decoder" });
  const output = dense(features, vocabulary + 1, { name: "decoder.output" });

  const network: SequenceNetwork = {
    init: (key) => {
      const keys = keysFrom(key, 6);
      return {
        embedding: tokens.init(keys[0]),
        encoder: encoder.init(keys[1]),
        posterior: posterior.init(keys[2]),
        start: start.init(keys[3]),
        decoder: decoder.init(keys[4]),
        output: output.init(keys[5]),
      };
    },
    encode: (params, { reversed, last }) => {
      const states = encoder.apply(params.encoder, tokens.apply(params.embedding, reversed));
      // What follows the end of a sequence does not reach the state at its end.
      const final = sum(mul(states, expandDims(last, -1)), 1);
      return posteriorFrom(posterior.apply(params.posterior, final), sizes);
    },
    start: (params, z) => start.apply(params.start, z),
    states: (params, z, { inputs }) => {
      const [n, time] = inputs.shape;
      const beside = broadcastTo(expandDims(z, 1), [n, time, latentDim]);
      const read = concatenate([tokens.apply(params.embedding, inputs), beside], -1);
      return decoder.apply(params.decoder, read, network.start(params, z));
    },
    step: (params, z, state, token) => {
      const read = concatenate([tokens.apply(params.embedding, token), z], -1);
      const next = slice(decoder.apply(params.decoder, expandDims(read, 1), state), [], 0);
      return { state: next, logProbs: logSoftmax(output.apply(params.output, next)) };
    },
    hidden: (params, z, batch) =>
      div(
        sum(mul(network.states(params, z, batch), expandDims(batch.mask, -1)), 1),
        sum(batch.mask, 1, { keepdims: true }),
      ),
    logLikelihood: (params, z, batch) => {
      const logProbs = logSoftmax(output.apply(params.output, network.states(params, z, batch)));
      const chosen = squeeze(takeAlongAxis(logProbs, expandDims(batch.targets, -1)), -1);
      const total = sum(mul(chosen, batch.mask), 1);
      return reconReduction === "sum" ? total : div(total, sum(batch.mask, 1));
    },
  };
  return network;
}
