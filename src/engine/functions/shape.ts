import { InputError } from "../../core/errors.ts";
import { apply, applyMany } from "../apply.ts";
import { type Axis, checkAxes, checkAxis, checkShape, mismatch } from "../check.ts";
import { jax } from "../runtime.ts";
import { type Shape, sizeOf, type Tensor } from "../tensor.ts";

const numpy = () => jax().numpy;

/** The same elements in another shape; one length may be −1 and follows from the others. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.filter((length) => length !== -1);
  const rest = x.size / sizeOf(known);
  const lengths = shape.map((length) => (length === -1 ? rest : length));
  const fits =
    shape.length - known.length <= 1 && lengths.every(Number.isInteger) && sizeOf(lengths) === x.size;
  if (!fits) {
    throw new InputError({
      code: "shape-mismatch",
      where: "reshape",
      problem: `cannot give ${x.size} elements of shape [${x.shape}] this shape`,
      expected: `a shape of ${x.size} elements`,
      got: shape,
    });
  }
  return apply([x], (a) => numpy().reshape(a, lengths));
}

/** All elements along one axis. */
export function ravel(x: Tensor): Tensor {
  return reshape(x, [x.size]);
}

/** The axes in another order; reversed if none is given. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  const axes = order?.map((axis) => checkAxis("transpose", axis, x.ndim));
  if (axes && (axes.length !== x.ndim || new Set(axes).size !== x.ndim)) {
    throw new InputError({
      code: "bad-axis",
      where: "transpose",
      problem: "not an order of the axes",
      expected: `each axis from 0 to ${x.ndim - 1} once`,
      got: order,
    });
  }
  return apply([x], (a) => numpy().transpose(a, axes));
}

/** Two axes exchanged. */
export function swapAxes(x: Tensor, first: number, second: number): Tensor {
  const order = x.shape.map((_, i) => i);
  const [a, b] = [checkAxis("swapAxes", first, x.ndim), checkAxis("swapAxes", second, x.ndim)];
  [order[a], order[b]] = [b, a];
  return transpose(x, order);
}

/** One axis moved to another place. */
export function moveAxis(x: Tensor, from: number, to: number): Tensor {
  const order = x.shape.map((_, i) => i);
  const [axis] = order.splice(checkAxis("moveAxis", from, x.ndim), 1);
  order.splice(checkAxis("moveAxis", to, x.ndim), 0, axis);
  return transpose(x, order);
}

/** New axes of length 1 at these places of the result. */
export function expandDims(x: Tensor, axis: number | readonly number[]): Tensor {
  const places = typeof axis === "number" ? [axis] : axis;
  const ndim = x.ndim + places.length;
  const axes = checkAxes("expandDims", places, ndim);
  const old = [...x.shape];
  const shape = Array.from({ length: ndim }, (_, i) => (axes.includes(i) ? 1 : old.shift()!));
  return reshape(x, shape);
}

/** Without axes of length 1: all of them, or those named. */
export function squeeze(x: Tensor, axis?: Axis): Tensor {
  const named = axis === undefined || axis === null ? undefined : checkAxes("squeeze", axis, x.ndim);
  const gone = named ?? x.shape.flatMap((length, i) => (length === 1 ? [i] : []));
  if (gone.some((one) => x.shape[one] !== 1)) mismatch("squeeze", `length 1 on axis ${gone.join(", ")}`, [x]);
  return reshape(
    x,
    x.shape.filter((_, i) => !gone.includes(i)),
  );
}

/** x repeated along axes of length 1 until it has the shape. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  const target = checkShape("broadcastTo", shape);
  const fits =
    x.ndim <= target.length &&
    x.shape.every((length, i) => length === 1 || length === target[target.length - x.ndim + i]);
  if (!fits) mismatch("broadcastTo", `lengths 1 or those of [${target}]`, [x]);
  return apply([x], (a) => numpy().broadcastTo(a, target));
}

/** Tensors joined along an existing axis. */
export function concatenate(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) {
    throw new InputError({ code: "empty", where: "concatenate", problem: "nothing to join", got: tensors });
  }
  const [first] = tensors;
  const one = checkAxis("concatenate", axis, first.ndim);
  const fits = tensors.every(
    ({ shape }) =>
      shape.length === first.ndim && shape.every((length, i) => i === one || length === first.shape[i]),
  );
  if (!fits) mismatch("concatenate", `equal lengths except on axis ${one}`, tensors);
  return apply(tensors, (...arrays) => numpy().concatenate(arrays, one));
}

/** Tensors of one shape joined along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const [first] = tensors;
  if (first && tensors.some(({ shape }) => shape.join() !== first.shape.join())) {
    mismatch("stack", "equal shapes", tensors);
  }
  return concatenate(
    tensors.map((x) => expandDims(x, axis)),
    axis,
  );
}

/** Parts along an axis: so many equal ones, or ones of these lengths. */
export function split(x: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  const one = checkAxis("split", axis, x.ndim);
  const length = x.shape[one];
  const sizes = typeof parts === "number" ? Array.from({ length: parts }, () => length / parts) : [...parts];
  if (sizes.some((size) => !Number.isInteger(size)) || sizes.reduce((a, b) => a + b, 0) !== length) {
    mismatch("split", `parts that add up to ${length} on axis ${one}`, [x]);
  }
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0));
  return applyMany([x], (a) => numpy().split(a, ends.slice(0, -1), one));
}

/** x repeated so many times along each axis. */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  return apply([x], (a) => numpy().tile(a, [...repeats]));
}

/** Each element along an axis repeated so many times. */
export function repeat(x: Tensor, repeats: number, axis: number): Tensor {
  const one = checkAxis("repeat", axis, x.ndim);
  return apply([x], (a) => numpy().repeat(a, repeats, one));
}

/** Order reversed along axes; all axes if none is named. */
export function flip(x: Tensor, axis?: Axis): Tensor {
  const axes = checkAxes("flip", axis, x.ndim);
  return apply([x], (a) => numpy().flip(a, axes));
}

/** A number (0 by default) put around x: for each axis how many before and after. */
export function pad(x: Tensor, widths: readonly (readonly [number, number])[], value = 0): Tensor {
  if (widths.length !== x.ndim) mismatch("pad", `${widths.length} axes, one per pair of widths`, [x]);
  const pairs = widths.map(([before, after]): [number, number] => [before, after]);
  if (value === 0) return apply([x], (a) => numpy().pad(a, pairs));
  return apply([x], (a) => {
    const inside = numpy().pad(numpy().onesLike(a.ref, { dtype: jax().DType.Bool }), pairs);
    return numpy().where(inside, numpy().pad(a, pairs), value);
  });
}

/** Elements on and below the k-th diagonal of the last two axes, 0 elsewhere. */
export function tril(x: Tensor, k = 0): Tensor {
  checkAxis("tril", -2, x.ndim);
  return apply([x], (a) => numpy().tril(a, k));
}

/** Elements on and above the k-th diagonal of the last two axes, 0 elsewhere. */
export function triu(x: Tensor, k = 0): Tensor {
  checkAxis("triu", -2, x.ndim);
  return apply([x], (a) => numpy().triu(a, k));
}

/** The diagonal of the last two axes. */
export function diagonal(x: Tensor): Tensor {
  checkAxis("diagonal", -2, x.ndim);
  return apply([x], (a) => numpy().diagonal(a, 0, a.ndim - 2, a.ndim - 1));
}

/** What to keep of one axis: a position (the axis goes), `[from, to)`, `[from]` to the end, or `[]` for all. */
export type SliceRange = number | readonly [] | readonly [number] | readonly [number, number];

/** A part of x, one range per axis from the first; negative numbers count from the end. */
export function slice(x: Tensor, ...ranges: SliceRange[]): Tensor {
  if (ranges.length > x.ndim) mismatch("slice", `at least ${ranges.length} axes`, [x]);
  const bounds = ranges.map((range, axis) => {
    const length = x.shape[axis];
    const [from, to] = typeof range === "number" ? [range, range === -1 ? length : range + 1] : range;
    const [start, end] = [fromEnd(from ?? 0, length), fromEnd(to ?? length, length)];
    if (!(start >= 0 && start <= end && end <= length && [start, end].every(Number.isInteger))) {
      throw new InputError({
        code: "out-of-range",
        where: "slice",
        problem: `no such range on axis ${axis} of length ${length}`,
        got: range,
      });
    }
    return typeof range === "number" ? start : ([start, end] as [number, number]);
  });
  return apply([x], (a) => a.slice(...bounds));
}

function fromEnd(position: number, length: number): number {
  return position < 0 ? position + length : position;
}
