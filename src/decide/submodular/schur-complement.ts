import { cholesky } from "../../core/linear-algebra.ts";
import { matrix } from "../../core/matrix.ts";
import type { Kernel } from "./log-determinant.ts";
import type { Similarities } from "./similarities.ts";

/** Some given rows, as the pool sees them. */
export interface Given {
  /** Given rows × pool. */
  table: Similarities;
  /** Given × given. */
  within: Similarities;
  /** Of the entries of `table`: 1 removes all that the given rows explain. */
  scale: number;
}

/**
 * The Schur complement S_V − S_VG (S_G + ridge I)⁻¹ S_GV: the kernel of what the given rows leave unexplained. With
 * S_G + ridge I = L Lᵀ it is sᵢⱼ − wᵢ·wⱼ for wᵢ = L⁻¹ S_Gᵢ, so that entries cost O(|G|) and O(n |G|) memory.
 *
 * @throws InputError when S_G + ridge I is not positive definite
 */
export function beyond(
  pool: Similarities,
  given: readonly Given[],
  { between, ridge, where }: { between?: Similarities; ridge: number; where: string },
): Kernel {
  const sizes = given.map(({ table }) => table.represented);
  const g = sizes.reduce((sum, size) => sum + size, 0);
  const kernel = matrix(g, g);
  for (let a = 0, top = 0; a < given.length; top += sizes[a++]) {
    for (let b = 0, left = 0; b < given.length; left += sizes[b++]) {
      for (let i = 0; i < sizes[a]; i++) {
        for (let j = 0; j < sizes[b]; j++) {
          const value =
            a === b ? given[a].within.entry(i, j) : a < b ? between!.entry(i, j) : between!.entry(j, i);
          kernel.data[(top + i) * g + left + j] = value + (a === b && i === j ? ridge : 0);
        }
      }
    }
  }
  const lower = cholesky(kernel, where).data;
  const w = new Float64Array(pool.items * g);
  for (let item = 0; item < pool.items; item++) {
    const from = item * g;
    let at = from;
    for (const { table, scale } of given) {
      for (let q = 0; q < table.represented; q++) w[at++] = scale * table.entry(q, item);
    }
    for (let q = 0; q < g; q++) {
      for (let r = 0; r < q; r++) w[from + q] -= lower[q * g + r] * w[from + r];
      w[from + q] /= lower[q * g + q];
    }
  }
  return {
    items: pool.items,
    entry(i, j) {
      let value = pool.entry(i, j);
      for (let q = 0; q < g; q++) value -= w[i * g + q] * w[j * g + q];
      return value;
    },
  };
}
