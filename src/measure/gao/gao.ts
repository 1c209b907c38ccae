/**
 * Mutual information of mixtures: Gao, Kannan, Oh, Viswanath, "Estimating mutual information for discrete-continuous
 * mixtures", NeurIPS 2017 (arXiv 1709.06212).
 *
 * Implemented: algorithm 1 in the form of the authors' program,
 *
 *   Î = ⟨ψ(k̃_i) + ln n − ψ(n_x,i) − ψ(n_y,i)⟩,
 *
 * with ρ_i the distance to the k-th nearest other row in the joint space (max-norm). Where ρ_i > 0, k̃_i = k and the n
 * count rows closer than ρ_i; where ρ_i = 0, they count the rows equal to row i, in the joint space and in x and y. All
 * counts include the row itself.
 * Deviations: the paper's text has ln(n_x + 1) in place of ψ(n_x) and counts "at most ρ_i"; its program is followed.
 * Categories (`Codes`) have the discrete metric, 0 inside a level and infinite between levels, so that neighbours are
 * sought inside the row's level alone, and at most as many as there are: k_i = min(k, others in the level). A row whose
 * level has no other row is left out, with a warning, unless both variables are categories: then it is a cell of the
 * table like any other, and the estimate is the plug-in with ψ for ln.
 *
 * Cost: as KSG for two matrices, as Ross for a matrix and categories, O(n) for categories alone; an O(n log n) search
 * for equal rows is done once.
 */
import { isCodes, levelCounts } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { checkNeighbours } from "../../core/neighbours/neighbours.ts";
import { digammaTable } from "../../core/special.ts";
import {
  type MutualInformationEstimator,
  type PointEstimate,
  rowsOf,
  take,
  type Variable,
} from "../estimator.ts";
import { mixtureCounts } from "./counts.ts";

const defaults = { k: 5 };

/**
 * Gao's estimator for mixtures: numbers, categories, and numbers of which some values repeat.
 *
 * Takes `k` (default 5); gives nats. Contributions of rows that were left out are NaN.
 *
 * @throws InputError when k is not an integer from 1 to n − 1, or no row has another one in its level
 * @example
 * import { mutualInformation } from "surprisal";
 * const rain = [0, 0, 0, 1.3, 0.4, 0, 2.2, 0];
 * const umbrellas = [1, 0, 0, 7, 3, 0, 9, 1];
 * const { value } = await mutualInformation(rain, umbrellas, { estimator: "gao", k: 3 });
 */
export const gao: MutualInformationEstimator = {
  name: "gao",
  title: "Gao: mixtures of discrete and continuous",
  takes: { x: "any", y: "any" },
  defaults,

  estimate(x, y, { k = defaults.k }): PointEstimate {
    const n = rowsOf(x);
    checkNeighbours(k, n, "gao");
    const rows = rowsWithNeighbours(x, y);
    const alone = n - rows.length;
    if (rows.length === 0) {
      throw new InputError({
        code: "too-few-rows",
        where: "gao",
        problem: "every row is the only one of its level",
        expected: "a level with at least two rows",
        got: n,
      });
    }
    const evaluate = prepare(alone === 0 ? x : take(x, rows), alone === 0 ? y : take(y, rows), k);
    const contributions = new Float64Array(rows.length);
    const value = evaluate(Int32Array.from(rows.keys()), contributions);
    const local = new Float64Array(n).fill(Number.NaN);
    for (let i = 0; i < rows.length; i++) local[rows[i]] = contributions[i];
    const warnings: Warning[] = [];
    if (alone > 0) {
      const message = `${alone} rows are the only ones of their level and were left out`;
      warnings.push({ code: "singleton-classes", message });
    }
    return { value, n: rows.length, local, warnings, diagnostics: { k } };
  },

  permuter(x, y, options) {
    const { k = defaults.k } = options;
    const n = rowsOf(x);
    checkNeighbours(k, n, "gao");
    // Which rows stand alone in their level changes with the order.
    if (rowsWithNeighbours(x, y).length < n) return (order) => gao.estimate(x, take(y, order), options).value;
    const evaluate = prepare(x, y, k);
    const contributions = new Float64Array(n);
    return (order) => evaluate(order, contributions);
  },
};

/** A function that pairs row i of x with row order[i] of y, writes the contributions and gives their mean. */
function prepare(
  x: Variable,
  y: Variable,
  k: number,
): (order: Int32Array, contributions: Float64Array) => number {
  const n = rowsOf(x);
  const psi = digammaTable(n);
  const count = mixtureCounts(x, y, k);
  const logN = Math.log(n);
  return (order, contributions) => {
    const { near, nearX, nearY } = count(order);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const contribution = psi[near[i]] + logN - psi[nearX[i]] - psi[nearY[i]];
      contributions[i] = contribution;
      sum += contribution;
    }
    return sum / n;
  };
}

/** All rows, or between numbers and categories those whose level has another row. */
function rowsWithNeighbours(x: Variable, y: Variable): Int32Array {
  const rows = Int32Array.from({ length: rowsOf(x) }, (_, i) => i);
  const [classes, ...others] = [x, y].filter(isCodes);
  if (!classes || others.length > 0) return rows;
  const sizes = levelCounts(classes);
  return rows.filter((i) => sizes[classes.codes[i]] > 1);
}
