import { InputError } from "../core/errors.ts";
import { readStoredArray, readStoredArrays } from "./arrays.ts";
import type { StoredArray } from "./npy.ts";
import { malformed } from "./npy-header.ts";
import type { ReadingNotes } from "./reading-notes.ts";
import { requireDistinct } from "./relation.ts";
import { settleColumn } from "./settle-column.ts";
import type { SourceFile } from "./source.ts";
import type { Column } from "./table.ts";

/** One column of one array. */
export interface ArrayColumn {
  name: string;
  array: StoredArray;
  /** Elements of the array from one row to the next, and where the first one is. */
  stride: number;
  offset: number;
}

/** The columns of an `.npy` file (x0, x1 …) or `.npz` file (named like their arrays), and how many rows they have. */
export async function arrayColumns(file: SourceFile): Promise<{ rows: number; columns: ArrayColumn[] }> {
  const { path, label, format } = file;
  const arrays =
    format === "npy" ? { x: await readStoredArray(path, label) } : await readStoredArrays(path, label);
  const names = Object.keys(arrays);
  if (names.length === 0) throw malformed(label, "there is no array in it");
  const rows = arrays[names[0]].shape[0] ?? 0;
  const columns = names.flatMap((name) => {
    const array = arrays[name];
    const [length, ...rest] = array.shape;
    if (length === undefined)
      throw malformed(label, `${name} is a single value`, "an array with one entry per row");
    if (length !== rows) {
      throw new InputError({
        code: "unequal-lengths",
        where: label,
        problem: `${name} has another number of rows than ${names[0]}`,
        expected: `${rows} rows`,
        got: length,
      });
    }
    const stride = rest.reduce((product, size) => product * size, 1);
    const isOne = rest.length === 0 && format === "npz";
    return Array.from({ length: stride }, (_, j): ArrayColumn => {
      return { name: isOne ? name : `${name}${j}`, array, stride, offset: j };
    });
  });
  requireDistinct(
    columns.map(({ name }) => name),
    label,
  );
  return { rows, columns };
}

/** The chosen rows of one column. */
export function arrayColumn(
  { name, array, stride, offset }: ArrayColumn,
  rows: Int32Array,
  label: string,
  notes: ReadingNotes,
): Column {
  if (array.dtype === "text") {
    const levels: string[] = [];
    const index = new Map<string, number>();
    const codes = Int32Array.from(rows, (row) => {
      const text = array.data[row * stride + offset] as string;
      let code = index.get(text);
      if (code === undefined) index.set(text, (code = levels.push(text) - 1));
      return code;
    });
    return settleColumn({ leaf: { name, sql: "", kind: "text" }, codes, levels }, notes) as Column;
  }
  const data = array.data as Float64Array;
  const numbers = Float64Array.from(rows, (row) => data[row * stride + offset]);
  // A table has empty cells; in an array a NaN is more often a failed computation, and is not passed over.
  const wrong = numbers.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new InputError({
      code: "not-finite",
      where: label,
      problem: `${name} is not a finite number in row ${rows[wrong]}`,
      expected: "finite numbers",
      got: numbers[wrong],
      hint: "remove or fill such rows first",
    });
  }
  if (array.dtype !== "bool")
    return settleColumn({ leaf: { name, sql: "", kind: "number" }, numbers }, notes) as Column;
  return { name, type: "boolean", codes: Int32Array.from(numbers), levels: ["false", "true"], missing: 0 };
}
