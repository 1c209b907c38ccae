import {
  add,
  concatenate,
  expandDims,
  initialisers,
  matmul,
  max,
  min,
  mul,
  random,
  relu,
  reshape,
  silu,
  slice,
  squeeze,
  sum,
  type Tensor,
  transpose,
  zeros,
} from "../../engine/index.ts";
import type { Points } from "./points.ts";

export type Layers = readonly { readonly kernel: Tensor; readonly bias: Tensor }[];
/** The chains of layers of a network, by name. */
export type Chains = { readonly [chain: string]: Layers };

/** A function of pairs, with parameters. */
export interface Network {
  init(key: Tensor): Chains;
  /** f(xᵢ, yᵢ), [B]. */
  rows(params: Chains, points: Points): Tensor;
  /** f(xᵢ, yⱼ), [B, B]. */
  pairs(params: Chains, points: Points): Tensor;
}

type Activation = (x: Tensor) => Tensor;

/**
 * Sorting pairs of neurons (Anil, Lucas & Grosse 2019): like ReLU it has slope 1 at most, and unlike it, it does not lose
 * length, so that a stack of layers of norm 1 can keep slope 1.
 */
export function sortedPairs(x: Tensor): Tensor {
  const width = x.shape[x.ndim - 1];
  const twos = reshape(x, [...x.shape.slice(0, -1), width / 2, 2]);
  return concatenate([max(twos, -1), min(twos, -1)], -1);
}

/** An MLP over (x, y) with one number at the end; `"sorted"` needs even widths. */
export function joined(
  dimX: number,
  dimY: number,
  hidden: readonly number[],
  activation: "sorted" | "smooth",
): Network {
  const act = activation === "sorted" ? sortedPairs : silu;
  const widths = [dimX + dimY, ...hidden, 1];
  const rest = (layers: Layers, first: Tensor) => squeeze(through(layers.slice(1), act(first), act), -1);
  return {
    init: (key) => ({ joint: initial(widths, key) }),
    rows: ({ joint }, { x, y }) => {
      const [{ kernel, bias }] = joint;
      return rest(joint, add(matmul(concatenate([x, y], 1), kernel), bias));
    },
    pairs: ({ joint }, { x, y }) => {
      const [{ kernel, bias }] = joint;
      const ofX = matmul(x, slice(kernel, [0, dimX]));
      const ofY = add(matmul(y, slice(kernel, [dimX, dimX + dimY])), bias);
      return rest(joint, add(expandDims(ofX, 1), expandDims(ofY, 0)));
    },
  };
}

/** scale · g(x)ᵀh(y) with an MLP on either side, whose outputs are the embeddings. */
export function separable(
  dimX: number,
  dimY: number,
  hidden: readonly number[],
  embed: number,
  scale: number,
): Network {
  return {
    init(key) {
      const [forX, forY] = split(key, 2);
      return { x: initial([dimX, ...hidden, embed], forX), y: initial([dimY, ...hidden, embed], forY) };
    },
    rows: (params, { x, y }) => {
      const [g, h] = [embedding(params.x, x), embedding(params.y, y)];
      return mul(sum(mul(g, h), -1), scale);
    },
    pairs: (params, { x, y }) =>
      mul(matmul(embedding(params.x, x), transpose(embedding(params.y, y))), scale),
  };
}

/** One side of a separable network. */
export function embedding(layers: Layers, x: Tensor): Tensor {
  return through(layers, x, relu);
}

function through(layers: Layers, input: Tensor, activation: Activation): Tensor {
  return layers.reduce(
    (x, { kernel, bias }, i) => add(matmul(i === 0 ? x : activation(x), kernel), bias),
    input,
  );
}

function initial(widths: readonly number[], key: Tensor): Layers {
  const keys = split(key, widths.length - 1);
  return keys.map((one, i) => ({
    kernel: initialisers.glorotUniform(one, [widths[i], widths[i + 1]]),
    bias: zeros([widths[i + 1]]),
  }));
}

function split(key: Tensor, count: number): Tensor[] {
  const keys = random.split(key, count);
  return Array.from({ length: count }, (_, i) => squeeze(slice(keys, [i, i + 1]), 0));
}
