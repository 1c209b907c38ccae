import { InputError } from "../core/errors.ts";
import type { Interval } from "../core/estimate.ts";
import type { Random } from "../core/random.ts";
import { studentQuantile } from "../core/special.ts";

const halves = 20;
const fewest = 8;

/**
 * An interval for an estimator's true value from the spread of its values on half-samples. Drawn without
 * replacement, m = n/2 rows out of n differ from the whole by a variance of B/m − B/n = B/n when the variance of
 * the estimator is B/n, so the variance among half-samples is used as it stands (the finite-population correction
 * of Politis, Romano & Wolf, "Subsampling", 1999). Never with replacement: repeated rows have distance 0.
 *
 * @param estimate value on the given rows (ascending), in the unit of `value`
 * @param between awaited between half-samples
 * @returns undefined with fewer than 8 rows, or when the estimator refuses a half-sample or its value is not finite
 */
export async function subsampleInterval(
  n: number,
  value: number,
  level: number,
  random: Random,
  estimate: (rows: Int32Array) => number,
  between: () => Promise<void> | undefined = () => undefined,
): Promise<Interval | undefined> {
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
    await between();
    try {
      values[b] = estimate(random.subsample(n, n >> 1));
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }
  let mean = 0;
  for (const v of values) mean += v / halves;
  let variance = 0;
  for (const v of values) variance += (v - mean) ** 2 / (halves - 1);
  const margin = studentQuantile((1 + level) / 2, halves - 1) * Math.sqrt(variance);
  if (!Number.isFinite(margin)) return undefined;
  return {
    low: value - margin,
    high: value + margin,
    level,
    how: `${halves} half-samples without replacement`,
  };
}
