/**
 * Conditional mutual information of continuous variables from nearest neighbours: Frenzel & Pompe, "Partial mutual
 * information for coupling analysis of multivariate time series", Phys. Rev. Lett. 99, 204101, 2007.
 *
 * Implemented: the paper's estimator, the analogue of KSG's first algorithm, here algorithm 1,
 *
 *   Î(X;Y|Z) = ψ(k) + ⟨ψ(n_z) − ψ(n_xz) − ψ(n_yz)⟩,
 *
 * where the n count rows closer (strictly) than the k-th neighbour in (x, y, z), the row itself included; and the
 * analogue of the second algorithm as in Lizier's JIDT, here algorithm 2,
 *
 *   Î(X;Y|Z) = ψ(k) − 2/k + ⟨ψ(n_z) − ψ(n_xz) + 1/n_xz − ψ(n_yz) + 1/n_yz⟩,
 *
 * where the n count other rows at most as far in x, in y and in z as any of the k neighbours. Distances are max-norm
 * everywhere. With a constant z algorithm 1 is KSG 1 exactly.
 *
 * Permutations among neighbours in z are in neighbourhood-permutation.ts.
 *
 * Cost: O(n log n) up to ten columns together, O(n² d) beyond. A permutation searches (x, y, z) and (x, z) anew and
 * keeps (y, z) and z.
 */
import { InputError } from "../../core/errors.ts";
import { hstack, type Matrix, takeRows } from "../../core/matrix.ts";
import { justAbove } from "../../core/neighbours/metric.ts";
import {
  checkNeighbours,
  kthDistances,
  nearestNeighbours,
  reachWithin,
} from "../../core/neighbours/neighbours.ts";
import { RangeCounter } from "../../core/neighbours/range-counter.ts";
import { digammaTable } from "../../core/special.ts";
import type { PointEstimate } from "../estimator.ts";

export { neighbourhoodPermutation } from "./neighbourhood-permutation.ts";

export interface FrenzelPompeOptions {
  /** Neighbours. @default 3 */
  k?: number;
  /** 1: one radius for x, y and z. 2: a radius for each. @default 1 */
  algorithm?: 1 | 2;
}

/** Pairs row order[i] of x with row i of y and z, writes the contributions of the rows and gives their mean. */
type Evaluate = (order: Int32Array, local: Float64Array) => number;

/**
 * Estimates I(X;Y|Z), what x and y share beyond what z says, in nats.
 *
 * @param x n × dx
 * @param y n × dy
 * @param z n × dz
 * @param options `k` (default 3), `algorithm` (default 1)
 * @returns the value, never clamped, and the contribution of each row
 * @throws InputError when the row counts differ, or k is not an integer from 1 to n − 1
 * @example
 * import { conditionalMutualInformation } from "surprisal";
 * const x = [0.1, 0.9, 0.4, 0.7, 0.2, 0.6, 0.3, 0.8];
 * const y = [0.2, 0.8, 0.5, 0.9, 0.1, 0.4, 0.3, 0.7];
 * const z = [0.3, 0.6, 0.1, 0.2, 0.8, 0.9, 0.7, 0.4];
 * const { value } = await conditionalMutualInformation(x, y, z, { estimator: "ksg1", k: 2 });
 */
export function frenzelPompe(
  x: Matrix,
  y: Matrix,
  z: Matrix,
  options: FrenzelPompeOptions = {},
): PointEstimate {
  const n = x.rows;
  const local = new Float64Array(n);
  const asGiven = Int32Array.from({ length: n }, (_, i) => i);
  const value = prepare(x, y, z, options, "frenzelPompe")(asGiven, local);
  return {
    value,
    n,
    local,
    warnings: [],
    diagnostics: { k: options.k ?? 3, algorithm: options.algorithm ?? 1 },
  };
}

/**
 * For permutation tests of "x and y share nothing beyond z": a function that gives the estimate with row `order[i]` of
 * x in the place of row i. Permute with {@link neighbourhoodPermutation}, so that z keeps what it says about x.
 *
 * Parameters, units and errors as {@link frenzelPompe}.
 */
export function frenzelPompePermuter(
  x: Matrix,
  y: Matrix,
  z: Matrix,
  options: FrenzelPompeOptions = {},
): (order: Int32Array) => number {
  const evaluate = prepare(x, y, z, options, "frenzelPompePermuter");
  const local = new Float64Array(x.rows);
  return (order) => evaluate(order, local);
}

function prepare(
  x: Matrix,
  y: Matrix,
  z: Matrix,
  { k = 3, algorithm = 1 }: FrenzelPompeOptions,
  where: string,
): Evaluate {
  for (const { rows } of [y, z]) {
    if (rows === x.rows) continue;
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: "variables differ in their number of rows",
      expected: `${x.rows} rows`,
      got: rows,
    });
  }
  checkNeighbours(k, x.rows, where);
  const psi = digammaTable(x.rows);
  const counterYZ = new RangeCounter(y, z);
  const counterZ = new RangeCounter(z);
  return algorithm === 1 ? first : second;

  function first(order: Int32Array, local: Float64Array): number {
    const permuted = takeRows(x, order);
    const radii = kthDistances(hstack(permuted, y, z), k);
    const nearXZ = new RangeCounter(permuted, z).countCloser(radii);
    const nearYZ = counterYZ.countCloser(radii);
    const nearZ = counterZ.countCloser(radii);
    let sum = 0;
    for (let i = 0; i < local.length; i++) {
      local[i] = psi[k] + psi[nearZ[i] + 1] - psi[nearXZ[i] + 1] - psi[nearYZ[i] + 1];
      sum += local[i];
    }
    return sum / local.length;
  }

  function second(order: Int32Array, local: Float64Array): number {
    const permuted = takeRows(x, order);
    const neighbours = nearestNeighbours(hstack(permuted, y, z), k);
    const [radiiX, radiiY, radiiZ] = [permuted, y, z].map((block) =>
      reachWithin(block, neighbours).map(justAbove),
    );
    const nearXZ = new RangeCounter(permuted, z).countCloser([radiiX, radiiZ]);
    const nearYZ = counterYZ.countCloser([radiiY, radiiZ]);
    const nearZ = counterZ.countCloser(radiiZ);
    let sum = 0;
    for (let i = 0; i < local.length; i++) {
      local[i] =
        psi[k] - 2 / k + psi[nearZ[i]] - psi[nearXZ[i]] + 1 / nearXZ[i] - psi[nearYZ[i]] + 1 / nearYZ[i];
      sum += local[i];
    }
    return sum / local.length;
  }
}
