/**
 * L-BFGS: limited-memory BFGS by the two-loop recursion (Nocedal & Wright, Numerical Optimization, 2006, algorithms
 * 7.4 and 7.5) with a line search for the strong Wolfe conditions. For smooth functions of up to some thousand
 * numbers; O(memory · n) per iteration beside the function itself.
 */
import { InputError } from "../../core/errors.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { requireKnown } from "../check.ts";
import { lineSearch, type Point } from "./line-search.ts";

/** The value of a function and its gradient. The array of numbers passed in must not be kept or changed. */
export type ValueAndGradient = (x: Float64Array) => readonly [value: number, gradient: ArrayLike<number>];

export interface LbfgsOptions {
  /** Stop when no entry of the gradient is larger. Default 1e-6. */
  tolerance?: number;
  /** Most iterations. Default 1000. */
  maxIterations?: number;
  /** Number of past steps that shape the next. Default 10. */
  memory?: number;
}

export interface LbfgsResult {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly iterations: number;
  /** Calls of the function. */
  readonly evaluations: number;
  /**
   * `"converged"`: the gradient is within the tolerance; `"stalled"`: rounding leaves no lower point along the search
   * direction; `"iterations"`: as many as allowed were made.
   */
  readonly reason: "converged" | "stalled" | "iterations";
}

/**
 * Finds a local minimum of a smooth function.
 *
 * @param start where to begin; not changed
 * @throws InputError when the start is empty or an option is out of range, or the function or its gradient is not
 * finite at the start
 * @example
 * import { lbfgs } from "surprisal/engine";
 * // (a − 1)² + 10 (b − a²)²
 * const { x } = lbfgs(
 *   ([a, b]) => [(a - 1) ** 2 + 10 * (b - a * a) ** 2, [2 * (a - 1) - 40 * a * (b - a * a), 20 * (b - a * a)]],
 *   [-1, 2],
 * );
 * // x is 1, 1 to about six digits
 */
export function lbfgs(
  f: ValueAndGradient,
  start: ArrayLike<number>,
  options: LbfgsOptions = {},
): LbfgsResult {
  const search = minimise(start, options);
  let turn = search.next();
  while (!turn.done) turn = search.next(f(turn.value));
  return turn.value;
}

/**
 * {@link lbfgs} for functions that answer later, such as compiled ones.
 *
 * @throws StoppedError when the signal fires
 */
export async function lbfgsAsync(
  f: (x: Float64Array) => ReturnType<ValueAndGradient> | Promise<ReturnType<ValueAndGradient>>,
  start: ArrayLike<number>,
  options: LbfgsOptions & LongRunning = {},
): Promise<LbfgsResult> {
  const { signal, onProgress, maxIterations = defaultIterations } = options;
  const pause = pacer(signal, "lbfgs");
  const search = minimise(start, options, (done) => onProgress?.({ done, total: maxIterations }));
  let turn = search.next();
  while (!turn.done) {
    await pause();
    turn = search.next(await f(turn.value));
  }
  return turn.value;
}

const defaultIterations = 1000;

/** Yields the points at which it wants value and gradient. */
function* minimise(
  start: ArrayLike<number>,
  options: LbfgsOptions,
  onIteration?: (done: number) => void,
): Generator<Float64Array, LbfgsResult, ReturnType<ValueAndGradient>> {
  requireKnown("lbfgs", options, ["tolerance", "maxIterations", "memory", "signal", "onProgress"]);
  const { tolerance = 1e-6, maxIterations = defaultIterations, memory = 10 } = options;
  requireOptions(start, { tolerance, maxIterations, memory });
  const history = new History(start.length, memory);
  const direction = new Float64Array(start.length);
  let evaluations = 0;
  function* evaluate(x: Float64Array): Generator<Float64Array, Point, ReturnType<ValueAndGradient>> {
    const [value, gradient] = yield x;
    evaluations++;
    return { x, value, gradient: requireGradient(gradient, x.length) };
  }

  let point = yield* evaluate(Float64Array.from(start));
  if (!Number.isFinite(point.value) || !point.gradient.every(Number.isFinite)) {
    throw new InputError({
      code: "not-finite",
      where: "lbfgs",
      problem: "the function or its gradient is not finite at the start",
      got: point.value,
    });
  }
  for (let iteration = 0; ; iteration++) {
    const finish = (reason: LbfgsResult["reason"]): LbfgsResult => ({
      ...point,
      iterations: iteration,
      evaluations,
      reason,
    });
    if (largest(point.gradient) <= tolerance) return finish("converged");
    if (iteration === maxIterations) return finish("iterations");
    history.direction(point.gradient, direction);
    // The first step has no scale yet: one that moves by at most 1.
    const first = history.isEmpty ? Math.min(1, 1 / norm(point.gradient)) : 1;
    let next = yield* lineSearch(evaluate, point, direction, first);
    if (!next && !history.isEmpty) {
      // Past curvature may no longer describe the place: once more straight downhill.
      history.clear();
      history.direction(point.gradient, direction);
      next = yield* lineSearch(evaluate, point, direction, Math.min(1, 1 / norm(point.gradient)));
    }
    if (!next) return finish("stalled");
    history.add(point, next);
    point = next;
    onIteration?.(iteration + 1);
  }
}

/** The last steps s and gradient changes y, which approximate the inverse Hessian. */
class History {
  readonly #steps: Float64Array[] = [];
  readonly #changes: Float64Array[] = [];
  readonly #rho: number[] = [];
  readonly #alpha: Float64Array;
  readonly #memory: number;

  constructor(size: number, memory: number) {
    this.#memory = Math.min(memory, Math.max(size, 1));
    this.#alpha = new Float64Array(this.#memory);
  }

  get isEmpty(): boolean {
    return this.#rho.length === 0;
  }

  clear(): void {
    this.#steps.length = this.#changes.length = this.#rho.length = 0;
  }

  add(from: Point, to: Point): void {
    const isFull = this.#rho.length === this.#memory;
    const step = isFull ? this.#steps.shift()! : new Float64Array(from.x.length);
    const change = isFull ? this.#changes.shift()! : new Float64Array(from.x.length);
    if (isFull) this.#rho.shift();
    let curvature = 0;
    let size = 0;
    for (let i = 0; i < step.length; i++) {
      step[i] = to.x[i] - from.x[i];
      change[i] = to.gradient[i] - from.gradient[i];
      curvature += step[i] * change[i];
      size += change[i] * change[i];
    }
    // The Wolfe conditions make it positive; rounding may not.
    if (!(curvature > Number.EPSILON * size)) return;
    this.#steps.push(step);
    this.#changes.push(change);
    this.#rho.push(1 / curvature);
  }

  /** Writes −H g: the two-loop recursion, from the newest pair to the oldest and back. */
  direction(gradient: Float64Array, out: Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i] = -gradient[i];
    const [steps, changes, rho, alpha] = [this.#steps, this.#changes, this.#rho, this.#alpha];
    for (let k = rho.length - 1; k >= 0; k--) {
      alpha[k] = rho[k] * dot(steps[k], out);
      addScaled(out, changes[k], -alpha[k]);
    }
    const newest = rho.length - 1;
    if (newest >= 0) {
      const scale = 1 / (rho[newest] * dot(changes[newest], changes[newest]));
      for (let i = 0; i < out.length; i++) out[i] *= scale;
    }
    for (let k = 0; k < rho.length; k++) {
      addScaled(out, steps[k], alpha[k] - rho[k] * dot(changes[k], out));
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(out: Float64Array, a: Float64Array, factor: number): void {
  for (let i = 0; i < out.length; i++) out[i] += factor * a[i];
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

function largest(a: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]));
  return most;
}

function requireGradient(gradient: ArrayLike<number>, length: number): Float64Array {
  if (gradient.length === length) return Float64Array.from(gradient);
  throw new InputError({
    code: "length-mismatch",
    where: "lbfgs",
    problem: "the gradient has another length than x",
    expected: String(length),
    got: gradient.length,
  });
}

function requireOptions(start: ArrayLike<number>, options: Required<LbfgsOptions>): void {
  const { tolerance, maxIterations, memory } = options;
  const refuse = (code: string, problem: string, expected: string, got: unknown): never => {
    throw new InputError({ code, where: "lbfgs", problem, expected, got });
  };
  if (start.length === 0) refuse("empty", "nothing to vary", "at least one number", start.length);
  if (!(tolerance >= 0)) refuse("bad-option", "not a tolerance", "a number from 0", tolerance);
  if (!Number.isInteger(maxIterations) || maxIterations < 1) {
    refuse("bad-count", "not a number of iterations", "an integer from 1", maxIterations);
  }
  if (!Number.isInteger(memory) || memory < 1) {
    refuse("bad-count", "not a number of steps to remember", "an integer from 1", memory);
  }
}
