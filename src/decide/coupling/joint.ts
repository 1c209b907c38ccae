import { InputError } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { entropyOf } from "./information.ts";

/**
 * A joint distribution as the list of its positive cells: cell c has probability `p[c]` in row `x[c]` and column
 * `y[c]`; rows first, then columns, ascending.
 */
export interface Joint {
  readonly rows: number;
  readonly cols: number;
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly p: Float64Array;
}

/** Cells as an algorithm finds them, in any order, each once. */
export class Cells {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly p: Float64Array;
  count = 0;
  readonly #last: { readonly x: Int32Array; readonly y: Int32Array };

  /** Room for `most` cells. */
  constructor(rows: number, cols: number, most: number) {
    this.x = new Int32Array(most);
    this.y = new Int32Array(most);
    this.p = new Float64Array(most);
    this.#last = { x: new Int32Array(rows).fill(-1), y: new Int32Array(cols).fill(-1) };
  }

  add(x: number, y: number, p: number): void {
    this.#last.x[x] = this.#last.y[y] = this.count;
    this.x[this.count] = x;
    this.y[this.count] = y;
    this.p[this.count++] = p;
  }

  /**
   * Sums that differ by rounding leave a rest on one side, or an outcome that is less likely than the rounding of the
   * others: it goes to the last cell of its row or column, or to a cell of its own beside the last one.
   */
  addRest(side: "x" | "y", index: number, rest: number): void {
    const last = this.#last[side][index];
    if (last >= 0) this.p[last] += rest;
    else if (side === "x") this.add(index, this.y[this.count - 1], rest);
    else this.add(this.x[this.count - 1], index, rest);
  }

  entropy(): number {
    return entropyOf(this.p.subarray(0, this.count));
  }

  toJoint(): Joint {
    const { x, y, p, count } = this;
    const order = Int32Array.from({ length: count }, (_, c) => c);
    const compare = (a: number, b: number) => x[a] - x[b] || y[a] - y[b];
    // A table that was composed row by row is in order already.
    if (order.some((c) => c > 0 && compare(c - 1, c) > 0)) order.sort(compare);
    return {
      rows: this.#last.x.length,
      cols: this.#last.y.length,
      x: order.map((c) => x[c]),
      y: order.map((c) => y[c]),
      p: Float64Array.from(order, (c) => p[c]),
    };
  }
}

/** Probability of each row, or of each column. */
export function marginal({ rows, cols, x, y, p }: Joint, side: "x" | "y"): Float64Array {
  const out = new Float64Array(side === "x" ? rows : cols);
  const index = side === "x" ? x : y;
  for (let c = 0; c < p.length; c++) out[index[c]] += p[c];
  return out;
}

/**
 * A joint distribution as a dense table, rows x and columns y.
 *
 * @returns rows × cols probabilities; memory 8 · rows · cols bytes
 * @example
 * import { denseJoint, minimumEntropyCoupling } from "surprisal/decide";
 * const { joint } = minimumEntropyCoupling([0.5, 0.5], [0.25, 0.75]);
 * denseJoint(joint).data;
 * // [0, 0.5, 0.25, 0.25]
 */
export function denseJoint({ rows, cols, x, y, p }: Joint): Matrix {
  const out = matrix(rows, cols);
  for (let c = 0; c < p.length; c++) out.data[x[c] * cols + y[c]] += p[c];
  return out;
}

/** Where the cells of each row begin, and the end of the last. */
export function rowStarts({ rows, x }: Joint): Int32Array {
  const starts = new Int32Array(rows + 1);
  for (const row of x) starts[row + 1]++;
  for (let row = 0; row < rows; row++) starts[row + 1] += starts[row];
  return starts;
}

/** The same distribution with rows and columns exchanged. */
function transposed({ rows, cols, x, y, p }: Joint): Joint {
  const cells = new Cells(cols, rows, p.length);
  for (let c = 0; c < p.length; c++) cells.add(y[c], x[c], p[c]);
  return cells.toJoint();
}

/** p(y | x): the table with each row divided by its sum. Rows of probability 0 have no cells. */
export function conditionalTable(joint: Joint): Joint {
  const px = marginal(joint, "x");
  return { ...joint, p: joint.p.map((p, c) => p / px[joint.x[c]]) };
}

/**
 * Draws the partner of an outcome from a coupling: y given x, or x given y.
 *
 * @param given the side that will be known
 * @returns a function of the known outcome's index and a random stream that gives the index of its partner; it throws
 *   an InputError for an outcome of probability 0, which has no partner
 * @example
 * import { Random } from "surprisal/core";
 * import { minimumEntropyCoupling, partnerSampler } from "surprisal/decide";
 * const { joint } = minimumEntropyCoupling([0.5, 0.5], [0.25, 0.75]);
 * const partner = partnerSampler(joint, "x");
 * partner(0, new Random(1));
 * // 1: the first x always goes with the second y
 */
export function partnerSampler(joint: Joint, given: "x" | "y"): (index: number, random: Random) => number {
  const table = given === "x" ? joint : transposed(joint);
  const starts = rowStarts(table);
  return (index, random) => {
    const [from, to] = [starts[index], starts[index + 1]];
    if (!(to > from)) {
      throw new InputError({
        code: "no-partner",
        where: "partnerSampler",
        problem: `no ${given} of that index with a positive probability`,
        expected: `an index from 0 to ${table.rows - 1}`,
        got: index,
      });
    }
    return table.y[from + random.categorical(table.p.subarray(from, to))];
  };
}
