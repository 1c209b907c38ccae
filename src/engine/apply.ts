import { InputType, record, runInJax } from "./program.ts";
import type { JaxArray } from "./runtime.ts";
import { type Operand, Tensor } from "./tensor.ts";
import { currentTrace, operand, traced } from "./trace.ts";

/** One array function applied: recorded inside a trace, computed at once outside. */
export function apply(inputs: readonly Operand[], f: (...arrays: JaxArray[]) => JaxArray): Tensor {
  return applyMany(inputs, (...arrays) => [f(...arrays)])[0];
}

/** {@link apply} for functions with several results. */
export function applyMany(inputs: readonly Operand[], f: (...arrays: JaxArray[]) => JaxArray[]): Tensor[] {
  if (currentTrace()) return recorded(inputs, f);
  const tensors = inputs.filter((input) => input instanceof Tensor);
  const types = tensors.map(({ shape, dtype }) => new InputType(shape, dtype));
  const program = record(
    (leaves) => {
      let next = 0;
      return recorded(
        inputs.map((input) => (input instanceof Tensor ? leaves[next++] : input)),
        f,
      );
    },
    types,
    "apply",
  );
  try {
    return runInJax(program, tensors);
  } finally {
    program.dispose();
  }
}

function recorded(inputs: readonly Operand[], f: (...arrays: JaxArray[]) => JaxArray[]): Tensor[] {
  // jax-js takes plain numbers wherever it takes arrays; its types say so only for some functions.
  const arrays = inputs.map((input) => (input instanceof Tensor ? operand(input) : input)) as JaxArray[];
  return f(...arrays).map(traced);
}
