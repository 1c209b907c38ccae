import { InputError } from "../../core/errors.ts";
import {
  asMethod,
  type ChoiceMethod,
  type InstanceMethod,
  isInstanceMethod,
  type TaskMethod,
} from "./methods.ts";
import {
  answersOf,
  instanceScores,
  type Reading,
  readScores,
  requireSeqProb,
  type ScoreOptions,
  taskScores,
} from "./scores.ts";
import { type PromptTensor, readTensor, type Scores } from "./tensor.ts";

/** Where a calibration acts: on the choice of the prompt, on its answers, on both, or nowhere. */
export type CalibrationPlace = "none" | "answer" | "selection" | "both";

export interface SelectOptions extends ScoreOptions {
  /** Default `"both"` when a calibration is given. */
  calibrate?: CalibrationPlace;
}

export interface Selection<Index> {
  /** The chosen prompt; by instance-wise methods one for each input. */
  index: Index;
  /** One for each prompt; by instance-wise methods prompts × inputs, row-major. Larger is better. */
  scores: Float64Array;
  /** The chosen answer for each input, as the number of a choice. */
  predictions: Int32Array;
}

/**
 * One score for each prompt from unlabelled inputs; the larger the better, −Infinity for what the filter dropped.
 *
 * With p(y | x, t) ∝ exp logScore, H(p) = −Σ p ln(p + eps) and means over inputs: GE = H(mean onehot p), GE_M = H(mean p),
 * LE = mean H(p), MDL_M = −LE, MI = GE_M − LE, MI_AG = GE − LE, PPL = −mean 1/seqProb; ZLP, ZPM and ZMV are the share of
 * inputs answered like the mean log-probability, the mean probability and the majority of all prompts. Entropies in nats.
 *
 * Source: Yang et al. 2024 (arXiv 2305.14877), table of the unified scores. The perplexity is negated, so that the
 * largest score is the best prompt as everywhere else.
 *
 * @throws InputError for a NaN, +∞, a row without a possible choice, ragged rows, fewer than 1 prompt, 2 inputs or 2
 * choices, an unknown method, and missing content-free scores or `seqProb`
 * @example
 * import { promptScores } from "surprisal/language";
 * const first = [[0.8, 0.2], [0.4, 0.6]];
 * const second = [[0.9, 0.1], [0.7, 0.3]];
 * const logScore = [first, second].map((rows) => rows.map((row) => row.map(Math.log)));
 * promptScores({ logScore }, "MI"); // 0.0863, 0.0324 nats
 */
export function promptScores(t: PromptTensor, method: TaskMethod, options: ScoreOptions = {}): Float64Array {
  const where = "promptScores";
  const known = asMethod(method, where);
  if (isInstanceMethod(known)) {
    throw new InputError({
      code: "instance-method",
      where,
      problem: "this method chooses a prompt for each input",
      expected: "selectPrompt",
      got: method,
    });
  }
  const scores = readTensor(t, where);
  requireSeqProb(scores, known, where);
  return taskScores(readScores(scores, options, where), known);
}

/**
 * Chooses a prompt without labels, for the whole task or (MDL, MI_AL, MI_AGL, PPL_L) for each input, and answers with it.
 *
 * @param options.calibrate where `options.calibration` acts; default `"both"`
 * @throws InputError as {@link promptScores}
 * @example
 * import { selectPrompt } from "surprisal/language";
 * const first = [[0.8, 0.2], [0.4, 0.6]];
 * const second = [[0.9, 0.1], [0.7, 0.3]];
 * const logScore = [first, second].map((rows) => rows.map((row) => row.map(Math.log)));
 * const { index, predictions } = selectPrompt({ logScore }, "MI", { calibration: "cbm" });
 * // index is 0, predictions are [0, 1]
 */
export function selectPrompt(
  t: PromptTensor,
  method: InstanceMethod,
  options?: SelectOptions,
): Selection<Int32Array>;
export function selectPrompt(t: PromptTensor, method: TaskMethod, options?: SelectOptions): Selection<number>;
export function selectPrompt(
  t: PromptTensor,
  method: ChoiceMethod,
  options?: SelectOptions,
): Selection<number | Int32Array>;
export function selectPrompt(
  t: PromptTensor,
  method: ChoiceMethod,
  { calibrate = "both", calibration, ...options }: SelectOptions = {},
): Selection<number | Int32Array> {
  const where = "selectPrompt";
  const known = asMethod(method, where);
  const scores = readTensor(t, where, isInstanceMethod(known) ? 1 : 2);
  requireSeqProb(scores, known, where);
  const { selecting, answering } = actsOn(calibrate, where);
  const reading = readScores(scores, { ...options, calibration: selecting ? calibration : undefined }, where);
  const { answers } = answersOf(scores, answering ? calibration : undefined, where);
  return select(reading, known, answers);
}

export function select(
  reading: Reading,
  method: ChoiceMethod,
  answers: Int32Array,
): Selection<number | Int32Array> {
  const { inputs } = reading.scores;
  if (isInstanceMethod(method)) {
    const scores = instanceScores(reading, method);
    const index = bestPerInput(scores, reading.scores);
    return { index, scores, predictions: index.map((t, x) => answers[t * inputs + x]) };
  }
  const scores = taskScores(reading, method);
  let index = 0;
  for (let t = 1; t < scores.length; t++) if (scores[t] > scores[index]) index = t;
  return { index, scores, predictions: answers.slice(index * inputs, (index + 1) * inputs) };
}

function bestPerInput(scores: Float64Array, { prompts, inputs }: Scores): Int32Array {
  const index = new Int32Array(inputs);
  for (let t = 1; t < prompts; t++) {
    for (let x = 0; x < inputs; x++) {
      if (scores[t * inputs + x] > scores[index[x] * inputs + x]) index[x] = t;
    }
  }
  return index;
}

export function actsOn(place: CalibrationPlace, where: string): { selecting: boolean; answering: boolean } {
  if (place === "none" || place === "answer" || place === "selection" || place === "both") {
    return {
      selecting: place === "selection" || place === "both",
      answering: place === "answer" || place === "both",
    };
  }
  throw new InputError({
    code: "bad-option",
    where,
    problem: "calibrate is not usable",
    expected: "none, answer, selection or both",
    got: place,
  });
}
