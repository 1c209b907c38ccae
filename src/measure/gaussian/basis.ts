import { column, type Matrix, matrix } from "../../core/matrix.ts";

/** An orthonormal basis of what centred columns span. */
export interface Basis {
  /** n × rank, orthonormal columns, orthogonal to the constant column. */
  q: Matrix;
  /** Columns that repeat a combination of earlier ones, or do not vary. */
  dropped: number;
  /** ½ ln det of the cross products of the centred columns that were kept. */
  logVolume: number;
}

/** A column counts as a combination of others when less than this share of its length is left without them. */
const negligible = 1e-10;

/**
 * Gram–Schmidt, run twice over each column so that the result is orthogonal to rounding.
 *
 * @param beside orthonormal columns whose part is removed as well
 */
export function orthonormalBasis(m: Matrix, beside?: Matrix): Basis {
  const given = beside ? columnsOf(beside) : [];
  const kept: Float64Array[] = [];
  let logVolume = 0;
  for (const values of columnsOf(m)) {
    const raw = length(values);
    centre(values);
    const centred = length(values);
    for (let pass = 0; pass < 2; pass++) {
      for (const q of given) removePart(values, q);
      for (const q of kept) removePart(values, q);
    }
    const left = length(values);
    if (centred <= 4 * Number.EPSILON * raw || left <= negligible * centred) continue;
    logVolume += Math.log(left);
    for (let i = 0; i < values.length; i++) values[i] /= left;
    kept.push(values);
  }
  const q = matrix(m.rows, kept.length);
  for (const [j, values] of kept.entries()) {
    for (let i = 0; i < m.rows; i++) q.data[i * q.cols + j] = values[i];
  }
  return { q, dropped: m.cols - q.cols, logVolume };
}

function columnsOf(m: Matrix): Float64Array[] {
  return Array.from({ length: m.cols }, (_, j) => column(m, j));
}

function centre(values: Float64Array): void {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (let i = 0; i < values.length; i++) values[i] -= mean;
}

function removePart(values: Float64Array, q: Float64Array): void {
  const share = dot(values, q);
  for (let i = 0; i < values.length; i++) values[i] -= share * q[i];
}

function length(values: Float64Array): number {
  return Math.sqrt(dot(values, values));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
