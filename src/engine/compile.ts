import { InputError } from "../core/errors.ts";
import { InputType, type Program, record, runOnWasm } from "./program.ts";
import { donateContent, fromData, type Tensor, type Tree } from "./tensor.ts";
import { currentTrace } from "./trace.ts";
import { flatten, replaceNumbers } from "./tree.ts";

/** Where a compiled function runs: native ONNX Runtime, or jax-js on Wasm. */
export type ExecutorName = "onnx" | "wasm";

export interface CompileOptions {
  /** `"auto"` (default): native where possible, else Wasm with a reason in `explain()`; or insist on one. */
  executor?: "auto" | ExecutorName;
  /**
   * Arguments (by position) whose tensors are not used again after the call, such as the old state of a training
   * step: their memory is reused for results, so that state stays where it is. Reading them afterwards is an error.
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
  readonly equations: number;
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
 */
export function compile<A extends Tree[], T extends Tree>(
  f: (...args: A) => T,
  options: CompileOptions = {},
): Compiled<A, T> {
  const variants = new Map<string, Variant<T>>();
  const call = async (...args: A): Promise<T> => {
    if (currentTrace()) {
      throw new InputError({
        code: "nested-compile",
        where: "compile",
        problem: "a compiled function was called while another function is traced",
        hint: "call the plain function there",
      });
    }
    const numbers = new Set<Tensor>();
    const lifted = replaceNumbers(args as unknown as Tree, (value) => {
      const scalar = fromData(Float64Array.of(value), [], "float64");
      numbers.add(scalar);
      return scalar;
    });
    const flat = flatten(lifted, "compile");
    const types = flat.leaves.map((leaf) => new InputType(leaf.shape, leaf.dtype, numbers.has(leaf)));
    const key = `${flat.structure} ${types.map((type) => `${type.dtype}[${type.shape}]${type.weakType}`).join(" ")}`;
    let variant = variants.get(key);
    if (!variant) {
      const program = record((leaves) => f(...(flat.rebuild(leaves) as unknown as A)), types, "compile");
      variant = { program, inputs: types.map((type) => `${type.dtype}[${type.shape}]`) };
      variants.set(key, variant);
    }
    const results = runOnWasm(variant.program, flat.leaves);
    for (const i of options.donate ?? []) for (const leaf of flatten(args[i]).leaves) donateContent(leaf);
    return variant.program.out.rebuild(results);
  };
  return Object.assign(call, {
    explain: () =>
      [...variants.values()].map(
        ({ program, inputs }): Explanation => ({
          executor: "wasm",
          reason: "not lowered",
          inputs,
          equations: program.equations.eqns.length,
        }),
      ),
    dispose: async () => {
      for (const { program } of variants.values()) program.dispose();
      variants.clear();
    },
  });
}

interface Variant<T extends Tree> {
  readonly program: Program<T>;
  readonly inputs: readonly string[];
}
