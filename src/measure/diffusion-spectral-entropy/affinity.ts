import type { Matrix } from "../../core/matrix.ts";
import { mean } from "../../core/statistics.ts";

/** A number for each pair of rows i < j, at i (2n − i − 1) / 2 + j − i − 1: all pairs of row 0, then of row 1 … */
export interface Pairs {
  readonly n: number;
  readonly values: Float64Array;
}

/** Squared Euclidean distances: differences are squared, so that equal rows have distance 0 exactly. */
export function squaredDistances({ data, rows: n, cols }: Matrix): Pairs {
  const values = new Float64Array((n * (n - 1)) / 2);
  for (let i = 0, at = 0; i < n; i++) {
    const row = data.subarray(i * cols, (i + 1) * cols);
    let j = i + 1;
    for (; j + 3 < n; j += 4, at += 4) {
      const base = j * cols;
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let k = 0, p = base, q = base + 2 * cols; k < cols; k++, p++, q++) {
        const value = row[k];
        const da = data[p] - value;
        const db = data[p + cols] - value;
        const dc = data[q] - value;
        const dd = data[q + cols] - value;
        a += da * da;
        b += db * db;
        c += dc * dc;
        d += dd * dd;
      }
      values[at] = a;
      values[at + 1] = b;
      values[at + 2] = c;
      values[at + 3] = d;
    }
    for (; j < n; j++, at++) {
      let sum = 0;
      for (let k = 0, p = j * cols; k < cols; k++, p++) sum += (data[p] - row[k]) ** 2;
      values[at] = sum;
    }
  }
  return { n, values };
}

/** The quartiles of the pairs, each the middle of the order statistics next to it. */
export function quartiles({ values }: Pairs): [number, number, number] {
  const scratch = values.slice();
  const at = (share: number) => {
    const position = share * (scratch.length - 1);
    const [low, high] = [Math.floor(position), Math.ceil(position)].map((rank) => select(scratch, rank));
    return mean([low, high]);
  };
  return [at(0.25), at(0.5), at(0.75)];
}

/** exp(−d² / 2σ²) */
export function gaussianAffinity({ n, values }: Pairs, sigma: number): Pairs {
  const factor = -1 / (2 * sigma * sigma);
  return { n, values: values.map((square) => Math.exp(factor * square)) };
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

/** The value of a rank, from 0, by quickselect; the values change places. */
function select(values: Float64Array, rank: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >>> 1];
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
