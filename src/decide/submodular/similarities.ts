import { InputError } from "../../core/errors.ts";
import { asMatrix, type Matrix, type MatrixLike } from "../../core/matrix.ts";

/**
 * How similar each item that can be chosen is to each row that is to be represented: a table of represented rows by
 * items, read an item at a time. It may be in memory, hold only neighbours, or be computed when it is read.
 */
export interface Similarities {
  readonly represented: number;
  readonly items: number;
  /** The similarities of item j; the same object every time, with other contents. */
  column(j: number): SimilarityColumn;
  /** Similarity of represented row i and item j. */
  entry(i: number, j: number): number;
}

/** The places `from` to `to` − 1 of `values` belong to rows 0, 1, 2 … or, where rows are given, to those; the rest is 0. */
export interface SimilarityColumn {
  values: Float64Array | Float32Array;
  from: number;
  to: number;
  rows?: Int32Array;
}

/**
 * Similarities from a table in memory: represented rows × items. A square table is of items with themselves and must
 * be symmetric; it is used as it is, another one is transposed into a copy.
 *
 * @throws InputError for what is not finite, and for a square table that differs from its transpose by more than 1e-6
 * of its largest entry
 * @example
 * import { facilityLocation, maximize, similarityMatrix } from "surprisal/decide";
 * const s = similarityMatrix([[1, 0.9, 0], [0.9, 1, 0.1], [0, 0.1, 1]]);
 * const { indices } = await maximize(facilityLocation(s), 2);
 * // indices is [1, 2]
 */
export function similarityMatrix(table: MatrixLike, where = "similarityMatrix"): Similarities {
  const m = asMatrix(table, where);
  if (m.rows === 0 || m.cols === 0) {
    throw new InputError({
      code: "empty",
      where,
      problem: "the table is empty",
      got: `${m.rows} × ${m.cols}`,
    });
  }
  if (m.rows === m.cols) requireSymmetric(m, where);
  return denseColumns(m.rows === m.cols ? m.data : transposed(m), m.rows, m.cols);
}

/** Column j holds the places j·represented to (j + 1)·represented − 1 of `data`. */
export function denseColumns(data: Float64Array, represented: number, items: number): Similarities {
  const found: SimilarityColumn = { values: data, from: 0, to: 0 };
  return {
    represented,
    items,
    column(j) {
      found.from = j * represented;
      found.to = found.from + represented;
      return found;
    },
    entry: (i, j) => data[j * represented + i],
  };
}

const tile = 32;

function requireSymmetric({ data, rows: n }: Matrix, where: string): void {
  let largest = 0;
  for (let at = 0; at < data.length; at++) {
    const size = Math.abs(data[at]);
    if (size > largest) largest = size;
  }
  const slack = 1e-6 * largest;
  for (let top = 0; top < n; top += tile) {
    for (let left = 0; left <= top; left += tile) {
      for (let i = top; i < Math.min(n, top + tile); i++) {
        for (let j = left; j < Math.min(i, left + tile); j++) {
          if (Math.abs(data[i * n + j] - data[j * n + i]) <= slack) continue;
          throw new InputError({
            code: "not-symmetric",
            where,
            problem: `entries (${i}, ${j}) and (${j}, ${i}) differ`,
            expected: "a symmetric table of items by items",
            got: `${data[i * n + j]} and ${data[j * n + i]}`,
          });
        }
      }
    }
  }
}

/** In tiles, so that both sides stay in the cache. */
function transposed({ data, rows, cols }: Matrix): Float64Array {
  const out = new Float64Array(data.length);
  for (let top = 0; top < rows; top += tile) {
    for (let left = 0; left < cols; left += tile) {
      for (let i = top; i < Math.min(rows, top + tile); i++) {
        for (let j = left; j < Math.min(cols, left + tile); j++) out[j * rows + i] = data[i * cols + j];
      }
    }
  }
  return out;
}
