import { InputError } from "../../../core/errors.ts";
import type { Predictor } from "../predictor.ts";

/** The node of the empty sequence; the node of the unit u alone is u + 1. */
export const root = 0;
const mostNodes = 0x8000000;
/** Numbers per entry of the table. */
const entry = 4;

/**
 * Sequences of units as paths from the root: a node is its parent, which is the sequence without its last unit, and
 * that unit. Its suffix is the node of the sequence without its first unit. Parent and suffix have smaller numbers.
 * Children are found by open addressing in a table of (parent, unit, child, state), one cache line for a look-up; the
 * last is for whoever scores.
 */
export class SequenceTrie {
  /** Number of units. */
  readonly size: number;
  /** Number of nodes. */
  nodes: number;
  parent: Int32Array;
  unit: Int32Array;
  suffix: Int32Array;
  depth: Uint8Array;
  #table: Int32Array;

  constructor(size: number, room = 0) {
    const length = 1 + size + room;
    this.size = size;
    this.nodes = 1 + size;
    this.parent = new Int32Array(length);
    this.unit = new Int32Array(length);
    this.suffix = new Int32Array(length);
    this.depth = new Uint8Array(length);
    for (let u = 0; u < size; u++) this.unit[u + 1] = u;
    this.unit[root] = -1;
    this.depth.fill(1, 1, 1 + size);
    this.#table = new Int32Array(entry * powerOfTwo(1.6 * room + 16));
  }

  /** The table, whose entry of each node holds what `stateOf` says in its last place. */
  tableWith(stateOf: ArrayLike<number>): Int32Array {
    const table = this.#table;
    for (let at = 0; at < table.length; at += entry) table[at + 3] = stateOf[table[at + 2]];
    return table;
  }

  /** The child of a node along a unit, or −1. */
  child(node: number, unit: number): number {
    return node === root ? unit + 1 : this.#table[placeOf(this.#table, node, unit) + 2] || -1;
  }

  /** Adds a child that is not there yet. */
  add(parent: number, unit: number, suffix: number): number {
    const node = this.nodes;
    if (node === this.parent.length) this.#grow();
    if (1.6 * (node - this.size) > this.#table.length / entry) this.#rehash();
    this.parent[node] = parent;
    this.unit[node] = unit;
    this.suffix[node] = suffix;
    this.depth[node] = this.depth[parent] + 1;
    this.#place(node);
    this.nodes++;
    return node;
  }

  #place(node: number): void {
    const at = placeOf(this.#table, this.parent[node], this.unit[node]);
    this.#table[at] = this.parent[node];
    this.#table[at + 1] = this.unit[node];
    this.#table[at + 2] = node;
  }

  #rehash(): void {
    this.#table = new Int32Array(2 * this.#table.length);
    for (let node = 1 + this.size; node < this.nodes; node++) this.#place(node);
  }

  #grow(): void {
    const length = Math.min(mostNodes, Math.ceil(1.6 * this.nodes) + 1024);
    if (length <= this.nodes) {
      throw new InputError({
        code: "too-large",
        where: "n-gram model",
        problem: "too many different n-grams",
        expected: `at most ${mostNodes}`,
        got: this.nodes,
      });
    }
    for (const name of ["parent", "unit", "suffix"] as const) {
      const larger = new Int32Array(length);
      larger.set(this[name]);
      this[name] = larger;
    }
    const depth = new Uint8Array(length);
    depth.set(this.depth);
    this.depth = depth;
  }
}

/**
 * A back-off model: every stored sequence has the probability of its last unit after the others, and the weight by which
 * the shorter context counts for units not stored after it. Interpolated Kneser–Ney, ARPA files and pruned models all
 * have this form. The state is the longest suffix of what was read that is a context; a step follows suffix links like
 * Aho & Corasick's automaton, so that scoring takes one look-up per level of back-off: O(order) at worst.
 */
export class BackoffModel implements Predictor {
  readonly trie: SequenceTrie;
  readonly size: number;
  readonly start: number;
  /** Of each node ln p(last unit | the others), and ln of its back-off weight as a context. */
  readonly values: Float64Array;
  /** The state once a node has been read. */
  readonly #settled: Int32Array;
  readonly #table: Int32Array;
  readonly #one = new Int32Array(1);
  readonly #scored = new Float64Array(1);
  #children: { first: Int32Array; nodes: Int32Array } | undefined;

  constructor(trie: SequenceTrie, values: Float64Array) {
    this.trie = trie;
    this.size = trie.size;
    this.values = values;
    const settled = new Int32Array(trie.nodes);
    for (let node = 1 + trie.size; node < trie.nodes; node++) settled[trie.parent[node]] = 1;
    for (let node = 1; node < trie.nodes; node++) {
      const isContext = settled[node] === 1 || values[2 * node + 1] !== 0;
      settled[node] = isContext ? node : settled[trie.suffix[node]];
    }
    settled[root] = root;
    this.#settled = settled;
    this.#table = trie.tableWith(settled);
    // Unit 0 begins every text.
    this.start = settled[1];
  }

  logProbability(state: number, unit: number): number {
    this.#one[0] = unit;
    this.advance(state, this.#one, 1, this.#scored);
    return this.#scored[0];
  }

  next(state: number, unit: number): number {
    this.#one[0] = unit;
    return this.advance(state, this.#one, 1, this.#scored);
  }

  /** ln p of `count` units in a row into `into`, from a state; gives the state after them. A unit of −1 is impossible. */
  advance(state: number, units: Int32Array, count: number, into: Float64Array): number {
    const { values } = this;
    const { suffix } = this.trie;
    const settled = this.#settled;
    const table = this.#table;
    let context = state;
    for (let i = 0; i < count; i++) {
      const unit = units[i];
      if (unit < 0) {
        into[i] = Number.NEGATIVE_INFINITY;
        context = root;
        continue;
      }
      let weight = 0;
      for (;;) {
        if (context === root) {
          into[i] = weight + values[2 * unit + 2];
          context = settled[unit + 1];
          break;
        }
        const at = placeOf(table, context, unit);
        const node = table[at + 2];
        if (node > 0) {
          into[i] = weight + values[2 * node];
          context = table[at + 3];
          break;
        }
        weight += values[2 * context + 1];
        context = suffix[context];
      }
    }
    return context;
  }

  distribution(state: number, into: Float64Array): void {
    const { trie, values, size } = this;
    for (let unit = 0; unit < size; unit++) into[unit] = Math.exp(values[2 * unit + 2]);
    const contexts: number[] = [];
    for (let context = state; context !== root; context = trie.suffix[context]) contexts.push(context);
    const { first, nodes } = this.#sortedChildren();
    for (const context of contexts.reverse()) {
      const weight = Math.exp(values[2 * context + 1]);
      for (let unit = 0; unit < size; unit++) into[unit] *= weight;
      for (let i = first[context]; i < first[context + 1]; i++) {
        into[trie.unit[nodes[i]]] = Math.exp(values[2 * nodes[i]]);
      }
    }
  }

  /** The children of each node, next to each other; made when a distribution is first asked for. */
  #sortedChildren(): { first: Int32Array; nodes: Int32Array } {
    if (this.#children === undefined) this.#children = childrenOf(this.trie);
    return this.#children;
  }
}

/** The nodes below the units, grouped by parent: those of node v are `nodes[first[v]]` to `nodes[first[v + 1] − 1]`. */
export function childrenOf(trie: SequenceTrie): { first: Int32Array; nodes: Int32Array } {
  const { parent, nodes: count, size } = trie;
  const first = new Int32Array(count + 2);
  for (let node = 1 + size; node < count; node++) first[parent[node] + 2]++;
  for (let node = 0; node < count; node++) first[node + 2] += first[node + 1];
  const nodes = new Int32Array(count - 1 - size);
  for (let node = 1 + size; node < count; node++) nodes[first[parent[node] + 1]++] = node;
  return { first, nodes };
}

/** Where a child's entry is in the table, or where it would go. */
function placeOf(table: Int32Array, parent: number, unit: number): number {
  const mask = table.length - entry;
  let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  let at = ((hash ^ (hash >>> 13)) << 2) & mask;
  while (table[at + 2] > 0 && (table[at] !== parent || table[at + 1] !== unit)) at = (at + entry) & mask;
  return at;
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least));
}
