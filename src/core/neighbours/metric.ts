/**
 * How far two points are apart: `"max"`, the largest difference of any coordinate (max-norm, Chebyshev), or
 * `"euclidean"`.
 */
export type Metric = "max" | "euclidean";

/**
 * The next number above a radius: "closer than `justAbove(r)`" is "at most r away". Counts are strict everywhere,
 * and this makes them non-strict.
 */
export function justAbove(radius: number): number {
  // Rump, Zimmermann, Boldo & Melquiond 2009: this increment always rounds to the next floating-point number.
  return radius + (radius * (2 ** -53 * (1 + 2 ** -52)) + Number.MIN_VALUE);
}
