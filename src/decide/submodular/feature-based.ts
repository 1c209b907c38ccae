import { InputError } from "../../core/errors.ts";
import { asMatrix, type MatrixLike } from "../../core/matrix.ts";
import type { SetFunction } from "./set-function.ts";

/** √x, ln(1 + x), or x / (1 + x), which never exceeds 1. */
export type Concave = "sqrt" | "log" | "saturating";

export const concaves: Record<Concave, (x: number) => number> = {
  sqrt: Math.sqrt,
  log: Math.log1p,
  saturating: (x) => x / (1 + x),
};

export interface FeatureBasedOptions {
  /** `"sqrt"` by default. */
  concave?: Concave;
  /** Of each feature; all 1 by default. */
  weights?: ArrayLike<number>;
}

/**
 * Feature-based coverage, f(A) = Σᵤ wᵤ g(Σᵢ∈A xᵢᵤ) with a concave g: many features, each with less return the more
 * there is of it. Needs no similarities. Monotone and submodular.
 *
 * O(d) a gain, O(d) memory.
 *
 * @param features n × d amounts of at least 0: counts of words, activations of units
 * @throws InputError for a negative amount or weight, or weights of another number than there are columns
 * @see Wei, Iyer, Bilmes 2014; Schreiber, Bilmes, Noble 2020
 * @example
 * import { featureBased, maximize } from "surprisal/decide";
 * const counts = [[3, 0, 0], [2, 1, 0], [0, 0, 1]];
 * const { indices } = await maximize(featureBased(counts), 2);
 * // indices is [1, 2]
 */
export function featureBased(
  features: MatrixLike,
  { concave = "sqrt", weights }: FeatureBasedOptions = {},
): SetFunction {
  const { data, rows, cols } = asMatrix(features, "featureBased");
  const w = weights === undefined ? new Float64Array(cols).fill(1) : Float64Array.from(weights);
  if (w.length !== cols) throw refusal("weights", "not one for each column", `${cols} weights`, w.length);
  const badWeight = w.find((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (badWeight !== undefined) throw refusal("weights", "not a weight", "numbers of at least 0", badWeight);
  const negative = data.findIndex((amount) => amount < 0);
  if (negative >= 0) {
    const row = Math.floor(negative / cols);
    throw refusal("features", `row ${row} has a negative amount`, "amounts of at least 0", data[negative]);
  }
  const g = concaves[concave];
  if (!g) throw refusal("concave", "unknown", Object.keys(concaves).join(", "), concave);
  return {
    name: "feature-based",
    n: rows,
    monotone: true,
    submodular: true,
    start() {
      let value = 0;
      const sums = new Float64Array(cols);
      const gain = (j: number): number => {
        let sum = 0;
        for (let u = 0, at = j * cols; u < cols; u++, at++) {
          if (data[at] > 0) sum += w[u] * (g(sums[u] + data[at]) - g(sums[u]));
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
          for (let u = 0, at = j * cols; u < cols; u++, at++) sums[u] += data[at];
        },
      };
    },
  };
}

function refusal(option: string, problem: string, expected: string, got: unknown): InputError {
  return new InputError({ code: "bad-option", where: `featureBased: ${option}`, problem, expected, got });
}
