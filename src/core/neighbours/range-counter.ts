import { hstack, type Matrix } from "../matrix.ts";
import { countAllPairs } from "./brute-force.ts";
import { KdTree } from "./kd-tree.ts";
import { Line } from "./line.ts";
import { treeColumns } from "./neighbours.ts";

/**
 * Counts neighbours within a radius, in max-norm, for many sets of radii over the same points: what depends on
 * the points alone is done once.
 *
 * One column is sorted, up to ten columns use a k-d tree, more are compared all with all.
 *
 * @example
 * import { asMatrix, RangeCounter } from "surprisal/core";
 * const counter = new RangeCounter(asMatrix([0, 1, 3, 7]));
 * counter.countCloser(new Float64Array([2, 2, 2, 5])); // [1, 1, 0, 1]
 */
export class RangeCounter {
  readonly rows: number;
  /** Which block each column belongs to. */
  readonly #blockOf: number[];
  readonly #structure: Line | KdTree | Matrix;

  /** Several matrices with equal row counts are blocks side by side, which may have radii of their own. */
  constructor(...blocks: readonly Matrix[]) {
    this.rows = blocks[0].rows;
    this.#blockOf = blocks.flatMap((block, b) => Array<number>(block.cols).fill(b));
    const points = blocks.length === 1 ? blocks[0] : hstack(...blocks);
    if (points.cols === 1) this.#structure = new Line(points.data);
    else this.#structure = points.cols <= treeColumns ? new KdTree(points) : points;
  }

  /**
   * For each row, the number of other rows that are closer (strictly) than its radius in every block.
   *
   * @param radii one radius for each row: either one array for all blocks, or one array for each block. For
   *   "at most r away" give {@link justAbove}(r).
   */
  countCloser(radii: Float64Array | readonly Float64Array[]): Int32Array {
    const structure = this.#structure;
    const radiiOfColumns = this.#blockOf.map((block) =>
      radii instanceof Float64Array ? radii : radii[block],
    );
    const counts = new Int32Array(this.rows);
    if (structure instanceof Line) {
      const [radius] = radiiOfColumns;
      for (let p = 0; p < this.rows; p++) {
        const row = structure.order[p];
        counts[row] = structure.countCloser(p, radius[row]);
      }
    } else if (structure instanceof KdTree) structure.countAll(radiiOfColumns, counts);
    else countAllPairs(structure, radiiOfColumns, counts);
    return counts;
  }
}
