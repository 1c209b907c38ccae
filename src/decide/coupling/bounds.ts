import { phi } from "./information.ts";

/** Numbers that the entropy of no coupling falls below. */
export interface CouplingBounds {
  /** The larger of the two entropies. */
  readonly marginal: number;
  /** H(p ∧ q), the entropy of the largest distribution that both majorise (Cicalese, Gargano & Vaccaro). */
  readonly majorisation: number;
  /**
   * No cell exceeds its row or its column: ∫ −ln min(s_p(u), s_q(u)) du over u in (0, 1], where s_p(u) is the entry of p
   * at cumulated probability u, smallest entries first (Compton et al.).
   */
  readonly profile: number;
}

/** H(p ∧ q): the k largest entries of p ∧ q sum to the smaller of both sums. */
export function majorisationBound(px: Float64Array, py: Float64Array): number {
  const [a, b] = [px.toSorted(), py.toSorted()];
  let [sumA, sumB, before, entropy] = [0, 0, 0, 0];
  for (let k = 1; k <= Math.max(a.length, b.length); k++) {
    sumA += a[a.length - k] ?? 0;
    sumB += b[b.length - k] ?? 0;
    const least = Math.min(sumA, sumB);
    entropy += phi(least - before);
    before = least;
  }
  return entropy;
}

/** The profile bound of masses sorted ascending, which need not sum to 1. */
export function profileOfSorted(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [i, j] = [0, 0];
  let [leftA, leftB] = [a[0] ?? 0, b[0] ?? 0];
  let sum = 0;
  while (i < a.length && j < b.length) {
    const step = Math.min(leftA, leftB);
    if (step > 0) sum -= step * Math.log(Math.min(a[i], b[j]));
    leftA -= step;
    leftB -= step;
    if (leftA <= 0) leftA = a[++i];
    if (leftB <= 0) leftB = b[++j];
  }
  return sum;
}

export function profileBound(px: Float64Array, py: Float64Array): number {
  return profileOfSorted(px.toSorted(), py.toSorted());
}
