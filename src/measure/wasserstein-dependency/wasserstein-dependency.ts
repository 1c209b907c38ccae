/**
 * Dependence measured as a distance: how far must the pairs (x, y) be moved to look like pairs of the product of the
 * margins?
 *
 * Paper: Ozair, Lynch, Bengio, van den Oord, Levine, Sermanet, "Wasserstein dependency measure for representation
 * learning", NeurIPS 2019 (arXiv 1903.11780).
 *
 *   I_W(X;Y) = W₁(p(x,y), p(x)p(y)) = sup over f of slope ≤ 1 of E_pairs f − E_products f
 *
 * Implemented: the exact value of a sample by optimal transport, against all n² products or against one shuffled sample;
 * the dual with a network whose layers are capped (with sorted pairs of neurons, so that slope 1 can be kept) or whose
 * gradient is pulled to norm 1 (second derivatives by the engine); WPC, which is CPC's objective
 * mean Sᵢᵢ − log Σⱼ exp Sᵢⱼ maximised over critics whose slope is held, with either control or a pairwise penalty.
 *
 * The value has the unit of the data and grows with it: I_W(2X; 2Y) = 2 I_W(X; Y). It is 0 only for independent
 * variables and finite also where one determines the other. A sample of independent rows has a value above 0, so read
 * `corrected`, from which the mean over shuffled rows is taken. Deviations: the paper's weight of the penalty is not
 * known to us, 10 as in WGAN-GP; slopes come out near and not at 1 under the penalty, and the critic's value is divided
 * by the 99th percentile of the slopes that were met.
 *
 * Cost: exact O(n⁵) at worst, about n⁴ met; assignment O(n³); critic O(steps · B² h).
 */
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import type { Matrix, MatrixLike } from "../../core/matrix.ts";
import { column } from "../../core/matrix.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { standardDeviation } from "../../core/statistics.ts";
import { asVariable, requireEqualRows, type VariableLike } from "../inputs.ts";
import { asColumns } from "../one-hot.ts";
import { againstPairs, againstProduct, blockDistances, type GroundMetric } from "./samples.ts";
import type { Lipschitz } from "./training.ts";

export interface WassersteinDependencyOptions extends LongRunning {
  /** Distance of two pairs: Euclid's on (x, y), or the sum of absolute differences. @default "l2" */
  metric?: GroundMetric;
  /**
   * `"exact"`: all n² products (for n up to some 60); `"assignment"`: one shuffled sample of products (up to some 1000);
   * `"critic"`: a trained network on held-out rows. @default by n: exact to 40, assignment to 400, then critic
   */
  mode?: "exact" | "assignment" | "critic";
  /** Shuffled samples for `corrected` and the p-value. @default 40; for the critic 200 shuffles of held-out rows */
  shuffles?: number;
  /** How the critic's slope is held. @default { kind: "spectral", cap: 1 } */
  lipschitz?: { kind: "spectral"; cap: 1 } | { kind: "gp"; weight: number };
  /** Updates of the critic. @default 2000 */
  steps?: number;
  /** Take columns as they are although those of x and y differ in scale by over 1000. @default false */
  allowScale?: boolean;
  /** @default 0 */
  seed?: number;
}

/** A dependence in units of the ground metric. */
export interface WassersteinDependency {
  value: number;
  /** The value less its mean over shuffled rows: about 0 for independent rows. */
  corrected: number;
  /** Share of shuffled samples that reach the value. */
  pValue?: number;
  unit: "metric";
  n: number;
  method: "exact" | "assignment" | "critic";
  options: Record<string, unknown>;
  seed: number;
  warnings: Warning[];
  diagnostics: Record<string, unknown>;
}

export interface PairEncoderOptions extends LongRunning {
  /** CPC, the same with a held slope, or the dual of I_W itself (which may collapse to few directions). @default "wpc" */
  objective?: "cpc" | "wpc" | "wdm";
  /** Not for CPC. @default { kind: "spectral", cap: 2 } */
  lipschitz?: Lipschitz;
  /** Widths of the hidden layers on either side. @default [64] */
  hidden?: readonly number[];
  /** Width of the embeddings. @default 32 */
  embed?: number;
  /** @default 64 */
  batchSize?: number;
  /** Updates, rounded up to whole passes over the pairs. @default 2000 */
  steps?: number;
  /** Of Adam. @default 0.002 */
  learningRate?: number;
  /** Factor of the scores, an inverse temperature; the caps hold without it. @default 1 */
  scale?: number;
  /** @default 0 */
  seed?: number;
}

export interface PairEncoder {
  readonly objective: "cpc" | "wpc" | "wdm";
  /** Embeddings g(x), n × embed. */
  encodeX(x: MatrixLike): Promise<Matrix>;
  /** Embeddings h(y), n × embed. */
  encodeY(y: MatrixLike): Promise<Matrix>;
  /** Means over each pass of training. */
  readonly log: readonly {
    readonly step: number;
    readonly loss: number;
    /** The objective, the mean score of pairs and that of products; not under a gradient penalty. */
    readonly objective?: number;
    readonly positive?: number;
    readonly negative?: number;
  }[];
  /** Gradient norms of the critic between pairs and products: mean and 99th percentile. */
  readonly slope: { readonly mean: number; readonly high: number };
  /** The bytes of an ONNX file: from `x` (batch × columns) to `embedding`. */
  toOnnx(): Uint8Array;
}

const where = "wassersteinDependency";
const fewest = 4;
const widestScale = 1000;

/**
 * The Wasserstein dependency of two variables: how far pairs must be moved, on average, to look independent.
 *
 * @param x n rows: numbers (n, or n × d), or categories, which enter as columns of 0 and 1
 * @param y likewise, with as many rows
 * @returns the value in units of the metric, the value less its mean over shuffled rows, and a p-value
 * @throws InputError for fewer than 4 rows, blocks whose scales differ by over 1000 (unless `allowScale`), and the metric
 *   `"l1"` with a critic
 * @example
 * import { wassersteinDependency } from "surprisal/measure";
 *
 * const letters = ["a", "b", "a", "b", "a", "b", "a", "b"];
 * const copied = await wassersteinDependency(letters, letters);
 * // copied.value is √2 / 2: half of the products hold two different letters, a distance of √2 from the nearest pair
 */
export async function wassersteinDependency(
  x: VariableLike,
  y: VariableLike,
  options: WassersteinDependencyOptions = {},
): Promise<WassersteinDependency> {
  const { metric = "l2", seed = 0, steps = 2000, allowScale = false } = options;
  const raw = [asVariable(x, `${where}: x`), asVariable(y, `${where}: y`)];
  const n = requireEqualRows(where, ...raw);
  const [vx, vy] = raw.map(asColumns);
  const mode = options.mode ?? (n <= 40 ? "exact" : n <= 400 ? "assignment" : "critic");
  const shuffles = options.shuffles ?? (mode === "critic" ? 200 : 40);
  const lipschitz = options.lipschitz ?? { kind: "spectral", cap: 1 };
  requireUsable(vx, vy, { metric, mode, shuffles, steps, allowScale });
  const random = new Random(seed).split("wasserstein dependency");
  const common = { metric, mode, shuffles, allowScale };
  if (mode === "critic") {
    const { criticDependency } = await import("./critic.ts");
    const settings = { lipschitz, hidden: [64, 64], batchSize: 64, steps, learningRate: 0.001 };
    const { value, blocks, heldOut, slope } = await criticDependency(vx, vy, settings, random, options);
    const shuffle = random.split("shuffles");
    const orders = blocks.map(({ rows }) => Int32Array.from({ length: rows }, (_, i) => i));
    const statistic = () => meanPair(blocks, orders);
    const observed = statistic();
    const nulls = Float64Array.from({ length: shuffles }, () => {
      for (const order of orders) shuffle.shuffle(order);
      return statistic();
    });
    return {
      ...summary(value, observed, nulls),
      n,
      method: mode,
      options: { ...common, lipschitz, steps },
      seed,
      warnings: [],
      diagnostics: { heldOut, slope },
    };
  }
  const between = pacer(options.signal, where);
  const blocks = blockDistances(vx, vy, metric);
  const same = Int32Array.from({ length: n }, (_, i) => i);
  const partners = random.split("partners");
  const distance = (order: Int32Array) =>
    mode === "exact" ? againstProduct(blocks, order) : againstPairs(blocks, order, partners.permutation(n));
  const value = distance(same);
  const shuffle = random.split("shuffles");
  const nulls = new Float64Array(shuffles);
  for (let s = 0; s < shuffles; s++) {
    await between();
    nulls[s] = distance(shuffle.permutation(n));
    options.onProgress?.({ done: s + 1, total: shuffles, label: "shuffles" });
  }
  return {
    ...summary(value, value, nulls),
    n,
    method: mode,
    options: common,
    seed,
    warnings: [],
    diagnostics: {},
  };
}

/**
 * Learns to recognise which x belongs to which y, and gives both embeddings: CPC, or WPC, whose critic has its slope held
 * and so cannot settle for the few factors that suffice to tell a batch apart. Only differences of small batches are
 * expected: see the measured claims. The objective's value is no bound on the information.
 *
 * @param x n × d, row i paired with row i of y
 * @throws InputError for unequal lengths, fewer than 4 rows and options out of range
 * @throws FitDivergedError when a loss is not finite
 * @example
 * import { trainPairEncoder } from "surprisal/measure";
 *
 * const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i), i % 3]);
 * const y = x.map(([a, b, c]) => [a + b, c]);
 * const encoder = await trainPairEncoder(x, y, { objective: "wpc", steps: 20, embed: 4 });
 * const codes = await encoder.encodeX(x); // 64 × 4
 */
export async function trainPairEncoder(
  x: MatrixLike,
  y: MatrixLike,
  options: PairEncoderOptions = {},
): Promise<PairEncoder> {
  const { fitPairEncoder } = await import("./pair-encoder.ts");
  return fitPairEncoder(x, y, options);
}

function summary(value: number, observed: number, nulls: Float64Array) {
  const mean = nulls.reduce((sum, v) => sum + v, 0) / nulls.length;
  const reached = nulls.reduce((count, v) => count + (v >= observed ? 1 : 0), 0);
  return {
    value,
    corrected: nulls.length === 0 ? value : observed - mean,
    ...(nulls.length === 0 ? {} : { pValue: (1 + reached) / (1 + nulls.length) }),
    unit: "metric" as const,
  };
}

function meanPair(blocks: readonly Matrix[], orders: readonly Int32Array[]): number {
  let total = 0;
  blocks.forEach(({ data, rows }, b) => {
    for (let i = 0; i < rows; i++) total += data[i * rows + orders[b][i]];
  });
  return total / (blocks.length * blocks[0].rows);
}

function requireUsable(
  x: Matrix,
  y: Matrix,
  {
    metric,
    mode,
    shuffles,
    steps,
    allowScale,
  }: Required<Pick<WassersteinDependencyOptions, "metric" | "mode" | "shuffles" | "steps" | "allowScale">>,
): void {
  const refuse = (code: string, problem: string, expected: string, got: unknown, hint?: string): never => {
    throw new InputError({ code, where, problem, expected, got, hint });
  };
  if (x.rows < fewest) refuse("too-few-rows", "too few rows to move", `at least ${fewest}`, x.rows);
  if (metric !== "l2" && metric !== "l1") refuse("bad-option", "unknown metric", "l2 or l1", metric);
  if (!["exact", "assignment", "critic"].includes(mode)) {
    refuse("bad-option", "unknown mode", "exact, assignment or critic", mode);
  }
  if (mode === "critic" && metric === "l1") {
    refuse(
      "bad-option",
      "the critic's slope is held in Euclid's metric",
      'metric "l2"',
      metric,
      'or mode "assignment"',
    );
  }
  for (const [name, count] of Object.entries({ shuffles, steps })) {
    if (!Number.isInteger(count) || count < 0)
      refuse("bad-option", `${name} is no count`, "an integer from 0", count);
  }
  const [ofX, ofY] = [x, y].map((m) =>
    Math.max(...Array.from({ length: m.cols }, (_, j) => standardDeviation(column(m, j)))),
  );
  const ratio = Math.max(ofX, ofY) / Math.min(ofX, ofY);
  if (ratio > widestScale && !allowScale) {
    refuse(
      "unequal-scales",
      "the distance would see only one of x and y: their standard deviations differ too much",
      `at most by a factor of ${widestScale}`,
      Number(ratio.toPrecision(3)),
      "standardise the columns first, or pass allowScale",
    );
  }
}
