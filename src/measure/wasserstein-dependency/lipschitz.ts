/**
 * Three ways to hold a function's slope: the norm of its gradient between data points pulled to 1 (Gulrajani et al. 2017),
 * each layer's spectral norm capped (Miyato et al. 2018), and the slope between pairs of points kept below 1.
 */
import { svd } from "../../core/linear-algebra.ts";
import { matrix } from "../../core/matrix.ts";
import {
  abs,
  add,
  div,
  grad,
  matmul,
  maximum,
  mean,
  mul,
  relu,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../../engine/index.ts";

/** f(xᵢ, yᵢ) for each row. */
export type PairFunction = (x: Tensor, y: Tensor) => Tensor;

/** The square root's slope at 0 is infinite; this is far below anything that matters. */
const tiny = 1e-12;

/** ‖∇f‖ with respect to (x, y) at each row. */
export function gradientNorms(f: PairFunction, x: Tensor, y: Tensor): Tensor {
  const slope = grad((at: { x: Tensor; y: Tensor }) => sum(f(at.x, at.y)))({ x, y });
  return sqrt(add(add(sum(square(slope.x), -1), sum(square(slope.y), -1)), tiny));
}

/** mean (‖∇f‖ − 1)², two-sided. */
export function gradientPenalty(f: PairFunction, x: Tensor, y: Tensor): Tensor {
  return mean(square(sub(gradientNorms(f, x, y), 1)));
}

/** mean max(0, |f(a) − f(b)| / d(a, b) − 1)² over rows a and b, without a second derivative. */
export function pairwisePenalty(
  f: PairFunction,
  [ax, ay]: readonly [Tensor, Tensor],
  [bx, by]: readonly [Tensor, Tensor],
): Tensor {
  const apart = sqrt(add(add(sum(square(sub(ax, bx)), -1), sum(square(sub(ay, by)), -1)), tiny));
  const slope = div(abs(sub(f(ax, ay), f(bx, by))), apart);
  return mean(square(relu(sub(slope, 1))));
}

/**
 * A kernel divided by max(1, σ / cap), σ its largest singular value by one step of power iteration from a direction that is
 * carried from step to step.
 *
 * @param direction [inputs], of length 1
 */
export function capped(kernel: Tensor, direction: Tensor, cap: number): { kernel: Tensor; next: Tensor } {
  const fixed = stopGradient(kernel);
  const right = unit(matmul(direction, fixed));
  const left = unit(matmul(fixed, right));
  const sigma = sum(mul(left, matmul(kernel, right)));
  return { kernel: div(kernel, maximum(1, mul(sigma, 1 / cap))), next: left };
}

function unit(v: Tensor): Tensor {
  return stopGradient(div(v, sqrt(add(sum(square(v)), tiny))));
}

/** The same with the exact singular value, for a kernel that is trained. */
export function exactlyCapped(kernel: Tensor, cap: number): Tensor {
  const [rows, cols] = kernel.shape;
  const [largest] = svd(matrix(rows, cols, Float64Array.from(kernel.data))).singularValues;
  const scale = 1 / Math.max(1, largest / cap);
  return tensor(
    Float32Array.from(kernel.data, (w) => w * scale),
    { shape: kernel.shape },
  );
}
