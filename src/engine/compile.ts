import { InputError } from "../core/errors.ts";
import { requireKnown } from "./check.ts";
import { Unsupported } from "./lowering/context.ts";
import { loadNative, type NativeProgram } from "./native.ts";
import { InputType, type Program, record, runInJax } from "./program.ts";
import { donate, fromData, type Tensor, type Tree } from "./tensor.ts";
import { currentTrace } from "./trace.ts";
import { flatten, replaceNumbers } from "./tree.ts";

/** Where a compiled function runs: native ONNX Runtime, or jax-js on Wasm. */
export type ExecutorName = "onnx" | "wasm";

export interface CompileOptions {
  /** `"auto"` (default): native where possible, else Wasm with a reason in `explain()`; or insist on one. */
  executor?: "auto" | ExecutorName;
  /**
   * Arguments (by position) whose tensors are not used again after the call, such as the old parameters and optimiser
   * state of a training step: results take over their memory, so that state stays where it is. Reading them
   * afterwards is an error that says so.
   */
  donate?: readonly number[];
}

/** What became of one set of argument shapes. */
export interface Explanation {
  readonly executor: ExecutorName;
  /** Why not native, where it is not. */
  readonly reason?: string;
  /** Argument types, for instance `float32[32,10]`. */
  readonly inputs: readonly string[];
  /** Equations recorded. */
  readonly equations: number;
  /** Operators that run for them natively. */
  readonly operators?: number;
}

/** A function that is recorded once per argument shapes and replayed. */
export interface Compiled<A extends Tree[], T extends Tree> {
  (...args: A): Promise<T>;
  /** How each set of argument shapes met so far is run. */
  explain(): Explanation[];
  /** Frees what is held for replaying; a later call records again. */
  dispose(): Promise<void>;
}

/**
 * Makes a fast function of a function of tensors. It is traced at the first call with given argument shapes and
 * types and then replayed: it must not read numbers of tensors or depend on anything else that changes. Plain
 * numbers among the arguments (a learning rate) may change from call to call; booleans, strings and the structure
 * of objects are part of the recording.
 *
 * @throws InputError at the call when `executor: "onnx"` is asked for and not possible
 * @example
 * import { compile, matmul, mean, mul, type Operand, square, sub, type Tensor, tensor, valueAndGrad } from "surprisal/engine";
 * const x = tensor([[1, 0], [0, 1], [1, 1]]);
 * const y = tensor([1, 2, 3]);
 * const step = compile(
 *   (w: Tensor, rate: Operand) => {
 *     const [loss, slope] = valueAndGrad((v: Tensor) => mean(square(sub(matmul(x, v), y))))(w);
 *     return [loss, sub(w, mul(slope, rate))];
 *   },
 *   { donate: [0] },
 * );
 * let w = tensor([0, 0]);
 * for (let i = 0; i < 100; i++) [, w] = await step(w, 0.5);
 * console.log(w.toArray()); // about [1, 2]
 */
export function compile<A extends Tree[], T extends Tree>(
  f: (...args: A) => T,
  options: CompileOptions = {},
): Compiled<A, T> {
  requireKnown("compile", options, ["executor", "donate"]);
  const { executor = "auto", donate: donated = [] } = options;
  if (!["auto", "onnx", "wasm"].includes(executor)) {
    throw new InputError({
      code: "bad-option",
      where: "compile",
      problem: "no such executor",
      expected: '"auto", "onnx" or "wasm"',
      got: executor,
    });
  }
  const variants = new Map<string, Promise<Variant<T>>>();
  const known: Variant<T>[] = [];
  const call = async (...args: A): Promise<T> => {
    refuseInTrace();
    const numbers = new Set<Tensor>();
    const lifted = replaceNumbers(args as unknown as Tree, (value) => {
      const scalar = fromData(Float64Array.of(value), [], "float64");
      numbers.add(scalar);
      return scalar;
    });
    const flat = flatten(lifted, "compile");
    const types = flat.leaves.map((leaf) => new InputType(leaf.shape, leaf.dtype, numbers.has(leaf)));
    const inputs = types.map((type) => `${type.dtype}[${type.shape}]${type.weakType ? "*" : ""}`);
    const key = `${flat.structure} ${inputs.join(" ")}`;
    let pending = variants.get(key);
    if (!pending) {
      const program = record((leaves) => f(...(flat.rebuild(leaves) as unknown as A)), types, "compile");
      pending = prepare(program, inputs, executor);
      variants.set(key, pending);
      known.push(await pending);
    }
    const { program, native } = await pending;
    const results = native ? await native.run(flat.leaves) : runInJax(program, flat.leaves);
    for (const leaf of donated.flatMap((i) => flatten(args[i], "compile").leaves)) {
      native?.reclaim(leaf);
      donate(leaf);
    }
    return program.out.rebuild(results);
  };
  return Object.assign(call, {
    explain: () =>
      known.map(
        ({ program, native, reason, inputs }): Explanation => ({
          executor: native ? "onnx" : "wasm",
          ...(reason === undefined ? {} : { reason }),
          inputs,
          equations: program.equations.eqns.length,
          ...(native ? { operators: native.nodes } : {}),
        }),
      ),
    dispose: async () => {
      for (const { program, native } of known) {
        program.dispose();
        await native?.dispose();
      }
      variants.clear();
      known.length = 0;
    },
  });
}

interface Variant<T extends Tree> {
  readonly program: Program<T>;
  readonly native?: NativeProgram;
  readonly reason?: string;
  readonly inputs: readonly string[];
}

async function prepare<T extends Tree>(
  program: Program<T>,
  inputs: readonly string[],
  executor: "auto" | ExecutorName,
): Promise<Variant<T>> {
  if (executor === "wasm") return { program, inputs, reason: 'executor: "wasm" was asked for' };
  try {
    return { program, inputs, native: await loadNative(program) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isExpected = error instanceof Unsupported;
    if (executor === "auto")
      return { program, inputs, reason: isExpected ? reason : `ONNX Runtime: ${reason}` };
    throw new InputError({
      code: "not-native",
      where: "compile",
      problem: `the function cannot run in ONNX Runtime: ${reason}`,
      hint: 'use executor: "auto"',
    });
  }
}

function refuseInTrace(): void {
  if (!currentTrace()) return;
  throw new InputError({
    code: "nested-compile",
    where: "compile",
    problem: "a compiled function was called while another function is traced",
    hint: "call the plain function there",
  });
}
