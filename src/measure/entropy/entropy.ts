/**
 * Entropy: H(X) = −Σ p ln p of a discrete variable, or h(X) = −∫ p ln p of a continuous one.
 *
 * Papers: Kozachenko & Leonenko, "Sample estimate of the entropy of a random vector", Problems of Information
 * Transmission 1987; Berrett, Samworth & Yuan, "Efficient multivariate entropy estimation via k-nearest neighbour
 * distances", Annals of Statistics 2019; Miller 1955; Grassberger 1988; Chao & Shen 2003; Hausser & Strimmer 2009.
 *
 * - `kozachenkoLeonenko`: ψ(n) − ψ(k) + ln c_d + (d/n) Σ ln ε_i, with ε_i the distance to the k-th neighbour and c_d
 *   the volume of the unit ball. Kozachenko & Leonenko have k = 1 and ln(n − 1) for ψ(n); this is the form of
 *   Kraskov et al. 2004 (equation 20) with ε the radius instead of the diameter.
 * - `weighted`: the first k distances together, weighted so that their bias terms cancel; as in the paper, but one
 *   nearest distance alone up to four dimensions.
 * - `gaussian`: ½ ln det(2πe S) as in the room `gaussian`, unbiased if the rows are normal.
 * - `discrete`: by counting, with a choice of corrections.
 *
 * Cost: O(n log n) up to ten columns, O(n² d) above; O(n) for `discrete`, O(n d²) for `gaussian`. The interval asks
 * twenty half-samples, about ten times as much.
 */
import { asCodes, type Codes, isCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Estimate } from "../../core/estimate.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { suggest } from "../../core/suggest.ts";
import type { Unit } from "../../core/units.ts";
import { certaintyOf } from "../certainty.ts";
import { type Correction, kindOf, type PointEstimate, rowsOf, take, type Variable } from "../estimator.ts";
import { gaussianEntropy } from "../gaussian/gaussian.ts";
import { asVariable, requireNeighbours, type VariableLike } from "../inputs.ts";
import { withInterval } from "../with-interval.ts";
import { asCorrection, countEntropy, shrinkageIntensity } from "./discrete-entropy.ts";
import { defaultEnsemble } from "./ensemble-weights.ts";
import { averaged, kozachenkoLeonenko, weightedKozachenkoLeonenko } from "./kozachenko-leonenko.ts";

export {
  asCorrection,
  countEntropy,
  type DiscreteEntropyOptions,
  defaultCorrection,
  discreteEntropy,
  shrinkageIntensity,
  shrunkEntropy,
} from "./discrete-entropy.ts";
export { weightedKozachenkoLeonenko } from "./kozachenko-leonenko.ts";
export { pair, type Symbols, symbols, tally } from "./symbols.ts";

const where = "entropy";
const estimators = ["kozachenkoLeonenko", "weighted", "gaussian", "discrete"] as const;
type Estimator = (typeof estimators)[number];

export interface EntropyOptions extends LongRunning {
  /** `"auto"` takes `"discrete"` for categories and `"kozachenkoLeonenko"` for numbers. @default "auto" */
  estimator?: Estimator | "auto";
  /** Neighbours. @default 3; for `"weighted"` the number of columns, but at least 5 */
  k?: number;
  /** Distance between rows, for `"kozachenkoLeonenko"`; `"weighted"` is Euclidean. @default "max" */
  metric?: "max" | "euclidean";
  /** Bias correction, for `"discrete"`. @default "miller-madow" */
  correction?: Correction;
  /**
   * A weight for each row, from 0: the entropy is that of the distribution whose density is `weights` times the one
   * the rows were drawn from (up to a factor). Discrete corrections then take Kish's effective number of rows.
   */
  weights?: ArrayLike<number>;
  /** @default "nats" */
  unit?: Unit;
  /** @default 0 */
  seed?: number;
  /** Interval from 20 half-samples; `false` leaves it out. @default { level: 0.95 } */
  interval?: false | { level?: number };
}

/**
 * Estimates the entropy of one variable, which may have several columns.
 *
 * @param x n rows: numbers (n, or n × d) for a continuous variable, `Codes`, strings or booleans for a discrete one;
 *   integers are read as categories by estimator `"discrete"`
 * @returns nats, or `unit`; differential entropy for numbers, which may be negative and depends on their scale
 * @throws InputError for NaN or infinities, a constant column, n ≤ k, an estimator that does not take this kind of
 *   variable, bad weights, and code `"ties"` when over 5 % of the rows coincide with k others
 * @example
 * import { entropy } from "surprisal";
 * import { Random } from "surprisal/core";
 *
 * const random = new Random(1);
 * const normal = Array.from({ length: 1000 }, () => random.normal());
 * const h = await entropy(normal, { seed: 1 });
 * // h.value is about ½ ln 2πe = 1.419
 * const coin = await entropy(["heads", "tails", "tails", "heads"], { unit: "bits", correction: "none" });
 * // coin.value is 1
 */
export async function entropy(x: VariableLike, options: EntropyOptions = {}): Promise<Estimate> {
  const certainty = certaintyOf({ ...options, permutations: 0 }, where);
  const asCategories = options.estimator === "discrete" && "length" in x;
  const v = asVariable(asCategories ? asCodes(x as ArrayLike<number>, `${where}: x`) : x, `${where}: x`);
  const n = rowsOf(v);
  const weights = asWeights(options.weights, n);
  const { estimator, settings, estimate } = chosen(v, options);
  const point = () => estimate(v, weights);
  const onRows = (rows: Int32Array) =>
    estimate(take(v, rows), weights && Float64Array.from(rows, (row) => weights[row])).value;
  return withInterval({ where, method: estimator, settings, n, point, onRows }, certainty, options);
}

interface Choice {
  estimator: Estimator;
  /** The options it reads, with defaults. */
  settings: Record<string, unknown>;
  estimate(v: Variable, weights: Float64Array | undefined): PointEstimate;
}

function chosen(v: Variable, options: EntropyOptions): Choice {
  const estimator = asEstimator(options.estimator ?? "auto", v);
  if (isCodes(v) || estimator === "discrete") {
    const correction = asCorrection(options.correction, where);
    if (options.weights && (correction === "chao-shen" || correction === "grassberger")) {
      refuseWeights(
        `correction ${correction} needs whole counts, not weights`,
        "none, miller-madow or shrinkage",
        correction,
      );
    }
    return {
      estimator,
      settings: { correction },
      estimate: (v, weights) => counted(v as Codes, correction, weights),
    };
  }
  if (estimator === "gaussian") {
    if (options.weights) refuseWeights("estimator gaussian takes no weights", "another estimator", estimator);
    return { estimator, settings: {}, estimate: (v) => gaussianEntropy(v as Matrix) };
  }
  const weighted = estimator === "weighted";
  const k = options.k ?? (weighted ? defaultEnsemble(v.cols) : 3);
  requireNeighbours(k, v.rows, where);
  const metric = weighted ? "euclidean" : (options.metric ?? "max");
  if (metric !== "max" && metric !== "euclidean") {
    const expected = '"max" or "euclidean"';
    throw new InputError({ code: "unknown-metric", where, problem: "unknown metric", expected, got: metric });
  }
  const local = (x: Matrix) =>
    weighted ? weightedKozachenkoLeonenko(x, k, where) : kozachenkoLeonenko(x, k, metric);
  return {
    estimator,
    settings: { k, metric },
    estimate: (v, weights) => averaged(local(v as Matrix), weights, where),
  };
}

function asEstimator(name: string, v: Variable): Estimator {
  if (name === "auto") return isCodes(v) ? "discrete" : "kozachenkoLeonenko";
  const found = estimators.find((estimator) => estimator === name);
  if (!found) {
    const near = suggest(name, estimators);
    throw new InputError({
      code: "unknown-estimator",
      where,
      problem: "unknown estimator",
      expected: `one of ${estimators.join(", ")}, auto`,
      got: name,
      hint: near && `did you mean ${near}?`,
    });
  }
  if ((found === "discrete") !== isCodes(v)) {
    throw new InputError({
      code: "wrong-kind",
      where,
      problem: `estimator ${found} does not take this kind of variable`,
      expected: found === "discrete" ? "categories" : "numbers",
      got: kindOf(v),
    });
  }
  return found;
}

function asWeights(weights: ArrayLike<number> | undefined, n: number): Float64Array | undefined {
  if (weights === undefined) return undefined;
  if (weights.length !== n)
    refuseWeights("weights and rows differ in number", `${n} weights`, weights.length);
  const out = Float64Array.from(weights);
  const bad = out.find((w) => !(w >= 0 && w < Number.POSITIVE_INFINITY));
  if (bad !== undefined) refuseWeights("a row weight is negative or not finite", "numbers from 0", bad);
  if (!out.some((w) => w > 0)) refuseWeights("all row weights are 0", "a positive weight", 0);
  return out;
}

function refuseWeights(problem: string, expected: string, got: unknown): never {
  throw new InputError({ code: "bad-weights", where, problem, expected, got });
}

function counted(c: Codes, correction: Correction, weights: Float64Array | undefined): PointEstimate {
  const counts = new Float64Array(c.levels.length);
  let total = c.codes.length;
  for (let i = 0; i < c.codes.length; i++) counts[c.codes[i]] += weights ? weights[i] : 1;
  if (weights) {
    const sum = weights.reduce((a, w) => a + w, 0);
    total = sum ** 2 / weights.reduce((a, w) => a + w * w, 0);
    for (let level = 0; level < counts.length; level++) counts[level] *= total / sum;
  }
  const value = countEntropy(correction, total, counts.length)(counts, counts.length);
  const diagnostics: PointEstimate["diagnostics"] = {
    levels: counts.reduce((found, c) => found + (c > 0 ? 1 : 0), 0),
  };
  if (correction === "shrinkage")
    diagnostics.lambda = shrinkageIntensity(counts, counts.length, total, counts.length);
  if (weights) diagnostics.effectiveRows = total;
  const warnings = [];
  if ((diagnostics.levels as number) > total / 4) {
    const message = `${diagnostics.levels} different values in ${c.codes.length} rows: too many to count, the estimate is biased`;
    warnings.push({ code: "large-alphabet", message });
  }
  return { value, n: c.codes.length, warnings, diagnostics };
}
