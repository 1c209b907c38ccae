import { InputError } from "../../core/errors.ts";
import { mul, where } from "../functions/elementwise.ts";
import { bernoulli } from "../functions/random.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Zeros in random places with probability `rate`, the rest divided by 1 − rate, so that the mean stays (Srivastava
 * et al., 2014). The same key drops the same places; leave the call out when not training.
 *
 * @throws InputError when the rate is not from 0 to below 1
 */
export function dropout(key: Tensor, x: Tensor, rate: number): Tensor {
  if (!(rate >= 0 && rate < 1)) {
    throw new InputError({
      code: "bad-option",
      where: "dropout",
      problem: "not a rate",
      expected: "a number from 0 to below 1",
      got: rate,
    });
  }
  if (rate === 0) return x;
  return where(bernoulli(key, 1 - rate, x.shape), mul(x, 1 / (1 - rate)), 0);
}
