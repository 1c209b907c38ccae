import { symmetricEigen } from "../../core/linear-algebra.ts";
import { column, matrix } from "../../core/matrix.ts";
import type { LabelSpace } from "./label-space.ts";

/** Labels in the plane. */
export interface LabelMap {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** How the places were found, in words. */
  readonly how: string;
}

/** An eigendecomposition of N × N takes about a second here. */
const mostScaled = 300;
const mostLabels = 2000;

/**
 * Places in the plane whose distances are near the labels' distances: coordinates as they are where there are two,
 * else by classical scaling (Torgerson 1952), O(N³) for at most 300 labels; nothing for more than 2,000.
 */
export function labelMap(space: LabelSpace): LabelMap | undefined {
  const { points, size } = space;
  if (size > mostLabels || size < 3) return undefined;
  if (points?.cols === 2) {
    return {
      x: [...column(points, 0)],
      y: [...column(points, 1)],
      how: "the coordinates as they were given",
    };
  }
  if (size > mostScaled) return undefined;
  const inner = matrix(size, size);
  const means = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const d = space.distancesFrom(i, inner.data.subarray(i * size, (i + 1) * size));
    for (let j = 0; j < size; j++) means[i] += (d[j] *= d[j]) / size;
  }
  const middle = means.reduce((sum, value) => sum + value, 0) / size;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      inner.data[i * size + j] = -(inner.data[i * size + j] - means[i] - means[j] + middle) / 2;
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) inner.data[j * size + i] = inner.data[i * size + j];
  }
  const { values, vectors } = symmetricEigen(inner);
  const axis = (k: number) => {
    const scale = Math.sqrt(Math.max(0, values[k]));
    const along = column(vectors, k);
    // The sign of an eigenvector is arbitrary: the first label that is off the middle is on the left.
    const sign = along.find((value) => Math.abs(value) > 1e-9) ?? -1;
    return Array.from(along, (value) => (sign < 0 ? 1 : -1) * scale * value);
  };
  const total = values.reduce((sum, value) => sum + Math.abs(value), 0) || 1;
  const share = (Math.max(0, values[0]) + Math.max(0, values[1])) / total;
  return {
    x: axis(0),
    y: axis(1),
    how: `classical scaling of the distances; the plane holds ${Math.round(100 * share)} % of their spread`,
  };
}
