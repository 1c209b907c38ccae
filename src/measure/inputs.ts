import { asCodes, type Codes, type CodesLike, isCodes } from "../core/codes.ts";
import { InputError } from "../core/errors.ts";
import { asMatrix, type Matrix, type MatrixLike } from "../core/matrix.ts";
import type { Random } from "../core/random.ts";
import { copulaTransform, standardize } from "../core/statistics.ts";
import { rowsOf, type Variable } from "./estimator.ts";

/** Numbers (n × d) for a continuous variable; Codes, strings or booleans for a discrete one. */
export type VariableLike = MatrixLike | Codes | ArrayLike<string> | ArrayLike<boolean>;

/** How continuous columns are rescaled before distances are taken. */
export type Preprocess = "standardize" | "copula" | "none";

/** Reads and checks one variable: finite numbers or valid codes, at least one row, no constant column. */
export function asVariable(value: VariableLike, where: string): Variable {
  const v = looksDiscrete(value) ? asCodes(value, where) : asMatrix(value as MatrixLike, where);
  if (rowsOf(v) < 2 || (!isCodes(v) && v.cols === 0)) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "nothing can be measured",
      expected: "at least two rows",
      got: rowsOf(v),
    });
  }
  const constant = constantColumn(v);
  if (constant !== undefined) {
    throw new InputError({
      code: "constant-column",
      where,
      problem:
        isCodes(v) || v.cols === 1
          ? "all rows are the same"
          : `all rows of column ${constant.column} are the same`,
      expected: "a column that varies",
      got: constant.value,
    });
  }
  return v;
}

/** Throws when variables differ in their number of rows. */
export function requireEqualRows(where: string, ...variables: Variable[]): number {
  const n = rowsOf(variables[0]);
  for (const v of variables) {
    if (rowsOf(v) === n) continue;
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: "variables differ in their number of rows",
      expected: `${n} rows`,
      got: rowsOf(v),
    });
  }
  return n;
}

/** Throws unless there are more than k rows and k is a whole number from 1. */
export function requireNeighbours(k: number, n: number, where: string): void {
  if (!Number.isInteger(k) || k < 1) {
    throw new InputError({
      code: "bad-k",
      where,
      problem: "k is not a number of neighbours",
      expected: "an integer from 1",
      got: k,
    });
  }
  if (n <= k) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: `k = ${k} neighbours need more rows`,
      expected: `more than ${k} rows`,
      got: n,
    });
  }
}

/** The variable as distances will see it; categories stay as they are. */
export function preprocessed(v: Variable, how: Preprocess, where: string): Variable {
  if (isCodes(v) || how === "none") return v;
  return how === "copula" ? copulaTransform(v) : standardize(v, where);
}

/** Noise of 1e-10 standard deviations, which separates equal rows and changes nothing else. */
export function jittered(v: Variable, random: Random): Variable {
  if (isCodes(v)) return v;
  const { rows, cols } = v;
  const data = new Float64Array(v.data);
  const scale = standardDeviations(v);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[i * cols + j] += 1e-10 * scale[j] * random.normal();
  }
  return { data, rows, cols };
}

function standardDeviations({ data, rows, cols }: Matrix): Float64Array {
  const out = new Float64Array(cols);
  for (let j = 0; j < cols; j++) {
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += data[i * cols + j] / rows;
    for (let i = 0; i < rows; i++) out[j] += (data[i * cols + j] - mean) ** 2 / rows;
    out[j] = Math.sqrt(out[j]);
  }
  return out;
}

function looksDiscrete(value: VariableLike): value is CodesLike {
  if (isCodes(value)) return true;
  if (value === null || typeof value !== "object" || !("length" in value)) return false;
  return typeof value[0] === "string" || typeof value[0] === "boolean";
}

function constantColumn(v: Variable): { column: number; value: string | number } | undefined {
  if (isCodes(v)) {
    return v.codes.every((code) => code === v.codes[0])
      ? { column: 0, value: v.levels[v.codes[0]] }
      : undefined;
  }
  for (let j = 0; j < v.cols; j++) {
    let i = 1;
    while (i < v.rows && v.data[i * v.cols + j] === v.data[j]) i++;
    if (i === v.rows) return { column: j, value: v.data[j] };
  }
  return undefined;
}
