/**
 * Information in the layers of a deterministic network: Chelombiev, Houghton & O'Donnell, "Adaptive estimators show
 * information compression in deep neural networks", ICLR 2019 (arXiv 1902.09037); kernel bounds of Kolchinsky & Tracey,
 * "Estimating mixture entropy with pairwise distances", Entropy 2017.
 *
 * `ebab`, entropy-based adaptive binning: the neurons of a layer share bins that each hold about as many *different*
 * observed values, the infimum of the activation function having a bin of its own; a row is the word of its bins. The
 * code T̂ is a function of the input, so I(X;T̂) = H(T̂), and I(T̂;Y) = H(T̂) + H(Y) − H(T̂,Y), all by plain counting.
 * `fixedBinning`: the same with equally spaced edges.
 *
 * `adaptiveKdeBounds`: T is seen through normal noise of variance σ², chosen for each layer from its own activity. Upper
 * and lower bound of I(X;T + noise) are −(1/n) Σ_i ln[(1/n) Σ_j exp(−‖t_i − t_j‖² / s)] with s = 2σ² and s = 8σ²
 * (Kolchinsky & Tracey, eq. 10 with Kullback–Leibler and Bhattacharyya distances); I(T;Y) is the difference between all
 * rows and the classes, of two upper or two lower bounds, and so itself neither.
 *
 * Deviations: the paper makes the noise's variance proportional to the largest activation; its program has a fixed
 * noise, adds noise to the data and takes absolute values. Here all three choices of noise are offered, the default
 * being a standard deviation of 3 % of the largest activation (rescaling the layer then changes nothing), and the data
 * are left as they are. `mutualInformation` knows `"ebab"` with a bias correction (Miller & Madow by default); the
 * kernel bounds are not an estimator there, because on independent variables they stay above 0.
 *
 * What is measured is how rows cluster relative to the bins or the noise. Of the network itself, deterministic on
 * continuous input, I(X;T) is infinite or constant.
 *
 * Cost: `ebab` O(n d log(n d)); the kernel bounds O(n² d), so that of more than 2048 rows a random part is taken.
 */
import { asCodes, type Codes, type CodesLike, isCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { asMatrix, type Matrix, type MatrixLike, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import type { EstimatorOptions, MutualInformationEstimator, Variable } from "../estimator.ts";
import { discrete } from "../plug-in/plug-in.ts";
import { adaptiveEdges, binned, equalEdges } from "./edges.ts";
import { kernelBounds, type Pair } from "./kernel-bounds.ts";
import { entropyOf, joined, type Words, wordsOf } from "./words.ts";

const defaultBins = 30;
const defaultMostRows = 2048;

/** What a layer's activations say about the input and about the label. */
export interface LayerInformation {
  /** I(X;T). */
  aboutInput: number;
  /** I(T;Y). */
  aboutLabel: number;
  unit: Unit;
  /** Rows used. */
  n: number;
  method: string;
  warnings: Warning[];
}

export interface EbabOptions {
  /** Bins that the different values are spread over. @default 30 */
  bins?: number;
  /** Infimum of the activation function: 0 for ReLU and softplus, −1 for tanh and ELU. Default: none, as for linear units. */
  lower?: number;
  /** Which rows are the same input, where inputs repeat. Default: all are different. */
  inputs?: CodesLike;
  /** @default "nats" */
  unit?: Unit;
}

export interface FixedBinningOptions extends Pick<EbabOptions, "inputs" | "unit"> {
  /** The first edge. */
  low: number;
  /** The last edge. */
  high: number;
  /** Number of edges; what lies outside them is in two more bins. @default 30 */
  bins?: number;
}

/** The noise through which a layer is seen. */
export type Noise =
  /** Standard deviation c · max |T|; c is 0.03 unless given. Rescaling the layer changes nothing. */
  | { readonly kind: "relative-deviation"; readonly c?: number }
  /** Variance c · max |T|, as in the paper's words; c is 0.001 unless given (ours). */
  | { readonly kind: "relative-variance"; readonly c?: number }
  | { readonly kind: "fixed"; readonly variance: number };

export interface KdeOptions {
  /** @default { kind: "relative-deviation", c: 0.03 } */
  noise?: Noise;
  /** Most rows; of more a random part is taken, and a warning says so. @default 2048 */
  mostRows?: number;
  /** For that part. @default 0 */
  seed?: number;
  /** @default "nats" */
  unit?: Unit;
}

/** The bounds of {@link adaptiveKdeBounds}, and the noise they hold for. */
export interface KdeBounds {
  /** `aboutInput` is at least I(X; T + noise). */
  upper: LayerInformation;
  /** `aboutInput` is at most I(X; T + noise). */
  lower: LayerInformation;
  /** The variance of the noise. */
  variance: number;
}

/**
 * I(X;T) and I(T;Y) of a deterministic layer through bins that adapt to it (Chelombiev et al. 2019, EBAB).
 *
 * @param activations n × d, one row per input
 * @param labels n classes
 * @returns nats, or `unit`; at most ln n and H(Y)
 * @throws InputError for NaN or infinities, fewer than two rows, unequal lengths, fewer than two bins, and values below
 *   `lower`
 * @example
 * import { ebab } from "surprisal/measure";
 *
 * const layer = [[0, 0.2], [0, 0.2], [0.5, 0], [0.9, 0.4], [1.3, 0], [1.7, 2.1], [0.5, 0.4], [0, 0]];
 * const { aboutInput, aboutLabel } = ebab(layer, [0, 0, 1, 0, 1, 1, 0, 1], { bins: 3, lower: 0, unit: "bits" });
 * // aboutInput is 2.5, aboutLabel is 1
 */
export function ebab(
  activations: MatrixLike,
  labels: CodesLike,
  options: EbabOptions = {},
): LayerInformation {
  const where = "ebab";
  const { bins = defaultBins, lower } = options;
  requireBins(bins, where);
  const { t, classes } = asLayer(activations, labels, where);
  if (lower !== undefined) requireAbove(t, lower, where);
  return counted(t, adaptiveEdges(t, bins, lower), classes, options, where);
}

/**
 * I(X;T) and I(T;Y) of a deterministic layer through equally spaced bins, for comparison with {@link ebab}: as usual
 * −1 to 1 for tanh, and for ReLU 0 to the largest activation of the whole training.
 *
 * @param activations n × d, one row per input
 * @param labels n classes
 * @returns nats, or `unit`
 * @throws InputError as {@link ebab}, and unless `low` is below `high`
 * @example
 * import { fixedBinning } from "surprisal/measure";
 *
 * const { aboutInput } = fixedBinning([0.1, 0.2, 0.8, 0.9], ["a", "a", "b", "b"], { low: -1, high: 1, bins: 3 });
 * // all four lie in the bin from 0 to 1: aboutInput is 0
 */
export function fixedBinning(
  activations: MatrixLike,
  labels: CodesLike,
  options: FixedBinningOptions,
): LayerInformation {
  const where = "fixedBinning";
  const { low, high, bins = defaultBins } = options;
  requireBins(bins, where);
  if (!(low < high)) {
    throw new InputError({
      code: "bad-range",
      where,
      problem: "low is not below high",
      expected: "two finite numbers, the smaller first",
      got: [low, high],
    });
  }
  const { t, classes } = asLayer(activations, labels, where);
  return counted(t, equalEdges(low, high, bins), classes, options, where);
}

/**
 * Bounds of the information that a layer with a little normal noise has about its input, and what of it is about the
 * label (Kolchinsky & Tracey 2017, with noise adapted to the layer as in Chelombiev et al. 2019).
 *
 * @param activations n × d, one row per input
 * @param labels n classes
 * @returns nats, or `unit`; between 0 and ln n
 * @throws InputError for NaN or infinities, fewer than two rows, unequal lengths, and noise that is not positive
 * @example
 * import { adaptiveKdeBounds } from "surprisal/measure";
 *
 * const layer = [[0, 0.2], [0, 0.2], [0.5, 0], [0.9, 0.4], [1.3, 0], [1.7, 2.1], [0.5, 0.4], [0, 0]];
 * const { upper, lower } = adaptiveKdeBounds(layer, [0, 0, 1, 0, 1, 1, 0, 1], {
 *   noise: { kind: "fixed", variance: 0.1 },
 *   unit: "bits",
 * });
 * // lower.aboutInput is 1.12, upper.aboutInput is 1.88
 */
export function adaptiveKdeBounds(
  activations: MatrixLike,
  labels: CodesLike,
  options: KdeOptions = {},
): KdeBounds {
  const where = "adaptiveKdeBounds";
  const { mostRows = defaultMostRows, seed = 0 } = options;
  const unit = asUnit(options.unit, where);
  if (!Number.isInteger(mostRows) || mostRows < 2) {
    throw new InputError({
      code: "bad-count",
      where,
      problem: "mostRows is not a number of rows",
      expected: "an integer from 2",
      got: mostRows,
    });
  }
  const all = asLayer(activations, labels, where);
  const variance = varianceOf(options.noise ?? { kind: "relative-deviation" }, all.t, where);
  const warnings = layerWarnings(all.t);
  let { t } = all;
  let classes = all.classes.codes;
  if (t.rows > mostRows) {
    const rows = new Random(seed).split("rows").subsample(t.rows, mostRows);
    warnings.push({ code: "subsampled", message: `${mostRows} of ${t.rows} rows were used` });
    t = takeRows(t, rows);
    classes = Int32Array.from(rows, (row) => all.classes.codes[row]);
  }
  // A layer without activity has no scale to take the noise from; any positive noise gives 0.
  const bounds = kernelBounds(t, classes, variance === 0 ? 1 : variance);
  const information = ({ aboutInput, aboutLabel }: Pair, method: string): LayerInformation => ({
    aboutInput: fromNats(aboutInput, unit),
    aboutLabel: fromNats(aboutLabel, unit),
    unit,
    n: t.rows,
    method,
    warnings,
  });
  return {
    upper: information(bounds.upper, "adaptiveKdeBounds, upper"),
    lower: information(bounds.lower, "adaptiveKdeBounds, lower"),
    variance,
  };
}

/** How far a quantity fell after its highest value. */
export interface CompressionAfterPeak {
  peak: number;
  /** Place of the (first) peak. */
  at: number;
  final: number;
  /** (peak − final) / peak; 0 where the peak is not positive. */
  share: number;
}

/**
 * How much of its highest I(X;T) a layer has lost by the end of training.
 *
 * @param values I(X;T) at the measured epochs, in order
 * @throws InputError when there are no values
 * @example
 * import { compressionAfterPeak } from "surprisal/measure";
 *
 * compressionAfterPeak([4, 8, 6]); // { peak: 8, at: 1, final: 6, share: 0.25 }
 */
export function compressionAfterPeak(values: ArrayLike<number>): CompressionAfterPeak {
  if (values.length === 0) {
    const where = "compressionAfterPeak";
    throw new InputError({ code: "empty", where, problem: "no values", expected: "at least one", got: 0 });
  }
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[at]) at = i;
  const [peak, final] = [values[at], values[values.length - 1]];
  return { peak, at, final, share: peak > 0 ? (peak - final) / peak : 0 };
}

/**
 * EBAB as an estimator of the information between numbers and categories: all columns of the numbers share one list of
 * edges. Options `bins` (default 30) and `correction`; without a correction it is the paper's. Give
 * `preprocess: "none"` for the neurons of one layer, whose scales are to be compared.
 */
export const ebabEstimator: MutualInformationEstimator = {
  name: "ebab",
  title: "entropy-based adaptive bins",
  takes: { x: "continuous", y: "discrete" },
  defaults: { bins: defaultBins, correction: discrete.defaults.correction },
  estimate(x, y, options) {
    const point = discrete.estimate(asWords(x, options), asWords(y, options), options);
    point.diagnostics.bins = options.bins ?? defaultBins;
    return point;
  },
  permuter: (x, y, options) => discrete.permuter!(asWords(x, options), asWords(y, options), options),
};

function asWords(v: Variable, { bins = defaultBins }: EstimatorOptions): Codes {
  if (isCodes(v)) return v;
  requireBins(bins, "ebab");
  const { codes, words } = wordsOf(binned(v, adaptiveEdges(v, bins, undefined)), v.cols);
  return { codes, levels: Array.from({ length: words }, (_, word) => `word ${word}`) };
}

function counted(
  t: Matrix,
  edges: Float64Array,
  classes: Codes,
  { inputs, unit: wanted }: Pick<EbabOptions, "inputs" | "unit">,
  where: string,
): LayerInformation {
  const unit = asUnit(wanted, where);
  const words = wordsOf(binned(t, edges), t.cols);
  const entropy = entropyOf(words);
  const shared = (codes: Codes) => {
    const other: Words = { codes: codes.codes, words: codes.levels.length };
    return entropy + entropyOf(other) - entropyOf(joined(words.codes, other.codes));
  };
  const sources = inputs === undefined ? undefined : asCodes(inputs, `${where}: inputs`);
  if (sources) requireLength(sources, t.rows, `${where}: inputs`);
  const warnings = layerWarnings(t);
  if (words.words === t.rows) {
    const message = "no two rows share a word: I(X;T) is ln n and I(T;Y) is H(Y), whatever the layer knows";
    warnings.push({ code: "all-distinct", message });
  }
  return {
    aboutInput: fromNats(sources ? shared(sources) : entropy, unit),
    aboutLabel: fromNats(shared(classes), unit),
    unit,
    n: t.rows,
    method: where,
    warnings,
  };
}

function layerWarnings({ data, cols }: Matrix): Warning[] {
  if (data.some((value, i) => value !== data[i % cols])) return [];
  return [{ code: "dead-layer", message: "the layer is the same for all inputs: it says nothing" }];
}

function varianceOf(noise: Noise, { data }: Matrix, where: string): number {
  const given =
    noise.kind === "fixed" ? noise.variance : (noise.c ?? (noise.kind === "relative-variance" ? 1e-3 : 0.03));
  if (!(given > 0 && given < Number.POSITIVE_INFINITY)) {
    throw new InputError({
      code: "not-positive",
      where,
      problem: "the noise is not positive",
      expected: "a finite number above 0",
      got: given,
    });
  }
  if (noise.kind === "fixed") return given;
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  return noise.kind === "relative-variance" ? given * largest : (given * largest) ** 2;
}

function asLayer(activations: MatrixLike, labels: CodesLike, where: string): { t: Matrix; classes: Codes } {
  const t = asMatrix(activations, `${where}: activations`);
  if (t.rows < 2 || t.cols === 0) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "nothing can be measured",
      expected: "at least two rows of activations",
      got: t.cols === 0 ? 0 : t.rows,
    });
  }
  const classes = asCodes(labels, `${where}: labels`);
  requireLength(classes, t.rows, `${where}: labels`);
  return { t, classes };
}

function requireLength({ codes }: Codes, rows: number, where: string): void {
  if (codes.length === rows) return;
  throw new InputError({
    code: "unequal-lengths",
    where,
    problem: "not as many as rows of activations",
    expected: `${rows}`,
    got: codes.length,
  });
}

function requireBins(bins: number, where: string): void {
  if (Number.isInteger(bins) && bins >= 2) return;
  throw new InputError({
    code: "bad-bins",
    where,
    problem: "bins is not a number of bins",
    expected: "an integer from 2",
    got: bins,
  });
}

function requireAbove({ data, cols }: Matrix, lower: number, where: string): void {
  const at = data.findIndex((value) => !(value >= lower));
  if (at === -1) return;
  throw new InputError({
    code: "below-lower",
    where,
    problem: `row ${Math.floor(at / cols)}, column ${at % cols} is below lower = ${lower}`,
    expected: "activations from their infimum up",
    got: data[at],
  });
}
