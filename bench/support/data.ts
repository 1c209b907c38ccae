import type { Random } from "../../src/core/random.ts";

/** Standard normal x and y with correlation 0.75. */
export function correlated(n: number, random: Random): { x: Float64Array; y: Float64Array } {
  const x = Float64Array.from({ length: n }, () => random.normal());
  const y = x.map((value) => 0.75 * value + Math.sqrt(1 - 0.75 ** 2) * random.normal());
  return { x, y };
}

/** Five classes of unequal size. */
export function classesOf(y: Float64Array): Int32Array {
  return Int32Array.from(y, (value) => Math.max(-2, Math.min(2, Math.floor(value))) + 2);
}
