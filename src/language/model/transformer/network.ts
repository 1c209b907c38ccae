// The decoder as a function of tensors: Llama's architecture (Touvron et al., "LLaMA", 2023, section 2.2).
import {
  add,
  attention,
  type DType,
  initialisers,
  logSoftmax,
  matmul,
  mean,
  mul,
  ones,
  random,
  reciprocal,
  reshape,
  silu,
  slice,
  sqrt,
  square,
  swapAxes,
  type Tensor,
  take,
  takeAlongAxis,
  tensor,
  zeros,
} from "../../../engine/index.ts";
import type { TransformerSettings } from "./options.ts";

export type Block = {
  readonly attentionNorm: Tensor;
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly output: Tensor;
  readonly feedForwardNorm: Tensor;
  readonly gate: Tensor;
  readonly up: Tensor;
  readonly down: Tensor;
};

/** Matrices are [inputs, outputs]; the embedding is [vocabulary, width] and gives the logits too. */
export type Parameters = {
  readonly embedding: Tensor;
  readonly blocks: readonly Block[];
  readonly outputNorm: Tensor;
};

export type Sizes = Pick<
  TransformerSettings,
  "vocabularySize" | "width" | "layers" | "heads" | "hidden" | "context"
>;

/** Added to the mean square in root-mean-square normalisation. */
export const normEpsilon = 1e-5;
/** Pair i of a head turns by position / ropeBase^(2 i / head width). */
export const ropeBase = 10_000;
/** Added to the score of a later token: far below any score, and finite. */
const hidden = -1e30;

/**
 * Normal numbers of deviation 1/√inputs, for the embedding 1/√width; zeros in the matrices that add to the stream, so
 * that at first each token is known by itself and blocks are learned on top (Zhang, Dauphin & Ma, "Fixup", 2019).
 */
export function initialParameters(sizes: Sizes, seed: number): Parameters {
  const { vocabularySize, width, layers, hidden } = sizes;
  const keys = random.split(random.key(seed), 1 + 5 * layers);
  let next = 0;
  const draw = (rows: number, columns: number, deviation: number) =>
    initialisers.normal(deviation)(slice(keys, next++), [rows, columns]);
  const into = (inputs: number, outputs: number) => draw(inputs, outputs, 1 / Math.sqrt(inputs));
  return {
    embedding: draw(vocabularySize, width, 1 / Math.sqrt(width)),
    blocks: Array.from({ length: layers }, () => ({
      attentionNorm: ones([width]),
      query: into(width, width),
      key: into(width, width),
      value: into(width, width),
      output: zeros([width, width]),
      feedForwardNorm: ones([width]),
      gate: into(width, hidden),
      up: into(width, hidden),
      down: zeros([hidden, width]),
    })),
    outputNorm: ones([width]),
  };
}

/** x divided by its root mean square, times learned factors (Zhang & Sennrich, 2019). */
function rmsNorm(x: Tensor, factors: Tensor): Tensor {
  const scale = reciprocal(sqrt(add(mean(square(x), -1, { keepdims: true }), normEpsilon)));
  return mul(mul(x, scale), factors);
}

/** Angles of rotary position embedding: cosines and sines, [positions, head width], each number twice. */
export function rotations(positions: number, headWidth: number): { cos: Float32Array; sin: Float32Array } {
  const [cos, sin] = [0, 0].map(() => new Float32Array(positions * headWidth));
  for (let p = 0; p < positions; p++) {
    for (let j = 0; j < headWidth; j++) {
      const angle = p * ropeBase ** ((-2 * Math.floor(j / 2)) / headWidth);
      cos[p * headWidth + j] = Math.cos(angle);
      sin[p * headWidth + j] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** The matrix that takes (a, b) to (−b, a) in every adjacent pair, from the right. */
function quarterTurn(headWidth: number): Float32Array {
  const data = new Float32Array(headWidth * headWidth);
  for (let j = 0; j < headWidth; j += 2) {
    data[(j + 1) * headWidth + j] = -1;
    data[j * headWidth + j + 1] = 1;
  }
  return data;
}

/** Tables that depend on sizes only. */
interface Tables {
  readonly cos: Tensor;
  readonly sin: Tensor;
  readonly turn: Tensor;
  /** [length, length]: 0 for earlier tokens and itself, far below 0 for later ones. */
  readonly mask: Tensor;
}

function tablesFor(length: number, headWidth: number, dtype: DType): Tables {
  const { cos, sin } = rotations(length, headWidth);
  const mask = new Float32Array(length * length);
  for (let i = 0; i < length; i++) mask.fill(hidden, i * length + i + 1, (i + 1) * length);
  return {
    cos: tensor(cos, { shape: [length, headWidth], dtype }),
    sin: tensor(sin, { shape: [length, headWidth], dtype }),
    turn: tensor(quarterTurn(headWidth), { shape: [headWidth, headWidth], dtype }),
    mask: tensor(mask, { shape: [length, length], dtype }),
  };
}

function selfAttention(block: Block, x: Tensor, heads: number, { cos, sin, turn, mask }: Tables): Tensor {
  const [batch, length, width] = x.shape;
  const toHeads = (y: Tensor) => swapAxes(reshape(y, [batch, length, heads, width / heads]), 1, 2);
  const rotate = (y: Tensor) => add(mul(y, cos), mul(matmul(y, turn), sin));
  const query = rotate(toHeads(matmul(x, block.query)));
  const key = rotate(toHeads(matmul(x, block.key)));
  const value = toHeads(matmul(x, block.value));
  const mixed = attention(query, key, value, { bias: mask });
  return matmul(reshape(swapAxes(mixed, 1, 2), [batch, length, width]), block.output);
}

function feedForward(block: Block, x: Tensor): Tensor {
  return matmul(mul(silu(matmul(x, block.gate)), matmul(x, block.up)), block.down);
}

/** Token numbers [batch, length] to the vectors [batch, length, width] that the unembedding multiplies. */
export function hiddenStates(params: Parameters, tokens: Tensor, heads: number): Tensor {
  const { shape, dtype } = params.embedding;
  const tables = tablesFor(tokens.shape[1], shape[1] / heads, dtype);
  let x = take(params.embedding, tokens);
  for (const block of params.blocks) {
    x = add(x, selfAttention(block, rmsNorm(x, block.attentionNorm), heads, tables));
    x = add(x, feedForward(block, rmsNorm(x, block.feedForwardNorm)));
  }
  return rmsNorm(x, params.outputNorm);
}

/** Logits [batch, length, vocabulary] of the token after each. */
export function logits(params: Parameters, tokens: Tensor, heads: number): Tensor {
  return matmul(hiddenStates(params, tokens, heads), swapAxes(params.embedding, 0, 1));
}

/** Windows of tokens: what is read, and at every place the token that follows. */
export type Batch = { readonly inputs: Tensor; readonly targets: Tensor };

/** log p of every target, [batch, length]. */
export function targetLogprobs(params: Parameters, { inputs, targets }: Batch, heads: number): Tensor {
  const [batch, length] = targets.shape;
  const all = logSoftmax(logits(params, inputs, heads));
  return reshape(takeAlongAxis(all, reshape(targets, [batch, length, 1])), [batch, length]);
}

/** Mean surprisal of the targets in nats. */
export function loss(params: Parameters, batch: Batch, heads: number): Tensor {
  return mul(mean(targetLogprobs(params, batch, heads)), -1);
}
