/**
 * How well a simple reader tells classes from features: nearest neighbours, a linear probe, and a control.
 */
import { asCodes, type Codes, type CodesLike } from "../core/codes.ts";
import { InputError } from "../core/errors.ts";
import { multiply, solve } from "../core/linear-algebra.ts";
import { asMatrix, column, type Matrix, type MatrixLike, matrix } from "../core/matrix.ts";
import { nearestNeighboursOf } from "../core/neighbours/index.ts";
import { Random } from "../core/random.ts";
import { mean, standardDeviation } from "../core/statistics.ts";

/** Features of n rows and their n classes. */
export interface LabelledFeatures {
  readonly features: MatrixLike;
  readonly labels: CodesLike;
}

export interface Accuracy {
  /** Share of the test rows whose class was found. */
  readonly accuracy: number;
  /** √(a (1 − a) / n) over the test rows; says nothing of other training rows or seeds. */
  readonly standardError: number;
  readonly n: number;
  /** 1 for each test row whose class was found, for comparing two features row by row. */
  readonly correct: Uint8Array;
}

/**
 * The share of test rows whose class has the most votes among the k nearest training rows, in Euclidean distance; of
 * equal votes the class of the nearest neighbour among them.
 *
 * @param options `k`, by default 5
 * @throws InputError when features and labels do not fit together or k is not a count from 1 to the training rows
 * @example
 * import { knnAccuracy } from "surprisal/learn";
 * const train = { features: [[0, 0], [0, 1], [5, 5], [5, 6]], labels: ["a", "a", "b", "b"] };
 * knnAccuracy(train, { features: [[1, 1], [4, 4]], labels: ["a", "b"] }, { k: 1 }).accuracy; // 1
 */
export function knnAccuracy(
  train: LabelledFeatures,
  test: LabelledFeatures,
  { k = 5 }: { k?: number } = {},
): Accuracy {
  const { known, asked, classOf, wanted } = readBoth(train, test, "knnAccuracy");
  const { indices } = nearestNeighboursOf(asked, known, k, "euclidean");
  const votes = new Int32Array(classOf.levels.length);
  const found = Int32Array.from({ length: asked.rows }, (_, i) => {
    const near = indices.subarray(i * k, (i + 1) * k);
    votes.fill(0);
    for (const row of near) votes[classOf.codes[row]]++;
    let best = classOf.codes[near[0]];
    for (const row of near) if (votes[classOf.codes[row]] > votes[best]) best = classOf.codes[row];
    return best;
  });
  return accuracyOf(found, wanted);
}

/**
 * The share of test rows whose class a linear function of the features scores highest: ridge regression of one-hot
 * classes on features that are standardised over the training rows, with an intercept.
 *
 * @param options `lambda`, added to the diagonal of the features' scatter matrix, by default 10
 * @throws InputError when features and labels do not fit together or lambda is not positive
 * @example
 * import { linearProbe } from "surprisal/learn";
 * const train = { features: [[0], [1], [5], [6]], labels: ["a", "a", "b", "b"] };
 * linearProbe(train, { features: [[2], [4]], labels: ["a", "b"] }).accuracy; // 1
 */
export function linearProbe(
  train: LabelledFeatures,
  test: LabelledFeatures,
  { lambda = 10 }: { lambda?: number } = {},
): Accuracy {
  const where = "linearProbe";
  if (!(lambda > 0 && Number.isFinite(lambda))) {
    throw new InputError({
      code: "bad-option",
      where,
      problem: "lambda will not do",
      expected: "a positive number",
      got: lambda,
    });
  }
  const { known, asked, classOf, wanted } = readBoth(train, test, where);
  const standard = standardizer(known);
  const x = standard(known);
  const classes = classOf.levels.length;
  const targets = matrix(known.rows, classes);
  classOf.codes.forEach((code, i) => {
    targets.data[i * classes + code] = 1;
  });
  const shares = Array.from({ length: classes }, (_, c) => mean(column(targets, c)));
  const scatter = products(x, x);
  for (let j = 0; j < x.cols; j++) scatter.data[j * (x.cols + 1)] += lambda;
  // The features have mean 0, so that centring the targets changes the intercept only.
  const scores = multiply(standard(asked), solve(scatter, products(x, targets)));
  const found = Int32Array.from({ length: asked.rows }, (_, i) => {
    let best = 0;
    const score = (c: number) => scores.data[i * classes + c] + shares[c];
    for (let c = 1; c < classes; c++) if (score(c) > score(best)) best = c;
    return best;
  });
  return accuracyOf(found, wanted);
}

/**
 * A map to random features of the given width, tanh(W x + b) of the columns standardised over the training rows, with
 * W ~ N(0, 1/d) and b ~ N(0, 1): the control for features that are computed from x and wider than it. A linear reader
 * gains from such a map as well, though it knows nothing of the data.
 *
 * @param train n × d rows that set the scale
 * @param seed 0
 * @throws InputError when the width is not a count
 * @example
 * import { asMatrix } from "surprisal/core";
 * import { randomFeatures } from "surprisal/learn";
 * const x = asMatrix([[1, 2], [3, 5], [4, 1]]);
 * randomFeatures(x, 8)(x); // 3 × 8, between −1 and 1
 */
export function randomFeatures(train: MatrixLike, width: number, seed = 0): (x: MatrixLike) => Matrix {
  const where = "randomFeatures";
  const known = asMatrix(train, where);
  if (!(Number.isInteger(width) && width >= 1)) {
    throw new InputError({
      code: "bad-count",
      where,
      problem: "width is not a count",
      expected: "an integer from 1",
      got: width,
    });
  }
  const random = new Random(seed);
  const [scale, shift] = [random.split("scale"), random.split("shift")];
  const standard = standardizer(known);
  const weights = matrix(known.cols, width);
  weights.data.forEach((_, at) => {
    weights.data[at] = scale.normal() / Math.sqrt(known.cols);
  });
  const bias = Float64Array.from({ length: width }, () => shift.normal());
  return (value) => {
    const x = asMatrix(value, where);
    requireColumns(x, known.cols, where);
    const { data, rows } = multiply(standard(x), weights);
    return matrix(
      rows,
      width,
      data.map((sum, at) => Math.tanh(sum + bias[at % width])),
    );
  };
}

/** aᵀ b. */
function products(a: Matrix, b: Matrix): Matrix {
  const out = matrix(a.cols, b.cols);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0, to = 0; j < a.cols; j++) {
      const factor = a.data[i * a.cols + j];
      for (let k = 0, from = i * b.cols; k < b.cols; k++) out.data[to++] += factor * b.data[from++];
    }
  }
  return out;
}

/** Columns to mean 0 and deviation 1 of the training rows; those that do not vary there become 0. */
function standardizer(train: Matrix): (m: Matrix) => Matrix {
  const { cols } = train;
  const columns = Array.from({ length: cols }, (_, j) => column(train, j));
  const shift = columns.map(mean);
  const scale = columns.map((values) => {
    const varies = values.some((value) => value !== values[0]);
    return varies ? 1 / standardDeviation(values) : 0;
  });
  return ({ data, rows }) =>
    matrix(
      rows,
      cols,
      data.map((value, at) => (value - shift[at % cols]) * scale[at % cols]),
    );
}

function readBoth(train: LabelledFeatures, test: LabelledFeatures, where: string) {
  const [known, asked] = [train, test].map(({ features }) => asMatrix(features, where));
  const [classOf, testClasses] = [train, test].map(({ labels }) => asCodes(labels, where));
  requireColumns(asked, known.cols, where);
  requireLabels(known, classOf, where);
  requireLabels(asked, testClasses, where);
  // A class that training never saw is never found.
  const index = new Map(classOf.levels.map((level, i) => [level, i]));
  const wanted = testClasses.codes.map((code) => index.get(testClasses.levels[code]) ?? -1);
  return { known, asked, classOf, wanted };
}

function accuracyOf(found: Int32Array, wanted: Int32Array): Accuracy {
  const n = wanted.length;
  const correct = Uint8Array.from(found, (code, i) => Number(code === wanted[i]));
  const accuracy = mean(correct);
  return { accuracy, standardError: Math.sqrt((accuracy * (1 - accuracy)) / n), n, correct };
}

function requireColumns(m: Matrix, cols: number, where: string): void {
  if (m.cols === cols && m.rows > 0) return;
  throw new InputError({
    code: "shape-mismatch",
    where,
    problem: "rows do not fit those for training",
    expected: `at least one row of ${cols} columns`,
    got: [m.rows, m.cols],
  });
}

function requireLabels({ rows }: Matrix, { codes }: Codes, where: string): void {
  if (codes.length === rows) return;
  throw new InputError({
    code: "unequal-lengths",
    where,
    problem: "not a label for each row",
    expected: `${rows} labels`,
    got: codes.length,
  });
}
