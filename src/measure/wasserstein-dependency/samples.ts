import type { Matrix } from "../../core/matrix.ts";
import { transport } from "./transport.ts";

/** The distance of two pairs: Euclid's on (x, y), or the sum of absolute differences. */
export type GroundMetric = "l2" | "l1";

/** The distances between rows, of x and of y, that the costs of pairs are made of: squared for `"l2"`. */
export interface BlockDistances {
  n: number;
  x: Float64Array;
  y: Float64Array;
  metric: GroundMetric;
}

export function blockDistances(x: Matrix, y: Matrix, metric: GroundMetric): BlockDistances {
  const between = ({ data, rows, cols }: Matrix) => {
    const out = new Float64Array(rows * rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) {
        let sum = 0;
        for (let d = 0; d < cols; d++) {
          const gap = data[i * cols + d] - data[j * cols + d];
          sum += metric === "l2" ? gap * gap : Math.abs(gap);
        }
        out[i * rows + j] = sum;
      }
    }
    return out;
  };
  return { n: x.rows, x: between(x), y: between(y), metric };
}

/** W₁ between the pairs (xᵢ, y_order[i]) and all n² pairs of an x with a y. */
export function againstProduct(blocks: BlockDistances, order: Int32Array): number {
  const { n, x, y, metric } = blocks;
  const costs = new Float64Array(n ** 3);
  let at = 0;
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      for (let i = 0; i < n; i++) costs[at++] = joined(x[i * n + j], y[order[i] * n + k], metric);
    }
  }
  return transport(costs, n, n * n).cost;
}

/** W₁ between the pairs (xᵢ, y_order[i]) and as many pairs (xⱼ, y_partner[j]). */
export function againstPairs(blocks: BlockDistances, order: Int32Array, partner: Int32Array): number {
  const { n, x, y, metric } = blocks;
  const costs = new Float64Array(n * n);
  let at = 0;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) costs[at++] = joined(x[i * n + j], y[order[i] * n + partner[j]], metric);
  }
  return transport(costs, n, n).cost;
}

function joined(x: number, y: number, metric: GroundMetric): number {
  return metric === "l2" ? Math.sqrt(x + y) : x + y;
}
