import type { NgramCounts } from "./kneser-ney.ts";
import { SequenceTrie } from "./trie.ts";

/**
 * The same counts without rare n-grams, whose mass goes to the shorter contexts: probabilities still sum to one.
 *
 * @param least the smallest count kept of n-grams of 2, 3, … units; shorter forms of what is kept are kept too
 */
export function pruned({ trie, counts, left, ...rest }: NgramCounts, least: readonly number[]): NgramCounts {
  const keep = new Uint8Array(trie.nodes);
  for (let node = trie.nodes - 1; node > trie.size; node--) {
    if (keep[node] === 0 && counts[node] < least[trie.depth[node] - 2]) continue;
    keep[node] = 1;
    keep[trie.parent[node]] = 1;
    keep[trie.suffix[node]] = 1;
  }
  keep.fill(1, 0, 1 + trie.size);
  const smaller = new SequenceTrie(trie.size, 1 << 10);
  const numbers = new Int32Array(trie.nodes);
  for (let node = 0; node < trie.nodes; node++) {
    if (keep[node] === 0) continue;
    numbers[node] =
      node <= trie.size
        ? node
        : smaller.add(numbers[trie.parent[node]], trie.unit[node], numbers[trie.suffix[node]]);
  }
  const kept = { counts: new Float64Array(smaller.nodes), left: new Float64Array(smaller.nodes) };
  for (let node = 0; node < trie.nodes; node++) {
    if (keep[node] === 0) kept.left[numbers[trie.parent[node]]] += counts[node];
    else {
      kept.counts[numbers[node]] = counts[node];
      kept.left[numbers[node]] += left[node];
    }
  }
  return { ...rest, trie: smaller, ...kept };
}
