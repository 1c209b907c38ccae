import { requireNotNegative, requireSquare } from "./refusals.ts";
import type { SetFunction } from "./set-function.ts";
import type { Similarities } from "./similarities.ts";

/**
 * Graph cut, f(A) = Σᵢ∈V,ⱼ∈A sᵢⱼ − λ Σᵢ,ⱼ∈A sᵢⱼ: items near everything, away from each other. Submodular for
 * similarities of at least 0, and monotone for λ ≤ ½.
 *
 * O(n²) to prepare, O(1) a gain, O(n) an item added.
 *
 * @param lambda weight of the redundancy; 0.5 by default
 * @throws InputError unless the table is square and lambda a number of at least 0
 * @see Renduchintala et al. 2023 (INGENIOUS); Iyer et al. 2021
 */
export function graphCut(s: Similarities, { lambda = 0.5 }: { lambda?: number } = {}): SetFunction {
  requireSquare(s, "graphCut");
  requireNotNegative(lambda, "graphCut: lambda");
  return pairwise(s, totals(s), lambda, "graph cut");
}

/**
 * Sum redundancy, f(A) = −Σᵢ,ⱼ∈A sᵢⱼ: items as unlike each other as possible. Submodular for similarities of at least
 * 0; every item lowers it, so only the order and the differences mean anything.
 *
 * @throws InputError unless the table is square
 * @see Schreiber, Bilmes, Noble 2020 (apricot), which adds the constant Σᵢ,ⱼ∈V sᵢⱼ
 */
export function sumRedundancy(s: Similarities): SetFunction {
  requireSquare(s, "sumRedundancy");
  return pairwise(s, { sums: new Float64Array(s.items), least: totals(s).least }, 1, "sum redundancy");
}

/** f(A) = Σⱼ∈A sumⱼ − λ Σᵢ,ⱼ∈A sᵢⱼ. */
function pairwise(s: Similarities, { sums, least }: Totals, lambda: number, name: string): SetFunction {
  return {
    name,
    n: s.items,
    monotone: lambda <= 0.5 && least >= 0 && name === "graph cut",
    submodular: lambda === 0 || least >= 0,
    start() {
      let value = 0;
      /** Σᵢ∈A sᵢⱼ */
      const inside = new Float64Array(s.items);
      const gain = (j: number) => sums[j] - lambda * (2 * inside[j] + s.entry(j, j));
      return {
        get value() {
          return value;
        },
        gain,
        add(j) {
          value += gain(j);
          const { values, from, to, rows } = s.column(j);
          for (let at = from; at < to; at++) inside[rows ? rows[at] : at - from] += values[at];
        },
      };
    },
  };
}

interface Totals {
  /** Σᵢ sᵢⱼ of each item j. */
  sums: Float64Array;
  /** The smallest similarity, at most 0. */
  least: number;
}

function totals(s: Similarities): Totals {
  const sums = new Float64Array(s.items);
  let least = 0;
  for (let j = 0; j < s.items; j++) {
    const { values, from, to } = s.column(j);
    for (let at = from; at < to; at++) {
      sums[j] += values[at];
      if (values[at] < least) least = values[at];
    }
  }
  return { sums, least };
}
