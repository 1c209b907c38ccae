import { InputError } from "../../../core/errors.ts";
import { quantile } from "../../../core/statistics.ts";

export interface FilterOptions {
  /** Chunks at or above this quantile of the variation rate go. Default 0.95: the paper's worst 5 %. */
  vrQuantile?: number;
  /** Of the rest, chunks at or above this quantile of the alignment gap go. Default 0.9: the worst 10 %. */
  agQuantile?: number;
}

/** A row that was filtered out, and why. */
export interface Dropped<T> {
  readonly row: T;
  readonly reason: "variation-rate" | "alignment-gap";
  /** The quantile that it reached. */
  readonly limit: number;
}

/**
 * Leaves out the chunks whose compression invents words, then those whose words cannot be matched in order. Where the
 * quantile is the smallest value, as when all are equal, only what lies above it goes.
 *
 * @throws InputError when a quantile is not between 0 and 1
 * @see Pan et al. (2024), section 3.3
 * @example
 * import { filterDistilled } from "surprisal/language";
 * const rows = [0, 0, 0, 0.4].map((variationRate) => ({ variationRate, alignmentGap: 0 }));
 * filterDistilled(rows).kept.length; // 3
 */
export function filterDistilled<T extends { variationRate: number; alignmentGap: number }>(
  rows: readonly T[],
  { vrQuantile = 0.95, agQuantile = 0.9 }: FilterOptions = {},
): { kept: T[]; dropped: Dropped<T>[] } {
  for (const [name, value] of Object.entries({ vrQuantile, agQuantile })) {
    if (value >= 0 && value <= 1) continue;
    throw new InputError({
      code: "bad-option",
      where: "filterDistilled",
      problem: `${name} is not a share`,
      expected: "a number from 0 to 1",
      got: value,
    });
  }
  const dropped: Dropped<T>[] = [];
  const below = (
    from: readonly T[],
    reason: Dropped<T>["reason"],
    value: (row: T) => number,
    q: number,
  ): T[] => {
    if (from.length === 0) return [];
    const values = from.map(value);
    const limit = quantile(values, q);
    const isStrict = limit === Math.min(...values);
    return from.filter((row, i) => {
      const isKept = isStrict ? values[i] <= limit : values[i] < limit;
      if (!isKept) dropped.push({ row, reason, limit });
      return isKept;
    });
  };
  const faithful = below(rows, "variation-rate", (row) => row.variationRate, vrQuantile);
  const kept = below(faithful, "alignment-gap", (row) => row.alignmentGap, agQuantile);
  return { kept, dropped };
}
