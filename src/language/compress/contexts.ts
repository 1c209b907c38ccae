import { percentOf, weightedPercentile } from "./percentile.ts";
import type { WordScores } from "./scorer.ts";

/** Which contexts stay: those whose mean score lies at or above a percentile of the means, and the named ones. */
export function filterContexts(
  scores: readonly WordScores[],
  share: number,
  always: readonly number[],
): boolean[] {
  const means = Float64Array.from(scores, ({ keep }) =>
    keep.length === 0 ? 0 : keep.reduce((sum, p) => sum + p, 0) / keep.length,
  );
  const threshold = weightedPercentile(
    means,
    new Float64Array(means.length).fill(1),
    percentOf(1 - share, 0),
  );
  return Array.from(means, (mean, c) => mean >= threshold || always.includes(c));
}
