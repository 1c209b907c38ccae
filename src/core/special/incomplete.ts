import { InputError } from "../errors.ts";
import { lgamma, logBeta, stirlingTail } from "./gamma.ts";

const epsilon = 2 ** -53;
/** Stands for zero in a continued fraction (Lentz), far from overflow when divided by. */
const tiny = 1e-290;

/** γ(a, x) e^x x^−a a: the power series, for x not much above a (DLMF 8.7.1). */
export function lowerGammaSeries(a: number, x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > epsilon * sum; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

/** Γ(a, x) e^x x^−a: the continued fraction, for x above a (DLMF 8.9.2, even part, by Lentz's method). */
export function upperGammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let k = 1; ; k++) {
    const numerator = k * (a - k);
    b += 2;
    d = 1 / nonZero(b + numerator * d);
    c = nonZero(b + numerator / c);
    const factor = c * d;
    value *= factor;
    if (!(Math.abs(factor - 1) > 2 * epsilon)) return value;
  }
}

/**
 * The probability that a chi-square variable exceeds `x`: the regularised incomplete gamma function
 * Q(df/2, x/2).
 *
 * @param df degrees of freedom, positive, not necessarily an integer
 * @throws InputError when df is not positive
 * @example
 * import { chiSquareSurvival } from "surprisal/core";
 * chiSquareSurvival(3.841458820694124, 1); // 0.05
 */
export function chiSquareSurvival(x: number, df: number): number {
  requirePositive(df, "chiSquareSurvival");
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const a = df / 2;
  const half = x / 2;
  const density = Math.exp(logGammaDensity(a, half));
  return half < a + 1 ? 1 - (density * lowerGammaSeries(a, half)) / a : density * upperGammaFraction(a, half);
}

/** ln(x^a e^−x / Γ(a)). */
function logGammaDensity(a: number, x: number): number {
  if (a < 10) return a * Math.log(x) - x - lgamma(a);
  const excess = (x - a) / a;
  const deviation = Math.abs(excess) < 0.5 ? Math.log1p(excess) - excess : Math.log(x / a) - excess;
  return a * deviation + 0.5 * Math.log(a / (2 * Math.PI)) - stirlingTail(a);
}

/**
 * The regularised incomplete beta function I_x(a, b), given x and y = 1 − x both to full precision: the even
 * part of the continued fraction DLMF 8.17.22, in the form of Didonato & Morris (ACM TOMS 18, 1992), which has no
 * cancellation near x = 1.
 */
export function incompleteBeta(a: number, b: number, x: number, y: number): number {
  const excess = a * y - b * x;
  if (excess < 0) return 1 - incompleteBeta(b, a, y, x);
  if (x <= 0) return 0;
  const logX = x < 0.5 ? Math.log(x) : Math.log1p(-y);
  const logY = y < 0.5 ? Math.log(y) : Math.log1p(-x);
  const front = Math.exp(a * logX + b * logY - logBeta(a, b));
  let c = 1 / tiny;
  let d = (a + 1) / (a * (excess + 1));
  let value = d;
  for (let n = 1; ; n++) {
    const odd = a + 2 * n - 1;
    const numerator = ((a + n - 1) / odd) * ((a + b + n - 1) / odd) * n * (b - n) * x * x;
    const denominator = n + (n * (b - n) * x) / odd + ((a + n) * (excess + 1 + n * (1 + y))) / (odd + 2);
    d = 1 / nonZero(denominator + numerator * d);
    c = nonZero(denominator + numerator / c);
    const factor = c * d;
    value *= factor;
    if (!(Math.abs(factor - 1) > 2 * epsilon)) return front * value;
  }
}

export function requirePositive(value: number, where: string): void {
  if (value > 0 && value < Number.POSITIVE_INFINITY) return;
  throw new InputError({
    code: "not-positive",
    where,
    problem: "degrees of freedom must be positive",
    expected: "a finite number above 0",
    got: value,
  });
}

function nonZero(x: number): number {
  return x === 0 ? tiny : x;
}
