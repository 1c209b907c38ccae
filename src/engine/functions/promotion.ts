// What NumPy's functions make of whole numbers and booleans before they compute.
import { apply } from "../apply.ts";
import { jax } from "../runtime.ts";
import { type DType, type Operand, Tensor } from "../tensor.ts";

type AstypeArguments = Parameters<ReturnType<typeof jax>["numpy"]["astype"]>;

export const isFloat = (x: Operand): boolean =>
  x instanceof Tensor ? x.dtype.startsWith("float") : typeof x === "number";

export const isBool = (x: Operand): boolean =>
  x instanceof Tensor ? x.dtype === "bool" : typeof x === "boolean";

export function cast(x: Operand, dtype: DType): Tensor {
  return apply([x], (a) => jax().numpy.astype(a, dtype as AstypeArguments[1]));
}

/** Whole numbers and booleans as float32, as functions of real numbers take them. */
export function asFloat<X extends Operand>(x: X): X | Tensor {
  return isFloat(x) ? x : cast(x, "float32");
}

/** Booleans as 0 and 1, which can be added up. */
export function asCount<X extends Operand>(x: X): X | Tensor {
  return isBool(x) ? cast(x, "int32") : x;
}
