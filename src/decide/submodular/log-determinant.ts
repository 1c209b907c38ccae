import { InputError } from "../../core/errors.ts";
import { requireNotNegative, requireSquare } from "./refusals.ts";
import type { SetFunction } from "./set-function.ts";
import type { Similarities } from "./similarities.ts";

/** Pairwise similarities of the items, an entry at a time. */
export interface Kernel {
  readonly items: number;
  entry(i: number, j: number): number;
}

/**
 * Log-determinant, f(A) = ln det(S_A + ridge I): items that span as much as possible; the most probable set of a
 * determinantal point process. Submodular for a positive semi-definite S, and monotone when the ridge is at least 1.
 *
 * Incremental Cholesky (Chen, Zhang, Zhou 2018), an item brought up to date only when its gain is asked for: O(n k²)
 * time and O(n k) memory in the naive greedy, usually far less in the lazy one.
 *
 * @param ridge added to the diagonal; 1 by default
 * @throws InputError unless the table is square and ridge a number of at least 0; on adding items, when S is not
 * positive definite
 */
export function logDeterminant(s: Similarities, { ridge = 1 }: { ridge?: number } = {}): SetFunction {
  requireSquare(s, "logDeterminant");
  requireNotNegative(ridge, "logDeterminant: ridge");
  return logDeterminantOf(s, ridge, "log-determinant");
}

export function logDeterminantOf(kernel: Kernel, ridge: number, name: string): SetFunction {
  return {
    name,
    n: kernel.items,
    monotone: ridge >= 1,
    submodular: true,
    start() {
      const n = kernel.items;
      const chosen: number[] = [];
      /** Item j's row of the Cholesky factor, as far as `known[j]` of the chosen items. */
      const factor: (Float64Array | undefined)[] = new Array(n);
      const known = new Int32Array(n);
      /** What is left of the diagonal; its square root would be the next pivot. */
      const left = Float64Array.from({ length: n }, (_, j) => kernel.entry(j, j) + ridge);
      let value = 0;

      const bringUpToDate = (j: number): Float64Array | undefined => {
        let row = factor[j];
        if (chosen.length > (row?.length ?? 0)) {
          const longer = new Float64Array(Math.max(8, 2 * chosen.length));
          if (row) longer.set(row);
          factor[j] = row = longer;
        }
        for (let t = known[j]; t < chosen.length; t++) {
          const other = chosen[t];
          const pivotRow = factor[other];
          let sum = kernel.entry(other, j);
          for (let u = 0; u < t; u++) sum -= pivotRow![u] * row![u];
          const e = sum / Math.sqrt(left[other]);
          row![t] = e;
          left[j] -= e * e;
        }
        known[j] = chosen.length;
        return row;
      };
      const gain = (j: number): number => {
        bringUpToDate(j);
        if (left[j] > 0) return Math.log(left[j]);
        throw new InputError({
          code: "not-positive-definite",
          where: name,
          problem: `item ${j} has no volume left beside the ${chosen.length} chosen`,
          expected: "a positive definite kernel",
          got: left[j],
          hint: "a ridge of 1 makes any positive semi-definite kernel do",
        });
      };
      return {
        get value() {
          return value;
        },
        gain,
        add(j) {
          value += gain(j);
          chosen.push(j);
        },
      };
    },
  };
}
