import { InputError } from "../errors.ts";
import { column, type Matrix } from "../matrix.ts";
import { searchAllPairs } from "./brute-force.ts";
import { KdTree } from "./kd-tree.ts";
import { Line } from "./line.ts";
import type { Metric } from "./metric.ts";
import { emptyLists, type NearestLists } from "./nearest.ts";
import { Plane } from "./plane.ts";

/** Columns up to which a tree is faster than comparing all with all. */
export const treeColumns = 10;

/** The k nearest points of each query: places i·k to (i+1)·k − 1 belong to query i, nearest first. */
export interface Neighbours {
  readonly k: number;
  readonly distances: Float64Array;
  /** Rows of the neighbours. */
  readonly indices: Int32Array;
}

/**
 * The k nearest other rows of each row, exactly.
 *
 * Equal rows are at distance 0 from each other; which of several points at the same distance comes first is not
 * defined. One column is sorted, up to ten columns use a k-d tree (O(n log n)), more are compared all with all
 * (O(n² d)).
 *
 * @param points n × d
 * @param k from 1 to n − 1
 * @param metric `"max"` (default) or `"euclidean"`
 * @throws InputError when k is not an integer from 1 to n − 1
 * @example
 * import { asMatrix, nearestNeighbours } from "surprisal/core";
 * const { distances, indices } = nearestNeighbours(asMatrix([0, 1, 3, 7]), 2);
 * // distances is [1, 3, 1, 2, 2, 3, 4, 6], indices is [1, 2, 0, 2, 1, 0, 2, 1]
 */
export function nearestNeighbours(points: Matrix, k: number, metric: Metric = "max"): Neighbours {
  checkNeighbours(k, points.rows, "nearestNeighbours");
  const lists = emptyLists(points.rows, k);
  if (points.cols === 1) {
    searchLine(new Line(points.data), lists);
    return lists;
  }
  if (points.cols <= treeColumns) new KdTree(points, metric).searchAll(lists);
  else searchAllPairs(points, points, metric, lists);
  return finish(lists, metric);
}

/**
 * The k rows of `points` nearest to each row of `queries`, exactly.
 *
 * @param queries m × d, other points than those searched
 * @param points n × d
 * @param k from 1 to n
 * @param metric `"max"` (default) or `"euclidean"`
 * @throws InputError when the column counts differ or k is not an integer from 1 to n
 * @example
 * import { asMatrix, nearestNeighboursOf } from "surprisal/core";
 * const { indices } = nearestNeighboursOf(asMatrix([2.2]), asMatrix([0, 1, 3, 7]), 2);
 * // indices is [2, 1]
 */
export function nearestNeighboursOf(
  queries: Matrix,
  points: Matrix,
  k: number,
  metric: Metric = "max",
): Neighbours {
  if (queries.cols !== points.cols) {
    throw new InputError({
      code: "shape-mismatch",
      where: "nearestNeighboursOf",
      problem: "queries and points differ in columns",
      expected: `${points.cols} columns`,
      got: queries.cols,
    });
  }
  checkNeighbours(k, points.rows + 1, "nearestNeighboursOf");
  const lists = emptyLists(queries.rows, k);
  const used = points.cols === 1 ? "max" : metric;
  if (points.cols <= treeColumns) new KdTree(points, used).searchFor(queries, lists);
  else searchAllPairs(points, queries, used, lists);
  return finish(lists, used);
}

/**
 * The distance of each row to its k-th nearest other row, exactly; quicker than {@link nearestNeighbours} for two
 * columns in max-norm.
 *
 * @param points n × d
 * @param k from 1 to n − 1
 * @param metric `"max"` (default) or `"euclidean"`
 * @throws InputError when k is not an integer from 1 to n − 1
 * @example
 * import { asMatrix, kthDistances } from "surprisal/core";
 * kthDistances(asMatrix([0, 1, 3, 7]), 1); // [1, 1, 2, 4]
 */
export function kthDistances(points: Matrix, k: number, metric: Metric = "max"): Float64Array {
  checkNeighbours(k, points.rows, "kthDistances");
  if (points.cols === 2 && metric === "max") return kthDistancesInPlane(points, k);
  const { distances } = nearestNeighbours(points, k, metric);
  const kth = new Float64Array(points.rows);
  for (let i = 0; i < kth.length; i++) kth[i] = distances[(i + 1) * k - 1];
  return kth;
}

/**
 * For each row, the distance in max-norm to the farthest of the given neighbours, seen in `block` alone: how far
 * the neighbours found in a joint space reach in some of its columns.
 *
 * @param block n × d, some columns of the matrix that was searched
 */
export function reachWithin(block: Matrix, { k, indices }: Pick<Neighbours, "k" | "indices">): Float64Array {
  const { data, rows, cols } = block;
  const reach = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let place = i * k; place < (i + 1) * k; place++) {
      for (let j = 0, from = i * cols, to = indices[place] * cols; j < cols; j++) {
        const difference = Math.abs(data[to + j] - data[from + j]);
        if (difference > reach[i]) reach[i] = difference;
      }
    }
  }
  return reach;
}

/** Throws an InputError unless k is an integer from 1 to rows − 1. */
export function checkNeighbours(k: number, rows: number, where: string): void {
  if (Number.isInteger(k) && k >= 1 && k < rows) return;
  const enough = Number.isInteger(k) && k >= 1;
  throw new InputError({
    code: enough ? "too-few-rows" : "bad-k",
    where,
    problem: enough ? `${rows} rows are too few for that many neighbours` : "k is not a number of neighbours",
    expected: enough ? `k less than ${rows}` : "an integer of at least 1",
    got: k,
  });
}

function finish(lists: NearestLists, metric: Metric): Neighbours {
  const { distances } = lists;
  if (metric === "euclidean") {
    for (let place = 0; place < distances.length; place++) distances[place] = Math.sqrt(distances[place]);
  }
  return lists;
}

function searchLine({ values, order }: Line, { k, distances, indices }: NearestLists): void {
  const n = values.length;
  for (let p = 0; p < n; p++) {
    let left = p - 1;
    let right = p + 1;
    for (let place = order[p] * k, end = place + k; place < end; place++) {
      const toLeft = left >= 0 ? values[p] - values[left] : Number.POSITIVE_INFINITY;
      const toRight = right < n ? values[right] - values[p] : Number.POSITIVE_INFINITY;
      const leftIsNearer = toLeft <= toRight;
      distances[place] = leftIsNearer ? toLeft : toRight;
      indices[place] = order[leftIsNearer ? left-- : right++];
    }
  }
}

function kthDistancesInPlane(points: Matrix, k: number): Float64Array {
  const x = new Line(column(points, 0));
  const y = new Line(column(points, 1));
  const positions = y.positions();
  const partner = new Int32Array(points.rows);
  for (let p = 0; p < partner.length; p++) partner[p] = positions[x.order[p]];
  const reach = new Float64Array(points.rows);
  new Plane(x.values, y.values, k).search(partner, reach);
  const kth = new Float64Array(points.rows);
  for (let p = 0; p < kth.length; p++) kth[x.order[p]] = reach[p];
  return kth;
}
