/** Operators on rows, made of the affinity of each pair, and the entropies of their eigenvalues or entries, in nats. */
import { type Pairs, pairsOf } from "./affinity.ts";
import { symmetricEigenvalues } from "./symmetric-eigenvalues.ts";

/**
 * Eigenvalues, the largest first, of the random walk diag(K 1)⁻¹ K with K = D^−α G D^−α and D = diag(G 1), through its
 * symmetric conjugate; G is the affinity, with 1 on the diagonal. All lie in [0, 1] but for rounding.
 */
export function diffusionEigenvalues(affinity: Pairs, alpha: number): Float64Array {
  const { weight, sums } = walk(affinity, alpha);
  return eigenvaluesOf(
    affinity,
    weight.map((w, i) => Math.sqrt(w / sums[i])),
  );
}

/** Eigenvalues of an affinity itself, the largest first. */
export function affinityEigenvalues(affinity: Pairs): Float64Array {
  return eigenvaluesOf(affinity, new Float64Array(affinity.n).fill(1));
}

/** −Σ p ln p over the eigenvalues, p_i = |λ_i|^t / Σ |λ_j|^t */
export function spectralEntropy(eigenvalues: Float64Array, t: number): number {
  return entropyOf(eigenvalues.map((value) => Math.abs(value) ** t));
}

/** The same over the entries of the row-stochastic random walk. */
export function entryEntropy(affinity: Pairs, alpha: number): number {
  const { n, values } = affinity;
  const { weight, sums } = walk(affinity, alpha);
  const entries = new Float64Array(n * n);
  for (let i = 0, at = 0; i < n; i++) {
    entries[i * n + i] = weight[i] / sums[i];
    for (let j = i + 1; j < n; j++, at++) {
      entries[i * n + j] = (values[at] * weight[j]) / sums[i];
      entries[j * n + i] = (values[at] * weight[i]) / sums[j];
    }
  }
  return entropyOf(entries);
}

/**
 * The graph of nearest neighbours as an affinity of 0 and 1: rows are joined where one is among the `count` rows
 * nearest to the other, which counts itself. As the symmetric matrix, whose eigenvalues are real.
 */
export function neighbourGraph(squares: Pairs, count: number): Pairs {
  const { n } = squares;
  const full = new Float64Array(n * n);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) full[i * n + j] = full[j * n + i] = squares.values[at++];
  }
  const reach = Float64Array.from(
    { length: n },
    (_, i) => full.slice(i * n, (i + 1) * n).sort()[Math.min(count, n) - 1],
  );
  return pairsOf(n, (i, j) => Number(full[i * n + j] <= Math.max(reach[i], reach[j])));
}

/** The weights D^−α of the rows, and the sums G D^−α 1. */
function walk(affinity: Pairs, alpha: number): { weight: Float64Array; sums: Float64Array } {
  const ones = new Float64Array(affinity.n).fill(1);
  const degree = weightedSums(affinity, ones);
  if (alpha === 0) return { weight: ones, sums: degree };
  const weight = degree.map((sum) => sum ** -alpha);
  return { weight, sums: weightedSums(affinity, weight) };
}

function weightedSums({ n, values }: Pairs, weight: Float64Array): Float64Array {
  const sums = weight.slice();
  for (let i = 0, at = 0; i < n; i++) {
    let own = 0;
    for (let j = i + 1; j < n; j++, at++) {
      own += values[at] * weight[j];
      sums[j] += values[at] * weight[i];
    }
    sums[i] += own;
  }
  return sums;
}

function eigenvaluesOf({ n, values }: Pairs, scale: Float64Array): Float64Array {
  return symmetricEigenvalues(n, (a, length) => {
    for (let i = 0, at = 0; i < n; i++) {
      const row = i * length;
      a[row + i] = scale[i] * scale[i];
      for (let j = i + 1; j < n; j++) a[row + j] = scale[i] * values[at++] * scale[j];
    }
  });
}

/** Of weights, which need not sum to 1. */
function entropyOf(weights: Float64Array): number {
  let total = 0;
  for (const weight of weights) total += weight;
  let entropy = 0;
  for (const weight of weights) if (weight > 0) entropy -= (weight / total) * Math.log(weight / total);
  return entropy;
}
