import { InputError } from "./errors.ts";

/** n samples × d columns, row-major: `data[i * cols + j]` is column j of row i. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly cols: number;
}

/** Whatever can sensibly be read as a matrix; a flat list of numbers is one column. */
export type MatrixLike =
  | Matrix
  | ArrayLike<number>
  | ArrayLike<ArrayLike<number>>
  | { readonly data: ArrayLike<number>; readonly shape: readonly number[] };

/** A matrix over existing numbers, or of zeros. Nothing is copied. */
export function matrix(
  rows: number,
  cols: number,
  data: Float64Array = new Float64Array(rows * cols),
): Matrix {
  return { data, rows, cols };
}

/**
 * Reads numbers as a {@link Matrix}: `number[]`, `number[][]`, a typed array, `{data, shape}` or a `Matrix`
 * (returned as it is).
 *
 * @param where name of the caller and argument, for the error message
 * @throws InputError when rows differ in length, something is not a number, or there is a NaN or an infinity
 * @example
 * import { asMatrix } from "surprisal/core";
 * const m = asMatrix([[1, 2], [3, 4], [5, 6]]);
 * // m.rows is 3, m.cols is 2
 */
export function asMatrix(value: MatrixLike, where = "asMatrix"): Matrix {
  const result = read(value, where);
  requireFinite(result, where);
  return result;
}

/** Throws an InputError at the first NaN or infinity. */
function requireFinite(m: Matrix, where: string): void {
  const { data, cols } = m;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    const place = cols === 1 ? `row ${i}` : `row ${Math.floor(i / cols)}, column ${i % cols}`;
    throw new InputError({
      code: "not-finite",
      where,
      problem: `${place} is not a finite number`,
      expected: "finite numbers",
      got: data[i],
      hint: "remove or fill missing values first",
    });
  }
}

/** Column `j` as a new array. */
export function column(m: Matrix, j: number): Float64Array {
  const out = new Float64Array(m.rows);
  for (let i = 0, at = j; i < m.rows; i++, at += m.cols) out[i] = m.data[at];
  return out;
}

/** The chosen rows, in the given order, as a new matrix. */
export function takeRows(m: Matrix, rows: ArrayLike<number>): Matrix {
  const { cols, data } = m;
  const out = new Float64Array(rows.length * cols);
  for (let i = 0, to = 0; i < rows.length; i++) {
    for (let j = 0, from = rows[i] * cols; j < cols; j++) out[to++] = data[from++];
  }
  return matrix(rows.length, cols, out);
}

/** Matrices of equal row count side by side. */
export function hstack(...parts: readonly Matrix[]): Matrix {
  const rows = parts[0].rows;
  const cols = parts.reduce((sum, part) => sum + part.cols, 0);
  const out = new Float64Array(rows * cols);
  let offset = 0;
  for (const part of parts) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < part.cols; j++) out[i * cols + offset + j] = part.data[i * part.cols + j];
    }
    offset += part.cols;
  }
  return matrix(rows, cols, out);
}

function read(value: MatrixLike, where: string): Matrix {
  if (isMatrix(value)) return value;
  if (value !== null && typeof value === "object" && "shape" in value) {
    const [rows, cols = 1, ...more] = value.shape;
    if (more.length > 0 || rows * cols !== value.data.length) {
      throw new InputError({
        code: "shape-mismatch",
        where,
        problem: `shape does not fit ${value.data.length} numbers`,
        expected: "[rows] or [rows, columns]",
        got: value.shape,
      });
    }
    return matrix(rows, cols, toFloats(value.data, where));
  }
  if (value === null || typeof value !== "object" || typeof value.length !== "number") {
    throw new InputError({ code: "not-a-matrix", where, problem: "not an array of numbers", got: value });
  }
  const first = value[0];
  if (typeof first !== "object" || first === null) {
    return matrix(value.length, 1, toFloats(value as ArrayLike<number>, where));
  }
  const rows = value as ArrayLike<ArrayLike<number>>;
  const cols = first.length;
  const out = new Float64Array(rows.length * cols);
  for (let i = 0; i < rows.length; i++) {
    if (rows[i]?.length !== cols) {
      throw new InputError({
        code: "ragged-rows",
        where,
        problem: `row ${i} has another length`,
        expected: `${cols} numbers`,
        got: rows[i]?.length,
      });
    }
    for (let j = 0; j < cols; j++) out[i * cols + j] = toNumber(rows[i][j], where, i);
  }
  return matrix(rows.length, cols, out);
}

export function isMatrix(value: unknown): value is Matrix {
  return (
    typeof value === "object" &&
    value !== null &&
    "rows" in value &&
    "cols" in value &&
    "data" in value &&
    value.data instanceof Float64Array
  );
}

function toFloats(values: ArrayLike<number>, where: string): Float64Array {
  if (values instanceof Float64Array) return values;
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = toNumber(values[i], where, i);
  return out;
}

function toNumber(value: unknown, where: string, row: number): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  throw new InputError({
    code: "not-a-number",
    where,
    problem: `row ${row} is not a number`,
    expected: "numbers",
    got: value === undefined ? "nothing" : value,
  });
}
