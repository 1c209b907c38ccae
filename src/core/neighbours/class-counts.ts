import { type Matrix, takeRows } from "../matrix.ts";
import { endOfCloser, Line, startOfCloser } from "./line.ts";
import { kthDistances } from "./neighbours.ts";
import { RangeCounter } from "./range-counter.ts";

/** What {@link classCounts} finds for each row; overwritten by the next call. */
export interface ClassCounts {
  /** Distance to the min(k, N − 1)-th neighbour inside the row's class of N rows; 0 where the row is alone. */
  readonly radii: Float64Array;
  /** Number of other rows, of any class, that are closer (strictly). */
  readonly closer: Int32Array;
}

/**
 * Prepares many assignments of the same classes to the same points, in max-norm: the returned function takes the
 * class of each row, among them `sizes[c]` times class c.
 *
 * One column is sorted once, and each call takes O(n); up to ten columns take O(n log n), more O(n² d).
 */
export function classCounts(
  points: Matrix,
  sizes: ArrayLike<number>,
  k: number,
): (labels: Int32Array) => ClassCounts {
  const ends = new Int32Array(sizes.length);
  for (let c = 0, end = 0; c < ends.length; c++) ends[c] = end += sizes[c];
  return points.cols === 1 ? onLine(points.data, ends, k) : inSpace(points, ends, k);
}

/** A class is a run of the sorted points, and its k + 1 nearest to one of them (itself included) are a window of it. */
function onLine(data: Float64Array, ends: Int32Array, k: number): (labels: Int32Array) => ClassCounts {
  const n = data.length;
  const { values, order } = new Line(data);
  const radii = new Float64Array(n);
  const closer = new Int32Array(n);
  const next = new Int32Array(ends.length);
  const members = new Int32Array(n);
  return (labels) => {
    group(labels, order, ends, next, members);
    for (let c = 0, start = 0; c < ends.length; start = ends[c++]) {
      const end = ends[c];
      const reach = Math.min(k, end - start - 1);
      let window = start;
      for (let i = start; i < end; i++) {
        const position = members[i];
        const value = values[position];
        while (
          window + reach + 1 < end &&
          (window + reach < i ||
            values[members[window + reach + 1]] - value < value - values[members[window]])
        ) {
          window++;
        }
        const first = members[window];
        const last = members[window + reach];
        const radius = Math.max(value - values[first], values[last] - value);
        radii[order[position]] = radius;
        closer[order[position]] =
          radius > 0
            ? endOfCloser(values, position, radius, last) - startOfCloser(values, position, radius, first) - 1
            : 0;
      }
    }
    return { radii, closer };
  };
}

function inSpace(points: Matrix, ends: Int32Array, k: number): (labels: Int32Array) => ClassCounts {
  const n = points.rows;
  const counter = new RangeCounter(points);
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  const radii = new Float64Array(n);
  const next = new Int32Array(ends.length);
  const members = new Int32Array(n);
  return (labels) => {
    group(labels, rows, ends, next, members);
    radii.fill(0);
    for (let c = 0, start = 0; c < ends.length; start = ends[c++]) {
      const own = members.subarray(start, ends[c]);
      if (own.length < 2) continue;
      const distances = kthDistances(takeRows(points, own), Math.min(k, own.length - 1));
      for (let i = 0; i < own.length; i++) radii[own[i]] = distances[i];
    }
    return { radii, closer: counter.countCloser(radii) };
  };
}

/** Lists class by class the places p of `order` (rows in some order), keeping that order inside a class. */
function group(
  labels: Int32Array,
  order: Int32Array,
  ends: Int32Array,
  next: Int32Array,
  members: Int32Array,
): void {
  next[0] = 0;
  next.set(ends.subarray(0, ends.length - 1), 1);
  for (let p = 0; p < order.length; p++) members[next[labels[order[p]]]++] = p;
}
