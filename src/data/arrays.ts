import { type FileHandle, open } from "node:fs/promises";
import { InputError } from "../core/errors.ts";
import { isMatrix, type MatrixLike } from "../core/matrix.ts";
import { writeFileAtomic } from "./atomic.ts";
import {
  dataBytes,
  decodeArray,
  encodeArray,
  isTypedArray,
  type NumberArray,
  type StoredArray,
  type TypedArray,
} from "./npy.ts";
import { malformed, npyPrefix, npyStart, parseHeader } from "./npy-header.ts";
import { unreadable } from "./unreadable.ts";
import { listZip, readAt, readZipEntry, zip } from "./zip.ts";

/** What can be written: numbers with a shape, a typed array (one axis), a matrix, or lists of numbers. */
export type ArrayLikeInput =
  | { readonly shape: readonly number[]; readonly data: TypedArray | readonly number[] }
  | TypedArray
  | MatrixLike;

/**
 * Reads the numbers of an `.npy` file, as `numpy.save` writes them: float16/32/64, signed and unsigned integers, bool,
 * either byte order, C or Fortran order. Arrays of texts are read by {@link readTable}.
 *
 * @throws InputError `missing-file`, `malformed-array` for anything that is not exactly one array, `unsupported-array`
 * for complex numbers, dates, records and Python objects (pickles are never executed), `long-integers` for 64-bit
 * integers beyond ±2^53
 * @throws ReachError when the file cannot be read
 * @example
 * import { readArray, writeArray } from "surprisal/data";
 * import { tmpdir } from "node:os";
 * const path = `${tmpdir()}/surprisal-example.npy`;
 * await writeArray(path, [[1, 2], [3, 4], [5, 6]]);
 * const { shape, data } = await readArray(path);
 * // shape is [3, 2], data is Float64Array [1, 2, 3, 4, 5, 6]
 */
export async function readArray(path: string): Promise<NumberArray> {
  return requireNumbers(await readStoredArray(path, path), path);
}

/**
 * Reads all arrays of an `.npz` file, as `numpy.savez` and `numpy.savez_compressed` write them.
 *
 * @throws InputError, ReachError as {@link readArray} does
 * @example
 * import { readArrays, writeArrays } from "surprisal/data";
 * import { tmpdir } from "node:os";
 * const path = `${tmpdir()}/surprisal-example.npz`;
 * await writeArrays(path, { x: [[1, 2], [3, 4]], y: Int32Array.of(0, 1) });
 * const { x, y } = await readArrays(path);
 * // x.shape is [2, 2], y.data is Int32Array [0, 1]
 */
export async function readArrays(path: string): Promise<Record<string, NumberArray>> {
  const all = await readStoredArrays(path, path);
  return Object.fromEntries(
    Object.entries(all).map(([name, array]) => [name, requireNumbers(array, `${path}: ${name}`)]),
  );
}

/**
 * Writes numbers as an `.npy` file (version 1), replacing the file at once or not at all. Typed arrays keep their type;
 * lists of numbers and matrices become float64.
 *
 * @throws InputError when the shape does not fit, something is not a number, or the path is not usable
 * @throws ReachError when the file cannot be written
 * @example
 * import { writeArray } from "surprisal/data";
 * import { tmpdir } from "node:os";
 * await writeArray(`${tmpdir()}/surprisal-example.npy`, { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
 */
export async function writeArray(path: string, array: ArrayLikeInput): Promise<void> {
  const { shape, data } = shaped(array, "writeArray");
  await writeFileAtomic(path, encodeArray(shape, data));
}

/**
 * Writes named arrays as an `.npz` file (not compressed), replacing the file at once or not at all.
 *
 * @throws InputError, ReachError as {@link writeArray} does, and for names with folders in them
 * @example
 * import { writeArrays } from "surprisal/data";
 * import { tmpdir } from "node:os";
 * await writeArrays(`${tmpdir()}/surprisal-example.npz`, { x: [[1, 2], [3, 4]], y: [0, 1] });
 */
export async function writeArrays(
  path: string,
  arrays: Readonly<Record<string, ArrayLikeInput>>,
): Promise<void> {
  const entries = Object.entries(arrays).map(([name, array]) => {
    requireArrayName(name, "writeArrays");
    const { shape, data } = shaped(array, `writeArrays: ${name}`);
    return { name: `${name}.npy`, pieces: encodeArray(shape, data) };
  });
  await writeFileAtomic(path, zip(entries, "writeArrays"));
}

/** An `.npy` file of numbers or texts. */
export async function readStoredArray(path: string, where: string): Promise<StoredArray> {
  return withFile(path, where, async (file, size) => {
    const prefix = await readAt(file, 0, Math.min(size, npyPrefix), where);
    const start = npyStart(prefix, where);
    const header = parseHeader(await readAt(file, 0, Math.min(size, start), where), where);
    const expected = dataBytes(header, where);
    if (start + expected !== size) {
      const problem = start + expected > size ? "the file ends too early" : "there is more than one array";
      throw malformed(where, problem, `${expected} bytes of numbers`, size - start);
    }
    return decodeArray(header, await readAt(file, start, expected, where), where);
  });
}

/** An `.npz` file of numbers or texts, in the order of the file. */
export async function readStoredArrays(path: string, where: string): Promise<Record<string, StoredArray>> {
  return withFile(path, where, async (file, size) => {
    const arrays: Record<string, StoredArray> = Object.create(null);
    for (const entry of await listZip(file, size, where)) {
      const name = /^(.*)\.npy$/s.exec(entry.name)?.[1];
      if (name === undefined) {
        throw malformed(where, "an archive of something else than arrays", "entries named *.npy", entry.name);
      }
      requireArrayName(name, where);
      if (name in arrays) throw malformed(where, "two arrays have the same name", "different names", name);
      const bytes = await readZipEntry(file, entry, where);
      const header = parseHeader(bytes, `${where}: ${name}`);
      arrays[name] = decodeArray(header, bytes.subarray(header.start), `${where}: ${name}`);
    }
    return arrays;
  });
}

async function withFile<T>(
  path: string,
  where: string,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const stats = await file.stat();
    if (stats.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    return await use(file, stats.size);
  } catch (error) {
    throw await unreadable(where, error);
  } finally {
    await file?.close();
  }
}

function requireNumbers(array: StoredArray, where: string): NumberArray {
  if (array.dtype !== "text") return array as NumberArray;
  throw new InputError({
    code: "unsupported-array",
    where,
    problem: "an array of texts",
    expected: "an array of numbers",
    hint: "readTable reads texts, too",
  });
}

/** Names are shown and become names of columns; those that point out of a folder have no good reason. */
function requireArrayName(name: string, where: string): void {
  const leavesFolder = /^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(name);
  if (name !== "" && !leavesFolder && !name.includes("\0")) return;
  throw malformed(where, "not a name for an array", "a plain name", name);
}

function shaped(array: ArrayLikeInput, where: string): { shape: readonly number[]; data: TypedArray } {
  if (isTypedArray(array)) return { shape: [array.length], data: array };
  if (typeof array === "object" && array !== null && "shape" in array && "data" in array) {
    const { shape, data } = array;
    const count = shape.reduce((product, length) => product * length, 1);
    if (count !== data.length || shape.some((length) => !Number.isInteger(length) || length < 0)) {
      throw new InputError({
        code: "shape-mismatch",
        where,
        problem: `shape does not fit ${data.length} numbers`,
        got: shape,
      });
    }
    return { shape, data: isTypedArray(data) ? data : numbers(data, where) };
  }
  if (isMatrix(array)) return { shape: [array.rows, array.cols], data: array.data };
  const rows = array as ArrayLike<number> | ArrayLike<ArrayLike<number>>;
  const first: unknown = rows[0];
  if (typeof first !== "object" || first === null)
    return { shape: [rows.length], data: numbers(rows, where) };
  const cols = (first as ArrayLike<number>).length;
  const data = new Float64Array(rows.length * cols);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as ArrayLike<number>;
    if (row?.length !== cols) {
      throw new InputError({
        code: "ragged-rows",
        where,
        problem: `row ${i} has another length`,
        expected: `${cols} numbers`,
        got: row?.length,
      });
    }
    data.set(numbers(row, where), i * cols);
  }
  return { shape: [rows.length, cols], data };
}

/** NaN and infinities are numbers here. */
function numbers(values: ArrayLike<unknown>, where: string): Float64Array {
  return Float64Array.from({ length: values.length }, (_, i) => {
    const value = values[i];
    if (typeof value === "number") return value;
    throw new InputError({
      code: "not-a-number",
      where,
      problem: `element ${i} is not a number`,
      expected: "numbers",
      got: value === undefined ? "nothing" : value,
    });
  });
}
