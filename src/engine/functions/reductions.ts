import { InputError } from "../../core/errors.ts";
import { apply } from "../apply.ts";
import { type Axis, checkAxes, checkAxis } from "../check.ts";
import { applyRule, type DerivativeRule } from "../derivative.ts";
import { type JaxArray, jax } from "../runtime.ts";
import type { Tensor } from "../tensor.ts";
import { matmul } from "./contraction.ts";
import { ones } from "./creation.ts";
import {
  add,
  exp,
  isfinite,
  log,
  mul,
  negative,
  reciprocal,
  sqrt,
  square,
  stopGradient,
  sub,
  where,
} from "./elementwise.ts";
import { asCount, asFloat } from "./promotion.ts";
import { expandDims, moveAxis, ravel, reshape, squeeze, transpose, triu } from "./shape.ts";

export interface ReduceOptions {
  /** Keep the reduced axes with length 1. Default false. */
  keepdims?: boolean;
}

type Reduction = (x: JaxArray, axes: number[], options: { keepdims: boolean }) => JaxArray;

function reduce(
  name: string,
  x: Tensor,
  axis: Axis | undefined,
  options: ReduceOptions,
  f: Reduction,
): Tensor {
  const axes = checkAxes(name, axis, x.ndim);
  return apply([x], (a) => f(a, axes, { keepdims: options.keepdims ?? false }));
}

function requireElements(name: string, x: Tensor, axes: readonly number[]): void {
  if (axes.every((axis) => x.shape[axis] > 0)) return;
  throw new InputError({
    code: "empty-axis",
    where: name,
    problem: "no elements along the axis",
    got: x.shape,
  });
}

/** Sum over all elements, or along axes; of booleans how many are true. */
export function sum(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  return reduce("sum", asCount(x), axis, options, (a, axes, keep) => jax().numpy.sum(a, axes, keep));
}

/** Product over all elements, or along axes. */
export function prod(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  return reduce("prod", asCount(x), axis, options, (a, axes, keep) => jax().numpy.prod(a, axes, keep));
}

/** Arithmetic mean of all elements, or along axes; a float. */
export function mean(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  const axes = checkAxes("mean", axis, x.ndim);
  requireElements("mean", x, axes);
  return mul(sum(asFloat(x), axes, options), 1 / axes.reduce((n, one) => n * x.shape[one], 1));
}

/** Largest element, of all or along axes. */
export function max(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  requireElements("max", x, checkAxes("max", axis, x.ndim));
  return reduce("max", x, axis, options, (a, axes, keep) => jax().numpy.max(a, axes, keep));
}

/** Smallest element, of all or along axes. */
export function min(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  requireElements("min", x, checkAxes("min", axis, x.ndim));
  return reduce("min", x, axis, options, (a, axes, keep) => jax().numpy.min(a, axes, keep));
}

/** True where all elements along the axes are. */
export function all(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  return reduce("all", x, axis, options, (a, axes, keep) => jax().numpy.all(a, axes, keep));
}

/** True where any element along the axes is. */
export function any(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  return reduce("any", x, axis, options, (a, axes, keep) => jax().numpy.any(a, axes, keep));
}

export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the count in the divisor; 1 for the unbiased variance. Default 0. */
  correction?: number;
}

/** Mean squared distance from the mean. */
export function variance(x: Tensor, axis?: Axis, options: VarianceOptions = {}): Tensor {
  const axes = checkAxes("variance", axis, x.ndim);
  const count = axes.reduce((n, one) => n * x.shape[one], 1);
  const centred = sub(x, mean(x, axes, { keepdims: true }));
  return mul(sum(square(centred), axes, options), 1 / (count - (options.correction ?? 0)));
}

/** Square root of the variance. */
export function std(x: Tensor, axis?: Axis, options: VarianceOptions = {}): Tensor {
  return sqrt(variance(x, axis, options));
}

const logSumExpRule: DerivativeRule = {
  name: "surprisal_logSumExp",
  define: (x) => {
    const top = stopGradient(max(x, -1, { keepdims: true }));
    const shift = where(isfinite(top), top, 0);
    return [squeeze(add(log(sum(exp(sub(x, shift)), -1, { keepdims: true })), shift), -1)];
  },
  push: ([x], [y], [dx]) => [sum(mul(exp(sub(x, expandDims(y, -1))), dx), -1)],
};

/** log Σ exp(x), without overflow. */
export function logSumExp(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  const axes = checkAxes("logSumExp", axis, x.ndim);
  const kept = x.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  const rows = reshape(transpose(asFloat(x), [...kept, ...axes]), [...kept.map((i) => x.shape[i]), -1]);
  const [total] = applyRule(logSumExpRule, rows);
  if (!options.keepdims) return total;
  return reshape(
    total,
    x.shape.map((length, i) => (axes.includes(i) ? 1 : length)),
  );
}

/** Applies a function of the last axis along another one. */
export function alongLast(x: Tensor, axis: number, f: (rows: Tensor) => Tensor): Tensor {
  return axis === x.ndim - 1 ? f(x) : moveAxis(f(moveAxis(x, axis, -1)), -1, axis);
}

/** Position of the largest element, the first of equals; of all elements or along one axis. */
export function argmax(x: Tensor, axis?: number, options: ReduceOptions = {}): Tensor {
  return argReduce("argmax", x, axis, options, (a, one, keep) => jax().numpy.argmax(a, one, keep));
}

/** Position of the smallest element, the first of equals; of all elements or along one axis. */
export function argmin(x: Tensor, axis?: number, options: ReduceOptions = {}): Tensor {
  return argReduce("argmin", x, axis, options, (a, one, keep) => jax().numpy.argmin(a, one, keep));
}

function argReduce(
  name: string,
  x: Tensor,
  axis: number | undefined,
  options: ReduceOptions,
  f: (x: JaxArray, axis: number, options: { keepdims: boolean }) => JaxArray,
): Tensor {
  const along = axis === undefined ? ravel(x) : x;
  const one = checkAxis(name, axis ?? 0, along.ndim);
  requireElements(name, along, [one]);
  return apply([along], (a) => f(a, one, { keepdims: options.keepdims ?? false }));
}

const cumsumRule: DerivativeRule = {
  name: "surprisal_cumsum",
  define: (x) => [apply([x], (a) => jax().numpy.cumsum(a, a.ndim - 1))],
  push: ([x], _, [dx]) => {
    const n = x.shape[x.ndim - 1];
    return [matmul(dx, triu(ones([n, n], dx.dtype)))];
  },
};

/** Running sum along an axis. */
export function cumsum(x: Tensor, axis = -1): Tensor {
  return alongLast(asCount(x), checkAxis("cumsum", axis, x.ndim), (rows) => applyRule(cumsumRule, rows)[0]);
}

/** Euclidean norm of all elements, or along axes. */
export function norm(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  return sqrt(sum(square(x), axis, options));
}

/** The derivative of the standardised x needs x only through the result and 1 / √(variance + ε). */
function makeStandardizeRule(epsilon: number): DerivativeRule {
  return {
    name: `surprisal_standardize ${epsilon}`,
    define: (x) => {
      const centred = sub(x, mean(x, -1, { keepdims: true }));
      const scale = reciprocal(sqrt(add(mean(square(centred), -1, { keepdims: true }), epsilon)));
      return [mul(centred, scale), scale];
    },
    push: (_, [y, scale], [dx]) => {
      const along = mean(mul(y, dx), -1, { keepdims: true });
      const change = sub(sub(dx, mean(dx, -1, { keepdims: true })), mul(y, along));
      return [mul(change, scale), negative(mul(square(scale), along))];
    },
  };
}

const standardizeRules = new Map<number, DerivativeRule>();

/** x shifted and scaled to mean 0 and variance 1 along an axis; `epsilon` is added to the variance. */
export function standardize(x: Tensor, axis = -1, epsilon = 1e-5): Tensor {
  const one = checkAxis("standardize", axis, x.ndim);
  requireElements("standardize", x, [one]);
  let rule = standardizeRules.get(epsilon);
  if (!rule) {
    rule = makeStandardizeRule(epsilon);
    standardizeRules.set(epsilon, rule);
  }
  const apply = rule;
  return alongLast(asFloat(x), one, (rows) => applyRule(apply, rows)[0]);
}

/** Sum of the diagonal of a matrix. */
export function trace(x: Tensor): Tensor {
  checkAxis("trace", -2, x.ndim);
  return apply([x], (a) => jax().numpy.trace(a));
}
