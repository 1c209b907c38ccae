import { InputError } from "../../core/errors.ts";
import { mismatch } from "../check.ts";
import { attention } from "../functions/attention.ts";
import { ones, zeros } from "../functions/creation.ts";
import { logicalAnd, where } from "../functions/elementwise.ts";
import { split } from "../functions/random.ts";
import { any } from "../functions/reductions.ts";
import { reshape, slice, swapAxes, tril } from "../functions/shape.ts";
import type { Shape, Tensor } from "../tensor.ts";
import { type DenseParams, dense } from "./dense.ts";
import { type LayerOptions, requireInput, requireLayerOptions, requireSizes } from "./layer.ts";

export type AttentionParams = {
  readonly query: DenseParams;
  readonly key: DenseParams;
  readonly value: DenseParams;
  readonly out: DenseParams;
};

export interface AttentionInputs {
  /** What is attended to, [..., keys, features]. Default: x itself. */
  context?: Tensor;
  /**
   * Booleans, true where a query may see a key; any shape that broadcasts to [..., heads, queries, keys]. A query
   * that may see nothing gets zeros.
   */
  mask?: Tensor;
  /** Query i sees keys 0 to i only. Default false. */
  causal?: boolean;
}

export interface Attention {
  init(key: Tensor): AttentionParams;
  /** [..., queries, features] to the same shape. */
  apply(params: AttentionParams, x: Tensor, inputs?: AttentionInputs): Tensor;
}

/**
 * Multi-head scaled dot-product attention (Vaswani et al., 2017, section 3.2).
 *
 * @param features length of the vectors in and out, divided among the heads
 * @throws InputError when a size is not a count or the heads do not divide the features; in `apply` when an input
 * has another last axis or a mask does not broadcast
 */
export function multiHeadAttention(features: number, heads: number, options: LayerOptions = {}): Attention {
  const { name = `multiHeadAttention(${features}, ${heads})`, dtype } = options;
  requireLayerOptions(name, options);
  requireSizes(name, { features, heads });
  if (features % heads !== 0) {
    throw new InputError({
      code: "bad-option",
      where: name,
      problem: `heads do not divide the ${features} features`,
      expected: "a divisor",
      got: heads,
    });
  }
  const size = features / heads;
  const part = (role: string) => dense(features, features, { name: `${name}.${role}`, dtype });
  const parts = { query: part("query"), key: part("key"), value: part("value"), out: part("out") };
  /** [..., length, features] to [..., heads, length, size]. */
  const toHeads = (x: Tensor) => swapAxes(reshape(x, [...x.shape.slice(0, -1), heads, size]), -2, -3);
  return {
    init: (key) => {
      const keys = split(key, 4);
      const [query, keyPart, value, out] = Object.values(parts).map((layer, i) => layer.init(slice(keys, i)));
      return { query, key: keyPart, value, out };
    },
    apply: (params, x, { context = x, mask, causal = false } = {}) => {
      requireInput(name, x, ["...", "queries", features]);
      requireInput(name, context, ["...", "keys", features]);
      const query = toHeads(parts.query.apply(params.query, x));
      const key = toHeads(parts.key.apply(params.key, context));
      const value = toHeads(parts.value.apply(params.value, context));
      const scores = [...query.shape.slice(0, -1), key.shape[key.ndim - 2]];
      const visible = visibility(name, scores, mask, causal);
      const bias = visible && where(visible, zeros([], x.dtype), hidden);
      const mixed = attention(query, key, value, { bias });
      // A query that sees nothing would see everything alike.
      const seen = mask && visible ? where(any(visible, -1, { keepdims: true }), mixed, 0) : mixed;
      return parts.out.apply(params.out, reshape(swapAxes(seen, -2, -3), x.shape));
    },
  };
}

function visibility(
  name: string,
  scores: Shape,
  mask: Tensor | undefined,
  causal: boolean,
): Tensor | undefined {
  const past = causal ? tril(ones(scores.slice(-2), "bool")) : undefined;
  if (!mask) return past;
  const fits =
    mask.dtype === "bool" &&
    mask.ndim <= scores.length &&
    mask.shape.every((length, i) => length === 1 || length === scores[scores.length - mask.ndim + i]);
  if (!fits) mismatch(name, `a bool mask that broadcasts to [${scores.join(", ")}]`, [mask]);
  return past ? logicalAnd(mask, past) : mask;
}

/** Added to the score of a hidden key: far below any score, and finite. */
const hidden = -1e30;
