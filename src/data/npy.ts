/** The numbers (and texts) of NumPy arrays: from bytes to typed arrays and back. */
import { InputError } from "../core/errors.ts";
import { magic, malformed, type NpyHeader, unsupported } from "./npy-header.ts";

export type TypedArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Numbers with a shape, row-major. */
export interface NumberArray {
  /** For instance [100, 3]; empty for a single number. */
  readonly shape: readonly number[];
  /** int64 and uint64 as float64, float16 as float32, bool as 0 and 1; every value is exact. */
  readonly data: Exclude<TypedArray, BigInt64Array | BigUint64Array>;
  /** Type in the file, without byte order: "float64", "int64", "bool" … */
  readonly dtype: string;
}

/** Texts with a shape, row-major. */
interface TextArray {
  readonly shape: readonly number[];
  readonly data: readonly string[];
  readonly dtype: "text";
}

export type StoredArray = NumberArray | TextArray;

/** Bytes the numbers of an array take. */
export function dataBytes({ descr, shape }: NpyHeader, where: string): number {
  const { size } = elementType(descr, where);
  const count = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(count * size)) throw malformed(where, "the shape is too large", undefined, shape);
  return count * size;
}

/** The array whose numbers are `bytes`, which may be used as they are. */
export function decodeArray(header: NpyHeader, bytes: Uint8Array, where: string): StoredArray {
  const { descr, shape, fortranOrder } = header;
  const element = elementType(descr, where);
  if (bytes.length !== dataBytes(header, where)) {
    const problem =
      bytes.length < dataBytes(header, where) ? "the file ends too early" : "there is more than one array";
    throw malformed(where, problem, `${dataBytes(header, where)} bytes of numbers`, bytes.length);
  }
  if (element.size > 1 && bytes.byteOffset % 16 !== 0) bytes = bytes.slice();
  if (element.isSwapped) swapBytes(bytes, element.unit);
  const data = element.decode(bytes, where);
  const ordered = fortranOrder && shape.length > 1 ? rowMajor(data, shape) : data;
  return { shape, data: ordered, dtype: element.name } as StoredArray;
}

interface ElementType {
  name: string;
  /** Bytes of one element. */
  size: number;
  /** Bytes that are swapped together. */
  unit: number;
  isSwapped: boolean;
  decode(bytes: Uint8Array, where: string): TypedArray | string[];
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function elementType(descr: string, where: string): ElementType {
  const match = /^([<>|=])([a-zA-Z])(\d+)$/.exec(descr);
  if (!match) throw unsupported(where, descr === "O" || descr === "|O" ? "Python objects" : `type ${descr}`);
  const [, order, kind, digits] = match;
  const size = Number(digits);
  if (kind === "O") throw unsupported(where, "Python objects");
  const isSwapped = order === (isLittleEndian ? ">" : "<");
  if (kind === "U" || kind === "S") {
    if (size < 1 || size > 1 << 20) throw unsupported(where, `type ${descr}`);
    const decode = kind === "U" ? decodeUtf32(size) : decodeBytes(size);
    return {
      name: "text",
      size: kind === "U" ? 4 * size : size,
      unit: kind === "U" ? 4 : 1,
      isSwapped,
      decode,
    };
  }
  const known = numberTypes[`${kind}${size}`];
  if (!known) throw unsupported(where, `type ${descr}`);
  return { ...known, size, unit: size, isSwapped };
}

const numberTypes: Record<string, Pick<ElementType, "name" | "decode">> = {
  f8: { name: "float64", decode: (b) => new Float64Array(b.buffer, b.byteOffset, b.length / 8) },
  f4: { name: "float32", decode: (b) => new Float32Array(b.buffer, b.byteOffset, b.length / 4) },
  f2: {
    name: "float16",
    decode: (b) => Float32Array.from(new Uint16Array(b.buffer, b.byteOffset, b.length / 2), half),
  },
  i1: { name: "int8", decode: (b) => new Int8Array(b.buffer, b.byteOffset, b.length) },
  i2: { name: "int16", decode: (b) => new Int16Array(b.buffer, b.byteOffset, b.length / 2) },
  i4: { name: "int32", decode: (b) => new Int32Array(b.buffer, b.byteOffset, b.length / 4) },
  i8: { name: "int64", decode: (b, w) => exact(new BigInt64Array(b.buffer, b.byteOffset, b.length / 8), w) },
  u1: { name: "uint8", decode: (b) => new Uint8Array(b.buffer, b.byteOffset, b.length) },
  u2: { name: "uint16", decode: (b) => new Uint16Array(b.buffer, b.byteOffset, b.length / 2) },
  u4: { name: "uint32", decode: (b) => new Uint32Array(b.buffer, b.byteOffset, b.length / 4) },
  u8: {
    name: "uint64",
    decode: (b, w) => exact(new BigUint64Array(b.buffer, b.byteOffset, b.length / 8), w),
  },
  b1: { name: "bool", decode: (b) => Uint8Array.from(b, (value) => (value === 0 ? 0 : 1)) },
};

/** 64-bit integers as float64, refused where that would change one. */
function exact(values: BigInt64Array | BigUint64Array, where: string): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    out[i] = Number(values[i]);
    if (Number.isSafeInteger(out[i])) continue;
    throw new InputError({
      code: "long-integers",
      where,
      problem: "a 64-bit integer is too long to be kept exactly",
      expected: "integers within ±2^53",
      got: values[i],
    });
  }
  return out;
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function decodeUtf32(length: number): ElementType["decode"] {
  return (bytes, where) => {
    const points = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    return Array.from({ length: points.length / length }, (_, i) => {
      let end = (i + 1) * length;
      while (end > i * length && points[end - 1] === 0) end--;
      const text = points.subarray(i * length, end);
      if (text.some((point) => point > 0x10ffff))
        throw malformed(where, "a text holds something that is no letter");
      return Array.from(text, (point) => String.fromCodePoint(point)).join("");
    });
  };
}

function decodeBytes(length: number): ElementType["decode"] {
  const utf8 = new TextDecoder();
  return (bytes) =>
    Array.from({ length: bytes.length / length }, (_, i) => {
      let end = (i + 1) * length;
      while (end > i * length && bytes[end - 1] === 0) end--;
      return utf8.decode(bytes.subarray(i * length, end));
    });
}

function swapBytes(bytes: Uint8Array, unit: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (unit === 2) buffer.swap16();
  else if (unit === 4) buffer.swap32();
  else if (unit === 8) buffer.swap64();
}

/** Elements stored first index fastest, put last index fastest. */
function rowMajor<T extends TypedArray | string[]>(data: T, shape: readonly number[]): T {
  const out = data.slice() as T;
  const index = new Int32Array(shape.length);
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, length) => product * length, 1),
  );
  for (let to = 0; to < data.length; to++) {
    let from = 0;
    for (let axis = 0; axis < shape.length; axis++) from += index[axis] * strides[axis];
    out[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return out;
}

const codes: Record<TypedArray[typeof Symbol.toStringTag], string> = {
  Float64Array: "f8",
  Float32Array: "f4",
  Int8Array: "i1",
  Int16Array: "i2",
  Int32Array: "i4",
  Uint8Array: "u1",
  Uint16Array: "u2",
  Uint32Array: "u4",
  BigInt64Array: "i8",
  BigUint64Array: "u8",
};

/** Whether `value` is one of the arrays that can be written as it is. */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && Object.hasOwn(codes, (value as TypedArray)[Symbol.toStringTag]);
}

/** A version 1 file in two pieces: the header, padded so that the numbers start at a multiple of 64, and the numbers. */
export function encodeArray(shape: readonly number[], data: TypedArray): [Uint8Array, Uint8Array] {
  const code = codes[data[Symbol.toStringTag]];
  const order = data.BYTES_PER_ELEMENT === 1 ? "|" : isLittleEndian ? "<" : ">";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = new Uint8Array(10 + length).fill(0x20);
  header.set(magic);
  header.set([1, 0, length & 0xff, length >> 8], 6);
  header.set(Buffer.from(text, "latin1"), 10);
  header[header.length - 1] = 0x0a;
  return [header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}
