import { InputError } from "../../core/errors.ts";
import { type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { LabelSpace } from "./label-space.ts";
import { tolerance } from "./pair-envelope.ts";
import { rowOf, squaredDistances } from "./squared.ts";
import { type WeightOptions, weightsOf } from "./weights.ts";

/** New labels, and the old ones to compare them with. */
export interface Relabelled {
  /** The Fréchet mean of each row, as an index into all labels; the first one on ties. */
  readonly labels: Int32Array;
  /** Expected squared distance of that label under the row's own weights. */
  readonly variance: Float64Array;
  /** The observed label with the largest weight: what the classifier alone says. */
  readonly before: Int32Array;
  /** Expected squared distance of that label under the same weights. */
  readonly varianceBefore: Float64Array;
  /** How many labels have least variance, 1 without a tie. */
  readonly ties: Int32Array;
  /** For each row the labels of least variance, best first, where `top` asked for them. */
  readonly ranking?: readonly Int32Array[];
}

export interface RelabelOptions extends WeightOptions, LongRunning {
  /** How many labels to rank for each row. Default 1: no ranking. */
  top?: number;
}

/**
 * Predicts over all labels from probabilities of some: the label with the least expected squared distance.
 *
 * @param space all N labels, and how far they are apart
 * @param observed which K labels the columns belong to, in their order
 * @param scores n × K probabilities, or scores or logits where `options.input` says so
 * @throws InputError `sum-not-one` (by how much), `negative-probability`, `no-mass`, `not-finite`, `shape-mismatch`,
 * `unknown-label`, `duplicate-labels`, `bad-temperature`
 * @throws StoppedError when the signal fires
 * Source: Roberts et al. 2023, the prediction rule.
 * @example
 * import { labelSpaceFromOrder, relabel } from "surprisal/decide";
 * const stars = labelSpaceFromOrder(7);
 * const { labels, variance } = await relabel(stars, [0, 6], [[0.9, 0.1], [0.5, 0.5]]);
 * // labels are 1 and 3, which the classifier does not know; variance is 3.4 and 9
 */
export async function relabel(
  space: LabelSpace,
  observed: ArrayLike<number>,
  scores: MatrixLike,
  { input, temperature, top = 1, signal, onProgress }: RelabelOptions = {},
): Promise<Relabelled> {
  const where = "relabel";
  if (!Number.isInteger(top) || top < 1 || top > space.size) {
    throw new InputError({
      code: "bad-count",
      where,
      problem: "cannot rank that many labels",
      expected: `an integer from 1 to ${space.size}`,
      got: top,
    });
  }
  const squared = squaredDistances(where, space, observed);
  const weights = weightsOf(where, scores, observed.length, { input, temperature });
  const n = weights.rows;
  const out = {
    labels: new Int32Array(n),
    variance: new Float64Array(n),
    before: new Int32Array(n),
    varianceBefore: new Float64Array(n),
    ties: new Int32Array(n),
  };
  const ranking: Int32Array[] = [];
  const variances = new Float64Array(space.size);
  const pause = pacer(signal, where);
  for (let i = 0; i < n; i++) {
    const w = rowOf(weights, i);
    writeVariances(w, squared, variances);
    const { first, count } = leastOf(variances);
    out.labels[i] = first;
    out.variance[i] = variances[first];
    out.ties[i] = count;
    out.before[i] = observed[largest(w)];
    out.varianceBefore[i] = variances[out.before[i]];
    if (top > 1) ranking.push(smallest(variances, top));
    onProgress?.({ done: i + 1, total: n, label: "rows" });
    await pause();
  }
  return top > 1 ? { ...out, ranking } : out;
}

/**
 * The expected squared distance V(y) of every label under each row's weights, n × N.
 *
 * @throws InputError as {@link relabel} does
 * Source: Roberts et al. 2023, V = P · (D ∘ D).
 * @example
 * import { frechetVariances, labelSpaceFromOrder } from "surprisal/decide";
 * frechetVariances(labelSpaceFromOrder(7), [0, 6], [[0.9, 0.1]]);
 * // 3.6, 3.4, 5.2, 9, 14.8, 22.6, 32.4
 */
export function frechetVariances(
  space: LabelSpace,
  observed: ArrayLike<number>,
  scores: MatrixLike,
  options: WeightOptions = {},
): Matrix {
  const squared = squaredDistances("frechetVariances", space, observed);
  const weights = weightsOf("frechetVariances", scores, observed.length, options);
  const out = matrix(weights.rows, space.size);
  for (let i = 0; i < weights.rows; i++) writeVariances(rowOf(weights, i), squared, rowOf(out, i));
  return out;
}

/**
 * The mean squared distance between predicted and true labels: what Loki lowers, which is not the accuracy.
 *
 * @throws InputError when the lengths differ, there are no rows, or a label does not exist
 * @example
 * import { labelSpaceFromOrder, meanSquaredDistance } from "surprisal/decide";
 * meanSquaredDistance(labelSpaceFromOrder(5), [0, 2, 4], [0, 3, 2]); // (0 + 1 + 4) / 3
 */
export function meanSquaredDistance(
  space: LabelSpace,
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
): number {
  const all = labelSquaredDistances(space, predicted, truth);
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}

/** d² of each pair of labels; distances are computed once for each label that occurs. */
export function labelSquaredDistances(
  space: LabelSpace,
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
): Float64Array {
  const where = "meanSquaredDistance";
  const n = predicted.length;
  if (n === 0 || n !== truth.length) {
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: "as many predictions as true labels are needed",
      expected: `${n || "some"} true labels`,
      got: truth.length,
    });
  }
  const rows = new Map<number, number[]>();
  for (let i = 0; i < n; i++) {
    for (const label of [predicted[i], truth[i]]) {
      if (Number.isInteger(label) && label >= 0 && label < space.size) continue;
      throw new InputError({
        code: "unknown-label",
        where,
        problem: `row ${i} has a label that does not exist`,
        expected: `an integer from 0 to ${space.size - 1}`,
        got: label,
      });
    }
    const same = rows.get(predicted[i]);
    if (same) same.push(i);
    else rows.set(predicted[i], [i]);
  }
  const out = new Float64Array(n);
  const distances = new Float64Array(space.size);
  for (const [label, some] of rows) {
    space.distancesFrom(label, distances);
    for (const i of some) out[i] = distances[truth[i]] ** 2;
  }
  return out;
}

/** V(y) = Σ_j w_j d(y, λ_j)², four j at a time: the sums are read and written a quarter as often. */
function writeVariances(w: Float64Array, squared: Matrix, out: Float64Array): void {
  out.fill(0);
  const used = Array.from(w.keys()).filter((j) => w[j] > 0);
  const last = used.length & ~3;
  for (let at = 0; at < last; at += 4) {
    const [a, b, c, d] = [used[at], used[at + 1], used[at + 2], used[at + 3]];
    const [wa, wb, wc, wd] = [w[a], w[b], w[c], w[d]];
    const [ra, rb, rc, rd] = [rowOf(squared, a), rowOf(squared, b), rowOf(squared, c), rowOf(squared, d)];
    for (let y = 0; y < out.length; y++) out[y] += wa * ra[y] + wb * rb[y] + wc * rc[y] + wd * rd[y];
  }
  for (const j of used.slice(last)) {
    const [weight, row] = [w[j], rowOf(squared, j)];
    for (let y = 0; y < out.length; y++) out[y] += weight * row[y];
  }
}

/** The first label of least variance, and how many there are, up to rounding. */
function leastOf(variances: Float64Array): { first: number; count: number } {
  let least = variances[0];
  let most = variances[0];
  for (let y = 1; y < variances.length; y++) {
    if (variances[y] < least) least = variances[y];
    else if (variances[y] > most) most = variances[y];
  }
  const limit = least + tolerance * most;
  let first = -1;
  let count = 0;
  for (let y = 0; y < variances.length; y++) {
    if (variances[y] > limit) continue;
    if (count++ === 0) first = y;
  }
  return { first, count };
}

function largest(w: Float64Array): number {
  let best = 0;
  for (let j = 1; j < w.length; j++) if (w[j] > w[best]) best = j;
  return best;
}

/** The labels of least variance in order, equal ones by index up to rounding. */
function smallest(variances: Float64Array, count: number): Int32Array {
  const most = variances.reduce((a, b) => Math.max(a, b), Number.MIN_VALUE);
  const grid = variances.map((value) => Math.round(value / (tolerance * most)));
  const order = Int32Array.from(variances.keys());
  return order.sort((y, z) => grid[y] - grid[z] || y - z).slice(0, count);
}
