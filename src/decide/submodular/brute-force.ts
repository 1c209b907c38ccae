import { evaluate, type SetFunction } from "./set-function.ts";

/** The best set of k items and its value, by trying all: for small instances in tests and experiments. */
export function bestSubset(f: SetFunction, k: number): { items: number[]; value: number } {
  let best = { items: [] as number[], value: Number.NEGATIVE_INFINITY };
  const visit = (items: number[], next: number) => {
    if (items.length === k) {
      const value = evaluate(f, items);
      // Of equal sets the first counts, also where rounding tells them apart.
      if (value > best.value + 1e-12) best = { items: [...items], value };
      return;
    }
    for (let j = next; j <= f.n - (k - items.length); j++) visit([...items, j], j + 1);
  };
  visit([], 0);
  return best;
}
