import type { Matrix } from "../../core/matrix.ts";
import { digammaTable } from "../../core/special.ts";

/**
 * KSG, algorithm 1 (room ksg), for several k in one pass over all pairs: O(n² d), for the few hundred rows that the
 * network reads faster than a tree for each k.
 *
 * @param ks ascending, below the number of rows
 */
export function smallKsg(x: Matrix, y: Matrix, ks: readonly number[]): number[] {
  const n = x.rows;
  const most = ks[ks.length - 1];
  const psi = digammaTable(n);
  const [dx, dy] = [new Float64Array(n), new Float64Array(n)];
  const nearest = new Float64Array(most);
  const sums = new Float64Array(ks.length);
  for (let i = 0; i < n; i++) {
    distances(x, i, dx);
    distances(y, i, dy);
    nearest.fill(Number.POSITIVE_INFINITY);
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const joint = Math.max(dx[j], dy[j]);
      if (joint >= nearest[most - 1]) continue;
      let at = most - 1;
      for (; at > 0 && nearest[at - 1] > joint; at--) nearest[at] = nearest[at - 1];
      nearest[at] = joint;
    }
    for (let q = 0; q < ks.length; q++) {
      const radius = nearest[ks[q] - 1];
      let [nearX, nearY] = [0, 0];
      for (let j = 0; j < n; j++) {
        nearX += dx[j] < radius ? 1 : 0;
        nearY += dy[j] < radius ? 1 : 0;
      }
      // The row itself is among those counted, unless the radius is 0.
      sums[q] += psi[Math.max(1, nearX)] + psi[Math.max(1, nearY)];
    }
  }
  return ks.map((k, q) => psi[k] + psi[n] - sums[q] / n);
}

/** Max-norm distances of row i to all rows. */
function distances({ data, cols }: Matrix, i: number, out: Float64Array): void {
  const from = i * cols;
  for (let j = 0, at = 0; j < out.length; j++) {
    let largest = 0;
    for (let c = 0; c < cols; c++, at++) {
      const gap = Math.abs(data[at] - data[from + c]);
      if (gap > largest) largest = gap;
    }
    out[j] = largest;
  }
}
