import type { Constraint } from "./constraint.ts";
import type { SetFunction } from "./set-function.ts";

/** What is known in advance about the value reached. */
export interface Guarantee {
  /** At least this share of the best possible value; absent when nothing is promised. */
  readonly factor?: number;
  /** True when the promise is for the average over the random samples. */
  readonly inExpectation: boolean;
  /** One sentence with the reason and the source. */
  readonly because: string;
}

interface Circumstances {
  k: number;
  optimizer: string;
  epsilon: number;
  constraint: Constraint["kind"];
}

/** The worst-case share of the optimum. It counts what is added to the start set. */
export function guaranteeOf(f: SetFunction, { k, optimizer, epsilon, constraint }: Circumstances): Guarantee {
  const none = (because: string): Guarantee => ({ inExpectation: false, because });
  if (!f.submodular) return none(`${f.name} is not submodular: greedy choice is a heuristic`);
  if (!f.monotone) return none(`${f.name} is not monotone: greedy choice is a heuristic`);
  const samples = optimizer === "stochastic" || optimizer === "lazier-than-lazy";
  if (constraint === "knapsack and partition")
    return none("greedy choice under both constraints is a heuristic");
  if (constraint !== "cardinality" && samples) {
    return none("sampling under a constraint beside the number of items is a heuristic");
  }
  if (constraint === "partition") {
    return {
      factor: 0.5,
      inExpectation: false,
      because: "monotone and submodular under a partition: at least 1/2 (Fisher, Nemhauser, Wolsey 1978)",
    };
  }
  if (constraint === "knapsack") {
    if (k < f.n) return none("a budget and a number of items at once: greedy choice is a heuristic");
    return {
      factor: (1 - Math.exp(-1)) / 2,
      inExpectation: false,
      because:
        "monotone and submodular within a budget, the better of greedy by gain per cost and the best single item: " +
        "at least (1 − 1/e)/2 (Leskovec et al. 2007)",
    };
  }
  if (samples) {
    return {
      factor: Math.max(0, 1 - Math.exp(-1) - epsilon),
      inExpectation: true,
      because: "monotone and submodular: on average at least 1 − 1/e − ε (Mirzasoleiman et al. 2015)",
    };
  }
  return {
    factor: 1 - (1 - 1 / k) ** k,
    inExpectation: false,
    because: "monotone and submodular: at least 1 − (1 − 1/k)^k (Nemhauser, Wolsey, Fisher 1978)",
  };
}
