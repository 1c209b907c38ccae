import { InputError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";

/**
 * k different indices drawn one after the other, each in proportion to its weight among those that are left
 * (Efraimidis, Spirakis 2006: the k smallest of E / w with E exponential have that law). O(n log n).
 *
 * @param weights positive numbers
 * @returns ascending
 * @throws InputError for weights that are not positive, and k that is not from 0 to the number of weights
 */
export function weightedSample(weights: ArrayLike<number>, k: number, random: Random): Int32Array {
  const n = weights.length;
  if (!Number.isInteger(k) || k < 0 || k > n) {
    throw new InputError({
      code: "bad-count",
      where: "weightedSample",
      problem: "cannot draw that many without replacement",
      expected: `an integer from 0 to ${n}`,
      got: k,
    });
  }
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (!(weights[i] > 0 && weights[i] < Number.POSITIVE_INFINITY)) {
      throw new InputError({
        code: "bad-weights",
        where: "weightedSample",
        problem: `weight ${i} is not positive`,
        expected: "finite numbers above 0",
        got: weights[i],
      });
    }
    keys[i] = random.exponential() / weights[i];
  }
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => keys[a] - keys[b] || a - b);
  return order.slice(0, k).sort();
}
