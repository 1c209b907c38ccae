import { InputError } from "../../core/errors.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { asUnit } from "../../core/units.ts";
import { type BottleneckOptions, halves } from "./bottleneck.ts";
import { asDistribution } from "./distribution.ts";
import { encoderMethods } from "./encoder.ts";
import { couplingMethods, minimumEntropyCoupling, requireMethod } from "./minimum-entropy-coupling.ts";

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
 * How much of X arrives at Y as the rate grows from 0 to H(X), where the code is no limit any more. A code that was found
 * at a lower rate is kept as long as none does better.
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
  {
    points = 25,
    encoder = "best",
    decoder = "best",
    normalize,
    unit: asked,
    signal,
    onProgress,
  }: RateCurveOptions = {},
): Promise<RatePoint[]> {
  const where = "rateCurve";
  const pace = pacer(signal, where);
  const unit = asUnit(asked, where);
  requireMethod(encoder, encoderMethods, where);
  requireMethod(decoder, couplingMethods, where);
  if (!Number.isSafeInteger(points) || points < 2) {
    throw new InputError({
      code: "bad-count",
      where,
      problem: "points is no count",
      expected: "2 or more",
      got: points,
    });
  }
  const [x, y] = [
    asDistribution(px, `${where}: px`, { normalize }).p,
    asDistribution(py, `${where}: py`, { normalize }).p,
  ];
  const free = minimumEntropyCoupling(x, y, { method: decoder, unit });
  const shared = free.entropyX + free.entropyY - free.lowerBound;
  const curve: RatePoint[] = [];
  for (let i = 0; i < points; i++) {
    onProgress?.({ done: i, total: points, label: "rates" });
    const rate = (free.entropyX * i) / (points - 1);
    const found = halves(x, y, rate, { encoder, decoder, unit });
    const before = curve[i - 1];
    const better = before === undefined || found.information > before.information;
    curve.push({
      rate,
      codeEntropy: better ? found.encoder.rate : before.codeEntropy,
      information: better ? found.information : before.information,
      upperBound: Math.min(rate, shared),
    });
    await pace();
  }
  onProgress?.({ done: points, total: points });
  return curve;
}
