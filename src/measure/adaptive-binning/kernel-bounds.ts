import type { Matrix } from "../../core/matrix.ts";

/** I(X;T) and I(T;Y) in nats. */
export interface Pair {
  readonly aboutInput: number;
  readonly aboutLabel: number;
}

/**
 * −(1/n) Σ_i ln[(1/n) Σ_j exp(−‖t_i − t_j‖² / s)] with s = 2σ² (above the truth) and s = 8σ² (below it), over all
 * rows, and what is left of it after the same within the classes. Each row is its own neighbour, so that no sum is
 * below 1 and nothing underflows.
 */
export function kernelBounds(t: Matrix, classes: Int32Array, variance: number): { upper: Pair; lower: Pair } {
  const { data, rows, cols } = t;
  const [all, within] = [sums(rows), sums(rows)];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let c = 0, a = i * cols, b = j * cols; c < cols; c++) square += (data[a + c] - data[b + c]) ** 2;
      const far = Math.exp(-square / (8 * variance));
      const near = far * far * (far * far);
      all.near[i] += near;
      all.near[j] += near;
      all.far[i] += far;
      all.far[j] += far;
      if (classes[i] !== classes[j]) continue;
      within.near[i] += near;
      within.near[j] += near;
      within.far[i] += far;
      within.far[j] += far;
    }
  }
  const sizes = new Map<number, number>();
  for (const c of classes) sizes.set(c, (sizes.get(c) ?? 0) + 1);
  let [near, far, nearWithin, farWithin] = [0, 0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const size = sizes.get(classes[i])!;
    near -= Math.log(all.near[i] / rows);
    far -= Math.log(all.far[i] / rows);
    nearWithin -= Math.log(within.near[i] / size);
    farWithin -= Math.log(within.far[i] / size);
  }
  return {
    upper: { aboutInput: near / rows, aboutLabel: (near - nearWithin) / rows },
    lower: { aboutInput: far / rows, aboutLabel: (far - farWithin) / rows },
  };
}

/** Σ_j exp(−‖t_i − t_j‖² / s) for each row, starting with the row itself. */
function sums(rows: number): { near: Float64Array; far: Float64Array } {
  return { near: new Float64Array(rows).fill(1), far: new Float64Array(rows).fill(1) };
}
