/**
 * The safetensors format: eight bytes of header length, a JSON header that gives each tensor's type, shape and byte
 * range, then the numbers. Nothing in it is evaluated. The reader trusts no number of the header: lengths, offsets
 * and shapes must agree with each other and with the file before anything is allocated.
 */
import { readFile } from "node:fs/promises";
import { InputError } from "../core/errors.ts";
import { writeFileAtomic } from "./atomic.ts";
import { unreadable } from "./unreadable.ts";

export type SafetensorsDType =
  | "BOOL"
  | "U8"
  | "I8"
  | "I16"
  | "U16"
  | "I32"
  | "U32"
  | "F32"
  | "F64"
  | "I64"
  | "U64";

export type SafetensorsArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Numbers with a type and a shape, row-major. */
export interface StoredTensor {
  /** Type in the file; half precision (F16, BF16) is read as F32, exactly. */
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly data: SafetensorsArray;
}

/** Named tensors and free text about them. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const arrayTypes = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  I16: Int16Array,
  U16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  F32: Float32Array,
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
} as const;

/** Types that are widened to F32 while reading. */
const halfTypes = { F16: halfToFloat, BF16: (bits: number) => fromBits(bits << 16) } as const;

const prefixBytes = 8;
/** The format's own limit. */
const longestHeader = 100_000_000;
const metadataKey = "__metadata__";

/**
 * Reads a safetensors file.
 *
 * @throws InputError when the file is not one: truncated, too long, a header over 100 MB, ranges that overlap, leave
 * gaps or do not hold their shape, unknown types
 * @throws InputError `missing-file` or `is-a-folder`
 * @throws ReachError when it cannot be read
 * @example
 * import { readSafetensors, writeSafetensors } from "surprisal/data";
 * import { tmpdir } from "node:os";
 * const path = `${tmpdir()}/surprisal-example.safetensors`;
 * await writeSafetensors(path, { bias: { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } });
 * const { tensors } = await readSafetensors(path);
 * tensors.get("bias")?.data; // 1, 2
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw await unreadable(path, error);
  }
  return parseSafetensors(bytes, path);
}

/**
 * Writes a safetensors file: the whole of it or nothing, as {@link writeFileAtomic} does.
 *
 * @param metadata free text kept in the header
 * @throws InputError when a shape does not hold its numbers
 * @throws ReachError when the file cannot be written
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, StoredTensor>> | ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomic(path, formatSafetensors(tensors, metadata));
}

/** The bytes of a safetensors file, in pieces that share memory with the numbers. */
export function formatSafetensors(
  tensors: Readonly<Record<string, StoredTensor>> | ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const entries = [...(isMap(tensors) ? tensors : Object.entries(tensors))];
  for (const [name, tensor] of entries) requireConsistent(name, tensor);
  // Widest elements first, so that each range starts where its element type may.
  entries.sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const described: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) described.push([metadataKey, metadata]);
  let offset = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    described.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(described)));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
  json.copy(padded);
  if (padded.length > longestHeader) {
    throw malformed(
      "formatSafetensors",
      "the names and texts are too long",
      "a header of 100 MB",
      padded.length,
    );
  }
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeBigUInt64LE(BigInt(padded.length));
  return [
    prefix,
    padded,
    ...entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

function isMap(
  tensors: Readonly<Record<string, StoredTensor>> | ReadonlyMap<string, StoredTensor>,
): tensors is ReadonlyMap<string, StoredTensor> {
  return tensors instanceof Map;
}

function requireConsistent(name: string, { dtype, shape, data }: StoredTensor): void {
  const where = `formatSafetensors: ${JSON.stringify(name)}`;
  if (name === metadataKey) throw malformed(where, "this name is taken by the format");
  if (!(data instanceof arrayTypes[dtype])) {
    throw malformed(where, `not the array of type ${dtype}`, arrayTypes[dtype]?.name, data.constructor.name);
  }
  if (sizeOf(shape) !== data.length) {
    throw malformed(where, `the shape does not hold ${data.length} numbers`, undefined, shape);
  }
}

interface Entry {
  name: string;
  dtype: string;
  shape: number[];
  from: number;
  to: number;
}

/**
 * Reads the bytes of a safetensors file; the numbers share memory with `bytes` where their alignment allows it.
 *
 * @param where name of the file, for error messages
 * @throws InputError as {@link readSafetensors}
 */
export function parseSafetensors(bytes: Uint8Array, where = "parseSafetensors"): Safetensors {
  const { header, start } = parseHeader(bytes, where);
  let metadata: Record<string, string> = {};
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === metadataKey) {
      if (!isTexts(value)) throw malformed(where, "the metadata are not texts", undefined, value);
      metadata = value;
    } else {
      entries.push(asEntry(name, value, where));
    }
  }
  requireTiling(entries, bytes.length - start, where);
  // A plain array, because `slice` of a Buffer does not copy.
  const numbers = new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const tensors = new Map(entries.map((entry) => [entry.name, decode(entry, numbers)]));
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array, where: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < prefixBytes) {
    throw malformed(where, "not a safetensors file: too short", "at least 8 bytes", bytes.length);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, prefixBytes);
  const length = Number(view.getBigUint64(0, true));
  if (length > longestHeader) {
    throw malformed(where, "not a safetensors file: its header would be too long", "at most 100 MB", length);
  }
  const start = prefixBytes + length;
  if (start > bytes.length) {
    throw malformed(where, "the file ends inside its header", `at least ${start} bytes`, bytes.length);
  }
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(prefixBytes, start));
    if (text.startsWith("{")) header = JSON.parse(text);
  } catch {
    header = undefined;
  }
  if (!isObject(header)) throw malformed(where, "the header is not a JSON object");
  return { header, start };
}

function asEntry(name: string, value: unknown, where: string): Entry {
  const place = `${where}: tensor ${JSON.stringify(name)}`;
  if (!isObject(value)) throw malformed(place, "not described", "dtype, shape and data_offsets", value);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !(Object.hasOwn(arrayTypes, dtype) || Object.hasOwn(halfTypes, dtype))) {
    throw malformed(
      place,
      "unknown type",
      [...Object.keys(arrayTypes), ...Object.keys(halfTypes)].join(", "),
      dtype,
    );
  }
  if (!isCounts(shape) || !Number.isSafeInteger(sizeOf(shape))) {
    throw malformed(place, "not a shape", "whole numbers", shape);
  }
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw malformed(place, "not a byte range", "[from, to]", offsets);
  }
  const [from, to] = offsets;
  const wanted = sizeOf(shape) * elementBytes(dtype);
  if (to - from !== wanted) {
    throw malformed(place, `${dtype}[${shape}] does not fit its byte range`, `${wanted} bytes`, to - from);
  }
  return { name, dtype, shape, from, to };
}

/** Ranges must follow one another without overlap or gap and fill the file. */
function requireTiling(entries: readonly Entry[], available: number, where: string): void {
  let end = 0;
  for (const { name, from, to } of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) {
      const problem = from < end ? "overlaps another tensor's bytes" : "leaves a gap before its bytes";
      throw malformed(`${where}: tensor ${JSON.stringify(name)}`, problem, `to start at ${end}`, from);
    }
    end = to;
  }
  if (end !== available) {
    const problem = end > available ? "the file ends too early" : "there are bytes that belong to no tensor";
    throw malformed(where, problem, `${end} bytes of numbers`, available);
  }
}

function decode({ dtype, shape, from, to }: Entry, numbers: Uint8Array): StoredTensor {
  const half = halfTypes[dtype as keyof typeof halfTypes];
  const size = elementBytes(dtype);
  const isAligned = (numbers.byteOffset + from) % size === 0;
  const bytes = isAligned ? numbers.subarray(from, to) : numbers.slice(from, to);
  const count = bytes.byteLength / size;
  if (half) {
    const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, count);
    return { dtype: "F32", shape, data: Float32Array.from(bits, half) };
  }
  const type = dtype as SafetensorsDType;
  return {
    dtype: type,
    shape,
    data: new arrayTypes[type](bytes.buffer as ArrayBuffer, bytes.byteOffset, count),
  };
}

function elementBytes(dtype: string): number {
  return Object.hasOwn(halfTypes, dtype) ? 2 : arrayTypes[dtype as SafetensorsDType].BYTES_PER_ELEMENT;
}

const scratch = new DataView(new ArrayBuffer(4));

function fromBits(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === "string");
}

function malformed(where: string, problem: string, expected?: string, got?: unknown): InputError {
  return new InputError({ code: "bad-safetensors", where, problem, expected, got });
}
