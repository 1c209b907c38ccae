import { InputError } from "../../core/errors.ts";

/**
 * A set function f over the items 0 … n − 1, with f(∅) = 0. It is a description; {@link SetFunction.start} gives the
 * empty selection, which grows item by item. Several selections of one function may grow at once.
 */
export interface SetFunction {
  /** As in the literature, for instance `"facility location"`. */
  readonly name: string;
  readonly n: number;
  /** No item ever lowers f. */
  readonly monotone: boolean;
  /** An item never gains more from being added later: what lazy evaluation and the guarantees need. */
  readonly submodular: boolean;
  start(): Selection;
}

/** A set A that grows. */
export interface Selection {
  /** f(A). */
  readonly value: number;
  /** f(A ∪ {j}) − f(A), for an item that is not in A. */
  gain(j: number): number;
  add(j: number): void;
}

/**
 * f(A), by adding the items in the order given.
 *
 * @param items different numbers from 0 to f.n − 1
 * @throws InputError for an item that is none or occurs twice
 * @example
 * import { evaluate, facilityLocation, similarityMatrix } from "surprisal/decide";
 * const f = facilityLocation(similarityMatrix([[1, 0.5], [0.5, 1]]));
 * evaluate(f, [0]); // 1.5
 */
export function evaluate(f: SetFunction, items: ArrayLike<number>): number {
  checkItems(items, f.n, "evaluate");
  const selection = f.start();
  for (let i = 0; i < items.length; i++) selection.add(items[i]);
  return selection.value;
}

/** Throws unless all are different items of 0 … n − 1. */
export function checkItems(items: ArrayLike<number>, n: number, where: string): void {
  const seen = new Set<number>();
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (!Number.isInteger(item) || item < 0 || item >= n) {
      throw new InputError({
        code: "no-such-item",
        where,
        problem: "no such item",
        expected: `a whole number from 0 to ${n - 1}`,
        got: item,
      });
    }
    if (seen.has(item)) {
      throw new InputError({ code: "duplicate-item", where, problem: "an item occurs twice", got: item });
    }
    seen.add(item);
  }
}
