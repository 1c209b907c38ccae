import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";

/** How far from 1 a sum may be before it is refused. */
const largestError = 1e-6;
/** A sum this close to 1 is rounding and not worth a word. */
const rounding = 1e-9;

export interface Distribution {
  /** Sums to 1 up to rounding; zeros are kept. */
  readonly p: Float64Array;
  readonly warnings: Warning[];
}

/**
 * Reads probabilities, or with `normalize` any weights, and divides them by their sum.
 *
 * @param option what `normalize` is called in messages
 * @param name what an index from 0 is called in messages
 */
export function asDistribution(
  values: ArrayLike<number>,
  where: string,
  { normalize = false, option = "normalize", name = (i: number) => `entry ${i}` } = {},
): Distribution {
  if (values === null || typeof values !== "object" || typeof values.length !== "number") {
    throw new InputError({
      code: "not-a-distribution",
      where,
      problem: "not a list of numbers",
      got: values,
    });
  }
  if (values.length === 0) {
    throw new InputError({
      code: "empty",
      where,
      problem: "no outcome at all",
      expected: "one or more",
      got: 0,
    });
  }
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY) {
      sum += value;
      continue;
    }
    const problem = value < 0 ? "is negative" : "is not a finite number";
    throw new InputError({
      code: value < 0 ? "negative-weight" : "not-finite",
      where,
      problem: `${name(i)} ${problem}`,
      expected: "numbers from 0",
      got: value === undefined ? "nothing" : value,
    });
  }
  if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) {
    throw new InputError({
      code: "no-mass",
      where,
      problem: sum === 0 ? "all entries are 0" : "the sum overflows",
      expected: "a sum of 1",
      got: sum,
    });
  }
  const off = Math.abs(sum - 1);
  const total = Number(sum.toPrecision(10));
  const how =
    sum > 2
      ? `the numbers sum to ${total}, not to 1`
      : `the probabilities sum to ${total}, ${Number(off.toPrecision(3))} too ${sum > 1 ? "much" : "little"}`;
  if (!normalize && off > largestError) {
    throw new InputError({
      code: "not-normalized",
      where,
      problem: how,
      expected: "1 within 1e-6",
      got: sum,
      hint: `${option} divides counts and weights by their sum`,
    });
  }
  const warnings: Warning[] =
    !normalize && off > rounding
      ? [{ code: "renormalized", message: `${where}: ${how}; they were divided by the sum` }]
      : [];
  return { p: Float64Array.from(values, (value) => value / sum), warnings };
}
