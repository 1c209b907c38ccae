/**
 * Interpolated Kneser–Ney smoothing (Kneser & Ney, "Improved backing-off for m-gram language modeling", ICASSP 1995) in
 * the modified form of Chen & Goodman ("An empirical study of smoothing techniques for language modeling", Computer
 * Speech & Language 13, 1999), with their estimates of the discounts (their eqs. 17 and 26).
 *
 * Counts of the longest n-grams are how often they were seen; those of shorter ones are in how many different units they
 * were preceded by, except where they begin a text and nothing precedes. The probability after a context h is
 *   p(w | h) = (c(hw) − D(c(hw))) / c(h·) + γ(h) p(w | h without its first unit),
 * where γ(h) gives back what the discounts D took. Below single units lies the uniform distribution if units unknown to
 * training are expected, else nothing is taken from them. Cost: O(1) per n-gram.
 */
import { BackoffModel, root, SequenceTrie } from "./trie.ts";

/** Counts as the smoothing needs them: everything there is to know of a trained model. */
export interface NgramCounts {
  readonly order: number;
  readonly trie: SequenceTrie;
  /** Of each node below the root: seen how often, or after how many different units. */
  readonly counts: Float64Array;
  /** Of each context: the counts of children that were left out. */
  readonly left: Float64Array;
  /** For each order from 1: what is taken from counts of 1, of 2, and of 3 or more. */
  readonly discounts: readonly (readonly number[])[];
  /** The first unit that can follow: 0, or 1 where unit 0 only begins texts. */
  readonly firstEvent: number;
}

interface CountOptions {
  readonly order: number;
  /** Units are numbered from 0 to size − 1. */
  readonly size: number;
  readonly firstEvent: number;
  /** Units that training never saw have a probability. */
  readonly open: boolean;
  /** One discount for all counts instead of those estimated from counts of counts. */
  readonly discount?: number;
}

/** In a stream of units: a new text begins. Unit 0 both ends one and begins the next. */
export const newText = -1;

/**
 * Counts the n-grams of a stream of units.
 *
 * @param streams pieces of one stream, in order; between pieces nothing is forgotten
 */
export class NgramCounter {
  readonly #options: CountOptions;
  readonly #trie: SequenceTrie;
  #seen: Float64Array;
  #preceded: Float64Array;
  /** The nodes of the last 1, 2, … units. */
  readonly #contexts: Int32Array;
  #known = 1;

  constructor(options: CountOptions) {
    this.#options = options;
    this.#trie = new SequenceTrie(options.size, 1 << 10);
    this.#seen = new Float64Array(this.#trie.parent.length);
    this.#preceded = new Float64Array(this.#trie.parent.length);
    this.#contexts = new Int32Array(options.order + 1);
    this.#contexts[1] = 1;
  }

  read(units: Int32Array, count = units.length): void {
    const trie = this.#trie;
    const contexts = this.#contexts;
    const longest = this.#options.order - 1;
    for (let i = 0; i < count; i++) {
      const unit = units[i];
      if (unit !== newText) {
        let shorter = unit + 1;
        this.#seen[shorter]++;
        // contexts[k] becomes the node of the last k units; the old one is needed once more before it is replaced.
        let old = contexts[1];
        contexts[1] = shorter;
        for (let k = 1; k <= this.#known; k++) {
          let node = trie.child(old, unit);
          if (node < 0) {
            node = trie.add(old, unit, shorter);
            if (node >= this.#seen.length) this.#grow();
            this.#preceded[shorter]++;
          }
          this.#seen[node]++;
          old = contexts[k + 1];
          contexts[k + 1] = node;
          shorter = node;
        }
        if (this.#known < longest) this.#known++;
      }
      if (unit <= 0) {
        contexts[1] = 1;
        this.#known = 1;
      }
    }
  }

  #grow(): void {
    const length = this.#trie.parent.length;
    const larger = (old: Float64Array) => {
      const array = new Float64Array(length);
      array.set(old);
      return array;
    };
    this.#seen = larger(this.#seen);
    this.#preceded = larger(this.#preceded);
  }

  finish(): NgramCounts {
    const { order, firstEvent, open, discount } = this.#options;
    const trie = this.#trie;
    const counts = new Float64Array(trie.nodes);
    const begins = new Uint8Array(trie.nodes);
    for (let node = 1; node < trie.nodes; node++) {
      const parent = trie.parent[node];
      begins[node] = parent === 1 || begins[parent] === 1 ? 1 : 0;
      const raw = trie.depth[node] === order || begins[node] === 1;
      counts[node] = raw ? this.#seen[node] : this.#preceded[node];
    }
    if (firstEvent > 0) counts[1] = 0;
    const discounts = Array.from({ length: order }, (_, k) => {
      if (k === 0 && !open) return [0, 0, 0];
      if (discount !== undefined) return [1, 2, 3].map((r) => Math.min(discount, r));
      return estimatedDiscounts(trie, counts, k + 1);
    });
    return { order, trie, counts, left: new Float64Array(trie.nodes), discounts, firstEvent };
  }
}

/** Chen & Goodman's discounts for counts of 1, 2, and 3 or more; 0.75 where counts of counts are missing. */
function estimatedDiscounts(trie: SequenceTrie, counts: Float64Array, depth: number): number[] {
  const [n1, n2, n3, n4] = countsOfCounts(trie, counts, depth);
  if (n1 === 0 || n2 === 0 || n3 === 0 || n4 === 0) return [0.75, 0.75, 0.75];
  const y = n1 / (n1 + 2 * n2);
  return [1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3].map((d, r) =>
    Math.min(Math.max(d, 0), r + 1),
  );
}

function countsOfCounts(trie: SequenceTrie, counts: Float64Array, depth: number): number[] {
  const found = [0, 0, 0, 0];
  for (let node = 1; node < trie.nodes; node++) {
    const count = counts[node];
    if (trie.depth[node] === depth && count >= 1 && count <= 4) found[count - 1]++;
  }
  return found;
}

/** The probabilities that counts give. */
export function kneserNey({ trie, counts, left, discounts, firstEvent }: NgramCounts): BackoffModel {
  const { nodes, parent, suffix, depth, size } = trie;
  const totals = left.slice(0, nodes);
  const taken = left.slice(0, nodes);
  for (let node = 1; node < nodes; node++) {
    const count = counts[node];
    totals[parent[node]] += count;
    taken[parent[node]] += discountOf(discounts[depth[node] - 1], count);
  }
  const probabilities = new Float64Array(nodes);
  const uniform = 1 / (size - firstEvent);
  for (let node = 1; node < nodes; node++) {
    const context = parent[node];
    const count = counts[node];
    const shorter = suffix[node] === root && depth[node] === 1 ? uniform : probabilities[suffix[node]];
    const own = count - discountOf(discounts[depth[node] - 1], count);
    probabilities[node] =
      totals[context] === 0 ? shorter : (own + taken[context] * shorter) / totals[context];
  }
  if (firstEvent > 0) probabilities[1] = 0;
  const values = new Float64Array(2 * nodes);
  for (let node = 0; node < nodes; node++) {
    values[2 * node] = Math.log(probabilities[node]);
    if (totals[node] > 0) values[2 * node + 1] = Math.log(taken[node] / totals[node]);
  }
  return new BackoffModel(trie, values);
}

function discountOf(discounts: readonly number[], count: number): number {
  return count === 0 ? 0 : discounts[Math.min(count, 3) - 1];
}
