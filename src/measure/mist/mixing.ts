import { logDeterminant } from "../../core/linear-algebra.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";

/** Columns of a side mixed by a random invertible matrix, in half of the cases. */
export function maybeMixed(m: Matrix, random: Random): Matrix {
  const d = m.cols;
  if (d === 1 || random.uniform() < 0.5) return m;
  const mixing = matrix(d, d);
  do {
    for (let i = 0; i < d * d; i++) mixing.data[i] = random.normal() / Math.sqrt(d);
    for (let i = 0; i < d; i++) mixing.data[i * d + i] += 1;
  } while (Math.abs(logAbsDeterminant(mixing)) > 2);
  const out = matrix(m.rows, d);
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < d; j++) {
      const value = m.data[i * d + j];
      for (let k = 0; k < d; k++) out.data[i * d + k] += value * mixing.data[j * d + k];
    }
  }
  return out;
}

/** ln |det M| = ½ ln det(M Mᵀ). */
function logAbsDeterminant(m: Matrix): number {
  const d = m.cols;
  const gram = matrix(d, d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) gram.data[i * d + j] += m.data[i * d + k] * m.data[j * d + k];
    }
    gram.data[i * d + i] += 1e-9;
  }
  return 0.5 * logDeterminant(gram);
}
