import { InputError } from "../../core/errors.ts";
import type { Interval } from "../../core/estimate.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { studentQuantile } from "../../core/special.ts";
import { mean, variance } from "../../core/statistics.ts";
import { csrRows, rowIndices } from "./csr.ts";
import { ndcgAt, recallAt, topItems } from "./ranking.ts";
import type { Recommender } from "./recommender.ts";
import type { HeldOutUsers } from "./split.ts";

/** What to measure in the first R recommendations, for instance `"recall@20"`. */
export type Metric = `${"recall" | "ndcg" | "novelty" | "coverage"}@${number}`;

const paperMetrics: readonly Metric[] = ["recall@20", "recall@50", "ndcg@100"];

/** A metric averaged over users. */
export interface MetricValue {
  readonly metric: Metric;
  readonly value: number;
  /** Absent for coverage, which is not a mean over users. */
  readonly standardError?: number;
  readonly interval?: Interval;
  /** The value of each evaluated user. */
  readonly perUser?: Float64Array;
}

export interface Evaluation {
  readonly metrics: readonly MetricValue[];
  /** Users that count: those with something to find. */
  readonly users: number;
  readonly usersWithoutHeldOut: number;
}

export interface EvaluateOptions extends LongRunning {
  /** By default the paper's: recall@20, recall@50, ndcg@100. */
  metrics?: readonly Metric[];
  /** Coverage of the intervals; 0.95 by default. */
  level?: number;
}

const usersAtOnce = 500;

/**
 * Ranks for every held-out user all items they were not seen to click, and looks where the hidden ones come.
 *
 * `recall@R` = hidden items among the first R over min(R, number hidden); `ndcg@R` = their gain 1/log₂(rank + 1) over
 * the best possible; `novelty@R` = mean surprisal −ln p of the first R, in nats, p being the item's share of training
 * clicks; `coverage@R` = share of all items that are in someone's first R. Of equal scores the lower item index comes
 * first. Users with nothing hidden are left out and counted.
 *
 * @param users `split.validation` or `split.test`
 * @throws InputError for an unknown metric, users over other items, or no user with something to find
 * @throws StoppedError when the signal fires
 * @example
 * import { evaluate, interactions, popularity, strongGeneralizationSplit } from "surprisal/learn";
 * const user = Array.from({ length: 60 }, (_, e) => e % 10);
 * const item = user.map((u, e) => (u + e) % 13);
 * const split = strongGeneralizationSplit(interactions({ user, item }), { validationUsers: 2, testUsers: 2 });
 * const result = await evaluate(popularity(split), split.test, { metrics: ["ndcg@5"] });
 * result.metrics[0].value; // between 0 and 1
 */
export async function evaluate(
  recommender: Pick<Recommender, "scoreRows" | "clicks">,
  users: HeldOutUsers,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { metrics = paperMetrics, level = 0.95, signal, onProgress } = options;
  const wanted = metrics.map(readMetric);
  const { clicks } = recommender;
  if (clicks.length !== users.foldIn.cols) {
    throw new InputError({
      code: "shape-mismatch",
      where: "evaluate",
      problem: "the users were split over other items",
      expected: `${clicks.length} items`,
      got: users.foldIn.cols,
    });
  }
  const pace = pacer(signal, "evaluate");
  const evaluated = Array.from({ length: users.heldOut.rows }, (_, u) => u).filter(
    (u) => rowIndices(users.heldOut, u).length > 0,
  );
  if (evaluated.length === 0) {
    throw new InputError({
      code: "nothing-to-find",
      where: "evaluate",
      problem: "no user has held-out items",
      expected: "users with at least 5 items",
      got: `${users.heldOut.rows} users`,
    });
  }
  const longest = Math.max(...wanted.map(({ cutoff }) => cutoff));
  const perUser = wanted.map(() => new Float64Array(evaluated.length));
  const seen = wanted.map(() => new Uint8Array(clicks.length));
  const surprisal = surprisals(clicks);
  for (let from = 0; from < evaluated.length; from += usersAtOnce) {
    const chunk = evaluated.slice(from, from + usersAtOnce);
    const foldIn = csrRows(users.foldIn, chunk);
    const scores = await recommender.scoreRows(foldIn);
    for (const [row, u] of chunk.entries()) {
      const own = scores.subarray(row * clicks.length, (row + 1) * clicks.length);
      requireNumbers(own, users.userIds[u]);
      for (const i of rowIndices(foldIn, row)) own[i] = Number.NEGATIVE_INFINITY;
      const top = topItems(own, longest);
      const hidden = new Set(rowIndices(users.heldOut, u));
      wanted.forEach(({ kind, cutoff }, m) => {
        const first = top.subarray(0, cutoff);
        if (kind === "recall") perUser[m][from + row] = recallAt(top, hidden, cutoff);
        else if (kind === "ndcg") perUser[m][from + row] = ndcgAt(top, hidden, cutoff);
        else if (kind === "novelty") perUser[m][from + row] = mean(Array.from(first, (i) => surprisal[i]));
        else for (const i of first) seen[m][i] = 1;
      });
      await pace();
    }
    onProgress?.({ done: Math.min(from + usersAtOnce, evaluated.length), total: evaluated.length });
  }
  return {
    metrics: wanted.map(({ metric, kind }, m) =>
      kind === "coverage" ? { metric, value: mean(seen[m]) } : overUsers(metric, perUser[m], level),
    ),
    users: evaluated.length,
    usersWithoutHeldOut: users.heldOut.rows - evaluated.length,
  };
}

/** A mean over users with its standard error sd/√n and Student interval. */
export function overUsers(metric: Metric, perUser: Float64Array, level = 0.95): MetricValue {
  const n = perUser.length;
  const value = mean(perUser);
  if (n < 2) return { metric, value, perUser };
  const standardError = Math.sqrt(variance(perUser) / (n - 1));
  const reach = studentQuantile((1 + level) / 2, n - 1) * standardError;
  const how = `Student interval of the mean over ${n} users`;
  return {
    metric,
    value,
    standardError,
    interval: { low: value - reach, high: value + reach, level, how },
    perUser,
  };
}

function surprisals(clicks: Float64Array): Float64Array {
  const total = clicks.reduce((sum, count) => sum + count, 0);
  return clicks.map((count) => -Math.log(count / total));
}

function readMetric(metric: Metric): { metric: Metric; kind: string; cutoff: number } {
  const [, kind, cutoff] = /^(recall|ndcg|novelty|coverage)@([1-9]\d*)$/.exec(metric) ?? [];
  if (kind) return { metric, kind, cutoff: Number(cutoff) };
  throw new InputError({
    code: "unknown-metric",
    where: "evaluate",
    problem: "unknown metric",
    expected: "recall, ndcg, novelty or coverage with a length, as in recall@20",
    got: metric,
  });
}

function requireNumbers(scores: Float64Array, user: string): void {
  const at = scores.findIndex(Number.isNaN);
  if (at < 0) return;
  throw new InputError({
    code: "not-finite",
    where: "evaluate",
    problem: `a score of user ${user} is not a number`,
    got: scores[at],
  });
}
