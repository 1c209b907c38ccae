import { type Matrix, matrix } from "../../core/matrix.ts";
import { normalCdf } from "../../core/special.ts";
import type { RowMap } from "./sampler.ts";

/** A map that applies a strictly monotone function to every number. */
export function coordinatewise(f: (value: number) => number): RowMap {
  return ({ rows, cols, data }) => matrix(rows, cols, data.map(f));
}

/** Φ in every coordinate: normal margins become uniform on (0, 1). */
export const normalCdfMap: RowMap = coordinatewise(normalCdf);

/** x√|x| in every coordinate: longer tails. */
export const halfCube: RowMap = coordinatewise((v) => v * Math.sqrt(Math.abs(v)));

/** asinh in every coordinate: shorter tails. */
export const asinh: RowMap = coordinatewise(Math.asinh);

/** Two wavy, strictly increasing functions; one for x, one for y. */
export const wiggly: { readonly x: RowMap; readonly y: RowMap } = {
  x: coordinatewise(
    (v) => v + 0.4 * Math.sin(v) + 0.2 * Math.sin(1.7 * v + 1) + 0.03 * Math.sin(3.3 * v - 2.5),
  ),
  y: coordinatewise(
    (v) => v - 0.4 * Math.sin(0.4 * v) + 0.17 * Math.sin(1.3 * v + 3.5) + 0.02 * Math.sin(4.3 * v - 2.5),
  ),
};

/** Normal margins become mixtures of two normals: 0.3 N(0,1) + 0.7 N(5,1) for x, ½ N(−1,1) + ½ N(3,1) for y. */
export const bimodal: { readonly x: RowMap; readonly y: RowMap } = {
  x: toDistribution((t) => 0.3 * normalCdf(t) + 0.7 * normalCdf(t - 5)),
  y: toDistribution((t) => 0.5 * normalCdf(t + 1) + 0.5 * normalCdf(t - 3)),
};

/** One number u in (0, 1) becomes a point on a rolled-up line: t (cos t, sin t) / 21 with t = 1.5 π (1 + 2u). */
export const swissRoll: RowMap = ({ rows, data }) => {
  const out = matrix(rows, 2);
  for (let i = 0; i < rows; i++) {
    const t = 1.5 * Math.PI * (1 + 2 * data[i]);
    out.data[2 * i] = (t * Math.cos(t)) / 21;
    out.data[2 * i + 1] = (t * Math.sin(t)) / 21;
  }
  return out;
};

/**
 * Turns each point v of d coordinates in the plane of coordinates i and j, by the angle ‖v‖²/d: the further out,
 * the further round. It keeps norms and is undone by turning back.
 */
export function spiral(i: number, j: number): RowMap {
  return (points) => {
    const { rows, cols } = points;
    const data = points.data.slice();
    for (let row = 0, at = 0; row < rows; row++, at += cols) {
      const angle = squaredNorm(data, at, cols) / cols;
      const cos = Math.cos(angle);
      const sin = Math.sin(angle);
      const a = data[at + i];
      const b = data[at + j];
      data[at + i] = cos * a - sin * b;
      data[at + j] = sin * a + cos * b;
    }
    return matrix(rows, cols, data);
  };
}

/** One map after another. */
export function compose(first: RowMap, second: RowMap): RowMap {
  return (points: Matrix) => second(first(points));
}

function squaredNorm(data: Float64Array, from: number, count: number): number {
  let sum = 0;
  for (let at = from; at < from + count; at++) sum += data[at] * data[at];
  return sum;
}

/** A standard normal number becomes one with the given distribution function, found by bisection on [−10, 10]. */
function toDistribution(cdf: (t: number) => number): RowMap {
  return coordinatewise((v) => {
    const p = normalCdf(v);
    let low = -10;
    let high = 10;
    while (high - low > 1e-12) {
      const middle = (low + high) / 2;
      if (cdf(middle) < p) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  });
}
