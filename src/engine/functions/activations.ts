import { checkAxis } from "../check.ts";
import type { Operand, Tensor } from "../tensor.ts";
import {
  abs,
  add,
  div,
  erf,
  exp,
  log1p,
  maximum,
  minimum,
  mul,
  negative,
  stopGradient,
  sub,
  tanh,
} from "./elementwise.ts";
import { logSumExp, max, sum } from "./reductions.ts";

/** max(x, 0). */
export function relu(x: Operand): Tensor {
  return maximum(x, 0);
}

/** x where positive, else slope · x. */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return add(maximum(x, 0), mul(minimum(x, 0), slope));
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: Operand): Tensor {
  return mul(add(tanh(mul(x, 0.5)), 1), 0.5);
}

/** log(1 + eˣ), without overflow. */
export function softplus(x: Operand): Tensor {
  return add(maximum(x, 0), log1p(exp(negative(abs(x)))));
}

/** log sigmoid(x), without underflow. */
export function logSigmoid(x: Operand): Tensor {
  return negative(softplus(negative(x)));
}

/** x · sigmoid(x). */
export function silu(x: Operand): Tensor {
  return mul(x, sigmoid(x));
}

/** x where positive, else alpha · (eˣ − 1). */
export function elu(x: Tensor, alpha = 1): Tensor {
  return add(maximum(x, 0), mul(sub(exp(minimum(x, 0)), 1), alpha));
}

/** x · Φ(x) with the normal distribution function Φ; `approximate` uses the tanh form. */
export function gelu(x: Tensor, options: { approximate?: boolean } = {}): Tensor {
  if (options.approximate) {
    const inner = mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
    return mul(mul(x, 0.5), add(tanh(inner), 1));
  }
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

/** eˣ / Σ eˣ along an axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const one = checkAxis("softmax", axis, x.ndim);
  const weights = exp(sub(x, stopGradient(max(x, one, { keepdims: true }))));
  return div(weights, sum(weights, one, { keepdims: true }));
}

/** x − log Σ eˣ along an axis. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const one = checkAxis("logSoftmax", axis, x.ndim);
  return sub(x, logSumExp(x, one, { keepdims: true }));
}
