import type { Matrix } from "../../core/matrix.ts";
import { sortWithOrder } from "../../core/neighbours/sorted-order.ts";

/**
 * The edges of adaptive bins: `lower`, where there is one, then U[⌊k |U| / bins⌋] for k = 0 … bins − 1 and the largest
 * of U, the sorted different values of the whole matrix without `lower`. Equal edges are left out: no value lies
 * between them.
 */
export function adaptiveEdges({ data }: Matrix, bins: number, lower: number | undefined): Float64Array {
  const sorted = sortWithOrder(data).values;
  let levels = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (sorted[i] !== lower && (levels === 0 || sorted[i] !== sorted[levels - 1])) {
      sorted[levels++] = sorted[i];
    }
  }
  const edges: number[] = lower === undefined ? [] : [lower];
  const add = (edge: number) => {
    if (edges.at(-1) !== edge) edges.push(edge);
  };
  for (let k = 0; k < bins && levels > 0; k++) add(sorted[Math.floor((k * levels) / bins)]);
  if (levels > 0) add(sorted[levels - 1]);
  return Float64Array.from(edges);
}

/** `count` edges at equal distances from `low` to `high`. */
export function equalEdges(low: number, high: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => low + (k * (high - low)) / (count - 1));
}

/** For each number how many edges are at most as large: a number on an edge belongs to the bin above it. */
export function binned({ data }: Matrix, edges: Float64Array): Int32Array {
  const out = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (edges[middle] <= data[i]) low = middle + 1;
      else high = middle;
    }
    out[i] = low;
  }
  return out;
}
