/** Pivots below this share of their diagonal count as zero: the direction is already determined. */
const smallest = 1e-14;

/**
 * Solves A x = b in place of b for a symmetric positive (semi-)definite A of size n, row-major; only its lower
 * triangle is read. A is scaled to a unit diagonal first, which keeps rows of very different size apart, and the
 * solution is refined once with the residual.
 *
 * @returns whether the solution is finite
 */
export function solvePositive(a: Float64Array, b: Float64Array, n: number): boolean {
  const scale = new Float64Array(n);
  for (let i = 0; i < n; i++) scale[i] = a[i * n + i] > 0 ? 1 / Math.sqrt(a[i * n + i]) : 0;
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] * scale[i] * scale[j];
      for (let k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k];
      if (i > j) factor[i * n + j] = sum * factor[j * n + j];
      else factor[i * n + i] = sum > smallest ? 1 / Math.sqrt(sum) : 0;
    }
  }
  const solution = new Float64Array(n);
  const residual = Float64Array.from(b);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < n; i++) residual[i] *= scale[i];
    solveFactored(factor, residual, n);
    for (let i = 0; i < n; i++) solution[i] += residual[i] * scale[i];
    for (let i = 0; i < n; i++) {
      let sum = b[i];
      for (let j = 0; j < n; j++) sum -= (j <= i ? a[i * n + j] : a[j * n + i]) * solution[j];
      residual[i] = sum;
    }
  }
  b.set(solution);
  return solution.every(Number.isFinite);
}

/** L Lᵀ x = v in place; the diagonal of the factor holds inverse pivots, 0 for those left out. */
function solveFactored(factor: Float64Array, v: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) v[i] -= factor[i * n + k] * v[k];
    v[i] *= factor[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    v[i] *= factor[i * n + i];
    for (let k = 0; k < i; k++) v[k] -= factor[i * n + k] * v[i];
  }
}
