/**
 * Random orders that keep what z says about x: Runge, "Conditional independence testing based on a nearest-neighbor
 * estimator of conditional mutual information", AISTATS 2018 (arXiv 1709.01447), algorithm 1.
 *
 * Cost: the neighbours once (O(n log n) up to ten columns), then O(n · neighbours) for each order.
 */
import type { Matrix } from "../../core/matrix.ts";
import { checkNeighbours, nearestNeighbours } from "../../core/neighbours/neighbours.ts";
import type { Random } from "../../core/random.ts";

/**
 * Gives a function whose every call returns a new random `order`: row i receives the x of row `order[i]`, one of its
 * nearest rows in z.
 *
 * Rows choose in random order, each the first row of its shuffled neighbourhood that nobody has taken; where all are
 * taken, one is used again. So `order` is nearly, but not always, a permutation.
 *
 * @param z n × d; distances are max-norm
 * @param random where the choices come from; every call goes on from where the last one ended
 * @param options `neighbours` (default 5): the size of a neighbourhood, the row itself included, as in the paper's program
 * @throws InputError when `neighbours` is not an integer from 2 to n
 */
export function neighbourhoodPermutation(
  z: Matrix,
  random: Random,
  { neighbours = 5 }: { neighbours?: number } = {},
): () => Int32Array {
  const n = z.rows;
  checkNeighbours(neighbours - 1, n, "neighbourhoodPermutation");
  const { indices } = nearestNeighbours(z, neighbours - 1);
  const hoods = new Int32Array(n * neighbours);
  for (let i = 0; i < n; i++) {
    hoods[i * neighbours] = i;
    hoods.set(indices.subarray(i * (neighbours - 1), (i + 1) * (neighbours - 1)), i * neighbours + 1);
  }
  return () => {
    const order = new Int32Array(n);
    const taken = new Uint8Array(n);
    for (const i of random.permutation(n)) {
      const start = i * neighbours;
      let chosen = 0;
      for (let left = neighbours; left > 0; left--) {
        const pick = start + random.integer(left);
        chosen = hoods[pick];
        hoods[pick] = hoods[start + left - 1];
        hoods[start + left - 1] = chosen;
        if (taken[chosen] === 0) break;
      }
      order[i] = chosen;
      taken[chosen] = 1;
    }
    return order;
  };
}
