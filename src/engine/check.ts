// Refusals shared by the array functions: one line that names the function, what it expected and what it got.
import { InputError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { describe, type Operand, type Shape, Tensor } from "./tensor.ts";

function shapeOf(operand: Operand): Shape {
  return operand instanceof Tensor ? operand.shape : [];
}

export function mismatch(where: string, expected: string, operands: readonly Operand[]): never {
  throw new InputError({
    code: "shape-mismatch",
    where,
    problem: "shapes do not fit together",
    expected,
    got: operands.map(describe).join(" and "),
  });
}

/** The shape that NumPy broadcasting gives, or a refusal. */
export function broadcastShape(where: string, operands: readonly Operand[]): number[] {
  const shapes = operands.map(shapeOf);
  const ndim = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: ndim }, (_, i) => {
    let length = 1;
    for (const shape of shapes) {
      const own = shape[shape.length - ndim + i] ?? 1;
      if (own === 1 || own === length) continue;
      if (length !== 1) mismatch(where, "equal lengths or 1 on every axis, counted from the last", operands);
      length = own;
    }
    return length;
  });
}

/** An axis as a number from 0; negative ones count from the end. */
export function checkAxis(where: string, axis: number, ndim: number): number {
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim) {
    throw new InputError({
      code: "bad-axis",
      where,
      problem: "no such axis",
      expected: ndim === 0 ? "a tensor with at least one axis" : `an integer from ${-ndim} to ${ndim - 1}`,
      got: axis,
    });
  }
  return axis < 0 ? axis + ndim : axis;
}

export type Axis = number | readonly number[] | null;

/** One axis, several or all (`null`), sorted and from 0. */
export function checkAxes(where: string, axis: Axis | undefined, ndim: number): number[] {
  if (axis === null || axis === undefined) return Array.from({ length: ndim }, (_, i) => i);
  const axes = (typeof axis === "number" ? [axis] : axis).map((one) => checkAxis(where, one, ndim));
  if (new Set(axes).size !== axes.length) {
    throw new InputError({ code: "bad-axis", where, problem: "the same axis twice", got: axis });
  }
  return axes.sort((a, b) => a - b);
}

export function checkShape(where: string, shape: Shape): number[] {
  if (!Array.isArray(shape) || shape.some((length) => !Number.isInteger(length) || length < 0)) {
    throw new InputError({
      code: "bad-shape",
      where,
      problem: "not a shape",
      expected: "an array of lengths",
      got: shape,
    });
  }
  return [...shape];
}

/** Refuses positions outside of an axis; negative ones count from its end. */
export function requirePositions(where: string, positions: ArrayLike<number>, length: number): void {
  for (let i = 0; i < positions.length; i++) {
    if (positions[i] < -length || positions[i] >= length) throw outOfRange(where, positions[i], length);
  }
}

export function outOfRange(where: string, got?: number, length?: number): InputError {
  return new InputError({
    code: "out-of-range",
    where,
    problem: "an index is outside of its axis",
    expected: length ? `${-length} to ${length - 1}` : undefined,
    got,
  });
}

/** Refuses an option that nobody reads, most likely a misspelt one. */
export function requireKnown(where: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InputError({
    code: "unknown-option",
    where,
    problem: "unknown option",
    got: unknown,
    hint: didYouMean(unknown, known),
  });
}
