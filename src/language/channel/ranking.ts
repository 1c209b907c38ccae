import { InputError } from "../../core/errors.ts";
import { studentQuantile } from "../../core/special.ts";
import { mean, variance } from "../../core/statistics.ts";
import type { CompressionEstimate } from "./information.ts";

/** Where a compressor stands among the others. */
export interface Standing {
  /** Best and worst rank that the comparisons leave open, from 1. */
  readonly best: number;
  readonly worst: number;
  /** Indices of the compressors that keep less for sure. */
  readonly above: readonly number[];
}

/**
 * Ranks compressors by I(X;Z) only where that can be told: paired differences over the same contexts, Student's intervals
 * at 95 % for all pairs together (Bonferroni). Two saturated compressors are never ranked.
 *
 * @param estimates of the same contexts in the same order, by {@link estimateCompressionMI}
 * @returns for each the ranks it may have
 * @throws InputError when the numbers of contexts differ
 * @example
 * import { estimateCompressionMI, rankCompressions } from "surprisal/language";
 * const sure = [[[0, -4, -4]], [[-4, 0, -4]], [[-4, -4, 0]]];
 * const blind = [[[-2, -2, -2]], [[-2, -2, -2]], [[-2, -2, -2]]];
 * const [first, second] = rankCompressions([sure, blind].map((ll) => estimateCompressionMI(ll)));
 * // first is rank 1, second is rank 2
 */
export function rankCompressions(
  estimates: readonly Pick<CompressionEstimate, "terms" | "saturated" | "n">[],
): Standing[] {
  const contexts = estimates[0]?.n ?? 0;
  const other = estimates.find(({ n }) => n !== contexts);
  if (other) {
    throw new InputError({
      code: "unequal-lengths",
      where: "rankCompressions",
      problem: "estimates over different numbers of contexts cannot be compared",
      expected: `${contexts} contexts`,
      got: other.n,
    });
  }
  const perContext = estimates.map(({ terms }) => terms.map((row) => mean(row)));
  const pairs = Math.max(1, (estimates.length * (estimates.length - 1)) / 2);
  const t = contexts > 1 ? studentQuantile(1 - 0.025 / pairs, contexts - 1) : Number.POSITIVE_INFINITY;
  const keepsMore = (a: number, b: number) => {
    if (estimates[a].saturated && estimates[b].saturated) return false;
    const differences = perContext[a].map((term, i) => term - perContext[b][i]);
    const margin = t * Math.sqrt(variance(differences) / (contexts - 1));
    // Differences by rounding are none.
    return mean(differences) > margin + 1e-12;
  };
  const indices = estimates.map((_, i) => i);
  return indices.map((a) => {
    const above = indices.filter((b) => b !== a && keepsMore(a, b));
    const below = indices.filter((b) => b !== a && keepsMore(b, a));
    return { best: below.length + 1, worst: estimates.length - above.length, above };
  });
}
