import { checkItems, type SetFunction } from "./set-function.ts";

/**
 * An upper bound on what any k items reach, from the chosen ones: f(A) plus the k largest gains that items still have.
 * f(A) divided by it is the share of the optimum that this selection is known to reach, far above the worst case as a
 * rule. n evaluations.
 *
 * @param f monotone and submodular; NaN is returned for another function
 * @see Nemhauser, Wolsey, Fisher 1978; Leskovec et al. 2007, section 3.2
 * @example
 * import { facilityLocation, maximize, optimumBound, similarities } from "surprisal/decide";
 * const f = facilityLocation(similarities([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]]));
 * const { indices, value } = await maximize(f, 2);
 * const certified = value / optimumBound(f, indices, 2);
 */
export function optimumBound(f: SetFunction, items: ArrayLike<number>, k: number): number {
  checkItems(items, f.n, "optimumBound");
  if (!f.monotone || !f.submodular) return Number.NaN;
  const selection = f.start();
  const taken = new Uint8Array(f.n);
  for (let i = 0; i < items.length; i++) {
    selection.add(items[i]);
    taken[items[i]] = 1;
  }
  const gains = new Float64Array(f.n);
  for (let j = 0; j < f.n; j++) if (taken[j] === 0) gains[j] = selection.gain(j);
  gains.sort();
  let bound = selection.value;
  for (let i = 1; i <= Math.min(k, f.n); i++) bound += Math.max(0, gains[f.n - i]);
  return bound;
}
