import { InputError } from "../../core/errors.ts";
import type { SetFunction } from "./set-function.ts";

/**
 * f(A) = Σⱼ∈A wⱼ: items that do not know of each other.
 *
 * @throws InputError for a weight that is not finite
 */
export function modular(weights: ArrayLike<number>, name = "modular"): SetFunction {
  let least = 0;
  for (let j = 0; j < weights.length; j++) {
    if (!Number.isFinite(weights[j])) {
      throw new InputError({
        code: "not-finite",
        where: name,
        problem: `the weight of item ${j} is not finite`,
        got: weights[j],
      });
    }
    least = Math.min(least, weights[j]);
  }
  return {
    name,
    n: weights.length,
    monotone: least >= 0,
    submodular: true,
    start() {
      let value = 0;
      return {
        get value() {
          return value;
        },
        gain: (j) => weights[j],
        add(j) {
          value += weights[j];
        },
      };
    },
  };
}
