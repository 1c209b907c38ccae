import { InputError } from "../../core/errors.ts";

/**
 * Weights 1 + x + x²/2 of x = g / T, scaled to sum 1: the softmax with its exponential cut after the second term. All
 * are positive for any real g, and fall like a polynomial: what gains little keeps a chance. They grow with g for
 * g ≥ −T.
 *
 * @param gains finite numbers
 * @param options.temperature T, above 0. Default 1
 * @param options.order 2 (default) or 4: terms up to x⁴/24, positive too
 * @throws InputError for no gains, gains that are not finite, T that is not positive, other orders
 * @see Renduchintala et al. 2023 (INGENIOUS), section 3.3; de Brébisson, Vincent 2016
 * @example
 * import { taylorSoftmax } from "surprisal/decide";
 * taylorSoftmax([3, 1, 0.5, 0]); // 0.624, 0.183, 0.119, 0.073
 */
export function taylorSoftmax(
  gains: ArrayLike<number>,
  { temperature = 1, order = 2 }: { temperature?: number; order?: 2 | 4 } = {},
): Float64Array {
  const where = "taylorSoftmax";
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw refused(where, "the temperature must be positive", "a finite number above 0", temperature);
  }
  if (order !== 2 && order !== 4) throw refused(where, "not an order that is positive", "2 or 4", order);
  if (gains.length === 0) throw refused(where, "no gains", "at least 1", 0);
  const out = new Float64Array(gains.length);
  let sum = 0;
  for (let i = 0; i < out.length; i++) {
    const x = gains[i] / temperature;
    if (!Number.isFinite(x)) throw refused(where, `gain ${i} is not usable`, "a finite number", gains[i]);
    out[i] = order === 2 ? 1 + x * (1 + x / 2) : 1 + x * (1 + (x / 2) * (1 + (x / 3) * (1 + x / 4)));
    sum += out[i];
  }
  for (let i = 0; i < out.length; i++) out[i] /= sum;
  return out;
}

function refused(where: string, problem: string, expected: string, got: unknown): InputError {
  return new InputError({ code: "bad-option", where, problem, expected, got });
}
