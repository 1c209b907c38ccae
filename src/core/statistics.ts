import { InputError } from "./errors.ts";
import { column, type Matrix, matrix } from "./matrix.ts";
import { normalQuantile } from "./special.ts";

/** The arithmetic mean; NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** The mean squared deviation from the mean (divisor n); NaN for no values. */
export function variance(values: ArrayLike<number>): number {
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - center) ** 2;
  return sum / values.length;
}

/** The square root of the {@link variance}. */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values));
}

/**
 * The value below which a share p of the values lies, linear between order statistics (Hyndman & Fan's type 7,
 * the default of R and NumPy).
 *
 * @throws InputError when there are no values or p is outside [0, 1]
 * @example
 * import { quantile } from "surprisal/core";
 * quantile([4, 1, 3, 2], 0.5); // 2.5
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  if (values.length === 0) {
    throw new InputError({ code: "too-few-rows", where: "quantile", problem: "no values", got: 0 });
  }
  if (!(p >= 0 && p <= 1)) {
    throw new InputError({
      code: "bad-probability",
      where: "quantile",
      problem: "p is not a probability",
      expected: "a number from 0 to 1",
      got: p,
    });
  }
  const sorted = Float64Array.from(values).sort();
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/**
 * The rank of each value, from 1 to n; equal values share the average of their ranks.
 *
 * @example
 * import { ranks } from "surprisal/core";
 * ranks([0.3, 0.1, 0.3]); // [2.5, 1, 2.5]
 */
export function ranks(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  const sorted = Float64Array.from(values).sort();
  const averageAt = new Float64Array(n);
  for (let first = 0, next = 1; first < n; first = next++) {
    while (next < n && sorted[next] === sorted[first]) next++;
    averageAt[first] = (first + next + 1) / 2;
  }
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = averageAt[lowerBound(sorted, values[i])];
  return out;
}

/**
 * The normal scores Φ⁻¹((rank − ½) / n) of a column, with average ranks on ties.
 *
 * @example
 * import { normalScores } from "surprisal/core";
 * normalScores([10, 1000, 20]); // [-0.967…, 0.967…, 0]
 */
export function normalScores(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  return ranks(values).map((rank) => normalQuantile((rank - 0.5) / n));
}

/**
 * Each column shifted and scaled to mean 0 and standard deviation 1 (divisor n).
 *
 * @param where name of the caller and argument, for the error message
 * @throws InputError with code "constant-column" when a column does not vary
 * @example
 * import { asMatrix, standardize } from "surprisal/core";
 * standardize(asMatrix([1, 2, 3])); // -1.2247…, 0, 1.2247…
 */
export function standardize(m: Matrix, where = "standardize"): Matrix {
  return mapColumns(m, where, (values) => {
    const center = mean(values);
    const scale = standardDeviation(values);
    return values.map((value) => (value - center) / scale);
  });
}

/**
 * Each column replaced by its {@link normalScores}: mutual information stays, tails and scales go.
 *
 * @param where name of the caller and argument, for the error message
 * @throws InputError with code "constant-column" when a column does not vary
 */
export function copulaTransform(m: Matrix, where = "copulaTransform"): Matrix {
  return mapColumns(m, where, normalScores);
}

/** Throws an InputError with code "constant-column" at the first column that does not vary. */
export function requireVarying(m: Matrix, where: string): void {
  for (let j = 0; j < m.cols; j++) {
    let i = 1;
    while (i < m.rows && m.data[i * m.cols + j] === m.data[j]) i++;
    if (i < m.rows) continue;
    throw new InputError({
      code: "constant-column",
      where,
      problem: `column ${j} does not vary`,
      expected: "at least two different values",
      got: m.rows === 0 ? "no rows" : m.data[j],
    });
  }
}

/**
 * Pearson's correlation; NaN when one side does not vary.
 *
 * @throws InputError when the lengths differ
 * @example
 * import { correlation } from "surprisal/core";
 * correlation([1, 2, 3], [2, 4, 6]); // 1
 */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length) {
    throw new InputError({
      code: "unequal-lengths",
      where: "correlation",
      problem: "x and y differ in length",
      expected: `${x.length} values`,
      got: y.length,
    });
  }
  const centerX = mean(x);
  const centerY = mean(y);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    const dx = x[i] - centerX;
    const dy = y[i] - centerY;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xy / Math.sqrt(xx) / Math.sqrt(yy);
}

/** How many different values there are. */
export function distinctCount(values: ArrayLike<number>): number {
  return distinct(values).length;
}

/**
 * The share of rows that have at least one exact twin.
 *
 * @example
 * import { asMatrix, duplicateRowShare } from "surprisal/core";
 * duplicateRowShare(asMatrix([[1, 2], [3, 4], [1, 2], [5, 6]])); // 0.5
 */
export function duplicateRowShare(m: Matrix): number {
  if (m.rows === 0) return 0;
  // The group of rows that agree in the columns read so far.
  let group = new Float64Array(m.rows);
  let groups = 1;
  for (let j = 0; j < m.cols; j++) {
    const values = column(m, j);
    const levels = distinct(values);
    for (let i = 0; i < m.rows; i++) group[i] = group[i] * levels.length + lowerBound(levels, values[i]);
    const keys = distinct(group);
    group = group.map((key) => lowerBound(keys, key));
    groups = keys.length;
    if (groups === m.rows) return 0;
  }
  const sizes = new Float64Array(groups);
  for (const g of group) sizes[g]++;
  let alone = 0;
  for (const size of sizes) if (size === 1) alone++;
  return 1 - alone / m.rows;
}

function mapColumns(m: Matrix, where: string, transform: (values: Float64Array) => Float64Array): Matrix {
  requireVarying(m, where);
  const out = new Float64Array(m.data.length);
  for (let j = 0; j < m.cols; j++) {
    const values = transform(column(m, j));
    for (let i = 0; i < m.rows; i++) out[i * m.cols + j] = values[i];
  }
  return matrix(m.rows, m.cols, out);
}

/** The different values, ascending. */
function distinct(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values).sort();
  let size = 0;
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[size++] = sorted[i];
  return sorted.subarray(0, size);
}

/** Index of the first entry that is not below `value`. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
