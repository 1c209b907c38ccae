/**
 * Mutual information of continuous variables from nearest neighbours: Kraskov, Stögbauer, Grassberger, "Estimating
 * mutual information", Phys. Rev. E 69, 066138, 2004 (arXiv cond-mat/0305641).
 *
 * Implemented: eq. (8), here `ksg1`, and eq. (9), here `ksg2`, for any numbers of columns,
 *
 *   Î⁽¹⁾ = ψ(k) + ψ(n) − ⟨ψ(n_x + 1) + ψ(n_y + 1)⟩,   n_x = #{j ≠ i: ‖x_j − x_i‖ < ε_i}
 *   Î⁽²⁾ = ψ(k) − 1/k + ψ(n) − ⟨ψ(n_x) + ψ(n_y)⟩,     n_x = #{j ≠ i: ‖x_j − x_i‖ ≤ ε_x,i}
 *
 * with ε the distance to the k-th neighbour in the joint space and ε_x how far the k neighbours reach in x.
 * Distances are max-norm in the joint space and inside x and y (the paper leaves the inner norms free).
 * Not implemented: the paper's extension to more than two variables.
 *
 * Cost: O(n log n) for one column against one (a permutation O(n), see core/neighbours/plane.ts), and up to ten
 * columns together with a k-d tree; O(n² d) beyond. O(n) memory.
 */
import type { Matrix } from "../../core/matrix.ts";
import { jointCounts } from "../../core/neighbours/joint-counts.ts";
import { checkNeighbours } from "../../core/neighbours/neighbours.ts";
import { digammaTable } from "../../core/special.ts";
import type { EstimatorOptions, MutualInformationEstimator, PointEstimate, Variable } from "../estimator.ts";

/**
 * KSG, algorithm 1: one radius for x and y. Smaller variance than {@link ksg2}, slightly larger bias in high dimension.
 *
 * Takes two matrices and `k` (default 3); gives nats. With repeated values add noise of 1e-10 standard deviations first, as `mutualInformation` does.
 *
 * @throws InputError when k is not an integer from 1 to n − 1
 * @example
 * import { mutualInformation } from "surprisal";
 * const x = [0.1, 0.9, 0.4, 0.7, 0.2, 0.6, 0.3, 0.8];
 * const y = [0.2, 0.8, 0.5, 0.9, 0.1, 0.4, 0.3, 0.7];
 * const { value } = await mutualInformation(x, y, { estimator: "ksg1", k: 2 });
 */
export const ksg1: MutualInformationEstimator = estimator("ksg1", 1);

/**
 * KSG, algorithm 2: a radius for x and another for y. Otherwise as {@link ksg1}.
 */
export const ksg2: MutualInformationEstimator = estimator("ksg2", 2);

function estimator(name: string, algorithm: 1 | 2): MutualInformationEstimator {
  const defaults = { k: 3 };
  /** A function that pairs row i of x with row order[i] of y, writes the contributions and gives their mean. */
  const prepare = (x: Variable, y: Variable, { k = defaults.k }: EstimatorOptions) => {
    const { rows: n } = x as Matrix;
    checkNeighbours(k, n, name);
    const count = jointCounts(x as Matrix, y as Matrix, k, algorithm === 1 ? "joint" : "own");
    const psi = digammaTable(n);
    const constant = psi[k] + psi[n] - (algorithm === 1 ? 0 : 1 / k);
    const self = algorithm === 1 ? 1 : 0;
    return (order: Int32Array, local: Float64Array): number => {
      const { nearX, nearY } = count(order);
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const contribution = constant - psi[nearX[i] + self] - psi[nearY[i] + self];
        local[i] = contribution;
        sum += contribution;
      }
      return sum / n;
    };
  };
  return {
    name,
    title: `KSG, algorithm ${algorithm}`,
    takes: { x: "continuous", y: "continuous" },
    defaults,
    estimate(x, y, options): PointEstimate {
      const { rows: n } = x as Matrix;
      const local = new Float64Array(n);
      const asGiven = Int32Array.from({ length: n }, (_, i) => i);
      const value = prepare(x, y, options)(asGiven, local);
      return { value, n, local, warnings: [], diagnostics: { k: options.k ?? defaults.k } };
    },
    permuter(x, y, options) {
      const evaluate = prepare(x, y, options);
      const local = new Float64Array((x as Matrix).rows);
      return (order) => evaluate(order, local);
    },
  };
}
