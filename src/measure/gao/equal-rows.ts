import { isCodes, levelCounts } from "../../core/codes.ts";
import { column } from "../../core/matrix.ts";
import { sortWithOrder } from "../../core/neighbours/sorted-order.ts";
import type { Variable } from "../estimator.ts";

/** Which rows are equal to each other. */
export interface EqualRows {
  /** The same number for equal rows, from 0. */
  readonly group: Int32Array;
  /** How many rows each group has. */
  readonly sizes: Int32Array;
}

export function equalRows(v: Variable): EqualRows {
  if (isCodes(v)) return { group: v.codes, sizes: Int32Array.from(levelCounts(v)) };
  let group = equalNumbers(column(v, 0));
  for (let j = 1; j < v.cols; j++) group = common(group, equalNumbers(column(v, j)));
  const sizes = new Int32Array(group.reduce((most, g) => Math.max(most, g), -1) + 1);
  for (const g of group) sizes[g]++;
  return { group, sizes };
}

/** For each row i, the number of rows that are equal in x, and equal in y when row i of x meets row order[i] of y. */
export function countTwins(x: EqualRows, y: EqualRows, order: Int32Array, out: Int32Array): void {
  const n = order.length;
  const next = new Int32Array(x.sizes.length);
  for (let g = 1; g < next.length; g++) next[g] = next[g - 1] + x.sizes[g - 1];
  const rows = new Int32Array(n);
  for (let i = 0; i < n; i++) rows[next[x.group[i]]++] = i;
  const counts = new Int32Array(y.sizes.length);
  for (let g = 0, start = 0; g < next.length; start = next[g++]) {
    const end = next[g];
    for (let p = start; p < end; p++) counts[y.group[order[rows[p]]]]++;
    for (let p = start; p < end; p++) out[rows[p]] = counts[y.group[order[rows[p]]]];
    for (let p = start; p < end; p++) counts[y.group[order[rows[p]]]] = 0;
  }
}

function equalNumbers(numbers: Float64Array): Int32Array {
  const { values, order } = sortWithOrder(numbers);
  const group = new Int32Array(values.length);
  for (let p = 1, g = 0; p < values.length; p++) {
    if (values[p] !== values[p - 1]) g++;
    group[order[p]] = g;
  }
  return group;
}

/** Groups of rows that share both groups. */
function common(a: Int32Array, b: Int32Array): Int32Array {
  const groups = new Map<number, number>();
  return a.map((group, i) => {
    const key = group * b.length + b[i];
    const known = groups.get(key);
    if (known !== undefined) return known;
    groups.set(key, groups.size);
    return groups.size - 1;
  });
}
