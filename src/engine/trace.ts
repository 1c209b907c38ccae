// The bridge to jax-js. jax-js frees an array when it is used; here every use passes one more reference, values
// under trace are plain garbage-collected records, and the few arrays with memory behind them (constants of a
// trace, operands of an eager call) are freed by name when the trace or the call ends.
import { type JaxArray, jax } from "./runtime.ts";
import { contentOf, type DataArray, type DType, fromData, type Shape, Tensor } from "./tensor.ts";

/** A function being traced: the constants it has met so far. */
export class Trace {
  readonly #arrays = new Map<Tensor, JaxArray>();
  readonly #tensors = new Map<JaxArray, Tensor>();

  /** A tensor with known numbers, as jax-js constant of this trace; the same constant each time. */
  lift(tensor: Tensor): JaxArray {
    let array = this.#arrays.get(tensor);
    if (!array) {
      array = toJax(tensor);
      this.#arrays.set(tensor, array);
      this.#tensors.set(array, tensor);
    }
    return array.ref;
  }

  /** The tensor that a constant was made from, if it was made here. */
  origin(array: JaxArray): Tensor | undefined {
    return this.#tensors.get(array);
  }

  /** Frees every constant. */
  end(): void {
    for (const array of this.#tensors.keys()) release(array);
  }
}

function release(array: JaxArray): void {
  while (array.refCount > 0) array.dispose();
}

let current: Trace | undefined;

/** The innermost function being traced, if any. */
export function currentTrace(): Trace | undefined {
  return current;
}

/**
 * Runs the body as a traced function. jax-js's `cpu` device is the default meanwhile, where what it computes on the
 * side cannot go wrong (test/engine/derivatives.test.ts keeps what 0.1.25 gets wrong on `wasm`).
 */
export function inTrace<T>(trace: Trace, body: () => T): T {
  const { defaultDevice } = jax();
  const device = defaultDevice();
  const outer = current;
  defaultDevice("cpu");
  current = trace;
  try {
    return body();
  } finally {
    current = outer;
    defaultDevice(device);
  }
}

/**
 * Runs the body with number literals kept in full. jax-js reads the literal 0.1 of a float64 program back from a
 * float32 array, so that it arrives as 0.10000000149; cast to float64 before it is read, it is the number written.
 */
export function withExactLiterals<T>(body: () => T): T {
  const { numpy, DType } = jax();
  const prototype = numpy.Array.prototype as { dataSync: JaxArray["dataSync"] };
  const original = prototype.dataSync;
  // The rule itself, because an ordinary cast would be recorded by the trace that is being closed.
  const { cast } = numpy.Array._implRules();
  prototype.dataSync = function (this: JaxArray) {
    const isLiteral = this.ndim === 0 && this.weakType && this.dtype === DType.Float32;
    return original.call(isLiteral ? cast([this], { dtype: DType.Float64 })[0] : this);
  };
  try {
    return body();
  } finally {
    prototype.dataSync = original;
  }
}

/** A tensor as jax-js operand, with one reference to give away. */
export function operand(tensor: Tensor): JaxArray {
  const content = contentOf(tensor);
  if (content.kind === "traced") return content.tracer.ref;
  return current ? current.lift(tensor) : toJax(tensor);
}

export function traced(tracer: JaxArray): Tensor {
  return new Tensor(tracer.shape, tracer.dtype as DType, { kind: "traced", tracer });
}

/** Copies a tensor's numbers into a new jax-js array on the default device. */
export function toJax(tensor: Tensor): JaxArray {
  const content = contentOf(tensor);
  if (content.kind !== "fill") return jaxArray(tensor.data, tensor.shape, tensor.dtype);
  const value = tensor.dtype === "bool" ? content.value !== 0 : content.value;
  return jax().numpy.full([...tensor.shape], value, { dtype: tensor.dtype as JaxDType });
}

type JaxDType = JaxArray["dtype"];

/** A new jax-js array of these numbers. */
export function jaxArray(data: DataArray, shape: Shape, dtype: DType): JaxArray {
  const { numpy, DType } = jax();
  if (data.length === 0) return numpy.zeros([...shape], { dtype: dtype as JaxDType });
  if (dtype === "bool") return numpy.array(Int32Array.from(data), { shape: [...shape], dtype: DType.Bool });
  return numpy.array(data as Float32Array<ArrayBuffer>, { shape: [...shape] });
}

/** Reads a jax-js array back and frees it. */
export function toTensor(array: JaxArray): Tensor {
  const { shape } = array;
  const dtype = array.dtype as DType;
  const read = array.dataSync() as DataArray;
  return fromData(dtype === "bool" ? Uint8Array.from(read, (value) => (value ? 1 : 0)) : read, shape, dtype);
}
