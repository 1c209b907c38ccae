import { type Codes, joinCodes } from "../../core/codes.ts";
import { hstack, type Matrix, matrix } from "../../core/matrix.ts";
import { shareFloats, shareIntegers } from "../../core/parallel/index.ts";
import { standardize } from "../../core/statistics.ts";
import type { Variable } from "../estimator.ts";

/** A column as threads see it. */
export type FrameColumn =
  | { name: string; kind: "continuous" /** NaN where missing. */; values: Float64Array }
  | { name: string; kind: "discrete" /** −1 where missing. */; codes: Int32Array; levels: readonly string[] };

/** The usable columns of a table over shared memory. */
export interface Frame {
  rows: number;
  columns: Record<string, FrameColumn>;
}

export function frameOf(rows: number, columns: readonly FrameColumn[]): Frame {
  const shared = columns.map((c) =>
    c.kind === "continuous"
      ? { ...c, values: shareFloats(c.values) }
      : { ...c, codes: shareIntegers(c.codes) },
  );
  return { rows, columns: Object.fromEntries(shared.map((c) => [c.name, c])) };
}

/** The same columns at some of the rows. */
export function frameRows(frame: Frame, rows: Int32Array): Frame {
  const columns = Object.values(frame.columns).map((c): FrameColumn => {
    return c.kind === "continuous"
      ? { ...c, values: Float64Array.from(rows, (row) => c.values[row]) }
      : { ...c, codes: Int32Array.from(rows, (row) => c.codes[row]) };
  });
  return frameOf(rows.length, columns);
}

/** Rows in which none of the named columns is missing. */
export function completeRows(frame: Frame, names: readonly string[]): Int32Array {
  const rows = new Int32Array(frame.rows);
  let n = 0;
  for (let i = 0; i < frame.rows; i++) {
    if (names.every((name) => isPresent(frame.columns[name], i))) rows[n++] = i;
  }
  return rows.subarray(0, n);
}

function isPresent(c: FrameColumn, row: number): boolean {
  return c.kind === "continuous" ? !Number.isNaN(c.values[row]) : c.codes[row] >= 0;
}

/** The named columns at the given rows as one variable; `isMixed` when it holds numbers and categories. */
export function variableOf(
  frame: Frame,
  names: readonly string[],
  rows: Int32Array,
): { variable: Variable; isMixed: boolean } {
  const numbers: Matrix[] = [];
  const categories: Codes[] = [];
  for (const name of names) {
    const c = frame.columns[name];
    if (c.kind === "continuous") {
      numbers.push(
        matrix(
          rows.length,
          1,
          Float64Array.from(rows, (row) => c.values[row]),
        ),
      );
    } else {
      categories.push(
        present(
          Int32Array.from(rows, (row) => c.codes[row]),
          c.levels,
        ),
      );
    }
  }
  if (numbers.length === 0) return { variable: joinCodes(...categories), isMixed: false };
  if (categories.length === 0) return { variable: hstack(...numbers), isMixed: false };
  return { variable: asMixture(hstack(...numbers), joinCodes(...categories)), isMixed: true };
}

/**
 * Numbers and categories in one space for the estimator of mixtures: standardised numbers, and categories so far
 * apart that neighbours share a category wherever it has enough members.
 */
function asMixture(numbers: Matrix, categories: Codes): Matrix {
  const apart = Float64Array.from(categories.codes, (code) => 1e6 * code);
  return hstack(standardize(numbers), matrix(numbers.rows, 1, apart));
}

/** Only the levels that occur. */
function present(codes: Int32Array, levels: readonly string[]): Codes {
  const renamed = new Int32Array(levels.length).fill(-1);
  const kept: string[] = [];
  const out = codes.map((code) => {
    if (renamed[code] < 0) renamed[code] = kept.push(levels[code]) - 1;
    return renamed[code];
  });
  return { codes: out, levels: kept };
}
