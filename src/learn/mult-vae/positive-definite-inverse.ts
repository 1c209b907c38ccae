/**
 * The inverse of a symmetric positive definite n × n matrix, in place, by its Cholesky factor; only the lower triangle
 * is read. About n³/2 multiply-adds and no further memory beyond O(n). Returns false, with the matrix destroyed, when
 * it is not positive definite.
 *
 * Three sweeps of inner products of contiguous rows, four at a time: A = L Lᵀ into the lower triangle, U = L⁻ᵀ into the
 * upper, A⁻¹ = U Uᵀ into the lower.
 */
export function invertPositiveDefinite(a: Float64Array, n: number): boolean {
  const diagonal = new Float64Array(n);
  if (!factor(a, n, diagonal)) return false;
  invertFactor(a, n, diagonal);
  multiplyByTranspose(a, n, diagonal);
  return true;
}

const sums = new Float64Array(4);

/** Inner products of `length` numbers from `b` with those from p, q, r and s, into `sums`. */
function fourProducts(
  a: Float64Array,
  b: number,
  p: number,
  q: number,
  r: number,
  s: number,
  length: number,
): void {
  let [w, x, y, z] = [0, 0, 0, 0];
  for (let k = 0; k < length; k++) {
    const other = a[b + k];
    w += a[p + k] * other;
    x += a[q + k] * other;
    y += a[r + k] * other;
    z += a[s + k] * other;
  }
  sums[0] = w;
  sums[1] = x;
  sums[2] = y;
  sums[3] = z;
}

/** Rows i … i + 3 of L against one earlier row at a time; the little triangle among the four rows comes last. */
function factor(a: Float64Array, n: number, diagonal: Float64Array): boolean {
  for (let i = 0; i < n; i += 4) {
    const [p, q, r, s] = fourRows(i, n);
    for (let j = 0; j < i; j++) {
      fourProducts(a, j * n, p, q, r, s, j);
      for (let t = 0; t < 4 && i + t < n; t++) {
        const at = (i + t) * n + j;
        a[at] = (a[at] - sums[t]) / diagonal[j];
      }
    }
    for (let t = i; t < Math.min(i + 4, n); t++) {
      for (let j = i; j <= t; j++) {
        let sum = a[t * n + j];
        for (let k = 0; k < j; k++) sum -= a[t * n + k] * a[j * n + k];
        if (j < t) a[t * n + j] = sum / diagonal[j];
        else if (sum > 0) diagonal[t] = Math.sqrt(sum);
        else return false;
      }
    }
  }
  return true;
}

/** Row i of U is column i of L⁻¹: U[i][j] = −Σₖ U[i][k] L[j][k] / L[j][j] over i ≤ k < j; U[i][i] = 1 / L[i][i]. */
function invertFactor(a: Float64Array, n: number, diagonal: Float64Array): void {
  const inverse = diagonal.map((d) => 1 / d);
  for (let i = 0; i < n; i += 4) {
    const last = Math.min(i + 4, n);
    for (let t = i; t < last; t++) {
      for (let j = t + 1; j < last; j++) {
        let sum = inverse[t] * a[j * n + t];
        for (let k = t + 1; k < j; k++) sum += a[t * n + k] * a[j * n + k];
        a[t * n + j] = -sum * inverse[j];
      }
    }
    const [p, q, r, s] = fourRows(i, n);
    for (let j = last; j < n; j++) {
      fourProducts(a, j * n + last, p + last, q + last, r + last, s + last, j - last);
      for (let t = i; t < last; t++) {
        let sum = sums[t - i] + inverse[t] * a[j * n + t];
        for (let k = t + 1; k < last; k++) sum += a[t * n + k] * a[j * n + k];
        a[t * n + j] = -sum * inverse[j];
      }
    }
  }
  diagonal.set(inverse);
}

/** A⁻¹[j][i] = Σₖ U[i][k] U[j][k] over k ≥ j, for j ≥ i. */
function multiplyByTranspose(a: Float64Array, n: number, diagonal: Float64Array): void {
  const squares = new Float64Array(n);
  for (let i = 0; i < n; i += 4) {
    const last = Math.min(i + 4, n);
    const [p, q, r, s] = fourRows(i, n);
    for (let j = i; j < n; j++) {
      const from = Math.max(j + 1, last);
      fourProducts(a, j * n + from, p + from, q + from, r + from, s + from, n - from);
      for (let t = i; t < last && t <= j; t++) {
        let sum = sums[t - i] + (t === j ? diagonal[j] : a[t * n + j]) * diagonal[j];
        for (let k = j + 1; k < from; k++) sum += a[t * n + k] * a[j * n + k];
        if (t === j) squares[j] = sum;
        else a[j * n + t] = sum;
      }
    }
  }
  for (let i = 0; i < n; i++) {
    a[i * n + i] = squares[i];
    for (let j = i + 1; j < n; j++) a[i * n + j] = a[j * n + i];
  }
}

/** Where rows i … i + 3 begin; beyond the last row the last one again, whose results nobody reads. */
function fourRows(i: number, n: number): [number, number, number, number] {
  return [i * n, Math.min(i + 1, n - 1) * n, Math.min(i + 2, n - 1) * n, Math.min(i + 3, n - 1) * n];
}
