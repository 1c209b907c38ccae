import { type Divergence, renyiOrder } from "./distributions.ts";

/**
 * The categorical entropy of a distribution over tokens: how far two copies of one draw are from two independent
 * draws, D(Σ p(w) δ(w,w) ‖ p ⊗ p), in closed form; 0 only for a point mass. KL gives Shannon's entropy in nats,
 * Rényi's of order α the Rényi entropy of order 2 − α in nats, total variation 1 − Σp², χ² the size of the support
 * less one, the squared Hellinger distance 2 (1 − Σp^{3/2}). O(V).
 *
 * @param p V probabilities
 * @throws InputError for an unknown divergence
 * @source Zhang, "A Markov Categorical Framework for Language Modeling", 2025, section 4
 * @example
 * import { categoricalEntropy } from "surprisal/language";
 * categoricalEntropy([0.5, 0.25, 0.125, 0.125], "kl") / Math.LN2; // 1.75 bits
 */
export function categoricalEntropy(p: ArrayLike<number>, kind: Divergence = "kl"): number {
  const order = renyiOrder(kind, "categoricalEntropy");
  if (kind === "kl" || order === 1) return shannon(p);
  if (kind === "chi2") return powerSum(p, 0) - 1;
  if (kind === "tv") return 1 - powerSum(p, 2);
  if (kind === "hellinger") return 2 * (1 - powerSum(p, 1.5));
  return Math.log(powerSum(p, 2 - order!)) / (order! - 1);
}

function shannon(p: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum -= p[i] * Math.log(p[i]);
  return sum;
}

/** Σ p^power over the support. */
function powerSum(p: ArrayLike<number>, power: number): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] ** power;
  return sum;
}
