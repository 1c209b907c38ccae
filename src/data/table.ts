import type { Codes } from "../core/codes.ts";
import { InputError } from "../core/errors.ts";
import { type Matrix, matrix } from "../core/matrix.ts";
import { didYouMean } from "../core/suggest.ts";

/** Numbers; a date is the number of days since 1970-01-01 (UTC), with the time of day as a fraction. */
export interface NumberColumn {
  readonly name: string;
  readonly type: "number" | "date";
  /** NaN where missing; never infinite. */
  readonly numbers: Float64Array;
  readonly codes?: undefined;
  readonly levels?: undefined;
  readonly missing: number;
}

/** Categories: row i holds `levels[codes[i]]`. */
export interface TextColumn {
  readonly name: string;
  readonly type: "text" | "boolean";
  /** −1 where missing. */
  readonly codes: Int32Array;
  /** In order of first appearance, without blanks around them; `["false", "true"]` for booleans. */
  readonly levels: readonly string[];
  readonly numbers?: undefined;
  readonly missing: number;
}

export type Column = NumberColumn | TextColumn;

/** What a reader of a table should know about how it was read. */
export interface TableNote {
  /** Stable name, for instance `"missing-marker"`. */
  code: string;
  severity: "problem" | "hint" | "fact";
  /** A sentence that names the columns. */
  message: string;
  columns: string[];
}

/** A table in memory, column by column. */
export interface Table {
  /** Name of the file, the pattern, or "standard input". */
  readonly name: string;
  readonly rows: number;
  /** Rows of the source; more than `rows` when a sample was drawn. */
  readonly totalRows: number;
  readonly columns: readonly Column[];
  readonly notes: readonly TableNote[];
}

/** What a column is used as, and why. */
export interface ColumnDecision {
  readonly name: string;
  readonly use: "continuous" | "discrete" | "identifier" | "constant" | "ignored" | "empty";
  /** In a few words, for people. */
  readonly because: string;
  readonly missing: number;
  /** Different values that occur. */
  readonly distinct: number;
  /** What to beware of when it is used that way. */
  readonly note?: TableNote;
}

/**
 * The column of that name.
 *
 * @throws InputError `unknown-column` with the nearest name
 */
export function columnOf(table: Table, name: string): Column {
  const found = table.columns.find((column) => column.name === name);
  if (found) return found;
  const names = table.columns.map((column) => column.name);
  throw unknownColumn(table.name, name, names);
}

export function unknownColumn(where: string, name: string, names: readonly string[]): InputError {
  const few = names.length > 8 ? [...names.slice(0, 8), "…"] : names;
  return new InputError({
    code: "unknown-column",
    where,
    problem: "no such column",
    expected: `one of ${few.join(", ")}`,
    got: name,
    hint: didYouMean(name, names),
  });
}

/**
 * A column as numbers, NaN where missing: numbers and dates as they are, booleans as 0 and 1, text when every level
 * is a number.
 *
 * @throws InputError `text-in-numeric-column` with the first text and its row
 */
export function numbersOf(table: Table, name: string): Float64Array {
  const column = columnOf(table, name);
  if (column.numbers) return column.numbers;
  const { codes, levels, type } = column;
  const values = type === "boolean" ? levels.map((_, code) => code) : levels.map(Number);
  const out = new Float64Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row];
    out[row] = code < 0 ? Number.NaN : values[code];
    if (code < 0 || Number.isFinite(values[code])) continue;
    throw new InputError({
      code: "text-in-numeric-column",
      where: table.name,
      problem: `column ${JSON.stringify(name)} has text in row ${row + 1}`,
      expected: "numbers",
      got: levels[code],
    });
  }
  return out;
}

/** A column as categories, −1 where missing; numbers become levels in ascending order. */
export function categoriesOf(table: Table, name: string): Codes {
  const column = columnOf(table, name);
  if (column.codes) return { codes: column.codes, levels: column.levels };
  const { numbers } = column;
  const values = Float64Array.from(new Set(numbers.filter((value) => !Number.isNaN(value)))).sort();
  const index = new Map<number, number>();
  for (const value of values) index.set(value, index.size);
  const codes = Int32Array.from(numbers, (value) => index.get(value) ?? -1);
  return { codes, levels: Array.from(values, String) };
}

/**
 * Columns as a matrix, one row for each row asked for.
 *
 * @param rows row numbers from 0; all rows by default
 * @throws InputError `unknown-column`, `text-in-numeric-column`, and `missing-value` when a row asked for has none
 * @example
 * import { completeRows, readTable, toMatrix } from "surprisal/data";
 * const penguins = await readTable("node_modules/vega-datasets/data/penguins.json");
 * const names = ["Beak Length (mm)", "Body Mass (g)"];
 * const m = toMatrix(penguins, names, completeRows(penguins, names));
 * // m.rows is 342, m.cols is 2
 */
export function toMatrix(table: Table, names: readonly string[], rows?: ArrayLike<number>): Matrix {
  const n = rows?.length ?? table.rows;
  const out = matrix(n, names.length);
  names.forEach((name, j) => {
    const values = numbersOf(table, name);
    for (let i = 0; i < n; i++) {
      const row = rows ? rows[i] : i;
      const value = values[row];
      if (value === undefined || Number.isNaN(value)) throw missingValue(table, name, row);
      out.data[i * names.length + j] = value;
    }
  });
  return out;
}

/**
 * A column as a discrete variable. Text keeps all its levels, also those that do not occur in `rows`; numbers become
 * levels in ascending order.
 *
 * @param rows row numbers from 0; all rows by default
 * @throws InputError `unknown-column`, and `missing-value` when a row asked for has none
 * @example
 * import { readTable, toCodes } from "surprisal/data";
 * const penguins = await readTable("node_modules/vega-datasets/data/penguins.json");
 * toCodes(penguins, "Species").levels;
 * // ["Adelie", "Chinstrap", "Gentoo"]
 */
export function toCodes(table: Table, name: string, rows?: ArrayLike<number>): Codes {
  const all = categoriesOf(table, name);
  const n = rows?.length ?? table.rows;
  const codes = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const row = rows ? rows[i] : i;
    codes[i] = all.codes[row] ?? -1;
    if (codes[i] < 0) throw missingValue(table, name, row);
  }
  return { codes, levels: all.levels };
}

/**
 * Rows in which none of the named columns is missing, ascending from 0.
 *
 * @throws InputError `unknown-column`
 * @example
 * import { completeRows, readTable } from "surprisal/data";
 * const penguins = await readTable("node_modules/vega-datasets/data/penguins.json");
 * completeRows(penguins, ["Sex"]).length;
 * // 333
 */
export function completeRows(table: Table, names: readonly string[]): Int32Array {
  const columns = names.map((name) => columnOf(table, name));
  const rows = new Int32Array(table.rows);
  let n = 0;
  for (let row = 0; row < table.rows; row++) {
    if (columns.every((column) => isPresent(column, row))) rows[n++] = row;
  }
  return rows.slice(0, n);
}

function isPresent({ numbers, codes }: Column, row: number): boolean {
  return numbers ? !Number.isNaN(numbers[row]) : codes[row] >= 0;
}

function missingValue(table: Table, name: string, row: number): InputError {
  return new InputError({
    code: "missing-value",
    where: table.name,
    problem: `column ${JSON.stringify(name)} has no value in row ${row + 1}`,
    hint: "take the rows of completeRows",
  });
}
