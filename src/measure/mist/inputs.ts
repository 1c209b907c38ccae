// From samples to what the network reads: normal scores, padding, and the classical numbers of the hybrid head.
import { isCodes } from "../../core/codes.ts";
import { column, type Matrix, matrix } from "../../core/matrix.ts";
import { correlation, normalScores, ranks } from "../../core/statistics.ts";
import { tensor } from "../../engine/index.ts";
import type { Variable } from "../estimator.ts";
import { gaussian } from "../gaussian/gaussian.ts";
import { ksg1 } from "../ksg/ksg.ts";
import { featureCount, type Inputs, shapeCount } from "./network.ts";
import { smallKsg } from "./small-ksg.ts";
import { toldApart } from "./told-apart.ts";

/** One sample as the network reads it: normal scores, a discrete variable as indicator columns. */
export interface Scores {
  readonly x: Matrix;
  readonly y: Matrix;
  /** Numbers of the hybrid head. */
  readonly features: Float64Array;
}

/** Normal scores of each column; categories become indicator columns. */
export function scoresOf(v: Variable): Matrix {
  const numbers = isCodes(v) ? indicators(v.codes) : v;
  const out = matrix(numbers.rows, numbers.cols);
  for (let j = 0; j < numbers.cols; j++) {
    const scores = normalScores(column(numbers, j));
    for (let i = 0, at = j; i < numbers.rows; i++, at += numbers.cols) out.data[at] = scores[i];
  }
  return out;
}

/** One column of zeros and ones for each level that occurs; a single one for two levels. */
export function indicators(codes: Int32Array): Matrix {
  const occurring = [...new Set(codes)].sort((a, b) => a - b);
  const levels = occurring.length === 2 ? occurring.slice(1) : occurring;
  const out = matrix(codes.length, levels.length);
  const position = new Map(levels.map((level, j) => [level, j]));
  for (let i = 0; i < codes.length; i++) {
    const j = position.get(codes[i]);
    if (j !== undefined) out.data[i * levels.length + j] = 1;
  }
  return out;
}

/** A sample of scores with its classical numbers. */
export function withFeatures(x: Matrix, y: Matrix): Scores {
  return { x, y, features: classical(x, y) };
}

/** Largest information that a classical number is taken for, in nats. */
const most = 12;

/** ln(1 + I) by three estimators, Spearman correlations across, tails, and the shape. */
function classical(x: Matrix, y: Matrix): Float64Array {
  const logOf = (nats: number) => Math.log1p(Math.min(most, Math.max(0, nats)));
  const copula = gaussian.estimate(x, y, {}).value;
  const ks = [3, 10];
  const [u, v] = toldApart(x, y);
  // In the plane the room ksg has a faster way.
  const [three, ten] =
    x.cols + y.cols === 2 ? ks.map((k) => ksg1.estimate(u, v, { k }).value) : smallKsg(u, v, ks);
  const [meanRho, maxRho] = rankCorrelations(x, y);
  return Float64Array.of(
    logOf(copula),
    logOf(three),
    logOf(ten),
    meanRho,
    maxRho,
    tails(x, y),
    ...shapeOf(x.rows, x.cols, y.cols),
  );
}

export function shapeOf(n: number, dx: number, dy: number): [number, number, number] {
  return [Math.log(n) / 6, (dx + dy) / 16, Math.abs(dx - dy) / 8];
}

/** Mean and largest absolute Spearman correlation between a column of x and one of y. */
function rankCorrelations(x: Matrix, y: Matrix): [mean: number, largest: number] {
  const ranksOf = (m: Matrix) => Array.from({ length: m.cols }, (_, j) => ranks(column(m, j)));
  const [left, right] = [ranksOf(x), ranksOf(y)];
  let [sum, largest] = [0, 0];
  for (const a of left) {
    for (const b of right) {
      const rho = Math.abs(correlation(a, b));
      sum += rho;
      largest = Math.max(largest, rho);
    }
  }
  return [sum / (x.cols * y.cols), largest];
}

/** How much more the squared length of a row scatters than for independent normal columns: logarithm, half of it. */
function tails(x: Matrix, y: Matrix): number {
  const n = x.rows;
  const lengths = new Float64Array(n);
  for (const m of [x, y]) {
    for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m.cols; j++) lengths[i] += m.data[at++] ** 2;
  }
  let [sum, squares] = [0, 0];
  for (const value of lengths) sum += value;
  for (const value of lengths) squares += (value - sum / n) ** 2;
  return 0.5 * Math.log((squares / n + 0.01) / (2 * (x.cols + y.cols)));
}

/** Scores of many samples, padded to `rows` rows and `half` columns a side. */
export function batchOf(samples: readonly Scores[], rows: number, half: number): Inputs {
  const sets = samples.length;
  const width = 2 * half;
  const z = new Float32Array(sets * rows * width);
  const rowMask = new Float32Array(sets * rows);
  const columnMask = new Float32Array(sets * width);
  const shape = new Float32Array(sets * shapeCount);
  const features = new Float32Array(sets * featureCount);
  samples.forEach(({ x, y, features: numbers }, s) => {
    rowMask.fill(1, s * rows, s * rows + x.rows);
    for (const [side, m] of [x, y].entries()) {
      const offset = side * half;
      columnMask.fill(1, s * width + offset, s * width + offset + m.cols);
      for (let i = 0, at = 0; i < m.rows; i++) {
        const row = (s * rows + i) * width + offset;
        for (let j = 0; j < m.cols; j++) z[row + j] = m.data[at++];
      }
    }
    shape.set(shapeOf(x.rows, x.cols, y.cols), s * shapeCount);
    features.set(numbers, s * featureCount);
  });
  return {
    z: tensor(z, { shape: [sets, rows, width] }),
    rows: tensor(rowMask, { shape: [sets, rows] }),
    columns: tensor(columnMask, { shape: [sets, width] }),
    shape: tensor(shape, { shape: [sets, shapeCount] }),
    features: tensor(features, { shape: [sets, featureCount] }),
  };
}
