import { InputError } from "../../core/errors.ts";
import { apply, applyMany } from "../apply.ts";
import { checkAxis, mismatch, requirePositions } from "../check.ts";
import { jax } from "../runtime.ts";
import { contentOf, type Shape, type Tensor } from "../tensor.ts";
import { zeros } from "./creation.ts";

/**
 * Elements at whole-number positions along an axis, negative ones counted from its end; the shape of `indices` takes
 * the place of the axis.
 *
 * @throws InputError when a position is outside of the axis; where positions are known only when a compiled function
 * runs, its call throws
 */
export function take(x: Tensor, indices: Tensor, axis = 0): Tensor {
  const one = checkAxis("take", axis, x.ndim);
  requireIndices("take", indices, x.shape[one]);
  return apply([x, indices], (a, i) => jax().numpy.take(a, i, one));
}

/**
 * For every position of `indices`, the element of x at that index along the axis, elsewhere at the same place.
 *
 * @throws InputError as {@link take}
 */
export function takeAlongAxis(x: Tensor, indices: Tensor, axis = -1): Tensor {
  const one = checkAxis("takeAlongAxis", axis, x.ndim);
  requireIndices("takeAlongAxis", indices, x.shape[one]);
  const fits =
    indices.ndim === x.ndim && indices.shape.every((length, i) => i === one || length === x.shape[i]);
  if (!fits) mismatch("takeAlongAxis", `equal lengths except on axis ${one}`, [x, indices]);
  return apply([x, indices], (a, i) => jax().numpy.takeAlongAxis(a, i, one));
}

/**
 * Zeros of `rows` rows with each row of `updates` added at its index: what the derivative of `take` computes.
 *
 * @throws InputError as {@link take}
 */
export function scatterAdd(updates: Tensor, indices: Tensor, rows: number): Tensor {
  requireIndices("scatterAdd", indices, rows);
  const fits = indices.ndim === 1 && updates.ndim >= 1 && updates.shape[0] === indices.shape[0];
  if (!fits) mismatch("scatterAdd", "one index per row", [updates, indices]);
  const shape: Shape = [rows, ...updates.shape.slice(1)];
  // The derivative of a gather is the only way to a scatter in jax-js's public functions.
  return apply([zeros(shape, updates.dtype), updates, indices], (target, rowsToAdd, at) => {
    const [value, pull] = jax().vjp((x) => jax().numpy.take(x, at, 0), [target]);
    value.dispose();
    const [result] = pull(rowsToAdd);
    pull.dispose();
    return result;
  });
}

/** Sorted in ascending order along an axis. */
export function sort(x: Tensor, axis = -1): Tensor {
  const one = checkAxis("sort", axis, x.ndim);
  return apply([x], (a) => jax().numpy.sort(a, one));
}

/** The order that sorts an axis, equal elements in their old order. */
export function argsort(x: Tensor, axis = -1): Tensor {
  const one = checkAxis("argsort", axis, x.ndim);
  return apply([x], (a) => jax().numpy.argsort(a, one));
}

/** The k largest along an axis, largest first, and their positions. */
export function topK(x: Tensor, k: number, axis = -1): [values: Tensor, indices: Tensor] {
  const one = checkAxis("topK", axis, x.ndim);
  if (!Number.isInteger(k) || k < 1 || k > x.shape[one]) {
    throw new InputError({
      code: "out-of-range",
      where: "topK",
      problem: `cannot take that many along axis ${one}`,
      expected: `a whole number from 1 to ${x.shape[one]}`,
      got: k,
    });
  }
  const [values, indices] = applyMany([x], (a) => jax().lax.topK(a, k, one));
  return [values, indices];
}

/** Refuses what is no position, and positions outside of the axis where they are known already. */
function requireIndices(where: string, indices: Tensor, length: number): void {
  if (indices.dtype !== "int32" && indices.dtype !== "uint32") {
    throw new InputError({
      code: "bad-dtype",
      where,
      problem: "indices are not whole numbers",
      expected: "int32 or uint32",
      got: indices.dtype,
    });
  }
  if (contentOf(indices).kind !== "traced") requirePositions(where, indices.data, length);
}
