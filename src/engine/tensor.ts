import { InputError } from "../core/errors.ts";
import type { JaxArray } from "./runtime.ts";

/** Element types of a {@link Tensor}. */
export type DType = "float32" | "float64" | "int32" | "uint32" | "bool";

/** Where a tensor's numbers lie: one typed array per element type; booleans are bytes 0 and 1. */
export type DataArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

export type Shape = readonly number[];

/** What an array function takes: a tensor, or a number or boolean that adopts the other operand's type. */
export type Operand = Tensor | number | boolean;

/** Nested plain objects and arrays with tensors at the leaves; parameters are such trees. */
export type Tree =
  | Tensor
  | number
  | boolean
  | string
  | null
  | undefined
  | readonly Tree[]
  | { readonly [key: string]: Tree };

/**
 * What a tensor holds: numbers of its own, one number repeated, a value under trace, or nothing any more because a
 * compiled function took its memory (`donate`).
 */
export type Content =
  | { readonly kind: "data"; readonly data: DataArray }
  | { readonly kind: "fill"; readonly value: number }
  | { readonly kind: "traced"; readonly tracer: JaxArray }
  | { readonly kind: "donated" };

let readContent: (tensor: Tensor) => Content;
let writeContent: (tensor: Tensor, content: Content) => void;

/**
 * An n-dimensional array of numbers, immutable. Outside a trace it owns a plain typed array, so there is nothing
 * to free; inside `grad`, `vmap` or `compile` it stands for a value that will be computed later.
 */
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  #content: Content;

  static {
    readContent = (tensor) => tensor.#content;
    writeContent = (tensor, content) => {
      tensor.#content = content;
    };
  }

  /** Internal: callers use `tensor`, `zeros` and the like. */
  constructor(shape: Shape, dtype: DType, content: Content) {
    this.shape = shape;
    this.dtype = dtype;
    this.#content = content;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The numbers, row-major; the array itself, not a copy. Throws while the function is being traced. */
  get data(): DataArray {
    const content = this.#content;
    if (content.kind === "data") return content.data;
    if (content.kind === "fill") {
      const data = newData(this.dtype, this.size).fill(content.value);
      this.#content = { kind: "data", data };
      return data;
    }
    if (content.kind === "donated") {
      throw new InputError({
        code: "donated-tensor",
        where: "Tensor.data",
        problem: "this tensor was donated to a compiled function, which reused its memory",
        hint: "use the tensors that the function returned",
      });
    }
    throw new InputError({
      code: "traced-tensor",
      where: "Tensor.data",
      problem: "the value is not known while a function is traced",
      hint: "use array functions such as where instead of reading numbers inside grad, vmap or compile",
    });
  }

  /** The only element, as a number. */
  item(): number {
    if (this.size !== 1) {
      throw new InputError({
        code: "not-scalar",
        where: "Tensor.item",
        problem: "not a single number",
        expected: "one element",
        got: this.shape,
      });
    }
    return this.data[0];
  }

  /** Nested JavaScript arrays of numbers; a number for a scalar. */
  toArray(): NestedNumbers {
    return nest(this.data, this.shape, 0, 0, this.size);
  }

  toString(): string {
    return `Tensor ${describe(this)}`;
  }
}

export type NestedNumbers = number | NestedNumbers[];

export function contentOf(tensor: Tensor): Content {
  return readContent(tensor);
}

/** Marks a tensor as given away: reading it from now on is an error that says so. */
export function donate(tensor: Tensor): void {
  writeContent(tensor, { kind: "donated" });
}

/** A tensor over existing numbers; nothing is copied. */
export function fromData(data: DataArray, shape: Shape, dtype: DType): Tensor {
  return new Tensor(shape, dtype, { kind: "data", data });
}

/** An operand as a tensor; a plain number is a float32 scalar. */
export function asTensor(operand: Operand): Tensor {
  if (operand instanceof Tensor) return operand;
  const dtype = typeof operand === "boolean" ? "bool" : "float32";
  return new Tensor([], dtype, { kind: "fill", value: Math.fround(Number(operand)) });
}

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Element type and shape as error messages show them, for instance `float32[3,4]`. */
export function describe(operand: Operand): string {
  return operand instanceof Tensor ? `${operand.dtype}[${operand.shape.join(",")}]` : String(operand);
}

export function newData(dtype: DType, size: number): DataArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(size);
    case "float64":
      return new Float64Array(size);
    case "int32":
      return new Int32Array(size);
    case "uint32":
      return new Uint32Array(size);
    case "bool":
      return new Uint8Array(size);
  }
}

function nest(data: DataArray, shape: Shape, axis: number, from: number, size: number): NestedNumbers {
  if (axis === shape.length) return data[from];
  const step = shape[axis] === 0 ? 0 : size / shape[axis];
  return Array.from({ length: shape[axis] }, (_, i) => nest(data, shape, axis + 1, from + i * step, step));
}
