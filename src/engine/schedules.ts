// Learning rates as functions of the number of updates made so far.
import { InputError } from "../core/errors.ts";
import { requireKnown } from "./check.ts";
import { add, cos, div, less, maximum, minimum, mul, sub, where } from "./functions/elementwise.ts";
import type { Tensor } from "./tensor.ts";

/**
 * A number that changes over training: from the number of updates made so far, a scalar (float64 when an optimiser
 * calls it), to a scalar. Pure, so that it can be part of a compiled step.
 */
export type Schedule = (step: Tensor) => Tensor;

/**
 * The same value at every step.
 *
 * @throws InputError when it is not finite
 */
export function constant(value: number): Schedule {
  requireFinite("constant", value);
  return (step) => add(mul(step, 0), value);
}

export interface CosineOptions {
  /** Value at step 0. */
  peak: number;
  /** Value from step `steps` on. Default 0. */
  floor?: number;
  /** Length of the descent. */
  steps: number;
}

/**
 * Half a cosine from `peak` down to `floor` (Loshchilov & Hutter, "SGDR", 2017, eq. 5, one cycle).
 *
 * @throws InputError when a value is not finite or there are no steps
 */
export function cosine(options: CosineOptions): Schedule {
  requireKnown("cosine", options, ["peak", "floor", "steps"]);
  const { peak, floor = 0, steps } = options;
  requireFinite("cosine", peak, floor);
  requireSteps("cosine", steps);
  return (step) => cosineBetween(peak, floor, minimum(div(step, steps), 1));
}

/**
 * A linear rise over the first steps, reaching the value of `after` at step `steps − 1`; then `after`, which counts
 * from there.
 *
 * @throws InputError when there are no steps
 */
export function warmUp(steps: number, after: number | Schedule): Schedule {
  requireSteps("warmUp", steps);
  const then = typeof after === "number" ? constant(after) : after;
  return (step) => mul(then(maximum(sub(step, steps), 0)), minimum(div(add(step, 1), steps), 1));
}

export interface OneCycleOptions {
  /** Largest value. */
  peak: number;
  /** Length of the cycle; afterwards the last value stays. */
  steps: number;
  /** Share of the steps spent rising. Default 0.3. */
  rise?: number;
  /** Value at step 0. Default `peak / 25`. */
  initial?: number;
  /** Value at the last step. Default `peak / 250000`. */
  final?: number;
}

/**
 * One rise and one fall, each half a cosine (Smith & Topin, "Super-convergence", 2018).
 *
 * @throws InputError when a value is not finite, there are fewer than 2 steps or `rise` is not between 0 and 1
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  requireKnown("oneCycle", options, ["peak", "steps", "rise", "initial", "final"]);
  const { peak, steps, rise = 0.3, initial = peak / 25, final = peak / 250_000 } = options;
  requireFinite("oneCycle", peak, initial, final);
  requireSteps("oneCycle", steps, 2);
  if (!(rise > 0 && rise < 1)) {
    throw new InputError({
      code: "bad-option",
      where: "oneCycle",
      problem: "rise is not a share of the steps",
      expected: "a number between 0 and 1",
      got: rise,
    });
  }
  const last = steps - 1;
  const top = rise * last;
  return (step) => {
    const up = cosineBetween(initial, peak, minimum(div(step, top), 1));
    const down = cosineBetween(peak, final, minimum(maximum(div(sub(step, top), last - top), 0), 1));
    return where(less(step, top), up, down);
  };
}

/** From `from` at share 0 to `to` at share 1. */
function cosineBetween(from: number, to: number, share: Tensor): Tensor {
  return add(mul(add(cos(mul(share, Math.PI)), 1), (from - to) / 2), to);
}

function requireFinite(name: string, ...values: number[]): void {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad === undefined) return;
  throw new InputError({
    code: "not-finite",
    where: name,
    problem: "not a number to use",
    expected: "finite numbers",
    got: bad,
  });
}

function requireSteps(name: string, steps: number, least = 1): void {
  if (Number.isInteger(steps) && steps >= least) return;
  throw new InputError({
    code: "bad-count",
    where: name,
    problem: "not a number of steps",
    expected: `an integer from ${least}`,
    got: steps,
  });
}
