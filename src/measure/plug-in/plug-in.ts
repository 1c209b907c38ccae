/**
 * Mutual information from counts: I(X;Y) = H(X) + H(Y) − H(X,Y), each entropy by counting and correcting.
 *
 * Papers: Miller, "Note on the bias of information estimates", 1955; Grassberger, "Finite sample corrections to
 * entropy and dimension estimates", Physics Letters A 1988; Chao & Shen, "Nonparametric estimation of Shannon's
 * index of diversity when there are unseen species in sample", Environmental and Ecological Statistics 2003;
 * Hausser & Strimmer, "Entropy inference and the James–Stein estimator", JMLR 2009.
 *
 * `discrete` counts categories. `histogram` first cuts continuous columns into cells of equal width. With
 * `"shrinkage"` the joint table is shrunk over all product cells, and the margins are those of the shrunk table,
 * as Hausser & Strimmer do; the other corrections apply to each entropy by itself. Without correction
 * the contributions of the rows are given as well.
 *
 * Cost: O(n) time and memory, whatever the size of the table, and O(n) for each permutation.
 */
import { isCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import { asCorrection, defaultCorrection, pair, type Symbols, symbols, tally } from "../entropy/entropy.ts";
import {
  type EstimatorOptions,
  kindOf,
  type MutualInformationEstimator,
  type PointEstimate,
  type Variable,
} from "../estimator.ts";
import { cut, defaultBins } from "./histogram.ts";
import { inOrder, jointReader, pointEstimate, type Reading } from "./joint-counts.ts";

export { discreteConditionalMutualInformation, stratifiedPermutation } from "./conditional.ts";

/** Counts two discrete variables; option `correction`. */
export const discrete: MutualInformationEstimator = {
  name: "discrete",
  title: "counts",
  takes: { x: "discrete", y: "discrete" },
  defaults: { correction: defaultCorrection },
  estimate: (x, y, options) => estimate(categories(x, "x"), categories(y, "y"), options, "discrete"),
  permuter: (x, y, options) => permuter(categories(x, "x"), categories(y, "y"), options, "discrete"),
};

/** Counts in cells of equal width; options `bins` per axis and `correction`. Refuses more than 10⁶ cells. */
export const histogram: MutualInformationEstimator = {
  name: "histogram",
  title: "histogram",
  takes: { x: "any", y: "any" },
  defaults: { bins: defaultBins, correction: defaultCorrection },
  estimate(x, y, options) {
    const [sx, sy] = cut(x, y, options);
    const point = estimate(sx, sy, options, "histogram");
    point.diagnostics.bins = options.bins ?? defaultBins;
    return point;
  },
  permuter: (x, y, options) => permuter(...cut(x, y, options), options, "histogram"),
};

function estimate(x: Symbols, y: Symbols, options: EstimatorOptions, where: string): PointEstimate {
  const n = x.codes.length;
  const correction = asCorrection(options.correction, where);
  const point = pointEstimate(n, reader(x, y, options, where)(inOrder(n)), correction, [
    { name: "x", of: x },
    { name: "y", of: y },
  ]);
  if (correction === "none") point.local = localValues(x, y);
  return point;
}

function permuter(
  x: Symbols,
  y: Symbols,
  options: EstimatorOptions,
  where: string,
): (order: Int32Array) => number {
  const read = reader(x, y, options, where);
  return (order) => read(order).value;
}

function reader(
  x: Symbols,
  y: Symbols,
  options: EstimatorOptions,
  where: string,
): (order: Int32Array) => Reading {
  const margins = [
    { of: x, sign: 1 },
    { of: y, sign: 1 },
  ] as const;
  return jointReader(x, y, margins, asCorrection(options.correction, where));
}

/** ln n · n(x,y) / n(x) n(y) for each row. */
function localValues(x: Symbols, y: Symbols): Float64Array {
  const n = x.codes.length;
  const xy = pair(x, y);
  const [cx, cy, cxy] = [x, y, xy].map(tally);
  return Float64Array.from(xy.codes, (code, i) =>
    Math.log((n * cxy[code]) / (cx[x.codes[i]] * cy[y.codes[i]])),
  );
}

function categories(v: Variable, name: string): Symbols {
  if (isCodes(v)) return symbols(v);
  throw new InputError({
    code: "wrong-kind",
    where: "discrete",
    problem: `${name} is not discrete`,
    expected: "categories",
    got: kindOf(v),
    hint: 'estimator "histogram" takes numbers',
  });
}
