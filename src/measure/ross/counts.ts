import { type Codes, levelCounts } from "../../core/codes.ts";
import { type Matrix, takeRows } from "../../core/matrix.ts";
import { kthDistances, RangeCounter } from "../../core/neighbours/index.ts";
import { endOfCloser, Line, startOfCloser } from "../../core/neighbours/line.ts";

/**
 * Prepares m_i for many assignments of the same classes to the same points: the returned function takes the class of
 * each row and gives, for each row, the number of points (itself included) closer than its min(k, N − 1)-th neighbour
 * inside its class. Every class has at least two rows. The result is overwritten by the next call.
 */
export function countsAroundClasses(
  points: Matrix,
  classes: Codes,
  k: number,
): (labels: Int32Array) => Int32Array {
  const counts = levelCounts(classes);
  const ends = new Int32Array(counts.length);
  for (let level = 0, end = 0; level < ends.length; level++) ends[level] = end += counts[level];
  return points.cols === 1 ? onLine(points.data, ends, k) : inSpace(points, ends, k);
}

/** Sorted once; a class is then a sorted run, and the k-th neighbour is at an end of a sliding window of k + 1. */
function onLine(data: Float64Array, ends: Int32Array, k: number): (labels: Int32Array) => Int32Array {
  const n = data.length;
  const { values, order } = new Line(data);
  const near = new Int32Array(n);
  const next = new Int32Array(ends.length);
  const members = new Int32Array(n);
  return (labels) => {
    group(labels, order, ends, next, members);
    for (let level = 0, start = 0; level < ends.length; start = ends[level++]) {
      const end = ends[level];
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
        near[order[position]] =
          radius > 0
            ? endOfCloser(values, position, radius, last) - startOfCloser(values, position, radius, first)
            : 1;
      }
    }
    return near;
  };
}

function inSpace(points: Matrix, ends: Int32Array, k: number): (labels: Int32Array) => Int32Array {
  const n = points.rows;
  const counter = new RangeCounter(points);
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  const radii = new Float64Array(n);
  const next = new Int32Array(ends.length);
  const members = new Int32Array(n);
  return (labels) => {
    group(labels, rows, ends, next, members);
    for (let level = 0, start = 0; level < ends.length; start = ends[level++]) {
      const own = members.subarray(start, ends[level]);
      if (own.length === 0) continue;
      const distances = kthDistances(takeRows(points, own), Math.min(k, own.length - 1));
      for (let i = 0; i < own.length; i++) radii[own[i]] = distances[i];
    }
    return counter.countCloser(radii).map((others) => others + 1);
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
