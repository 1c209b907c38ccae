/** Rates and entropies this close, in nats, are the same: sums of many logarithms do not tell them apart. */
export const slack = 5e-13;

/** What is left of an outcome, as a share of what it began with, when rounding is all that is left. */
export const crumb = 1e-14;

/** −z ln z, and 0 at 0. */
export function phi(z: number): number {
  return z > 0 ? -z * Math.log(z) : 0;
}

/** Σ −p ln p of the masses, which need not sum to 1. */
export function entropyOf(masses: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < masses.length; i++) sum += phi(masses[i]);
  return sum;
}

/** Entropy of a coin, in nats. */
export function binaryEntropy(p: number): number {
  return phi(p) + phi(1 - p);
}

/** Indices of the positive entries, the largest first; equal ones in order. */
export function descending(p: Float64Array): Int32Array {
  const order = Int32Array.from(p.keys()).filter((i) => p[i] > 0);
  return order.sort((i, j) => p[j] - p[i] || i - j);
}
