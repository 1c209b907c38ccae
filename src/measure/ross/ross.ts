/**
 * Mutual information between a continuous and a discrete variable: Ross, "Mutual information between discrete and
 * continuous data sets", PLoS ONE 9(2), e87357, 2014.
 *
 * Implemented: the paper's estimator,
 *
 *   Î = ψ(n) + ⟨ψ(k_i) − ψ(N_i) − ψ(m_i)⟩,
 *
 * where N_i rows have the class of row i, ε_i is the distance to the k_i-th neighbour inside the class,
 * k_i = min(k, N_i − 1), and m_i = #{j: ‖x_j − x_i‖ < ε_i}, i included. Distances are max-norm.
 * Deviation: rows that are the only ones of their class have no neighbour in it; they are left out, with a warning.
 *
 * Cost: one column is sorted once, then O(n) for every new order of the labels. Up to ten columns O(n log n) with a
 * k-d tree per class, O(n² d) beyond.
 */
import { type Codes, isCodes, levelCounts, takeCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { type Matrix, takeRows } from "../../core/matrix.ts";
import { classCounts } from "../../core/neighbours/class-counts.ts";
import { checkNeighbours } from "../../core/neighbours/neighbours.ts";
import { digammaTable } from "../../core/special.ts";
import {
  kindOf,
  type MutualInformationEstimator,
  type PointEstimate,
  take,
  type Variable,
} from "../estimator.ts";

const defaults = { k: 3 };

/**
 * Ross's estimator: numbers (n × d) on one side, categories on the other, either way round.
 *
 * Takes `k` (default 3); gives nats. Rows that are alone in their class are left out: their contribution is NaN. With
 * repeated numbers add noise of 1e-10 standard deviations first, as `mutualInformation` does.
 *
 * @throws InputError when not exactly one side is discrete, k is not an integer from 1 to n − 1, or no class has two
 *   rows
 * @example
 * import { mutualInformation } from "surprisal";
 * const length = [3.1, 2.9, 3.3, 3.0, 5.0, 5.2, 4.9, 5.1];
 * const species = ["a", "a", "a", "a", "b", "b", "b", "b"];
 * const { value } = await mutualInformation(length, species, { estimator: "ross" });
 */
export const ross: MutualInformationEstimator = {
  name: "ross",
  title: "Ross: continuous against discrete",
  takes: { x: "continuous", y: "discrete" },
  defaults,

  estimate(x, y, { k = defaults.k }): PointEstimate {
    const { points, classes } = sides(x, y);
    checkNeighbours(k, points.rows, "ross");
    const rows = rowsInCompany(classes);
    const alone = points.rows - rows.length;
    if (rows.length === 0) {
      throw new InputError({
        code: "too-few-rows",
        where: "ross",
        problem: "every row is the only one of its class",
        expected: "a class with at least two rows",
        got: points.rows,
      });
    }
    const kept = alone === 0 ? classes : takeCodes(classes, rows);
    const count = classCounts(alone === 0 ? points : takeRows(points, rows), levelCounts(kept), k);
    const { closer } = count(kept.codes);
    const terms = termsOfLevels(kept, k);
    const psi = digammaTable(rows.length);
    const local = new Float64Array(points.rows).fill(Number.NaN);
    let sum = 0;
    for (let i = 0; i < rows.length; i++) {
      const contribution = terms[kept.codes[i]] - psi[closer[i] + 1];
      local[rows[i]] = contribution;
      sum += contribution;
    }
    const warnings: Warning[] = [];
    if (alone > 0) {
      const rows =
        alone === 1
          ? "1 row is the only one of its class"
          : `${alone} rows are the only ones of their classes`;
      const message = `${rows} and left out`;
      warnings.push({ code: "singleton-classes", message });
    }
    return { value: sum / rows.length, n: rows.length, local, warnings, diagnostics: { k } };
  },

  permuter(x, y, options) {
    const { k = defaults.k } = options;
    const { points, classes } = sides(x, y);
    const n = points.rows;
    checkNeighbours(k, n, "ross");
    // Which rows stand alone in their class changes with the order.
    if (rowsInCompany(classes).length < n) return (order) => ross.estimate(x, take(y, order), options).value;
    const count = classCounts(points, levelCounts(classes), k);
    const terms = termsOfLevels(classes, k);
    const psi = digammaTable(n);
    let constant = 0;
    for (const code of classes.codes) constant += terms[code];
    const labels = new Int32Array(n);
    return (order) => {
      if (isCodes(x)) for (let i = 0; i < n; i++) labels[order[i]] = x.codes[i];
      else for (let i = 0; i < n; i++) labels[i] = classes.codes[order[i]];
      const { closer } = count(labels);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += psi[closer[i] + 1];
      return (constant - sum) / n;
    };
  },
};

function sides(x: Variable, y: Variable): { points: Matrix; classes: Codes } {
  if (isCodes(x) && !isCodes(y)) return { points: y, classes: x };
  if (isCodes(y) && !isCodes(x)) return { points: x, classes: y };
  throw new InputError({
    code: "wrong-kind",
    where: "ross",
    problem: "one variable must be continuous and the other discrete",
    got: `${kindOf(x)} and ${kindOf(y)}`,
  });
}

/** Rows whose class has another row. */
function rowsInCompany(classes: Codes): Int32Array {
  const counts = levelCounts(classes);
  const rows = Int32Array.from(classes.codes.keys());
  return rows.filter((i) => counts[classes.codes[i]] > 1);
}

/** ψ(n) + ψ(k_i) − ψ(N_i) for a row of each level. */
function termsOfLevels(classes: Codes, k: number): Float64Array {
  const psi = digammaTable(classes.codes.length);
  const all = psi[classes.codes.length];
  return levelCounts(classes).map((count) =>
    count > 1 ? all + psi[Math.min(k, count - 1)] - psi[count] : 0,
  );
}
