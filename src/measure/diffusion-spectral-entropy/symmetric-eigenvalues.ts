/**
 * Eigenvalues of a symmetric matrix, without vectors: Householder reflections to tridiagonal form, a panel of columns at a
 * time with the rest updated in one go (Dongarra, Sorensen & Hammarling, "Block reduction of matrices to condensed
 * forms for eigenvalue computations", 1989), then implicit QL (Wilkinson & Reinsch, Handbook II, contribution II/3).
 *
 * ml-matrix always computes vectors too, which takes 40 times as long at n = 400. O(n³): 4/3 n³ multiplications and
 * additions, half of them in matrix × vector.
 */
import { type Kernels, kernels, strip } from "./kernels.ts";

/** Columns of a panel. */
const panel = 8;

/**
 * @param n rows
 * @param fill writes the matrix: row i, column j ≥ i at i · length + j; what is left of the diagonal is not read
 * @returns eigenvalues, the largest first
 */
export function symmetricEigenvalues(
  n: number,
  fill: (a: Float64Array, length: number) => void,
): Float64Array {
  const { diagonal, beside } = tridiagonal(n, fill);
  return tridiagonalEigenvalues(diagonal, beside).sort().reverse();
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Entry i couples i and i + 1. */
  readonly beside: Float64Array;
}

/** A matrix being reduced, in the kernels' memory. */
interface Reduction {
  readonly run: Kernels;
  /** n rounded up to whole strips; what is beyond n stays 0. */
  readonly size: number;
  readonly length: number;
  /** Where the reflections of a panel start (a row each), and what they do to the matrix. */
  readonly v: number;
  readonly w: number;
  readonly packed: readonly [number, number];
}

function tridiagonal(n: number, fill: (a: Float64Array, length: number) => void): Tridiagonal {
  const size = strip * Math.ceil(n / strip);
  // Rows whose length is a power of two would compete for the same places of the processor's cache.
  const length = size + (size % 64 === 0 ? strip : 0);
  const v = size * length;
  const w = v + panel * size;
  const packed = [w + panel * size, w + 3 * panel * size] as const;
  const run = kernels(w + 5 * panel * size);
  const reduction: Reduction = { run, size, length, v, w, packed };
  const a = run.memory;
  fill(a, length);
  completeBlocks(reduction);

  const diagonal = new Float64Array(n);
  const beside = new Float64Array(Math.max(0, n - 1));
  for (let from = 0; from < n; from += panel) {
    const columns = Math.min(panel, n - from);
    a.fill(0, v, packed[0]);
    for (let c = 0; c < columns; c++) {
      const j = from + c;
      updateRow(reduction, j, c);
      diagonal[j] = a[j * length + j];
      if (j < n - 1) beside[j] = reflect(reduction, j, c, n);
    }
    if (from + panel < n) updateRest(reduction, from + panel);
  }
  return { diagonal, beside };
}

/** Blocks of 4 × 4 on the diagonal are kept whole. */
function completeBlocks({ run: { memory: a }, size, length }: Reduction): void {
  for (let i = 0; i < size; i++) {
    for (let j = i - (i % strip); j < i; j++) a[i * length + j] = a[j * length + i];
  }
}

/** Applies the reflections of the panel so far to row j, right of the diagonal. */
function updateRow({ run: { memory: a }, size, length, v, w }: Reduction, j: number, c: number): void {
  const row = j * length;
  for (let k = 0; k < c; k++) {
    const [vk, wk] = [v + k * size, w + k * size];
    const [vj, wj] = [a[vk + j], a[wk + j]];
    for (let i = j; i < size; i++) a[row + i] -= vj * a[wk + i] + wj * a[vk + i];
  }
}

/** Finds the reflection that clears row j beyond its neighbour; returns what the neighbour becomes. */
function reflect(reduction: Reduction, j: number, c: number, n: number): number {
  const { run, size, length, v, w } = reduction;
  const a = run.memory;
  const row = j * length;
  const [vc, wc] = [v + c * size, w + c * size];
  let scale = 0;
  for (let i = j + 2; i < n; i++) scale = Math.max(scale, Math.abs(a[row + i]));
  const head = a[row + j + 1];
  if (scale === 0) return head;
  scale = Math.max(scale, Math.abs(head));
  let sum = 0;
  for (let i = j + 1; i < n; i++) sum += (a[row + i] / scale) ** 2;
  const beta = (head > 0 ? -scale : scale) * Math.sqrt(sum);
  const tau = (beta - head) / beta;
  a[vc + j + 1] = 1;
  for (let i = j + 2; i < n; i++) a[vc + i] = a[row + i] / (head - beta);

  const start = j + 1 - ((j + 1) % strip);
  run.symmetricTimes(start * length + start, vc + start, wc + start, size - start, length);
  a.fill(0, wc + start, wc + j + 1);
  for (let k = 0; k < c; k++) {
    const [vk, wk] = [v + k * size, w + k * size];
    let vv = 0;
    let wv = 0;
    for (let i = j + 1; i < n; i++) {
      vv += a[vk + i] * a[vc + i];
      wv += a[wk + i] * a[vc + i];
    }
    for (let i = j + 1; i < n; i++) a[wc + i] -= wv * a[vk + i] + vv * a[wk + i];
  }
  let along = 0;
  for (let i = j + 1; i < n; i++) along += a[wc + i] * a[vc + i];
  const half = (tau * along) / 2;
  for (let i = j + 1; i < n; i++) a[wc + i] = tau * (a[wc + i] - half * a[vc + i]);
  return beta;
}

/** Applies a whole panel to what is right of and below it: A −= V Wᵀ + W Vᵀ. */
function updateRest({ run, size, length, v, w, packed }: Reduction, start: number): void {
  const a = run.memory;
  for (const [side, [first, second]] of [
    [v, w],
    [w, v],
  ].entries()) {
    let to = packed[side];
    for (let i = start; i < size; i += strip) {
      for (const block of [first, second]) {
        for (let k = 0; k < panel; k++) {
          for (let r = 0; r < strip; r++) a[to++] = a[block + k * size + i + r];
        }
      }
    }
  }
  const at = start * length + start;
  run.subtractProduct(at, packed[0], packed[1], size - start, length, 2 * panel);
}

/** Implicit QL with Wilkinson's shifts; both arguments are used up. */
function tridiagonalEigenvalues(d: Float64Array, beside: Float64Array): Float64Array {
  const n = d.length;
  const e = new Float64Array(n);
  e.set(beside);
  for (let l = 0; l < n; l++) {
    for (;;) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1]))) m++;
      if (m === l) break;
      let g = (d[l + 1] - d[l]) / (2 * e[l]);
      const root = Math.sqrt(g * g + 1);
      g = d[m] - d[l] + e[l] / (g + (g < 0 ? -root : root));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i];
        const b = c * e[i];
        const r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        const t = (d[i] - g) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
      }
      if (i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
  return d;
}
