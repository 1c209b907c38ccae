/**
 * ln Σ exp(v), without overflow; −Infinity for no values.
 *
 * @example
 * import { logSumExp } from "surprisal/core";
 * logSumExp([1000, 1000]); // 1000 + ln 2
 */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i];
  if (largest === Number.NEGATIVE_INFINITY || largest === Number.POSITIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - largest);
  return largest + Math.log(sum);
}
