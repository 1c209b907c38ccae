import { discreteEntropy } from "../entropy/entropy.ts";
import type { Frame } from "./frame.ts";
import type { PairEstimate, RedundancyGroup } from "./measurement.ts";

/** Above this share two columns belong to one redundancy group. */
const redundant = 0.7;
/** Above this share two columns are near-copies. */
export const nearCopy = 0.95;

/**
 * How much of what one column says the other says too, from 0 to 1: information over the smaller entropy where a
 * column is discrete, and 1 − exp(−2I), the squared correlation of a normal pair with that information (Linfoot
 * 1957), where both are continuous.
 */
export function sharedPart(pair: PairEstimate, frame: Frame): number {
  const nats = pair.unit === "bits" ? pair.value * Math.LN2 : pair.value;
  const entropies = [pair.x, pair.y].flatMap((names) => names.map((name) => entropyOf(frame, name)));
  const smallest = Math.min(...entropies);
  const share = Number.isFinite(smallest) ? nats / smallest : 1 - Math.exp(-2 * nats);
  return Math.min(Math.max(share, 0), 1);
}

const entropies = new WeakMap<object, number>();

function entropyOf(frame: Frame, name: string): number {
  const c = frame.columns[name];
  if (c.kind === "continuous") return Number.POSITIVE_INFINITY;
  let entropy = entropies.get(c);
  if (entropy === undefined) {
    const counts = new Float64Array(c.levels.length);
    for (const code of c.codes) if (code >= 0) counts[code]++;
    entropies.set(c, (entropy = discreteEntropy(counts)));
  }
  return entropy;
}

/**
 * Groups of columns chained by shares above 0.7 (single linkage).
 *
 * @param worth how much each column says about the target; without a target, how strongly it is bound to the others
 */
export function redundancyGroups(
  pairs: readonly PairEstimate[],
  frame: Frame,
  worth: (name: string) => number,
): RedundancyGroup[] {
  const groups = new Map<string, Set<string>>();
  const strongest = new Map<Set<string>, number>();
  for (const pair of pairs) {
    const [a, b] = [pair.x[0], pair.y[0]];
    const share = sharedPart(pair, frame);
    if (share < redundant) continue;
    const left = groups.get(a) ?? new Set([a]);
    const right = groups.get(b) ?? new Set([b]);
    const merged = new Set([...left, ...right]);
    for (const name of merged) groups.set(name, merged);
    strongest.set(merged, Math.max(share, strongest.get(left) ?? 0, strongest.get(right) ?? 0));
  }
  return [...new Set(groups.values())]
    .map((members) => {
      const columns = [...members].sort((a, b) => worth(b) - worth(a));
      return { columns, keep: columns[0], shared: strongest.get(members)! };
    })
    .sort((a, b) => b.shared - a.shared);
}
