import { add, mul } from "../functions/elementwise.ts";
import type { Tree } from "../tensor.ts";
import { requireShare, zip } from "./optimiser.ts";

/**
 * One step of an exponential moving average of weights (Polyak & Juditsky, 1992): decay · average + (1 − decay) ·
 * params. Start with the average equal to the initial parameters.
 *
 * @throws InputError when the decay is not from 0 to below 1
 */
export function movingAverage<P extends Tree>(average: P, params: P, decay: number): P {
  requireShare("movingAverage", "decay", decay);
  const [next] = zip("movingAverage", [average, params], (a, p) => [add(mul(a, decay), mul(p, 1 - decay))]);
  return next as P;
}
