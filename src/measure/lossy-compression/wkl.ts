import { isCodes, rowsByLevel } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { covariance, symmetricEigen } from "../../core/linear-algebra.ts";
import { hstack, type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { checkNeighbours } from "../../core/neighbours/neighbours.ts";
import { duplicateRowShare } from "../../core/statistics.ts";
import { weightedKozachenkoLeonenko } from "../entropy/entropy.ts";
import {
  kindOf,
  type MutualInformationEstimator,
  type PointEstimate,
  take,
  type Variable,
} from "../estimator.ts";

const where = "wkl";
const defaults = { k: 5 };
/** A smaller share of the largest variance counts as none. */
const negligible = 1e-12;

/**
 * Mutual information from three weighted Kozachenko–Leonenko entropies, H(X) + H(Y) − H(X,Y), or of numbers and
 * categories H(X) − Σ p(c) H(X|c). Numbers are whitened, each side by itself, and the joint space has the same
 * transforms: no invertible linear map of a side changes the value.
 *
 * Takes `k` (default 5); gives nats. Up to four columns a space has only its nearest neighbours, from five on a weighted
 * sum over k of them. Good for smooth variables that fill their space, also where they share much; on curved sets of
 * lower dimension the three entropies do not match and the value is far off.
 *
 * @throws InputError for two categories, k that is not an integer from 1 to n − 1 or too small or too large for the
 *   number of columns, a side whose columns depend linearly on each other, and code `"ties"` when over 5 % of the rows
 *   of a side coincide, or did before noise told them apart
 * @example
 * import { mutualInformation } from "surprisal";
 * import { Random } from "surprisal/core";
 *
 * const random = new Random(1);
 * const x = Array.from({ length: 500 }, () => random.normal());
 * const y = x.map((v) => v + 0.1 * random.normal());
 * const { value } = await mutualInformation(x, y, { estimator: "wkl" });
 * // about ½ ln 101 = 2.3
 */
export const wkl: MutualInformationEstimator = {
  name: "wkl",
  title: "weighted Kozachenko–Leonenko entropies",
  takes: { x: "continuous", y: "any" },
  defaults,
  estimate(x, y, { k = defaults.k }) {
    const { points, other } = sides(x, y);
    checkNeighbours(k, points.rows, where);
    const z = whitened(points);
    if (isCodes(other)) return ofClasses(z, rowsByLevel(other), k);
    const w = whitened(other);
    return averaged([localEntropy(z, k), localEntropy(w, k)], localEntropy(hstack(z, w), k), k);
  },
  permuter(x, y, { k = defaults.k }) {
    const { points, other } = sides(x, y);
    checkNeighbours(k, points.rows, where);
    if (isCodes(other)) return (order) => wkl.estimate(x, take(y, order), { k }).value;
    const [z, w] = [whitened(points), whitened(other)];
    const margins = [localEntropy(z, k), localEntropy(w, k)];
    return (order) => {
      const moved = margins[1].map((_, i) => margins[1][order[i]]);
      return averaged([margins[0], moved], localEntropy(hstack(z, takeRows(w, order)), k), k).value;
    };
  },
};

/** Rows as near to each other as this, in standard deviations, were one value before noise was added. */
const coincident = 1e-8;
const tiesAllowed = 0.05;

/** Refuses values that repeat, also when tiny noise tells them apart: their neighbours' distances mean nothing. */
function requireDistinct(z: Matrix): void {
  const share = duplicateRowShare(
    matrix(
      z.rows,
      z.cols,
      z.data.map((value) => Math.round(value / coincident)),
    ),
  );
  if (share <= tiesAllowed) return;
  throw new InputError({
    code: "ties",
    where,
    problem: "too many rows coincide for entropies of continuous values",
    expected: `at most ${100 * tiesAllowed} %`,
    got: `${(100 * share).toFixed(1)} %`,
    hint: 'choose estimator "auto" or "gao"',
  });
}

/**
 * Columns turned and scaled to covariance 1.
 *
 * @throws InputError when they depend linearly on each other, and when many rows coincide
 */
function whitened(m: Matrix): Matrix {
  const { values, vectors } = symmetricEigen(covariance(m), where);
  if (!(values[m.cols - 1] > negligible * values[0])) {
    throw new InputError({
      code: "singular",
      where,
      problem: "columns depend linearly on each other",
      expected: "columns of full rank",
      got: `${values.filter((value) => value > negligible * values[0]).length} of ${m.cols}`,
      hint: "use fewer components",
    });
  }
  const out = matrix(m.rows, m.cols);
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < m.cols; j++) {
      let sum = 0;
      for (let c = 0; c < m.cols; c++) sum += m.data[i * m.cols + c] * vectors.data[c * m.cols + j];
      out.data[i * m.cols + j] = sum / Math.sqrt(values[j]);
    }
  }
  requireDistinct(out);
  return out;
}

function localEntropy(m: Matrix, k: number): Float64Array {
  return weightedKozachenkoLeonenko(m, k, where);
}

/** The entropy of all minus that inside the classes; rows of classes with at most k members are left out. */
function ofClasses(z: Matrix, classes: Int32Array[], k: number): PointEstimate {
  const within = new Float64Array(z.rows).fill(Number.NaN);
  for (const rows of classes) {
    if (rows.length <= k) continue;
    const local = localEntropy(takeRows(z, rows), k);
    for (let i = 0; i < rows.length; i++) within[rows[i]] = local[i];
  }
  const kept = Int32Array.from(within.keys()).filter((i) => !Number.isNaN(within[i]));
  if (kept.length === 0) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "no class has enough rows",
      expected: `a class with more than k = ${k}`,
      got: Math.max(...classes.map((rows) => rows.length)),
    });
  }
  const all = new Float64Array(z.rows).fill(Number.NaN);
  const local = localEntropy(kept.length === z.rows ? z : takeRows(z, kept), k);
  for (let i = 0; i < kept.length; i++) all[kept[i]] = local[i];
  return averaged([all], within, k);
}

/** The sum of the margins minus the joint, averaged over rows where all are finite. */
function averaged(margins: Float64Array[], joint: Float64Array, k: number): PointEstimate {
  const local = joint.map((h, i) => margins.reduce((sum, margin) => sum + margin[i], -h));
  let [n, sum, square] = [0, 0, 0];
  for (let i = 0; i < local.length; i++) {
    if (Number.isFinite(local[i])) {
      n++;
      sum += local[i];
    } else local[i] = Number.NaN;
  }
  const value = sum / n;
  for (const v of local) if (!Number.isNaN(v)) square += (v - value) ** 2;
  const warnings: Warning[] = [];
  if (n < local.length) {
    const message = `${local.length - n} rows coincide with a neighbour or are in a class too small, and were left out`;
    warnings.push({ code: "left-out", message });
  }
  return { value, n, local, warnings, diagnostics: { k, standardError: Math.sqrt(square / n / n) } };
}

function sides(x: Variable, y: Variable): { points: Matrix; other: Variable } {
  if (!isCodes(x)) return { points: x, other: y };
  if (!isCodes(y)) return { points: y, other: x };
  throw new InputError({
    code: "wrong-kind",
    where,
    problem: "two discrete variables",
    expected: "numbers on one side at least",
    got: `${kindOf(x)} and ${kindOf(y)}`,
  });
}
