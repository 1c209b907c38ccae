import type { Matrix } from "../matrix.ts";
import type { Metric } from "./metric.ts";
import { insert, type NearestLists } from "./nearest.ts";

/** Numbers in a block of points: small enough to stay in the cache while all queries go over it. */
const blockNumbers = 1 << 14;

/**
 * Adds to list i the points nearest to row i of `queries`, by comparing all with all; a sum or maximum is left as
 * soon as it cannot be among the nearest. When the queries are the points themselves, no point finds itself.
 */
export function searchAllPairs(points: Matrix, queries: Matrix, metric: Metric, lists: NearestLists): void {
  const { data, cols, rows } = points;
  const { data: asked } = queries;
  const same = points === queries;
  const block = Math.max(1, Math.floor(blockNumbers / cols));
  for (let start = 0; start < rows; start += block) {
    const end = Math.min(rows, start + block);
    for (let i = 0; i < queries.rows; i++) {
      const from = i * cols;
      const last = (i + 1) * lists.k - 1;
      let reach = lists.distances[last];
      for (let p = start; p < end; p++) {
        const distance =
          metric === "max"
            ? maxDistance(data, p * cols, asked, from, cols, reach)
            : squaredDistance(data, p * cols, asked, from, cols, reach);
        if (distance >= reach || (same && p === i)) continue;
        insert(lists, last, distance, p);
        reach = lists.distances[last];
      }
    }
  }
}

/** As `KdTree.countAll`, by comparing all with all. */
export function countAllPairs(points: Matrix, radii: readonly Float64Array[], out: Int32Array): void {
  const { data, cols, rows } = points;
  const block = Math.max(1, Math.floor(blockNumbers / cols));
  const radius = new Float64Array(cols);
  out.fill(0);
  for (let start = 0; start < rows; start += block) {
    const end = Math.min(rows, start + block);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) radius[j] = radii[j][i];
      const from = i * cols;
      let count = 0;
      for (let p = start; p < end; p++) {
        let j = 0;
        for (let at = p * cols; j < cols && Math.abs(data[at] - data[from + j]) < radius[j]; at++) j++;
        if (j === cols && p !== i) count++;
      }
      out[i] += count;
    }
  }
}

/** The max-norm distance, or `limit` when it is not less. */
function maxDistance(
  a: Float64Array,
  fromA: number,
  b: Float64Array,
  fromB: number,
  cols: number,
  limit: number,
): number {
  let distance = 0;
  for (let j = 0; j < cols; j++) {
    const difference = Math.abs(a[fromA + j] - b[fromB + j]);
    if (difference >= limit) return limit;
    if (difference > distance) distance = difference;
  }
  return distance;
}

/** The squared Euclidean distance, or something not less than `limit` when it is not less. */
function squaredDistance(
  a: Float64Array,
  fromA: number,
  b: Float64Array,
  fromB: number,
  cols: number,
  limit: number,
): number {
  let distance = 0;
  for (let j = 0; j < cols && distance < limit; j++) {
    const difference = a[fromA + j] - b[fromB + j];
    distance += difference * difference;
  }
  return distance;
}
