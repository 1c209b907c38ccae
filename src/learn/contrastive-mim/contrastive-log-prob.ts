import { InputError } from "../../core/errors.ts";
import { asMatrix, type MatrixLike } from "../../core/matrix.ts";

/** A shorter code has no direction and counts as this long. */
export const leastNorm = 1e-12;

/**
 * How well each code of a batch is told from the others by its direction, log p(k = 1 | z, x) in nats:
 *
 *   log p(k=1|zᵢ, xᵢ) = 1/τ − log(e^{1/τ} + (1/(B−1)) Σ_{j≠i} e^{sᵢⱼ/τ}),  s the cosine similarity.
 *
 * The others enter as a mean, so that the value does not depend on the size of the batch. It is −log 2 when all codes
 * have one direction, −log(1 + e^{−1/τ}) when they are orthogonal, and at most −log(1 + e^{−2/τ}).
 *
 * @param codes B × K, at least two rows
 * @param temperature τ, positive
 * @returns B values; a zero code is orthogonal to all others
 * @throws InputError for a single row, a temperature that is not positive, numbers that are not finite
 * @see Livne, "cMIM", 2025 (arXiv 2502.19642): the factor that A-MIM is extended by
 * @example
 * import { contrastiveLogProb } from "surprisal/learn";
 * contrastiveLogProb([[1, 0], [0, 2]], 1); // −0.3133 twice: −log(1 + 1/e)
 */
export function contrastiveLogProb(codes: MatrixLike, temperature: number): Float64Array {
  const where = "contrastiveLogProb";
  const { data, rows, cols } = asMatrix(codes, where);
  requireTemperature(temperature, where);
  requireOthers(rows, where);
  const unit = unitRows(data, cols);
  const sums = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      let similarity = 0;
      for (let k = 0, a = i * cols, b = j * cols; k < cols; k++) similarity += unit[a++] * unit[b++];
      const ratio = Math.exp((similarity - 1) / temperature);
      sums[i] += ratio;
      sums[j] += ratio;
    }
  }
  return sums.map((sum) => -Math.log1p(sum / (rows - 1)));
}

/** Rows without a direction. */
export function countZeroRows(data: Float64Array, cols: number): number {
  let count = 0;
  for (let from = 0; from < data.length; from += cols) if (rowNorm(data, from, cols) < leastNorm) count++;
  return count;
}

export function requireTemperature(temperature: number, where: string): void {
  if (temperature > 0 && Number.isFinite(temperature)) return;
  throw new InputError({
    code: "bad-option",
    where,
    problem: "temperature will not do",
    expected: "a positive number",
    got: temperature,
  });
}

export function requireOthers(rows: number, where: string): void {
  if (rows >= 2) return;
  throw new InputError({
    code: "too-few-rows",
    where,
    problem: "nothing to tell a single code from",
    expected: "at least 2 rows",
    got: rows,
    hint: 'objective "mim" is the same without the contrastive term',
  });
}

function unitRows(data: Float64Array, cols: number): Float64Array {
  const unit = new Float64Array(data.length);
  for (let from = 0; from < data.length; from += cols) {
    const norm = Math.max(rowNorm(data, from, cols), leastNorm);
    for (let at = from; at < from + cols; at++) unit[at] = data[at] / norm;
  }
  return unit;
}

function rowNorm(data: Float64Array, from: number, cols: number): number {
  let square = 0;
  for (let at = from; at < from + cols; at++) square += data[at] ** 2;
  return Math.sqrt(square);
}
