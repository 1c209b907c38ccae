import { InputError } from "../../core/errors.ts";
import { qr } from "../../core/linear-algebra.ts";
import { matrix } from "../../core/matrix.ts";
import { lgamma } from "../../core/special.ts";

const largestTotal = 100;

/** k for d columns: the one with the smallest weights. */
export function defaultEnsemble(d: number): number {
  return Math.max(5, d);
}

/**
 * The weights w_1 … w_k of the k nearest distances that cancel the leading bias terms in d dimensions: the shortest w
 * with Σ w_j = 1 and Σ w_j Γ(j + 2l/d)/Γ(j) = 0 for l = 1 … ⌊d/4⌋, zero outside j ∈ {⌊k/d⌋, ⌊2k/d⌋, …, k}
 * (Berrett, Samworth & Yuan 2019). Up to four dimensions w = (1, 0, …, 0).
 *
 * @throws InputError when k is too small for the constraints, or the weights are so large (Σ|w| > 100) that their
 *   variance would bury the result
 */
export function ensembleWeights(d: number, k: number, where: string): Float64Array {
  const weights = new Float64Array(k);
  if (d <= 4) {
    weights[0] = 1;
    return weights;
  }
  const constraints = Math.floor(d / 4) + 1;
  const places = Array.from({ length: d }, (_, i) => Math.floor(((i + 1) * k) / d));
  const support = [...new Set(places)].filter((j) => j > 0);
  const refuse = (problem: string, expected: string): never => {
    const hint = 'from 12 columns on no k will do: take "kozachenkoLeonenko"';
    throw new InputError({
      code: "bad-k",
      where,
      problem,
      expected,
      got: k,
      hint: d < 12 ? undefined : hint,
    });
  };
  if (support.length < constraints) refuse("too few neighbours to weight", `k from ${constraints}`);

  const gammas = matrix(support.length, constraints);
  support.forEach((j, row) => {
    for (let l = 0; l < constraints; l++) {
      gammas.data[row * constraints + l] = Math.exp(lgamma(j + (2 * l) / d) - lgamma(j));
    }
  });
  const { q, r } = qr(gammas);
  const y = new Float64Array(constraints);
  for (let l = 0; l < constraints; l++) {
    let sum = l === 0 ? 1 : 0;
    for (let i = 0; i < l; i++) sum -= r.data[i * constraints + l] * y[i];
    y[l] = sum / r.data[l * constraints + l];
  }
  let total = 0;
  support.forEach((j, row) => {
    for (let l = 0; l < constraints; l++) weights[j - 1] += q.data[row * constraints + l] * y[l];
    total += Math.abs(weights[j - 1]);
  });
  if (!(total <= largestTotal)) {
    refuse(
      `the weights sum to ${total.toFixed(0)} in size`,
      `at most ${largestTotal}, smallest for k = ${d}`,
    );
  }
  return weights;
}
