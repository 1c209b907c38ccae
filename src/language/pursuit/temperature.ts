import { InputError } from "../../core/errors.ts";
import { after } from "./candidates.ts";
import type { Predict, Probabilities } from "./types.ts";

/**
 * A predictor made less sure of itself (temperature above 1) or more (below): probabilities to the power 1/temperature,
 * normalised.
 *
 * @throws InputError `bad-temperature`
 * @source Chan et al. 2025, section 4.1 (the calibrated baselines of information pursuit)
 * @example
 * import { withTemperature } from "surprisal/language";
 * const predict = withTemperature(() => [0.8, 0.2], 2);
 * predict([]); // [0.667, 0.333]
 */
export function withTemperature(predict: Predict, temperature: number): Predict {
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new InputError({
      code: "bad-temperature",
      where: "withTemperature",
      problem: "not a temperature",
      expected: "a finite number above 0",
      got: temperature,
    });
  }
  return (history, options) => after(predict(history, options), (p) => scaled(p, 1 / temperature));
}

function scaled(p: Probabilities, power: number): Float64Array {
  const out = new Float64Array(p.length);
  let sum = 0;
  for (let y = 0; y < p.length; y++) sum += out[y] = p[y] ** power;
  for (let y = 0; y < p.length; y++) out[y] /= sum;
  return out;
}
