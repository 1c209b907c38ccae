// A bidirectional transformer encoder over words, pre-norm, with two logits a word (Pan et al. 2024, equation 1).
//
// Where a word is enters as a learnt number for each distance and head that is added to the attention scores, not as a
// vector for each position: text that is cut elsewhere is read alike, and there is no longest window.
import {
  add,
  arange,
  astype,
  attention,
  clip,
  div,
  expandDims,
  gelu,
  initialisers,
  layers,
  less,
  mul,
  ones,
  random,
  reshape,
  slice,
  softmax,
  softplus,
  split,
  sub,
  sum,
  swapAxes,
  type Tensor,
  take,
  transpose,
  tril,
  zeros,
} from "../../../engine/index.ts";
import { type TableSizes, tableRows } from "./features.ts";

export interface Architecture extends TableSizes {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly hidden: number;
  /** Distances further than this count as this. */
  readonly reach: number;
  /** Words see only words before them: for comparison. */
  readonly causal: boolean;
}

type DenseParams = layers.DenseParams;
type Norm = layers.LayerNormParams;
type Layer = {
  readonly norm: Norm;
  readonly mix: DenseParams;
  readonly out: DenseParams;
  /** Heads × distances from −reach to reach. */
  readonly distance: Tensor;
  readonly normHidden: Norm;
  readonly first: DenseParams;
  readonly second: DenseParams;
};

export type Parameters = {
  readonly table: Tensor;
  readonly layers: readonly Layer[];
  readonly norm: Norm;
  readonly out: DenseParams;
};

/** A batch of windows, padded at the end. */
export type Inputs = {
  /** Rows of the table, windows × words × features. */
  readonly features: Tensor;
  /** 1 for a word, 0 for padding: windows × words. */
  readonly mask: Tensor;
};

const layersOf = ({ width, hidden }: Architecture) => ({
  norm: layers.layerNorm(width),
  mix: layers.dense(width, 3 * width),
  out: layers.dense(width, width),
  first: layers.dense(width, hidden),
  second: layers.dense(hidden, width),
  logits: layers.dense(width, 2),
});

export function initialParameters(size: Architecture, seed: number): Parameters {
  const parts = layersOf(size);
  const keys = random.split(random.key(seed), 4 * size.layers + 2);
  let used = 0;
  const key = () => slice(keys, used++);
  const table = initialisers.normal(1 / Math.sqrt(size.width))(key(), [tableRows(size), size.width]);
  const layer = (): Layer => ({
    norm: parts.norm.init(keys),
    mix: parts.mix.init(key()),
    out: parts.out.init(key()),
    distance: zeros([size.heads, 2 * size.reach + 1]),
    normHidden: parts.norm.init(keys),
    first: parts.first.init(key()),
    second: parts.second.init(key()),
  });
  return {
    table,
    layers: Array.from({ length: size.layers }, layer),
    norm: parts.norm.init(keys),
    out: parts.logits.init(key()),
  };
}

/** Inputs with 1 for a word that was kept, windows × words. */
export type LabelledInputs = Inputs & { readonly labels: Tensor };

/** Logits of dropping and keeping, windows × words × 2. */
function forward(size: Architecture, params: Parameters, { features, mask }: Inputs): Tensor {
  const parts = layersOf(size);
  const [windows, words] = mask.shape;
  const { width, heads, reach, causal } = size;
  const hiddenKeys = mul(sub(expandDims(mask, [1, 2]), 1), far);
  const later = causal ? mul(sub(tril(ones([words, words])), 1), far) : undefined;
  const distances = distanceRows(words, reach);
  const toHeads = (x: Tensor) => swapAxes(reshape(x, [windows, words, heads, width / heads]), 1, 2);
  let x = sum(take(params.table, features), 2);
  for (const layer of params.layers) {
    const mixed = parts.mix.apply(layer.mix, parts.norm.apply(layer.norm, x));
    const [query, key, value] = split(mixed, 3, -1).map(toHeads);
    const byDistance = transpose(take(transpose(layer.distance), distances), [2, 0, 1]);
    const bias = add(later ? add(byDistance, later) : byDistance, hiddenKeys);
    const seen = attention(query, key, value, { bias });
    x = add(x, parts.out.apply(layer.out, reshape(swapAxes(seen, 1, 2), [windows, words, width])));
    const hidden = gelu(parts.first.apply(layer.first, parts.norm.apply(layer.normHidden, x)));
    x = add(x, parts.second.apply(layer.second, hidden));
  }
  return parts.logits.apply(params.out, parts.norm.apply(params.norm, x));
}

/** Probability of keeping each word, windows × words. */
export function keepProbabilities(size: Architecture, params: Parameters, inputs: Inputs): Tensor {
  return slice(softmax(forward(size, params, inputs)), [], [], 1);
}

/** Mean cross-entropy of the labels (1 kept, 0 not) over words, padding left out, and the share that is right. */
export function loss(
  size: Architecture,
  params: Parameters,
  { labels, ...inputs }: LabelledInputs,
): [total: Tensor, terms: { accuracy: Tensor }] {
  const logits = forward(size, params, inputs);
  // log p of the other label minus log p of the right one.
  const margin = mul(sub(slice(logits, [], [], 0), slice(logits, [], [], 1)), sub(mul(labels, 2), 1));
  const words = sum(inputs.mask);
  const overWords = (x: Tensor) => div(sum(mul(x, inputs.mask)), words);
  return [overWords(softplus(margin)), { accuracy: overWords(astype(less(margin, 0), margin.dtype)) }];
}

/** Added to the score of a word that may not be seen. */
const far = 1e9;

/** For each pair of words the row of its distance, words × words. */
function distanceRows(words: number, reach: number): Tensor {
  const at = arange(words);
  return add(clip(sub(expandDims(at, 0), expandDims(at, 1)), -reach, reach), reach);
}
