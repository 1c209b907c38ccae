import type { Random } from "../../core/random.ts";
import type { Edge } from "./graph.ts";
import { type LabelSpace, labelSpaceFromGraph } from "./label-space.ts";

/** A uniform random labelled tree, from a random Prüfer sequence. */
export function randomTree(n: number, random: Random): LabelSpace {
  const sequence = Array.from({ length: n - 2 }, () => random.integer(n));
  const degree = new Int32Array(n).fill(1);
  for (const node of sequence) degree[node]++;
  const edges: Edge[] = [];
  let next = degree.indexOf(1);
  let leaf = next;
  for (const node of sequence) {
    edges.push([leaf, node]);
    if (--degree[node] === 1 && node < next) leaf = node;
    else leaf = next = degree.indexOf(1, next + 1);
  }
  edges.push([leaf, n - 1]);
  return labelSpaceFromGraph(n, edges);
}
