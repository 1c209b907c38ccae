// Scalar functions computed by ordinary code, such as the decompositions of core/linear-algebra, in the middle of a
// compiled loss. A compiled program cannot call back, so it is cut in two: the first half computes what the functions
// are given, ordinary code computes their values and gradients G, and in the second half each of them is its value
// with derivative Σ G · dX.
import { InputError } from "../../core/errors.ts";
import { type CompileOptions, compile, type Explanation } from "../compile.ts";
import { full } from "../functions/creation.ts";
import { type DataArray, fromData, newData, type Tensor, type Tree } from "../tensor.ts";
import { currentTrace } from "../trace.ts";
import { valueAndGrad } from "../transforms.ts";
import { withGradient } from "./with-gradient.ts";

/** A value and the derivative with respect to every number of x, row-major. */
export interface HostAnswer {
  readonly value: number;
  readonly gradient: ArrayLike<number>;
}

/**
 * Makes a scalar function of a tensor from ordinary code. Call it in a loss that is compiled by
 * {@link compileValueAndGrad} or trained by `fit`, outside of `vmap`; its argument must not depend on the value of
 * another such function (that gives NaN), and it has no second derivative. Arguments that are not finite give NaN.
 *
 * @param name for error messages
 * @param compute reads `x.data` and `x.shape`
 * @example
 * import { asMatrix, svd } from "surprisal/core";
 * import { compileValueAndGrad, hostFunction, matmul, type Tensor, tensor } from "surprisal/engine";
 * const largestSingularValue = hostFunction("largestSingularValue", (x) => {
 *   const { u, singularValues, v } = svd(asMatrix(x));
 *   const gradient = Array.from(x.data, (_, i) => u.data[Math.floor(i / x.shape[1]) * u.cols] * v.data[(i % x.shape[1]) * v.cols]);
 *   return { value: singularValues[0], gradient };
 * });
 * const step = compileValueAndGrad((w: Tensor) => largestSingularValue(matmul(w, w)));
 * const [value, gradient] = await step(tensor([[1, 2], [3, 4]]));
 */
export function hostFunction(name: string, compute: (x: Tensor) => HostAnswer): (x: Tensor) => Tensor {
  const run: Compute = (x) => answerOf(name, compute, x);
  return (x) => {
    if (!currentTrace()) return run(x).value;
    if (!pass) throw new HostCallError(name);
    return pass(run, x);
  };
}

/**
 * Compiles the value and gradient of a loss with respect to its first argument; {@link hostFunction}s may be called
 * in it. Without any it is `compile(valueAndGrad(loss))`.
 */
export function compileValueAndGrad<P extends Tree, R extends Tree[]>(
  loss: (params: P, ...rest: R) => Tensor,
  options: CompileOptions = {},
): HalvesCompiled<[P, ...R], [Tensor, P]> {
  return compileInHalves((params: P, ...rest: R) => valueAndGrad(loss)(params, ...rest), loss, options);
}

export interface HalvesCompiled<A extends Tree[], T extends Tree> {
  (...args: A): Promise<T>;
  /** How each set of argument shapes met so far is run, each half by itself. */
  explain(): Explanation[];
  /** Frees what is held for replaying. */
  dispose(): Promise<void>;
}

/**
 * Compiles `whole`, which differentiates a function that may call host functions.
 *
 * @param probe runs that function alone, so that the arguments of the host functions are known
 */
export function compileInHalves<A extends Tree[], T extends Tree>(
  whole: (...args: A) => T,
  probe: (...args: A) => unknown,
  { executor, donate = [] }: CompileOptions = {},
): HalvesCompiled<A, T> {
  const functions: Compute[] = [];
  const one = compile(whole, { executor, donate });
  const first = compile((...args: A) => collect(functions, () => probe(...args)), { executor });
  const second = compile(
    (answers: readonly Answer[], ...args: A) => substitute(answers, () => whole(...args)),
    { executor, donate: donate.map((position) => position + 1) },
  );
  let isCut = false;
  const call = async (...args: A): Promise<T> => {
    if (!isCut) {
      try {
        return await one(...args);
      } catch (error) {
        if (!(error instanceof HostCallError)) throw error;
        isCut = true;
      }
    }
    const questions = await first(...args);
    return second(
      questions.map(({ index, x }) => functions[Number(index)](x)),
      ...args,
    );
  };
  return Object.assign(call, {
    explain: () => [one, first, second].flatMap((part) => part.explain()),
    dispose: async () => {
      await Promise.all([one.dispose(), first.dispose(), second.dispose()]);
    },
  });
}

type Answer = { readonly value: Tensor; readonly gradient: Tensor };
type Compute = (x: Tensor) => Answer;
/** The index is a text, because texts are part of a recording and numbers are not. */
type Question = { readonly index: string; readonly x: Tensor };

/** What a host function does while a function is traced. */
let pass: ((compute: Compute, x: Tensor) => Tensor) | undefined;

function during<T>(one: NonNullable<typeof pass>, body: () => T): T {
  const outer = pass;
  pass = one;
  try {
    return body();
  } finally {
    pass = outer;
  }
}

/** Traces the body for the arguments of its host functions, whose values are not known yet. */
function collect(functions: Compute[], body: () => unknown): Question[] {
  const questions: Question[] = [];
  during((compute, x) => {
    if (!functions.includes(compute)) functions.push(compute);
    questions.push({ index: String(functions.indexOf(compute)), x });
    return full([], Number.NaN, x.dtype);
  }, body);
  return questions;
}

/** Traces the body with the answers in the order in which the questions came. */
function substitute<T>(answers: readonly Answer[], body: () => T): T {
  let next = 0;
  return during((_, x) => {
    const { value, gradient } = answers[next++];
    return withGradient(
      () => value,
      () => gradient,
    )(x);
  }, body);
}

function answerOf(name: string, compute: (x: Tensor) => HostAnswer, x: Tensor): Answer {
  const { value, gradient } = allFinite(x.data)
    ? compute(x)
    : { value: Number.NaN, gradient: new Float64Array(x.size).fill(Number.NaN) };
  if (gradient.length !== x.size) {
    throw new InputError({
      code: "length-mismatch",
      where: name,
      problem: "the gradient has not one number for each of the argument",
      expected: String(x.size),
      got: gradient.length,
    });
  }
  const numbers = newData(x.dtype, x.size);
  numbers.set(gradient);
  const scalar = newData(x.dtype, 1);
  scalar[0] = value;
  return { value: fromData(scalar, [], x.dtype), gradient: fromData(numbers, x.shape, x.dtype) };
}

function allFinite(data: DataArray): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}

class HostCallError extends InputError {
  constructor(name: string) {
    super({
      code: "host-function",
      where: name,
      problem: "computed by ordinary code, which cannot be part of a compiled function",
      hint: "compile the loss with compileValueAndGrad, or train it with fit",
    });
  }
}
