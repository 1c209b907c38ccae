import { asCodes, type CodesLike } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";

export interface ConstraintOptions {
  /** What each item costs, above 0; items are then ranked by gain per cost, within `budget`. */
  costs?: ArrayLike<number>;
  /** The most that the chosen items may cost together. */
  budget?: number;
  /** The group of each item; from each group at most its limit is chosen. */
  groups?: CodesLike;
  /** One limit for all groups, or one for each, in the order in which groups first appear. */
  limits?: number | ArrayLike<number>;
}

/** What may be chosen besides the number of items. Once an item may not be taken, it never may. */
export interface Constraint {
  readonly kind: "cardinality" | "knapsack" | "partition" | "knapsack and partition";
  admits(j: number): boolean;
  take(j: number): void;
  /** What items are compared by, from the gain of item j. */
  score(gain: number, j: number): number;
}

/**
 * @throws InputError for costs that are not positive, a budget without costs or that no item fits, groups without
 * limits, limits that are not counts, and lists of another length than there are items
 */
export function constraintOf(n: number, { costs, budget, groups, limits }: ConstraintOptions): Constraint {
  if ((costs === undefined) !== (budget === undefined)) {
    throw problem("costs", "costs and a budget go together", "both or neither", costs ? "costs" : "a budget");
  }
  if ((groups === undefined) !== (limits === undefined)) {
    throw problem("groups", "groups and limits go together", "both or neither", groups ? "groups" : "limits");
  }
  const knapsack = costs && budget !== undefined ? knapsackOf(n, costs, budget) : undefined;
  const partition = groups && limits !== undefined ? partitionOf(n, groups, limits) : undefined;
  if (knapsack && partition) {
    return {
      kind: "knapsack and partition",
      admits: (j) => knapsack.admits(j) && partition.admits(j),
      take(j) {
        knapsack.take(j);
        partition.take(j);
      },
      score: knapsack.score,
    };
  }
  return knapsack ?? partition ?? unconstrained;
}

const unconstrained: Constraint = {
  kind: "cardinality",
  admits: () => true,
  take: () => {},
  score: (gain) => gain,
};

function knapsackOf(n: number, costs: ArrayLike<number>, budget: number): Constraint {
  requireLength(costs.length, n, "costs");
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < n; j++) {
    if (!(costs[j] > 0 && costs[j] < Number.POSITIVE_INFINITY)) {
      throw problem("costs", `item ${j} has no usable cost`, "a number above 0", costs[j]);
    }
    least = Math.min(least, costs[j]);
  }
  if (!(budget >= least)) throw problem("budget", "no item fits", `at least ${least}`, budget);
  // Sums of costs may exceed the budget by rounding alone.
  let left = budget * (1 + 1e-12);
  return {
    kind: "knapsack",
    admits: (j) => costs[j] <= left,
    take(j) {
      left -= costs[j];
    },
    score: (gain, j) => gain / costs[j],
  };
}

function partitionOf(n: number, groups: CodesLike, limits: number | ArrayLike<number>): Constraint {
  const { codes, levels } = asCodes(groups, "maximize: groups");
  requireLength(codes.length, n, "groups");
  const left = levels.map((_, g) => (typeof limits === "number" ? limits : limits[g]));
  if (typeof limits !== "number" && limits.length !== levels.length) {
    throw problem("limits", "not a limit for each group", `${levels.length} limits`, limits.length);
  }
  for (const limit of left) {
    if (!Number.isInteger(limit) || limit < 0) {
      throw problem("limits", "not a number of items", "a whole number from 0", limit);
    }
  }
  return {
    kind: "partition",
    admits: (j) => left[codes[j]] > 0,
    take(j) {
      left[codes[j]]--;
    },
    score: (gain) => gain,
  };
}

function requireLength(length: number, n: number, option: string): void {
  if (length === n) return;
  throw problem(option, "not one for each item", `${n} entries`, length);
}

function problem(option: string, what: string, expected: string, got: unknown): InputError {
  return new InputError({
    code: "bad-constraint",
    where: `maximize: ${option}`,
    problem: what,
    expected,
    got,
  });
}
