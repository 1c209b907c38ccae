import type { Matrix } from "../../core/matrix.ts";
import { mean } from "../../core/statistics.ts";
import { kernels, strip } from "./kernels.ts";

/** A number for each pair of rows i < j, at i (2n − i − 1) / 2 + j − i − 1: all pairs of row 0, then of row 1 … */
export interface Pairs {
  readonly n: number;
  readonly values: Float64Array;
}

/**
 * Squared Euclidean distances as |x|² + |y|² − 2 x·y of centred rows. The squares come from the same loop as the
 * products, term by term in the same order, so that equal rows have distance 0 exactly.
 */
export function squaredDistances(z: Matrix): Pairs {
  const { rows: n, cols } = z;
  const size = strip * Math.ceil(n / strip);
  const packed = size * size;
  const run = kernels(packed + size * cols);
  const a = run.memory;
  pack(z, a, packed);
  run.subtractProduct(0, packed, packed, size, size, cols);
  const values = new Float64Array((n * (n - 1)) / 2);
  const lengths = Float64Array.from({ length: n }, (_, i) => a[i * size + i]);
  for (let i = 0, at = 0; i < n; i++) {
    const row = i * size;
    const own = lengths[i];
    for (let j = i + 1; j < n; j++) {
      values[at++] = Math.max(0, 2 * a[row + j] - own - lengths[j]);
    }
  }
  return { n, values };
}

/** Centred columns, four rows side by side, as the product takes them. */
function pack({ data, rows: n, cols }: Matrix, to: Float64Array, start: number): void {
  for (let k = 0; k < cols; k++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += data[i * cols + k];
    const middle = sum / n;
    for (let i = 0; i < n; i++) {
      const block = start + (i - (i % strip)) * cols;
      to[block + k * strip + (i % strip)] = data[i * cols + k] - middle;
    }
  }
}

/** The quartiles of the pairs, each the middle of the order statistics next to it. */
export function quartiles({ values }: Pairs): [number, number, number] {
  const scratch = values.slice();
  let from = 0;
  const at = (share: number) => {
    const position = share * (scratch.length - 1);
    const rank = Math.floor(position);
    const low = select(scratch, rank, from);
    from = rank;
    return position === rank ? low : mean([low, least(scratch, rank + 1)]);
  };
  return [at(0.25), at(0.5), at(0.75)];
}

function least(values: Float64Array, from: number): number {
  let found = values[from];
  for (let i = from + 1; i < values.length; i++) if (values[i] < found) found = values[i];
  return found;
}

/** exp(−d² / 2σ²) */
export function gaussianAffinity({ n, values }: Pairs, sigma: number): Pairs {
  const factor = -1 / (2 * sigma * sigma);
  const affinities = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) affinities[at] = Math.exp(factor * values[at]);
  return { n, values: affinities };
}

/** A number for each pair. */
export function pairsOf(n: number, value: (i: number, j: number) => number): Pairs {
  const values = new Float64Array((n * (n - 1)) / 2);
  for (let i = 0, at = 0; i < n; i++) for (let j = i + 1; j < n; j++) values[at++] = value(i, j);
  return { n, values };
}

/** The pairs among some of the rows, in their order. */
export function pairsAmong({ n, values }: Pairs, rows: ArrayLike<number>): Pairs {
  return pairsOf(rows.length, (a, b) => {
    const [i, j] = rows[a] < rows[b] ? [rows[a], rows[b]] : [rows[b], rows[a]];
    return values[(i * (2 * n - i - 1)) / 2 + j - i - 1];
  });
}

/** The value of a rank by quickselect, where all below `from` are in their place; values change places. */
function select(values: Float64Array, rank: number, from: number): number {
  let [low, high] = [from, values.length - 1];
  while (low < high) {
    const pivot = middleOf(values[low], values[(low + high) >>> 1], values[high]);
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const swap = values[i];
      values[i++] = values[j];
      values[j--] = swap;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank];
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
