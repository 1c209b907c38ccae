import { InputError } from "../../core/errors.ts";
import { checkShape } from "../check.ts";
import {
  type DataArray,
  type DType,
  fromData,
  type NestedNumbers,
  newData,
  type Shape,
  sizeOf,
  Tensor,
} from "../tensor.ts";
import { astype, equal } from "./elementwise.ts";
import { expandDims } from "./shape.ts";

/** Numbers that {@link tensor} reads. */
export type TensorLike = Tensor | DataArray | NestedNumbers | boolean | readonly boolean[];

export interface TensorOptions {
  /** Default: that of a typed array, `"bool"` for booleans, else `"float32"`. */
  dtype?: DType;
  /** Default: the nesting of the arrays; a typed array is one axis. */
  shape?: Shape;
}

/**
 * Makes a tensor of numbers, nested arrays or a typed array, which is used in place without a copy where the
 * element type allows it.
 *
 * @throws InputError when nested arrays differ in length or the shape does not hold the numbers
 * @example
 * import { tensor } from "surprisal/engine";
 * const x = tensor([[1, 2, 3], [4, 5, 6]]); // float32[2,3]
 * const y = tensor(Float64Array.of(1, 2, 3, 4), { shape: [2, 2] }); // float64[2,2], not copied
 */
export function tensor(values: TensorLike, options: TensorOptions = {}): Tensor {
  if (values instanceof Tensor) {
    const cast = options.dtype ? astype(values, options.dtype) : values;
    return options.shape ? withShape(cast.data, options.shape, cast.dtype) : cast;
  }
  if (ArrayBuffer.isView(values)) {
    const own = dtypeOf(values as DataArray);
    const dtype = options.dtype ?? own;
    return withShape(convert(values as DataArray, own, dtype), options.shape ?? [values.length], dtype);
  }
  const nested = values as NestedNumbers | boolean | readonly boolean[];
  const shape = nestingOf(nested);
  const flat: (number | boolean)[] = [];
  flattenInto(nested, shape, 0, flat);
  const dtype = options.dtype ?? (typeof flat[0] === "boolean" ? "bool" : "float32");
  const data = newData(dtype, flat.length);
  for (let i = 0; i < flat.length; i++) data[i] = toElement(Number(flat[i]), dtype);
  return withShape(data, options.shape ?? shape, dtype);
}

/** A tensor of zeros. */
export function zeros(shape: Shape, dtype: DType = "float32"): Tensor {
  return full(shape, 0, dtype);
}

/** A tensor of ones. */
export function ones(shape: Shape, dtype: DType = "float32"): Tensor {
  return full(shape, 1, dtype);
}

/** A tensor with one number everywhere. */
export function full(shape: Shape, value: number, dtype: DType = "float32"): Tensor {
  const element = newData(dtype, 1).fill(toElement(value, dtype))[0];
  return new Tensor(checkShape("full", shape), dtype, { kind: "fill", value: element });
}

/** Zeros with the shape and type of another tensor. */
export function zerosLike(x: Tensor): Tensor {
  return zeros(x.shape, x.dtype);
}

/** Ones with the shape and type of another tensor. */
export function onesLike(x: Tensor): Tensor {
  return ones(x.shape, x.dtype);
}

/** The numbers `start, start + step, …` below `stop`: int32 where all three are whole, else float32, unless told. */
export function arange(start: number, stop?: number, step = 1, as?: DType): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const dtype = as ?? ([from, to, step].every(Number.isInteger) ? "int32" : "float32");
  const length = step === 0 ? Number.NaN : Math.max(0, Math.ceil((to - from) / step));
  if (!Number.isFinite(length)) {
    throw new InputError({ code: "bad-range", where: "arange", problem: "endless", got: [from, to, step] });
  }
  const data = newData(dtype, length);
  for (let i = 0; i < length; i++) data[i] = toElement(from + i * step, dtype);
  return fromData(data, [length], dtype);
}

/** `count` evenly spaced numbers from `start` to `stop`, both included. */
export function linspace(start: number, stop: number, count: number, dtype: DType = "float32"): Tensor {
  const data = newData(dtype, count);
  for (let i = 0; i < count; i++) {
    data[i] = toElement(count === 1 ? start : start + ((stop - start) * i) / (count - 1), dtype);
  }
  return fromData(data, [count], dtype);
}

/** The identity matrix, or its first `columns` columns. */
export function eye(rows: number, columns = rows, dtype: DType = "float32"): Tensor {
  const [n, m] = checkShape("eye", [rows, columns]);
  const data = newData(dtype, n * m);
  for (let i = 0; i < Math.min(n, m); i++) data[i * m + i] = 1;
  return fromData(data, [n, m], dtype);
}

function withShape(data: DataArray, shape: Shape, dtype: DType): Tensor {
  const lengths = checkShape("tensor", shape);
  if (sizeOf(lengths) !== data.length) {
    throw new InputError({
      code: "shape-mismatch",
      where: "tensor",
      problem: "the shape does not hold the numbers",
      expected: `a shape of ${data.length} elements`,
      got: shape,
    });
  }
  return fromData(data, lengths, dtype);
}

function convert(data: DataArray, from: DType, to: DType): DataArray {
  const isAsItIs = from === to && !(to === "bool" && data.some((one) => one > 1));
  if (isAsItIs) return data;
  const out = newData(to, data.length);
  for (let i = 0; i < data.length; i++) out[i] = toElement(data[i], to);
  return out;
}

function toElement(value: number, dtype: DType): number {
  return dtype === "bool" ? Number(value !== 0) : value;
}

function dtypeOf(data: DataArray): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof Uint32Array) return "uint32";
  if (data instanceof Uint8Array) return "bool";
  throw new InputError({
    code: "bad-dtype",
    where: "tensor",
    problem: "no tensor type for this array",
    expected: "Float32Array, Float64Array, Int32Array, Uint32Array or Uint8Array (booleans)",
    got: (data as object).constructor.name,
  });
}

type Nested = NestedNumbers | boolean | readonly boolean[];

function nestingOf(values: Nested): number[] {
  const shape: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0]) shape.push(level.length);
  return shape;
}

function flattenInto(values: Nested, shape: Shape, axis: number, out: (number | boolean)[]): void {
  const isList = Array.isArray(values);
  if (axis === shape.length && !isList && (typeof values === "number" || typeof values === "boolean")) {
    out.push(values);
    return;
  }
  if (!isList || values.length !== shape[axis]) {
    throw new InputError({
      code: "ragged",
      where: "tensor",
      problem: "nested arrays differ in length",
      expected: `${shape[axis] ?? "a number"}`,
      got: isList ? values.length : values,
    });
  }
  for (const item of values) flattenInto(item, shape, axis + 1, out);
}

/** One row per index: 1 at its position, 0 elsewhere. */
export function oneHot(indices: Tensor, classes: number, dtype: DType = "float32"): Tensor {
  return astype(equal(expandDims(indices, -1), arange(classes, undefined, 1, indices.dtype)), dtype);
}
