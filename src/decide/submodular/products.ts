import type { Matrix } from "../../core/matrix.ts";

/** Rows of y that stay in the cache while all rows of x pass. */
const block = 32;

/**
 * All inner products of rows: place j·x.rows + i holds that of row i of x and row j of y. With y = x only one triangle
 * is computed. O(rows · rows · d).
 */
export function products(
  x: Matrix,
  y: Matrix,
  out: Float64Array = new Float64Array(x.rows * y.rows),
): Float64Array {
  const same = x === y;
  for (let left = 0; left < y.rows; left += block) {
    const end = Math.min(y.rows, left + block);
    for (let i = same ? left : 0; i < x.rows; i++) {
      let j = left;
      for (; j + 4 <= end; j += 4) fourProducts(x, i, y, j, out);
      for (; j < end; j++) out[j * x.rows + i] = product(x, i, y, j);
      if (same) for (j = left; j < end; j++) out[i * x.rows + j] = out[j * x.rows + i];
    }
  }
  return out;
}

/** Row i of x with rows j to j + 3 of y: each number of x is read once for four sums. */
function fourProducts(x: Matrix, i: number, y: Matrix, j: number, out: Float64Array): void {
  const [a, b, d, n] = [x.data, y.data, x.cols, x.rows];
  const b0 = j * d;
  const [b1, b2, b3] = [b0 + d, b0 + 2 * d, b0 + 3 * d];
  let [p, q, r, s] = [0, 0, 0, 0];
  for (let k = 0, at = i * d; k < d; k++) {
    const value = a[at + k];
    p += value * b[b0 + k];
    q += value * b[b1 + k];
    r += value * b[b2 + k];
    s += value * b[b3 + k];
  }
  const to = j * n + i;
  out[to] = p;
  out[to + n] = q;
  out[to + 2 * n] = r;
  out[to + 3 * n] = s;
}

/** The inner product of row i of x and row j of y. */
export function product(x: Matrix, i: number, y: Matrix, j: number): number {
  const d = x.cols;
  let sum = 0;
  for (let k = 0; k < d; k++) sum += x.data[i * d + k] * y.data[j * d + k];
  return sum;
}
