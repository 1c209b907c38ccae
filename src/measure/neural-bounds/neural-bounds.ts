/**
 * Variational estimates of mutual information: a network f(x, y), the critic, learns to tell pairs from products of the
 * margins, and what it achieves on rows it has never seen bounds the information from below.
 *
 * Papers: Donsker & Varadhan 1983 with Belghazi et al. 2018 (MINE, arXiv 1801.04062, algorithm 1 with the bias-corrected
 * gradient of section 3.2); Nguyen, Wainwright & Jordan 2010 (NWJ); van den Oord, Li & Vinyals 2018 (InfoNCE, arXiv
 * 1807.03748, equation 4); Song & Ermon 2020 (SMILE, arXiv 1910.06222, equation 10); Poole et al. 2019 (arXiv
 * 1905.06922) for all of them in one place. With scores Sᵢⱼ = f(xᵢ, yⱼ) of B rows and LME = log mean exp over i ≠ j:
 *
 *   infonce            mean Sᵢᵢ − mean log Σⱼ exp Sᵢⱼ + log B            never above log B
 *   donsker-varadhan   mean Sᵢᵢ − LME(S)
 *   mine               the same value; the gradient's denominator is a moving average over batches
 *   nwj                mean Sᵢᵢ − exp LME(S − 1)
 *   js                 trained by −mean softplus(−Sᵢᵢ) − mean softplus(Sᵢⱼ), then NWJ of S + 1
 *   smile              trained likewise, mean Sᵢᵢ − LME(clip(S, ±τ)): low variance, no bound
 *
 * Half of the rows train, a quarter decides when to stop, and the value is that of the last quarter, so that nothing is
 * chosen by what is reported. Deviations: Adam at 0.003 in place of 0.1; MINE's average starts at the first batch (some
 * codes start at 0) and products are all pairs i ≠ j of a batch; a critic trained by JS tends to the log ratio, and is
 * shifted by 1 before NWJ, without which even the best critic would read 1/e too low.
 *
 * Cost: O(steps · (B² h + B d h)) for the concat critic, O(steps · B d h) for the separable one.
 */
import { InputError } from "../../core/errors.ts";
import type { Estimate } from "../../core/estimate.ts";
import { type CertaintyOptions, certaintyOf } from "../certainty.ts";
import type { TrainedEstimator } from "../estimator.ts";
import { asVariable, type Preprocess, preprocessed, requireEqualRows, type VariableLike } from "../inputs.ts";
import { trainedEstimate } from "../mutual-information/mutual-information.ts";
import type { BoundName } from "./bounds.ts";
import type { CriticKind } from "./critics.ts";
import type { FittedBoundSettings } from "./fitted-bound.ts";

export interface NeuralBoundsOptions extends CertaintyOptions {
  /** @default "infonce" */
  bound?: BoundName;
  /** `"concat"`: a network over (x, y); `"separable"`: g(x)·h(y), cheaper for large batches. @default "concat" */
  critic?: CriticKind;
  /** Widths of the hidden layers. @default [32, 32] */
  hidden?: readonly number[];
  /** Rows per update; for InfoNCE, information far above its logarithm is hard to learn. @default 64 */
  batchSize?: number;
  /** Most updates, in fifties; training ends before when 500 of them bring nothing. @default 3000 */
  steps?: number;
  /** Of Adam. @default 0.003 */
  learningRate?: number;
  /** τ of SMILE: scores of products are held within ±τ. @default 5 */
  clip?: number;
  /** Rescaling of continuous columns. @default "standardize" */
  preprocess?: Preprocess;
}

const where = "neuralMutualInformation";
const defaults: FittedBoundSettings = {
  critic: "concat",
  hidden: [32, 32],
  batchSize: 64,
  steps: 3000,
  learningRate: 0.003,
};

const titles: Record<BoundName, string> = {
  mine: "MINE",
  "donsker-varadhan": "Donsker–Varadhan",
  nwj: "Nguyen–Wainwright–Jordan",
  infonce: "InfoNCE",
  js: "Jensen–Shannon critic, NWJ value",
  smile: "SMILE",
};

/**
 * A lower bound of the mutual information of two variables from a critic trained on half of their rows, evaluated on rows
 * it has not seen (SMILE: a low-variance estimate that is no bound). The interval is the scatter of the held-out rows; the
 * test permutes them under the trained critic.
 *
 * @param x n rows: numbers (n, or n × d), or categories, which enter as one-hot columns
 * @param y likewise, with as many rows
 * @returns the value in nats (or `unit`); `diagnostics.bound` is `"lower"` for a bound, `diagnostics.ceiling` is what
 *   InfoNCE cannot exceed, `diagnostics.validationValue` the best value seen in training
 * @throws InputError for fewer than 40 rows, an unknown bound or critic, and options out of range
 * @example
 * import { neuralMutualInformation } from "surprisal/measure";
 * import { Random } from "surprisal/core";
 *
 * const random = new Random(1);
 * const x = Array.from({ length: 400 }, () => random.normal());
 * const y = x.map((value) => value + random.normal());
 * const shared = await neuralMutualInformation(x, y, { bound: "infonce", steps: 300, seed: 1 });
 * // shared.value lies below 0.35 (the truth) but for the scatter
 */
export async function neuralMutualInformation(
  x: VariableLike,
  y: VariableLike,
  options: NeuralBoundsOptions = {},
): Promise<Estimate> {
  const certainty = certaintyOf(options, where);
  const { bound = "infonce", preprocess = "standardize" } = options;
  const estimator = neuralBound(bound, options);
  const [vx, vy] = [x, y].map((v, i) =>
    preprocessed(asVariable(v, `${where}: ${"xy"[i]}`), preprocess, `${where}: ${"xy"[i]}`),
  );
  requireEqualRows(where, vx, vy);
  return trainedEstimate(estimator, { x: vx, y: vy, where, options: { preprocess } }, certainty, options);
}

/** A bound as an estimator, with settings of its own. */
function neuralBound(bound: BoundName, options: NeuralBoundsOptions = {}): TrainedEstimator {
  const settings = settingsOf(bound, options);
  return {
    name: bound,
    title: titles[bound],
    takes: { x: "any", y: "any" },
    bound: bound === "smile" ? undefined : "lower",
    defaults: { bound, ...settings },
    estimate: async (x, y, run) =>
      (await import("./fitted-bound.ts")).fittedBound(bound, settings, x, y, run),
  };
}

function settingsOf(bound: BoundName, options: NeuralBoundsOptions): FittedBoundSettings {
  const settings: FittedBoundSettings = { ...defaults };
  const { critic: kind, hidden, batchSize, steps, learningRate, clip } = options;
  if (!Object.hasOwn(titles, bound))
    refuse("unknown bound", `one of ${Object.keys(titles).join(", ")}`, bound);
  if (kind !== undefined) {
    if (kind !== "concat" && kind !== "separable") refuse("unknown critic", "concat or separable", kind);
    settings.critic = kind;
  }
  if (hidden !== undefined) {
    if (hidden.length === 0 || hidden.some((width) => !isCount(width, 1))) {
      refuse("hidden are no widths of layers", "a list of integers from 1", hidden);
    }
    settings.hidden = hidden;
  }
  if (batchSize !== undefined) {
    if (!isCount(batchSize, 2)) refuse("batchSize is no number of rows", "an integer from 2", batchSize);
    settings.batchSize = batchSize;
  }
  if (steps !== undefined) {
    if (!isCount(steps, 1)) refuse("steps is no number of updates", "an integer from 1", steps);
    settings.steps = steps;
  }
  if (learningRate !== undefined) settings.learningRate = learningRate;
  if (bound === "smile") {
    settings.clip = clip ?? 5;
    if (!(settings.clip > 0)) refuse("clip is no bound of scores", "a number above 0", clip);
  }
  return settings;
}

function isCount(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}

function refuse(problem: string, expected: string, got: unknown): never {
  throw new InputError({ code: "bad-option", where, problem, expected, got });
}

export const mine = neuralBound("mine");
export const donskerVaradhan = neuralBound("donsker-varadhan");
export const nwj = neuralBound("nwj");
export const infonce = neuralBound("infonce");
export const js = neuralBound("js");
export const smile = neuralBound("smile");
