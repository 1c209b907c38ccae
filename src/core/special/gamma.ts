const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);
/** From here on the asymptotic series are exact to the last bits. */
const asymptoticFrom = 10;

/**
 * ln Γ(x) − (x − ½) ln x + x − ½ ln 2π for x ≥ 10: the tail of Stirling's series
 * (NIST Digital Library of Mathematical Functions, 5.11.1).
 */
export function stirlingTail(x: number): number {
  const r = 1 / (x * x);
  return (
    (1 / 12 -
      r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360 - r / 156)))))) /
    x
  );
}

/**
 * The logarithm of |Γ(x)|.
 *
 * Absolute error about 1e-14 for moderate x, relative error about 1e-15 for large x; +Infinity at the poles
 * 0, −1, −2, …
 *
 * @example
 * import { lgamma } from "surprisal/core";
 * lgamma(5); // ln 24 = 3.1780538303479458
 */
export function lgamma(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x <= 0) {
    if (Number.isInteger(x)) return Number.POSITIVE_INFINITY;
    return Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x);
  }
  let product = 1;
  let shifted = x;
  while (shifted < asymptoticFrom) product *= shifted++;
  return (
    (shifted - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + stirlingTail(shifted) - Math.log(product)
  );
}

/**
 * The digamma function ψ(x) = d/dx ln Γ(x).
 *
 * Error about 1e-15, relative or absolute, whichever is larger, for x > 0; NaN at the poles 0, −1, −2, …
 * In loops over integers use {@link digammaTable}.
 *
 * @example
 * import { digamma } from "surprisal/core";
 * digamma(1); // −γ = −0.5772156649015329
 */
export function digamma(x: number): number {
  if (x <= 0) {
    if (Number.isInteger(x)) return Number.NaN;
    return digamma(1 - x) - (Math.PI * cosPi(x)) / sinPi(x);
  }
  let shift = 0;
  let shifted = x;
  while (shifted < asymptoticFrom) shift += 1 / shifted++;
  const r = 1 / (shifted * shifted);
  const tail =
    r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * (691 / 32760 - r / 12))))));
  return Math.log(shifted) - 0.5 / shifted - tail - shift;
}

let table = new Float64Array(0);

/**
 * ψ(n) at index n, for n from 1 to at least `max`.
 *
 * The array is kept, shared between callers and at times longer than asked: read it, never write to it.
 * Index 0 is NaN.
 *
 * @example
 * import { digammaTable } from "surprisal/core";
 * const psi = digammaTable(100);
 * psi[2]; // 1 − γ = 0.42278433509846713
 */
export function digammaTable(max: number): Float64Array {
  if (max < table.length) return table;
  const grown = new Float64Array(Math.max(1024, max + 1, 2 * table.length));
  grown.set(table);
  for (let n = table.length; n < grown.length; n++) grown[n] = digamma(n);
  table = grown;
  return table;
}

/** sin πx, without the loss of digits of Math.sin(Math.PI * x) at large x. */
function sinPi(x: number): number {
  const r = x - 2 * Math.round(x / 2);
  return Math.abs(r) <= 0.5 ? Math.sin(Math.PI * r) : Math.sin(Math.PI * (Math.sign(r) - r));
}

function cosPi(x: number): number {
  return sinPi(x - 2 * Math.round(x / 2) + 0.5);
}

/** ln B(a, b) for positive a and b, without the cancellation of three large ln Γ. */
export function logBeta(a: number, b: number): number {
  if (a < b) return logBeta(b, a);
  if (a < asymptoticFrom) return lgamma(a) + lgamma(b) - lgamma(a + b);
  const tails = stirlingTail(a) - stirlingTail(a + b);
  return lgamma(b) + tails - (a - 0.5) * Math.log1p(b / a) - b * Math.log(a + b) + b;
}
