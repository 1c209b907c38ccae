import { checkAxis, mismatch } from "../check.ts";
import { applyRule, type DerivativeRule } from "../derivative.ts";
import type { Tensor } from "../tensor.ts";
import { softmax } from "./activations.ts";
import { matmul } from "./contraction.ts";
import { add, mul, sub } from "./elementwise.ts";
import { sum } from "./reductions.ts";
import { broadcastTo, swapAxes } from "./shape.ts";

const turned = (x: Tensor) => swapAxes(x, -1, -2);

/**
 * With weights P and results O = P V, the derivative along dS of the scores is (P ∘ dS) V − (row sums of P ∘ dS) O:
 * its transpose needs the row sums of O ∘ dO (Dao et al., 2022) instead of those of P ∘ dP, which is far larger.
 */
const attentionRule: DerivativeRule = {
  define: (q, k, v, ...bias) => {
    const weights = softmax([matmul(q, turned(k)), ...bias].reduce((a, b) => add(a, b)));
    return [matmul(weights, v), weights];
  },
  push: ([q, k, v], [out, weights], [dq, dk, dv, ...dBias]) => {
    const dScores = [matmul(dq, turned(k)), matmul(q, turned(dk)), ...dBias].reduce((a, b) => add(a, b));
    const moved = mul(weights, dScores);
    const total = sum(moved, -1, { keepdims: true });
    const change = sub(matmul(moved, v), mul(out, total));
    return [add(matmul(weights, dv), change), sub(moved, mul(weights, total))];
  },
};

export interface AttentionOptions {
  /** Added to the scores, of a shape that broadcasts to `[..., queries, keys]`; −10⁹ hides a key. */
  bias?: Tensor;
  /** Factor of the scores. Default 1 / √width. */
  scale?: number;
}

/**
 * softmax(scale · q kᵀ + bias) v: queries `[..., queries, width]`, keys `[..., keys, width]` and values
 * `[..., keys, depth]` give `[..., queries, depth]` (Vaswani et al., 2017, equation 1).
 *
 * @throws InputError when the shapes do not fit together
 * @example
 * import { attention, random } from "surprisal/engine";
 * const [q, k, v] = [1, 2, 3].map((seed) => random.normal(random.key(seed), [2, 5, 4]));
 * const mixed = attention(q, k, v); // float32[2,5,4]
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions = {}): Tensor {
  checkAxis("attention", -2, Math.min(q.ndim, k.ndim, v.ndim));
  const lead = q.shape.slice(0, -2);
  const fits =
    [k, v].every(({ shape }) => shape.slice(0, -2).join() === lead.join()) &&
    q.shape[q.ndim - 1] === k.shape[k.ndim - 1] &&
    k.shape[k.ndim - 2] === v.shape[v.ndim - 2];
  if (!fits)
    mismatch("attention", "[..., queries, width], [..., keys, width] and [..., keys, depth]", [q, k, v]);
  const scale = options.scale ?? 1 / Math.sqrt(q.shape[q.ndim - 1]);
  const scores = [...lead, q.shape[q.ndim - 2], k.shape[k.ndim - 2]];
  const bias = options.bias ? [broadcastTo(options.bias, scores)] : [];
  return applyRule(attentionRule, mul(q, scale), k, v, ...bias)[0];
}
