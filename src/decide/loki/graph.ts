import { InputError } from "../../core/errors.ts";

/** Two nodes and the length of the edge between them, 1 where none is given. */
export type Edge = readonly [from: number, to: number, length?: number];

/** A graph without directions: the neighbours of node i are `targets[e]` for e from `offsets[i]` to `offsets[i + 1] − 1`. */
export interface Graph {
  readonly nodes: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly lengths: Float64Array;
  /** The length of all edges where they are equally long, else undefined. */
  readonly unit?: number;
  /** No cycles, and in one piece. */
  readonly isTree: boolean;
}

/** @throws InputError for nodes that do not exist, loops, and lengths that are not positive */
export function graphFrom(
  where: string,
  nodes: number,
  edges: readonly Edge[],
  nameOf: (node: number) => string,
): Graph {
  const offsets = new Int32Array(nodes + 1);
  for (const [from, to, length = 1] of edges) {
    requireEdge(where, nodes, from, to, length, nameOf);
    offsets[from + 1]++;
    offsets[to + 1]++;
  }
  for (let i = 0; i < nodes; i++) offsets[i + 1] += offsets[i];
  const next = offsets.slice();
  const targets = new Int32Array(2 * edges.length);
  const lengths = new Float64Array(2 * edges.length);
  for (const [from, to, length = 1] of edges) {
    targets[next[from]] = to;
    lengths[next[from]++] = length;
    targets[next[to]] = from;
    lengths[next[to]++] = length;
  }
  const unit = lengths.every((length) => length === lengths[0]) ? (lengths[0] ?? 1) : undefined;
  const graph = { nodes, offsets, targets, lengths, unit };
  const reached = shortestPaths(graph, 0, new Float64Array(nodes));
  return { ...graph, isTree: edges.length === nodes - 1 && reached.every(Number.isFinite) };
}

function requireEdge(
  where: string,
  nodes: number,
  from: number,
  to: number,
  length: number,
  nameOf: (node: number) => string,
): void {
  for (const node of [from, to]) {
    if (Number.isInteger(node) && node >= 0 && node < nodes) continue;
    throw new InputError({
      code: "bad-edge",
      where,
      problem: "an edge to a node that does not exist",
      expected: `nodes from 0 to ${nodes - 1}`,
      got: node,
    });
  }
  if (from === to) {
    throw new InputError({
      code: "bad-edge",
      where,
      problem: `an edge from ${nameOf(from)} to itself`,
      expected: "two different nodes",
      got: [from, to],
    });
  }
  if (length > 0 && length < Number.POSITIVE_INFINITY) return;
  throw new InputError({
    code: "negative-distance",
    where,
    problem: `the edge between ${nameOf(from)} and ${nameOf(to)} has no positive length`,
    expected: "a finite number above 0",
    got: length,
  });
}

type Paths = Omit<Graph, "isTree">;

/** Distances from `start`; Infinity where there is no path. Breadth first for equal edges, else Dijkstra's algorithm. */
export function shortestPaths(graph: Paths, start: number, out: Float64Array): Float64Array {
  return distancesToSet(graph, [start], out);
}

/** Distances to the nearest of some nodes. */
export function distancesToSet(graph: Paths, starts: ArrayLike<number>, out: Float64Array): Float64Array {
  out.fill(Number.POSITIVE_INFINITY);
  return graph.unit === undefined
    ? dijkstra(graph, starts, out)
    : breadthFirst(graph, graph.unit, starts, out);
}

function breadthFirst(
  { nodes, offsets, targets }: Paths,
  unit: number,
  starts: ArrayLike<number>,
  out: Float64Array,
): Float64Array {
  const queue = new Int32Array(nodes);
  let end = 0;
  for (let s = 0; s < starts.length; s++) {
    out[starts[s]] = 0;
    queue[end++] = starts[s];
  }
  for (let at = 0; at < end; at++) {
    const node = queue[at];
    for (let e = offsets[node]; e < offsets[node + 1]; e++) {
      const to = targets[e];
      if (out[to] !== Number.POSITIVE_INFINITY) continue;
      out[to] = out[node] + unit;
      queue[end++] = to;
    }
  }
  return out;
}

function dijkstra(graph: Paths, starts: ArrayLike<number>, out: Float64Array): Float64Array {
  const { offsets, targets, lengths } = graph;
  const heap = new NodeHeap(graph.targets.length + starts.length);
  for (let s = 0; s < starts.length; s++) {
    out[starts[s]] = 0;
    heap.push(starts[s], 0);
  }
  while (heap.size > 0) {
    const distance = heap.least;
    const node = heap.pop();
    if (distance > out[node]) continue;
    for (let e = offsets[node]; e < offsets[node + 1]; e++) {
      const through = distance + lengths[e];
      if (through >= out[targets[e]]) continue;
      out[targets[e]] = through;
      heap.push(targets[e], through);
    }
  }
  return out;
}

/** A binary heap of nodes by distance. */
class NodeHeap {
  size = 0;
  readonly #nodes: Int32Array;
  readonly #keys: Float64Array;

  constructor(capacity: number) {
    this.#nodes = new Int32Array(capacity);
    this.#keys = new Float64Array(capacity);
  }

  get least(): number {
    return this.#keys[0];
  }

  push(node: number, key: number): void {
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#keys[parent] <= key) break;
      this.#put(at, this.#nodes[parent], this.#keys[parent]);
      at = parent;
    }
    this.#put(at, node, key);
  }

  pop(): number {
    const top = this.#nodes[0];
    const last = --this.size;
    const [node, key] = [this.#nodes[last], this.#keys[last]];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#keys[child + 1] < this.#keys[child]) child++;
      if (this.#keys[child] >= key) break;
      this.#put(at, this.#nodes[child], this.#keys[child]);
      at = child;
    }
    this.#put(at, node, key);
    return top;
  }

  #put(at: number, node: number, key: number): void {
    this.#nodes[at] = node;
    this.#keys[at] = key;
  }
}
