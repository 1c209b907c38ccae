import { InputError } from "../../core/errors.ts";
import { symmetricEigen } from "../../core/linear-algebra.ts";
import { asMatrix, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";
import { requireDistributions } from "./distributions.ts";

/** Weights of n contexts that sum to one; equal by default. */
export function contextWeights(mu: ArrayLike<number> | undefined, n: number, where: string): Float64Array {
  if (mu === undefined) return new Float64Array(n).fill(1 / n);
  const weights = Float64Array.from(mu);
  let sum = 0;
  for (const weight of weights) sum += weight;
  if (weights.length !== n || weights.some((weight) => !(weight >= 0)) || Math.abs(sum - 1) > 1e-6) {
    throw new InputError({
      code: "bad-weights",
      where: `${where}: mu`,
      problem: "not weights of the contexts",
      expected: `${n} numbers of at least 0 with sum 1`,
      got: weights.length === n ? sum : weights.length,
    });
  }
  return weights;
}

/** K with its weighted row and column means taken away. */
function centreKernel({ data, rows: n }: Matrix, mu: Float64Array): Matrix {
  const means = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) means[i] += mu[j] * data[i * n + j];
    total += mu[i] * means[i];
  }
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) out.data[i * n + j] = data[i * n + j] - means[i] - means[j] + total;
  }
  return out;
}

/** Inner products of the rows of H after their weighted mean is taken away. */
export function gram(H: Matrix, mu: Float64Array): Matrix {
  const { rows: n, cols: d } = H;
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let k = 0; k < d; k++) mean[k] += mu[i] * H.data[i * d + k];
  const centred = Float64Array.from(H.data, (value, at) => value - mean[at % d]);
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += centred[i * d + k] * centred[j * d + k];
      out.data[i * n + j] = out.data[j * n + i] = sum;
    }
  }
  return out;
}

/**
 * Linear CKA between two kernels over the same contexts: the cosine of the centred kernels, weighted by mu. 1 when
 * they order the contexts alike, near 0 when unrelated. O(n²).
 *
 * @throws InputError when a kernel is not square or the sizes differ
 * @source Kornblith et al. 2019, eq. 3, with context weights
 * @example
 * import { asMatrix } from "surprisal/core";
 * import { centredKernelAlignment } from "surprisal/language";
 * const kernel = asMatrix([[1, 0.2], [0.2, 1]]);
 * centredKernelAlignment(kernel, kernel); // 1
 */
export function centredKernelAlignment(K: Matrix, L: Matrix, mu?: ArrayLike<number>): number {
  const where = "centredKernelAlignment";
  for (const kernel of [K, L]) {
    if (kernel.rows === kernel.cols && kernel.rows === K.rows) continue;
    throw new InputError({
      code: "shape-mismatch",
      where,
      problem: "the kernels do not fit together",
      expected: `two of ${K.rows} × ${K.rows}`,
      got: `${kernel.rows} × ${kernel.cols}`,
    });
  }
  const weights = contextWeights(mu, K.rows, where);
  const [a, b] = [centreKernel(K, weights), centreKernel(L, weights)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0, at = 0; i < K.rows; i++) {
    for (let j = 0; j < K.rows; j++, at++) {
      const weight = weights[i] * weights[j];
      ab += weight * a.data[at] * b.data[at];
      aa += weight * a.data[at] ** 2;
      bb += weight * b.data[at] ** 2;
    }
  }
  return ab / Math.sqrt(aa * bb);
}

/**
 * The Dirichlet energy of a function on contexts, ½ Σ μ_i μ_j K_ij (φ_i − φ_j)², over its variance: small when
 * contexts with alike predictions have alike values. O(n²).
 */
export function relativeDirichletEnergy(K: Matrix, phi: Float64Array, mu: Float64Array): number {
  let [energy, mean, square] = [0, 0, 0];
  for (let i = 0; i < phi.length; i++) {
    mean += mu[i] * phi[i];
    square += mu[i] * phi[i] ** 2;
    for (let j = 0; j < i; j++) energy += mu[i] * mu[j] * K.data[i * phi.length + j] * (phi[i] - phi[j]) ** 2;
  }
  return energy / (square - mean ** 2);
}

/** The share of the (centred) representations' variance inside the top r eigenvectors of the centred kernel. O(n³). */
export function varianceInTop(K: Matrix, gramOfH: Matrix, mu: Float64Array, r: number): number {
  const n = K.rows;
  const operator = centreKernel(K, mu);
  const roots = Float64Array.from(mu, Math.sqrt);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) operator.data[i * n + j] *= roots[i] * roots[j];
  const { values, vectors } = symmetricEigen(operator, "varianceInTop");
  const top = Array.from(values.keys())
    .sort((i, j) => values[j] - values[i])
    .slice(0, r);
  let inside = 0;
  for (const column of top) {
    for (let i = 0; i < n; i++) {
      const left = vectors.data[i * n + column] * roots[i];
      for (let j = 0; j < n; j++) {
        inside += left * gramOfH.data[i * n + j] * vectors.data[j * n + column] * roots[j];
      }
    }
  }
  let all = 0;
  for (let i = 0; i < n; i++) all += mu[i] * gramOfH.data[i * n + i];
  return inside / all;
}

/** What theorem 7.6's solvable model attains at best. */
export interface SpectralModel {
  /** Eigenvalues of Cov_μ(ḡ), largest first. */
  readonly eigenvalues: Float64Array;
  /** The largest E⟨h_x, h_x'⟩⟨ḡ_x, ḡ_x'⟩ over whitened h of r dimensions, at place r − 1: Σ_{i≤r} λ_i. */
  readonly bestSimilarity: Float64Array;
  /** The largest E⟨ḡ, h⟩ over whitened h of as many dimensions as g: Σ√λ_i. */
  readonly bestAlignment: number;
}

/**
 * The best that representations can do in the solvable model: token vectors g(w), their means
 * ḡ_x = E_{w∼p_x} g(w) over contexts of weight μ_x, and whitened representations. O(n V k + k³).
 *
 * @param P n × V next-token probabilities
 * @param g V × k token vectors
 * @param mu n weights, equal by default
 * @throws InputError when shapes do not fit or rows are no distributions
 * @source Zhang 2025, theorem 7.6
 * @example
 * import { spectralModel } from "surprisal/language";
 * spectralModel([[1, 0], [0, 1]], [[1, 0], [0, 1]]).eigenvalues[0]; // 0.5
 */
export function spectralModel(P: MatrixLike, g: MatrixLike, mu?: ArrayLike<number>): SpectralModel {
  const where = "spectralModel";
  const probabilities = asMatrix(P, `${where}: P`);
  const vectors = asMatrix(g, `${where}: g`);
  requireDistributions(probabilities, `${where}: P`);
  if (vectors.rows !== probabilities.cols) {
    throw new InputError({
      code: "shape-mismatch",
      where: `${where}: g`,
      problem: "not one vector per token",
      expected: `${probabilities.cols} rows`,
      got: vectors.rows,
    });
  }
  const weights = contextWeights(mu, probabilities.rows, where);
  const [n, V, k] = [probabilities.rows, probabilities.cols, vectors.cols];
  const means = new Float64Array(n * k);
  const centre = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let w = 0; w < V; w++) {
      const p = probabilities.data[i * V + w];
      for (let a = 0; a < k; a++) means[i * k + a] += p * vectors.data[w * k + a];
    }
    for (let a = 0; a < k; a++) centre[a] += weights[i] * means[i * k + a];
  }
  const C = matrix(k, k);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < k; a++) {
      for (let c = 0; c < k; c++) {
        C.data[a * k + c] += weights[i] * (means[i * k + a] - centre[a]) * (means[i * k + c] - centre[c]);
      }
    }
  }
  const eigenvalues = Float64Array.from(symmetricEigen(C, where).values).sort().reverse();
  let total = 0;
  const bestSimilarity = eigenvalues.map((value) => (total += Math.max(0, value)));
  const bestAlignment = eigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return { eigenvalues, bestSimilarity, bestAlignment };
}
