import { type CodeMap, constant, deterministic, identity } from "./code-map.ts";
import { phi, slack } from "./information.ts";

/** What the greedy run ends with, and the two maps between which it passed the rate. */
interface GreedyRun {
  readonly map: CodeMap;
  readonly passed: readonly CodeMap[];
}

/**
 * The paper's Algorithm 1: merge the two smallest groups if that suffices, else the two largest, until H(T) ≤ R. A
 * merged group stays the largest, so that the maps on the way are: the k largest symbols together, the others alone.
 * O(n).
 *
 * @param p positive probabilities in descending order
 * @param rate R in nats
 */
export function greedyRun(p: Float64Array, rate: number): GreedyRun {
  const n = p.length;
  const entropies = entropiesOfRun(p);
  if (rate >= entropies[1] - slack) return { map: identity(p), passed: [] };
  for (let k = 1; k < n; k++) {
    const last = p[n - 1];
    const single = k === n - 1;
    const other = single ? 1 - last : p[n - 2];
    const reached = entropies[k] - (phi(other) + phi(last) - phi(other + last));
    if (reached > rate + slack && entropies[k + 1] > rate + slack) continue;
    const passed = [topMerged(p, k), topMerged(p, k + 1)];
    if (reached > rate + slack) return { map: passed[1], passed };
    const codes = passed[0].codes.slice();
    codes[n - 1] = single ? 0 : codes[n - 2];
    return { map: deterministic(p, codes, passed[0].count - 1), passed };
  }
  return { map: constant(p), passed: [] };
}

function topMerged(p: Float64Array, k: number): CodeMap {
  const codes = Int32Array.from(p, (_, x) => Math.max(0, x - k + 1));
  return deterministic(p, codes, p.length - k + 1);
}

/** Entropy with the k largest merged, for k from 1 to n. */
function entropiesOfRun(p: Float64Array): Float64Array {
  const out = new Float64Array(p.length + 1);
  let alone = 0;
  for (let k = p.length; k >= 1; k--) {
    out[k] = alone;
    alone += phi(p[k - 1]);
  }
  let merged = 0;
  for (let k = 1; k <= p.length; k++) {
    merged += p[k - 1];
    out[k] += phi(merged);
  }
  return out;
}
