/**
 * Tables and arrays in and out: {@link readTable} for CSV, TSV, JSON, Parquet and NumPy files, {@link inferColumns} for
 * what each column is, and from there to matrices and codes.
 */
export { type ArrayLikeInput, readArray, readArrays, writeArray, writeArrays } from "./arrays.ts";
export { writeFileAtomic } from "./atomic.ts";
export { hashFile } from "./hash.ts";
export { type ColumnUses, inferColumns } from "./infer-columns.ts";
export type { NumberArray, TypedArray } from "./npy.ts";
export { type ReadTableOptions, readTable } from "./read-table.ts";
export type { Format } from "./source.ts";
export {
  type Column,
  type ColumnDecision,
  completeRows,
  type NumberColumn,
  type Table,
  type TableNote,
  type TextColumn,
  toCodes,
  toMatrix,
} from "./table.ts";
