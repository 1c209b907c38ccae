import { InputError } from "../../core/errors.ts";
import { type Axis, checkAxes, checkAxis } from "../check.ts";
import { type JaxArray, jax } from "../runtime.ts";
import type { Tensor } from "../tensor.ts";
import { apply } from "../trace.ts";
import { add, div, exp, isfinite, log, mul, sqrt, square, stopGradient, sub, where } from "./elementwise.ts";
import { ravel, squeeze } from "./shape.ts";

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

/** Sum over all elements, or along axes. */
export function sum(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  return reduce("sum", x, axis, options, (a, axes, keep) => jax().numpy.sum(a, axes, keep));
}

/** Product over all elements, or along axes. */
export function prod(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  return reduce("prod", x, axis, options, (a, axes, keep) => jax().numpy.prod(a, axes, keep));
}

/** Arithmetic mean of all elements, or along axes. */
export function mean(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  const axes = checkAxes("mean", axis, x.ndim);
  requireElements("mean", x, axes);
  return mul(sum(x, axes, options), 1 / axes.reduce((n, one) => n * x.shape[one], 1));
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

/** log Σ exp(x), without overflow. */
export function logSumExp(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  const axes = checkAxes("logSumExp", axis, x.ndim);
  const top = stopGradient(max(x, axes, { keepdims: true }));
  const shift = where(isfinite(top), top, 0);
  const total = add(log(sum(exp(sub(x, shift)), axes, { keepdims: true })), shift);
  return options.keepdims || axes.length === 0 ? total : squeeze(total, axes);
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

/** Running sum along an axis. */
export function cumsum(x: Tensor, axis = -1): Tensor {
  const one = checkAxis("cumsum", axis, x.ndim);
  return apply([x], (a) => jax().numpy.cumsum(a, one));
}

/** Euclidean norm of all elements, or along axes. */
export function norm(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  return sqrt(sum(square(x), axis, options));
}

/** x shifted and scaled to mean 0 and variance 1 along axes; `epsilon` is added to the variance. */
export function standardize(x: Tensor, axis: Axis = -1, epsilon = 1e-5): Tensor {
  const axes = checkAxes("standardize", axis, x.ndim);
  const centred = sub(x, mean(x, axes, { keepdims: true }));
  return div(centred, sqrt(add(mean(square(centred), axes, { keepdims: true }), epsilon)));
}

/** Sum of the diagonal of a matrix. */
export function trace(x: Tensor): Tensor {
  return apply([x], (a) => jax().numpy.trace(a));
}
