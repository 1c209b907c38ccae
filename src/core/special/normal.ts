import { lowerGammaSeries, upperGammaFraction } from "./incomplete.ts";

const inverseSqrtPi = 1 / Math.sqrt(Math.PI);
/** Below, the power series of erf; above, the continued fraction of erfc. */
const seriesBelow = 2;

/**
 * The error function 2/√π ∫₀ˣ exp(−t²) dt.
 *
 * @example
 * import { erf } from "surprisal/core";
 * erf(1); // 0.8427007929497149
 */
export function erf(x: number): number {
  if (Math.abs(x) < seriesBelow)
    return 2 * inverseSqrtPi * x * Math.exp(-x * x) * lowerGammaSeries(0.5, x * x);
  return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
}

/**
 * The complementary error function 1 − erf(x), exact also where erf is close to 1.
 *
 * @example
 * import { erfc } from "surprisal/core";
 * erfc(5); // 1.5374597944280349e-12
 */
export function erfc(x: number): number {
  if (x < seriesBelow) return 1 - erf(x);
  if (x > 28) return 0;
  return inverseSqrtPi * x * Math.exp(-x * x) * upperGammaFraction(0.5, x * x);
}

/**
 * The standard normal distribution function Φ(x).
 *
 * @example
 * import { normalCdf } from "surprisal/core";
 * normalCdf(-1.96); // 0.024997895148220435
 */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x * Math.SQRT1_2);
}

/**
 * The standard normal quantile Φ⁻¹(p).
 *
 * Relative error about 1e-16: algorithm AS 241, routine PPND16 (Wichura, "The percentage points of the normal
 * distribution", Applied Statistics 37, 1988). Gives −Infinity at 0, Infinity at 1 and NaN outside [0, 1].
 *
 * @example
 * import { normalQuantile } from "surprisal/core";
 * normalQuantile(0.975); // 1.959963984540054
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(central, 0.180625 - q * q);
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  if (r === Number.POSITIVE_INFINITY) return q < 0 ? -r : r;
  const magnitude = r <= 5 ? ratio(shoulder, r - 1.6) : ratio(tail, r - 5);
  return q < 0 ? -magnitude : magnitude;
}

interface Ratio {
  /** Coefficients from the constant up. */
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
}

function ratio({ numerator, denominator }: Ratio, r: number): number {
  let above = numerator[7];
  let below = denominator[7];
  for (let i = 6; i >= 0; i--) {
    above = above * r + numerator[i];
    below = below * r + denominator[i];
  }
  return above / below;
}

const central = {
  numerator: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
    67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  denominator: [
    1.0, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
};
const shoulder = {
  numerator: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  denominator: [
    1.0, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
};
const tail = {
  numerator: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  denominator: [
    1.0, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};
