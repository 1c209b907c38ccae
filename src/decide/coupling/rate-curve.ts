import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import { type BottleneckOptions, couplingWithBottleneck } from "./bottleneck.ts";
import { asDistribution } from "./distribution.ts";
import { entropyOf } from "./information.ts";

export interface RateCurveOptions extends BottleneckOptions, LongRunning {
  /** Rates from 0 to H(X), evenly spaced. @default 25 */
  points?: number;
}

/** What arrives at one rate. */
export interface RatePoint {
  /** R. */
  readonly rate: number;
  /** H(T) of the code that was found. */
  readonly codeEntropy: number;
  /** I(X;Y). */
  readonly information: number;
  /** The most that could arrive. */
  readonly upperBound: number;
}

/**
 * How much of X arrives at Y as the rate grows from 0 to H(X), where the code is no limit any more.
 *
 * @returns a point for each rate, in nats or `unit`
 * @throws InputError as `couplingWithBottleneck` does
 * @throws StoppedError when the signal fires
 * @example
 * import { rateCurve } from "surprisal/decide";
 * const curve = await rateCurve([0.5, 0.25, 0.25], [0.4, 0.3, 0.3], { points: 5, unit: "bits" });
 * // curve[0].information is 0, and more arrives at each further point
 */
export async function rateCurve(
  px: ArrayLike<number>,
  py: ArrayLike<number>,
  { points = 25, signal, onProgress, ...options }: RateCurveOptions = {},
): Promise<RatePoint[]> {
  const where = "rateCurve";
  const pace = pacer(signal, where);
  const unit: Unit = asUnit(options.unit, where);
  const most = fromNats(entropyOf(asDistribution(px, `${where}: px`, options).p), unit);
  const curve: RatePoint[] = [];
  for (let i = 0; i < points; i++) {
    onProgress?.({ done: i, total: points, label: "rates" });
    const rate = points === 1 ? most : (most * i) / (points - 1);
    const { encoder, mutualInformation, upperBound } = couplingWithBottleneck(px, py, rate, options);
    curve.push({ rate, codeEntropy: encoder.rate, information: mutualInformation, upperBound });
    await pace();
  }
  onProgress?.({ done: points, total: points });
  return curve;
}
