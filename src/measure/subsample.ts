import { InputError } from "../core/errors.ts";
import type { Interval } from "../core/estimate.ts";
import type { Random } from "../core/random.ts";

const halves = 20;
const fewest = 8;

/**
 * An interval for an estimator's true value from the spread of its values on half-samples. Drawn without
 * replacement, m = n/2 rows out of n differ from the whole by a variance of B/m − B/n = B/n when the variance of
 * the estimator is B/n, so the variance among half-samples is used as it stands (a finite-population correction;
 * Politis, Romano & Wolf, "Subsampling", 1999, section 2.2). Never with replacement: repeated rows have distance 0.
 *
 * @param estimate value on the given rows (a view that changes afterwards), in the unit of `value`
 * @returns undefined with fewer than 8 rows, or when the estimator refuses a half-sample or its value is not finite
 */
export function subsampleInterval(
  n: number,
  value: number,
  level: number,
  random: Random,
  estimate: (rows: Int32Array) => number,
): Interval | undefined {
  if (!(level > 0 && level < 1)) {
    throw new InputError({
      code: "bad-level",
      where: "interval",
      problem: "no such level",
      expected: "a number between 0 and 1",
      got: level,
    });
  }
  if (n < fewest) return undefined;
  const values = new Float64Array(halves);
  for (let b = 0; b < halves; b++) {
    try {
      values[b] = estimate(random.permutation(n).subarray(0, n >> 1));
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }
  let mean = 0;
  for (const v of values) mean += v / halves;
  let variance = 0;
  for (const v of values) variance += (v - mean) ** 2 / (halves - 1);
  const margin = studentQuantile(level) * Math.sqrt(variance);
  if (!Number.isFinite(margin)) return undefined;
  return {
    low: value - margin,
    high: value + margin,
    level,
    how: `${halves} half-samples without replacement`,
  };
}

/** t with P(|T| ≤ t) = level for 19 degrees of freedom: finite sum for odd degrees, solved for the angle atan(t/√19). */
function studentQuantile(level: number): number {
  const degrees = halves - 1;
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < 60; step++) {
    const angle = (low + high) / 2;
    const cos = Math.cos(angle);
    let term = cos;
    let sum = cos;
    for (let j = 3; j <= degrees - 2; j += 2) sum += term *= (cos * cos * (j - 1)) / j;
    const inside = (2 / Math.PI) * (angle + Math.sin(angle) * sum);
    if (inside < level) low = angle;
    else high = angle;
  }
  return Math.sqrt(degrees) * Math.tan(low);
}
