import { InputError } from "../../core/errors.ts";
import type { SetFunction } from "./set-function.ts";

export interface MixturePart {
  f: SetFunction;
  weight: number;
}

/**
 * Σ weight · f(A): several aims at once, for instance representation and diversity. Monotone and submodular when all
 * parts are and no weight is negative.
 *
 * @throws InputError without a part, for parts over different items or a weight that is not finite
 * @example
 * import { facilityLocation, logDeterminant, mixture, similarities } from "surprisal/decide";
 * const s = similarities([[1, 0], [1, 1], [0, 1]]);
 * const f = mixture([{ f: facilityLocation(s), weight: 1 }, { f: logDeterminant(s), weight: 0.5 }]);
 */
export function mixture(parts: readonly MixturePart[], name = "mixture"): SetFunction {
  const n = parts[0]?.f.n ?? 0;
  for (const { f, weight } of parts) {
    if (f.n === n && Number.isFinite(weight)) continue;
    throw new InputError({
      code: "bad-mixture",
      where: name,
      problem: `${f.name} does not fit`,
      expected: `a function of ${n} items and a finite weight`,
      got: `${f.n} items, weight ${weight}`,
    });
  }
  if (n === 0) throw new InputError({ code: "empty", where: name, problem: "no part", got: parts.length });
  const isPositive = parts.every(({ weight }) => weight >= 0);
  return {
    name,
    n,
    monotone: isPositive && parts.every(({ f }) => f.monotone),
    submodular: isPositive && parts.every(({ f }) => f.submodular),
    start() {
      const grown = parts.map(({ f, weight }) => ({ selection: f.start(), weight }));
      return {
        get value() {
          let sum = 0;
          for (const { selection, weight } of grown) sum += weight * selection.value;
          return sum;
        },
        gain(j) {
          let sum = 0;
          for (const { selection, weight } of grown) sum += weight * selection.gain(j);
          return sum;
        },
        add(j) {
          for (const { selection } of grown) selection.add(j);
        },
      };
    },
  };
}
