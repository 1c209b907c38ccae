import {
  add,
  expandDims,
  initialisers,
  layers,
  matmul,
  random,
  relu,
  slice,
  squeeze,
  type Tensor,
  transpose,
  zeros,
} from "../../engine/index.ts";

/** How a critic sees a pair: `"concat"` mixes x and y from its first layer on, `"separable"` is g(x)·h(y). */
export type CriticKind = "concat" | "separable";

export type CriticParams = { readonly [part: string]: readonly { kernel: Tensor; bias: Tensor }[] };

/** f(x, y) for all pairs of a batch. */
export interface Critic {
  init(key: Tensor): CriticParams;
  /** Sᵢⱼ = f(xᵢ, yⱼ), [B, B]. */
  scores(params: CriticParams, x: Tensor, y: Tensor): Tensor;
}

/** Width of g(x) and h(y). */
const embedding = 32;

export function critic(kind: CriticKind, dimX: number, dimY: number, hidden: readonly number[]): Critic {
  return kind === "concat" ? concat(dimX, dimY, hidden) : separable(dimX, dimY, hidden);
}

/**
 * An MLP over (x, y). Its first layer is linear in both, so all B² pairs cost B products each, and only the layers after
 * it cost B².
 */
function concat(dimX: number, dimY: number, hidden: readonly number[]): Critic {
  const rest = mlp([...hidden, 1]);
  return {
    init(key) {
      const [first, others] = split(key);
      const kernel = initialisers.glorotUniform(first, [dimX + dimY, hidden[0]]);
      return { first: [{ kernel, bias: zeros([hidden[0]]) }], rest: rest.init(others) };
    },
    scores({ first: [{ kernel, bias }], rest: others }, x, y) {
      const ofX = matmul(x, slice(kernel, [0, dimX]));
      const ofY = add(matmul(y, slice(kernel, [dimX, dimX + dimY])), bias);
      const pairs = relu(add(expandDims(ofX, 1), expandDims(ofY, 0)));
      return squeeze(rest.apply(others, pairs), -1);
    },
  };
}

function separable(dimX: number, dimY: number, hidden: readonly number[]): Critic {
  const [g, h] = [dimX, dimY].map((dim) => mlp([dim, ...hidden, embedding]));
  return {
    init(key) {
      const [forX, forY] = split(key);
      return { x: g.init(forX), y: h.init(forY) };
    },
    scores: (params, x, y) => matmul(g.apply(params.x, x), transpose(h.apply(params.y, y))),
  };
}

/** Layers of these widths with ReLU between them. */
function mlp(widths: readonly number[]) {
  const chain = widths.slice(1).map((width, i) => layers.dense(widths[i], width));
  return {
    init(key: Tensor): { kernel: Tensor; bias: Tensor }[] {
      const keys = random.split(key, chain.length);
      return chain.map((layer, i) => layer.init(squeeze(slice(keys, [i, i + 1]), 0)));
    },
    apply: (params: CriticParams[string], input: Tensor): Tensor =>
      chain.reduce((x, layer, i) => layer.apply(params[i], i === 0 ? x : relu(x)), input),
  };
}

function split(key: Tensor): [Tensor, Tensor] {
  const keys = random.split(key);
  return [0, 1].map((i) => squeeze(slice(keys, [i, i + 1]), 0)) as [Tensor, Tensor];
}
