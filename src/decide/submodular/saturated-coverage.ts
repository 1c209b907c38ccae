import { InputError } from "../../core/errors.ts";
import type { SetFunction } from "./set-function.ts";
import type { Similarities } from "./similarities.ts";

/**
 * Saturated coverage, f(A) = Σᵢ min(Σⱼ∈A sᵢⱼ, β Σⱼ∈V sᵢⱼ): every row wants a share β of all similarity it could have,
 * and no more. Monotone and submodular.
 *
 * O(n) a gain with a dense table, O(neighbours) with a sparse one.
 *
 * @param beta 0.1 by default
 * @throws InputError for a negative similarity and for beta outside (0, 1]
 * @see Lin, Bilmes 2011; Renduchintala et al. 2023
 */
export function saturatedCoverage(s: Similarities, { beta = 0.1 }: { beta?: number } = {}): SetFunction {
  if (!(beta > 0 && beta <= 1)) {
    throw new InputError({
      code: "bad-option",
      where: "saturatedCoverage: beta",
      problem: "not a share",
      expected: "a number above 0, at most 1",
      got: beta,
    });
  }
  const enough = new Float64Array(s.represented);
  for (let j = 0; j < s.items; j++) {
    const { values, from, to, rows } = s.column(j);
    for (let at = from; at < to; at++) {
      if (!(values[at] >= 0)) {
        throw new InputError({
          code: "negative-similarity",
          where: "saturatedCoverage",
          problem: `item ${j} has a negative similarity`,
          expected: "similarities of at least 0",
          got: values[at],
        });
      }
      enough[rows ? rows[at] : at - from] += beta * values[at];
    }
  }
  return {
    name: "saturated coverage",
    n: s.items,
    monotone: true,
    submodular: true,
    start() {
      let value = 0;
      const reached = new Float64Array(s.represented);
      const gain = (j: number): number => {
        const { values, from, to, rows } = s.column(j);
        let sum = 0;
        for (let at = from; at < to; at++) {
          const i = rows ? rows[at] : at - from;
          const room = enough[i] - reached[i];
          if (room > 0) sum += Math.min(values[at], room);
        }
        return sum;
      };
      return {
        get value() {
          return value;
        },
        gain,
        add(j) {
          value += gain(j);
          const { values, from, to, rows } = s.column(j);
          for (let at = from; at < to; at++) reached[rows ? rows[at] : at - from] += values[at];
        },
      };
    },
  };
}
