import { asCodes, type Codes } from "../../core/codes.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { asRandom } from "./sampler.ts";

/**
 * A fair sign s, and s plus unit normal noise: a category and a number. The truth is ln 2 − E ln(1 + e^{−2(1 + ε)}),
 * ε normal, in nats.
 *
 * @example
 * import { noisySign } from "surprisal/measure";
 *
 * const { x, y } = noisySign.sample(100, 7);
 * // x holds 100 numbers, y the signs as codes; noisySign.mutualInformation is about 0.337
 */
export const noisySign = {
  mutualInformation: Math.LN2 - expectedLoss(),
  sample(n: number, random: Random | number): { x: Matrix; y: Codes } {
    const stream = asRandom(random);
    const signs = Array.from({ length: n }, () => (stream.uniform() < 0.5 ? 1 : -1));
    const x = matrix(
      n,
      1,
      Float64Array.from(signs, (sign) => sign + stream.normal()),
    );
    return { x, y: asCodes(signs.map((sign) => (sign > 0 ? "+" : "−"))) };
  },
};

/** E ln(1 + e^{−2(1 + ε)}) by the midpoint rule, which is exact to rounding for a smooth integrand that decays. */
function expectedLoss(): number {
  const width = 0.01;
  let sum = 0;
  for (let e = -12 + width / 2; e < 12; e += width) {
    sum += (width * Math.exp((-e * e) / 2) * Math.log1p(Math.exp(-2 * (1 + e)))) / Math.sqrt(2 * Math.PI);
  }
  return sum;
}
