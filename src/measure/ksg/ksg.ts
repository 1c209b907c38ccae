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
 * Cost: O(n log n) for one column against one (see core/neighbours/plane.ts), and up to ten columns together with
 * a k-d tree; O(n² d) beyond. O(n) memory.
 */
import { hstack, type Matrix, takeRows } from "../../core/matrix.ts";
import {
  checkNeighbours,
  justAbove,
  kthDistances,
  nearestNeighbours,
  RangeCounter,
  reachWithin,
} from "../../core/neighbours/index.ts";
import { Line } from "../../core/neighbours/line.ts";
import { Plane } from "../../core/neighbours/plane.ts";
import { digammaTable } from "../../core/special.ts";
import type { EstimatorOptions, MutualInformationEstimator, PointEstimate, Variable } from "../estimator.ts";

type Algorithm = 1 | 2;

/** Fills `local` for x paired with the rows `order` of y, and returns the mean. */
type Evaluate = (order: Int32Array, local: Float64Array) => number;

/**
 * KSG, algorithm 1: one radius for x and y. Smaller variance than {@link ksg2}, slightly larger bias in high dimension.
 *
 * Takes two matrices and `k` (default 3); gives nats. With over 5 % duplicate rows use `gao`.
 *
 * @throws InputError when k is not an integer from 1 to n − 1
 * @example
 * import { asMatrix } from "surprisal/core";
 * import { ksg1 } from "surprisal/measure";
 * const x = asMatrix([0.1, 0.9, 0.4, 0.7, 0.2, 0.6]);
 * const y = asMatrix([0.2, 0.8, 0.5, 0.9, 0.1, 0.4]);
 * ksg1.estimate(x, y, { k: 2 }).value;
 */
export const ksg1: MutualInformationEstimator = estimator("ksg1", 1);

/**
 * KSG, algorithm 2: a radius for x and another for y. Otherwise as {@link ksg1}.
 *
 * @throws InputError when k is not an integer from 1 to n − 1
 * @example
 * import { asMatrix } from "surprisal/core";
 * import { ksg2 } from "surprisal/measure";
 * const x = asMatrix([0.1, 0.9, 0.4, 0.7, 0.2, 0.6]);
 * const y = asMatrix([0.2, 0.8, 0.5, 0.9, 0.1, 0.4]);
 * ksg2.estimate(x, y, { k: 2 }).value;
 */
export const ksg2: MutualInformationEstimator = estimator("ksg2", 2);

function estimator(name: string, algorithm: Algorithm): MutualInformationEstimator {
  const defaults = { k: 3 };
  const prepare = (x: Variable, y: Variable, { k = defaults.k }: EstimatorOptions): Evaluate => {
    const [left, right] = [x as Matrix, y as Matrix];
    checkNeighbours(k, left.rows, name);
    const make = left.cols === 1 && right.cols === 1 ? betweenColumns : betweenMatrices;
    return make(left, right, k, algorithm);
  };
  return {
    name,
    title: `KSG, algorithm ${algorithm}`,
    takes: { x: "continuous", y: "continuous" },
    defaults,
    estimate(x, y, options): PointEstimate {
      const n = (x as Matrix).rows;
      const local = new Float64Array(n);
      const value = prepare(x, y, options)(identity(n), local);
      return { value, n, local, warnings: [], diagnostics: { k: options.k ?? defaults.k } };
    },
    permuter(x, y, options) {
      const evaluate = prepare(x, y, options);
      const local = new Float64Array((x as Matrix).rows);
      return (order) => evaluate(order, local);
    },
  };
}

/** One column each: both are sorted once, and a pairing is a permutation of sorted positions. */
function betweenColumns(x: Matrix, y: Matrix, k: number, algorithm: Algorithm): Evaluate {
  const n = x.rows;
  const psi = digammaTable(n);
  const constant = constantTerm(n, k, algorithm);
  const lineX = new Line(x.data);
  const lineY = new Line(y.data);
  const positionInY = lineY.positions();
  const plane = new Plane(lineX.values, lineY.values, k);
  const partner = new Int32Array(n);
  const reach = new Float64Array(n);
  const neighbours = algorithm === 2 ? new Int32Array(n * k) : undefined;
  return (order, local) => {
    for (let a = 0; a < n; a++) partner[a] = positionInY[order[lineX.order[a]]];
    plane.search(partner, reach, neighbours);
    let sum = 0;
    for (let a = 0; a < n; a++) {
      const b = partner[a];
      let radiusX = reach[a];
      let radiusY = reach[a];
      if (neighbours) {
        radiusX = radiusY = 0;
        for (let place = a * k; place < (a + 1) * k; place++) {
          const other = neighbours[place];
          radiusX = Math.max(radiusX, Math.abs(lineX.values[other] - lineX.values[a]));
          radiusY = Math.max(radiusY, Math.abs(lineY.values[partner[other]] - lineY.values[b]));
        }
        radiusX = justAbove(radiusX);
        radiusY = justAbove(radiusY);
      }
      const nearX = lineX.countCloser(a, radiusX);
      const nearY = lineY.countCloser(b, radiusY);
      const term = algorithm === 1 ? psi[nearX + 1] + psi[nearY + 1] : psi[nearX] + psi[nearY];
      local[lineX.order[a]] = constant - term;
      sum += term;
    }
    return constant - sum / n;
  };
}

/** Any numbers of columns: what counts neighbours in x and in y is kept, the joint space is searched anew. */
function betweenMatrices(x: Matrix, y: Matrix, k: number, algorithm: Algorithm): Evaluate {
  const n = x.rows;
  const psi = digammaTable(n);
  const constant = constantTerm(n, k, algorithm);
  const counterX = new RangeCounter(x);
  const counterY = new RangeCounter(y);
  return (order, local) => {
    const paired = takeRows(y, order);
    const [radiiX, radiiY] = jointRadii(x, paired, k, algorithm);
    const radiiOfY = new Float64Array(n);
    for (let i = 0; i < n; i++) radiiOfY[order[i]] = radiiY[i];
    const nearX = counterX.countCloser(radiiX);
    const nearY = counterY.countCloser(radiiOfY);
    const own = algorithm === 1 ? 1 : 0;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const term = psi[nearX[i] + own] + psi[nearY[order[i]] + own];
      local[i] = constant - term;
      sum += term;
    }
    return constant - sum / n;
  };
}

function jointRadii(x: Matrix, y: Matrix, k: number, algorithm: Algorithm): [Float64Array, Float64Array] {
  const joint = hstack(x, y);
  if (algorithm === 1) {
    const radii = kthDistances(joint, k);
    return [radii, radii];
  }
  const neighbours = nearestNeighbours(joint, k);
  return [reachWithin(x, neighbours).map(justAbove), reachWithin(y, neighbours).map(justAbove)];
}

function constantTerm(n: number, k: number, algorithm: Algorithm): number {
  const psi = digammaTable(n);
  return psi[k] + psi[n] - (algorithm === 2 ? 1 / k : 0);
}

function identity(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
