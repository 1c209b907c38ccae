import type { Codes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";

/** Probabilities of (x1, x2, y), row-major: p[(x1 · shape[1] + x2) · shape[2] + y]. */
export interface JointTable {
  readonly p: ArrayLike<number>;
  readonly shape: readonly [number, number, number];
}

/** Frequencies of the rows. */
export function frequencies(x1: Codes, x2: Codes, y: Codes): JointTable {
  const shape = [x1.levels.length, x2.levels.length, y.levels.length] as const;
  const p = new Float64Array(shape[0] * shape[1] * shape[2]);
  const n = y.codes.length;
  for (let i = 0; i < n; i++) p[(x1.codes[i] * shape[1] + x2.codes[i]) * shape[2] + y.codes[i]] += 1 / n;
  return { p, shape };
}

/** A table as given, checked; the probabilities are divided by their sum, which must be 1 to nine digits. */
export function requireTable({ p, shape }: JointTable, where: string): JointTable {
  const refuse = (code: string, problem: string, expected: string, got: unknown): never => {
    throw new InputError({ code, where, problem, expected, got });
  };
  if (shape.length !== 3 || shape.some((side) => !Number.isInteger(side) || side < 1)) {
    refuse("shape-mismatch", "not the shape of a table", "[x1 levels, x2 levels, y levels]", shape);
  }
  const cells = shape[0] * shape[1] * shape[2];
  if (p.length !== cells)
    refuse("shape-mismatch", "shape and probabilities differ", `${cells} probabilities`, p.length);
  let total = 0;
  for (let i = 0; i < cells; i++) {
    if (!(p[i] >= 0))
      refuse("bad-probability", `cell ${i} is not a probability`, "a number from 0 to 1", p[i]);
    total += p[i];
  }
  if (!(Math.abs(total - 1) <= 1e-9))
    refuse("bad-probability", "probabilities do not sum to 1", "a sum of 1", total);
  return { p: Float64Array.from(p, (v) => v / total), shape };
}

/** The margins that the measures need. */
export interface Margins {
  /** P(x1, y), row-major. */
  x1y: Float64Array;
  /** P(x2, y), row-major. */
  x2y: Float64Array;
  x1: Float64Array;
  x2: Float64Array;
  y: Float64Array;
  /** P(x1, x2), row-major. */
  x1x2: Float64Array;
}

export function marginsOf({ p, shape: [a, b, c] }: JointTable): Margins {
  const out: Margins = {
    x1y: new Float64Array(a * c),
    x2y: new Float64Array(b * c),
    x1: new Float64Array(a),
    x2: new Float64Array(b),
    y: new Float64Array(c),
    x1x2: new Float64Array(a * b),
  };
  for (let i = 0, at = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++, at++) {
        out.x1y[i * c + k] += p[at];
        out.x2y[j * c + k] += p[at];
        out.x1[i] += p[at];
        out.x2[j] += p[at];
        out.y[k] += p[at];
        out.x1x2[i * b + j] += p[at];
      }
    }
  }
  return out;
}

/** I(X;Y) from P(x,y) (row-major) and its margins, in nats. */
export function informationIn(joint: ArrayLike<number>, x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0, at = 0; i < x.length; i++) {
    for (let k = 0; k < y.length; k++, at++) {
      if (joint[at] > 0) sum += joint[at] * Math.log(joint[at] / (x[i] * y[k]));
    }
  }
  return sum;
}
