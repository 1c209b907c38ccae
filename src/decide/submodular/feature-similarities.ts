import { InputError } from "../../core/errors.ts";
import { asMatrix, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";
import { product, products } from "./products.ts";
import { denseColumns, type Similarities } from "./similarities.ts";

/** Rows of numbers as they lie in memory, also in single precision. A `Matrix` is one. */
export interface FeatureRows {
  readonly data: Float64Array | Float32Array;
  readonly rows: number;
  readonly cols: number;
}

/**
 * How rows of numbers are compared. All give numbers from 0 to 1, except `dot`.
 * - `cosine`: max(0, x·y / ‖x‖‖y‖)
 * - `shifted-cosine`: (1 + x·y / ‖x‖‖y‖) / 2
 * - `rbf`: exp(−‖x − y‖² / 2σ²), σ the bandwidth, by default that at which s = 1/e at the mean square distance
 * - `dot`: x·y, as it is
 */
export type SimilarityMetric = "cosine" | "shifted-cosine" | "rbf" | "dot";

export interface SimilarityOptions {
  /** `"cosine"` by default. */
  metric?: SimilarityMetric;
  /** The rows that can be chosen, where they are others than those to be represented. */
  items?: MatrixLike;
  /** σ of `rbf`. By default the root of the summed variances of the columns of the rows. */
  bandwidth?: number;
  /**
   * `"dense"` (default) computes all similarities once, 8 bytes each; `"computed"` keeps none and computes a column
   * whenever it is read, O(n d).
   */
  storage?: "dense" | "computed";
}

/**
 * Similarities between rows of numbers: embeddings, pixels, standardised columns.
 *
 * O(n² d) time and 8 n² bytes for `storage: "dense"`; above some 20,000 rows use `neighbourSimilarities`.
 *
 * @param rows n × d, to be represented and chosen from
 * @throws InputError for numbers that are not finite, a row of zeros under a cosine, columns that differ in number
 * @example
 * import { similarities } from "surprisal/decide";
 * const s = similarities([[1, 0], [1, 1], [0, 1]], { metric: "shifted-cosine" });
 * s.entry(0, 2); // 0.5
 */
export function similarities(
  rows: MatrixLike,
  { metric = "cosine", items, bandwidth, storage = "dense" }: SimilarityOptions = {},
): Similarities {
  const x = asMatrix(rows, "similarities");
  const y = items === undefined ? x : asMatrix(items, "similarities: items");
  if (x.cols !== y.cols) {
    throw new InputError({
      code: "shape-mismatch",
      where: "similarities: items",
      problem: "items and rows differ in columns",
      expected: `${x.cols} columns`,
      got: y.cols,
    });
  }
  if (x.rows === 0 || y.rows === 0) {
    throw new InputError({ code: "empty", where: "similarities", problem: "there is no row", got: 0 });
  }
  const space = prepare(x, y, metric, bandwidth);
  return storage === "dense" ? dense(space) : computed(space);
}

/** Both sides in a form in which one inner product is left to compute, and what to make of it. */
interface Space {
  x: Matrix;
  y: Matrix;
  /** The similarity of row i of x and row j of y, from their inner product. */
  finish(inner: number, i: number, j: number): number;
}

function prepare(x: Matrix, y: Matrix, metric: SimilarityMetric, bandwidth?: number): Space {
  if (metric === "dot") return { x, y, finish: (inner) => inner };
  if (metric === "rbf") return radial(x, y, bandwidth ?? spread(x));
  const unit = unitRows(x, "similarities");
  // Rounding can lift the cosine of equal rows above 1.
  const clipped = (inner: number) => Math.max(0, Math.min(1, inner));
  const shifted = (inner: number) => clipped((1 + inner) / 2);
  return {
    x: unit,
    y: x === y ? unit : unitRows(y, "similarities: items"),
    finish: metric === "shifted-cosine" ? shifted : clipped,
  };
}

/**
 * The root of the summed variances of the columns: half the mean square distance of two rows, as a length.
 *
 * @throws InputError when all rows are the same
 */
export function spread({ data, rows, cols }: FeatureRows, where = "similarities"): number {
  const means = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) for (let c = 0; c < cols; c++) means[c] += data[at++] / rows;
  let sum = 0;
  // Compared exactly: a mean of equal numbers may differ from them by rounding.
  let varies = false;
  for (let i = 0, at = 0; i < rows; i++) {
    for (let c = 0; c < cols; c++, at++) {
      sum += (data[at] - means[c]) ** 2;
      if (data[at] !== data[c]) varies = true;
    }
  }
  if (varies) return Math.sqrt(sum / rows);
  throw new InputError({
    code: "constant",
    where,
    problem: "all rows are the same, so there is no scale to measure distances by",
    expected: "rows that differ",
  });
}

function radial(x: Matrix, y: Matrix, bandwidth: number): Space {
  if (!(bandwidth > 0 && bandwidth < Number.POSITIVE_INFINITY)) {
    throw new InputError({
      code: "bad-option",
      where: "similarities: bandwidth",
      problem: "not a length",
      expected: "a number above 0",
      got: bandwidth,
    });
  }
  const [ofX, ofY] = [squares(x), squares(y)];
  return {
    x,
    y,
    finish: (inner, i, j) => Math.exp(-Math.max(0, ofX[i] + ofY[j] - 2 * inner) / (2 * bandwidth ** 2)),
  };
}

function squares({ data, rows, cols }: Matrix): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0, at = 0; i < rows; i++) for (let k = 0; k < cols; k++, at++) out[i] += data[at] ** 2;
  return out;
}

/**
 * Rows of length 1.
 *
 * @throws InputError for a row of zeros
 */
function unitRows(m: Matrix, where: string): Matrix {
  const { rows, cols, data } = m;
  const out = matrix(rows, cols);
  for (let i = 0, at = 0; i < rows; i++) {
    let square = 0;
    for (let k = at; k < at + cols; k++) square += data[k] * data[k];
    if (square === 0) {
      throw new InputError({
        code: "zero-row",
        where,
        problem: `row ${i} is all zeros, so it has no direction`,
        expected: "rows that are not zero under a cosine",
        hint: 'leave it out, or use metric: "rbf"',
      });
    }
    const scale = 1 / Math.sqrt(square);
    for (const end = at + cols; at < end; at++) out.data[at] = data[at] * scale;
  }
  return out;
}

function dense({ x, y, finish }: Space): Similarities {
  const out = products(x, y);
  for (let j = 0, at = 0; j < y.rows; j++) {
    for (let i = 0; i < x.rows; i++, at++) out[at] = finish(out[at], i, j);
  }
  return denseColumns(out, x.rows, y.rows);
}

function computed({ x, y, finish }: Space): Similarities {
  const values = new Float64Array(x.rows);
  const found = { values, from: 0, to: x.rows };
  let current = -1;
  return {
    represented: x.rows,
    items: y.rows,
    column(j) {
      if (j === current) return found;
      current = j;
      for (let i = 0; i < x.rows; i++) values[i] = finish(product(x, i, y, j), i, j);
      return found;
    },
    entry: (i, j) => finish(product(x, i, y, j), i, j),
  };
}
