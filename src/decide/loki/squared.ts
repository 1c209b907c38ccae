import { InputError } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { type LabelSpace, requireIndices } from "./label-space.ts";

/** d(λ, y)² for each observed label λ (rows) and every label y; O(K N) memory. */
export function squaredDistances(where: string, space: LabelSpace, observed: ArrayLike<number>): Matrix {
  requireObserved(where, space, observed);
  const out = matrix(observed.length, space.size);
  for (let k = 0; k < observed.length; k++) writeSquared(space, observed[k], rowOf(out, k));
  return out;
}

export function requireObserved(where: string, space: LabelSpace, observed: ArrayLike<number>): void {
  if (observed.length === 0) {
    throw new InputError({
      code: "empty",
      where,
      problem: "no observed labels",
      expected: "at least 1",
      got: 0,
    });
  }
  requireIndices(where, "observed", observed, space.size);
}

export function writeSquared(space: LabelSpace, label: number, out: Float64Array): Float64Array {
  space.distancesFrom(label, out);
  for (let y = 0; y < out.length; y++) out[y] *= out[y];
  return out;
}

export function rowOf({ data, cols }: Matrix, i: number): Float64Array {
  return data.subarray(i * cols, (i + 1) * cols);
}
