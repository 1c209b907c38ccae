import { InputError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { correlation, mean, ranks } from "../../core/statistics.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import type { TableNote } from "../../data/table.ts";
import { asNormalization, type Calibration, type Normalization } from "./calibrate.ts";
import { certaintyOf, type ScoreCertainty } from "./certainty.ts";
import { type Agreement, agreementOf, answerQuality, type Quality } from "./evaluate.ts";
import {
  asMethod,
  type ChoiceMethod,
  instanceMethods,
  isInstanceMethod,
  type TaskMethod,
  taskMethods,
} from "./methods.ts";
import { comparisonNotes } from "./notes.ts";
import { answersOf, largest, type Reading, readScores, requireSeqProb, taskScores } from "./scores.ts";
import { actsOn, type CalibrationPlace, select } from "./select.ts";
import { type PromptTensor, readTensor, type Scores } from "./tensor.ts";

export interface CompareOptions extends LongRunning {
  /** Default `"MI"`. */
  method?: ChoiceMethod;
  /** Default `"cbm"`. */
  calibration?: Calibration;
  /** Where the calibration acts. Default `"answer"`: prompts are ranked by what they say themselves. */
  calibrate?: CalibrationPlace;
  /** Default `"softmax"`. */
  normalization?: Normalization;
  /** Drop prompts of low confidence first. Default false. */
  filter?: boolean;
  /** Of intervals, and of the set of prompts that may be best. Default 0.95. */
  level?: number;
  /** Default 1000. */
  resamples?: number;
  seed?: number;
  /** Of entropies. Default `"nats"`. */
  unit?: Unit;
  /** Right answers as numbers of choices, −1 where not known: only to judge with, never to choose by. */
  truth?: ArrayLike<number>;
}

export interface PromptRow {
  readonly name: string;
  /** Its place in the tensor, from 0. */
  readonly index: number;
  /** By the method, or by the task-wise one that an instance-wise method is on average; null when filtered out. */
  readonly score: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** The score after calibration, null without one. */
  readonly calibrated: number | null;
  /** The best score minus this one, over the same inputs. */
  readonly behind: { readonly value: number; readonly low: number; readonly high: number } | null;
  readonly standing: "pick" | "not distinguishable" | "behind" | "filtered";
  /** Share of inputs answered like the majority of all prompts. */
  readonly agreement: number;
  /** Share of inputs for which it was chosen, by an instance-wise method. */
  readonly chosenFor: number | null;
  /** Entropy of the mean answer, and mean entropy of an answer. */
  readonly entropies: { readonly global: number; readonly local: number };
  /** By label: mean probability, share of answers as they are, share after calibration. */
  readonly byLabel: { readonly mean: number[]; readonly answered: number[]; readonly calibrated: number[] };
  /** Share of answers that the calibration changed. */
  readonly changed: number;
  /** Every task-wise score that the tensor allows. */
  readonly scores: Readonly<Partial<Record<TaskMethod, number>>>;
  readonly truth: { readonly before: Quality; readonly after: Quality } | null;
}

export interface MethodRow {
  readonly method: ChoiceMethod;
  /** The prompt taken, or taken most often. */
  readonly pick: string;
  /** For how many different prompts, by an instance-wise method. */
  readonly prompts: number;
  /** Rank correlation of its scores with those of the method in use. */
  readonly spearman: number | null;
  /** Share of inputs answered as by the method in use. */
  readonly sameAnswers: number;
  readonly truth: (Quality & { readonly scaledF1: number }) | null;
}

/** What a tensor of prompts tells without labels: plain JSON. */
export interface PromptComparison {
  readonly method: ChoiceMethod;
  /** What prompts are ranked by: the method, or its mean over inputs. */
  readonly rankedBy: TaskMethod;
  readonly unit: Unit;
  readonly calibration: Calibration | null;
  readonly calibrate: CalibrationPlace;
  readonly normalization: Normalization;
  readonly filter: boolean;
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
  readonly inputs: number;
  readonly labels: readonly string[];
  readonly pick: string;
  /** Prompts that may be as good as the pick. */
  readonly tied: readonly string[];
  /** The best first. */
  readonly prompts: readonly PromptRow[];
  /** The final answer for each input, as the number of a label, and how sure: its calibrated share, from 0 to 1. */
  readonly answers: readonly number[];
  readonly confidence: readonly number[];
  /** The prompt that answered each input, by its place in the tensor. */
  readonly answeredBy: readonly number[];
  /** Answers of every prompt (in the order of `prompts`) for the inputs they differ most on. */
  readonly matrix: { readonly inputs: readonly number[]; readonly answers: readonly (readonly number[])[] };
  /** Share of inputs on which all prompts agree. */
  readonly unanimous: number;
  readonly methods: readonly MethodRow[];
  readonly truth: {
    readonly known: number;
    readonly chosen: Quality;
    readonly best: { readonly name: string; readonly macroF1: number };
    readonly meanF1: number;
    readonly scaledF1: number;
    readonly agreement: { readonly pearson: number | null; readonly spearman: number | null };
  } | null;
  readonly notes: readonly TableNote[];
}

const mostInputsShown = 60;

/**
 * Ranks prompts without labels, with intervals over inputs, says which cannot be told apart from the best, and answers.
 *
 * Intervals are basic bootstrap intervals over inputs, with the same inputs drawn for every prompt; a prompt is not
 * distinguishable from the best unless another one beats it by more than the critical value of the largest studentised
 * difference among all prompts, so that the truly best one is left out with probability 1 − level at most. Calibrations
 * and the majority are held fixed in the resamples.
 *
 * @returns plain JSON; the best prompt first
 * @throws InputError as `promptScores`, for a level outside (0, 1) and labels of another length
 * @example
 * import { comparePrompts } from "surprisal/language";
 * const sure = [[0.9, 0.1], [0.2, 0.8], [0.8, 0.2], [0.1, 0.9]];
 * const vague = [[0.6, 0.4], [0.5, 0.5], [0.6, 0.4], [0.5, 0.5]];
 * const logScore = [vague, sure].map((rows) => rows.map((row) => row.map(Math.log)));
 * const { pick, prompts } = await comparePrompts({ logScore, names: ["vague", "sure"] });
 * // pick is "sure"; prompts[0].score is 0.27 nats with its interval
 */
export async function comparePrompts(
  tensor: PromptTensor,
  options: CompareOptions = {},
): Promise<PromptComparison> {
  const where = "comparePrompts";
  const { method = "MI", calibration = "cbm", calibrate = "answer", filter = false, level = 0.95 } = options;
  const { resamples = 1000, seed = 0, truth } = options;
  const unit = asUnit(options.unit, where);
  const normalization = asNormalization(options.normalization, where);
  requireNumbers(level, resamples, where);
  asMethod(method, where);
  const scores = readTensor(tensor, where);
  requireSeqProb(scores, method, where);
  const { selecting, answering } = actsOn(calibrate, where);
  const used = calibrate === "none" ? undefined : calibration;
  const read = (calibrated: boolean) =>
    readScores(scores, { calibration: calibrated ? used : undefined, normalization, filter }, where);
  const reading = read(selecting);
  const calibratedReading = used && (selecting ? reading : read(true));
  const raw = largest(scores.log, scores.choices);
  const { answers, ratios } = answersOf(scores, used, where);
  const final = answering ? answers : raw;
  if (truth) requireTruth(truth, scores, where);

  const rankedBy = isInstanceMethod(method) ? instanceMethods[method] : method;
  const random = new Random(seed).split("prompts");
  const { signal, onProgress } = options;
  const certainty = await certaintyOf(reading, rankedBy, { resamples, level, random, signal, onProgress });
  const chosen = select(reading, method, final);
  const { inputs } = scores;
  const answeredBy = Array.from({ length: inputs }, (_, x) =>
    typeof chosen.index === "number" ? chosen.index : chosen.index[x],
  );
  const rows = promptRows({
    scores,
    reading,
    calibratedReading,
    raw,
    answers,
    final,
    certainty,
    rankedBy,
    unit,
    truth,
    answeredBy: isInstanceMethod(method) ? answeredBy : undefined,
  });
  const best = scores.names[certainty.best];
  const majority = majorityOf(final, scores);
  const comparison: Omit<PromptComparison, "notes"> = {
    method,
    rankedBy,
    unit,
    calibration: used ?? null,
    calibrate,
    normalization,
    filter,
    level,
    resamples,
    seed,
    inputs,
    labels: scores.labels,
    pick: best,
    tied: rows.filter(({ standing }) => standing === "not distinguishable").map(({ name }) => name),
    prompts: rows,
    answers: Array.from(chosen.predictions),
    confidence: confidenceOf(answering ? ratios?.ratio : undefined, scores, answeredBy),
    answeredBy,
    matrix: matrixOf(rows, final, scores),
    unanimous: mean(
      Array.from({ length: inputs }, (_, x) =>
        rows.every(({ index }) => final[index * inputs + x] === majority[x]) ? 1 : 0,
      ),
    ),
    methods: methodRows(reading, rankedBy, final, chosen.predictions, truth),
    truth: truth ? truthOf(rows, certainty.scores, chosen.predictions, truth, answering) : null,
  };
  return { ...comparison, notes: comparisonNotes(comparison) };
}

interface Parts {
  scores: Scores;
  reading: Reading;
  calibratedReading?: Reading;
  raw: Int32Array;
  answers: Int32Array;
  final: Int32Array;
  certainty: ScoreCertainty;
  rankedBy: TaskMethod;
  unit: Unit;
  truth?: ArrayLike<number>;
  answeredBy?: readonly number[];
}

function promptRows(parts: Parts): PromptRow[] {
  const { scores, reading, calibratedReading, certainty, rankedBy, unit, truth, answeredBy } = parts;
  const { inputs, choices, names } = scores;
  const scale = (value: number, method: TaskMethod = rankedBy) =>
    isEntropy(method) ? fromNats(value, unit) : value;
  const methods = possibleMethods(scores);
  const all = new Map(
    methods.map((method) => [method, taskScores({ ...reading, kept: noneLeftOut(scores) }, method)]),
  );
  const calibrated = calibratedReading && taskScores(calibratedReading, rankedBy);
  const majority = majorityOf(parts.final, scores);
  const rows = names.map((name, t): PromptRow => {
    const own = (values: Int32Array) => values.subarray(t * inputs, (t + 1) * inputs);
    const [raw, after, final] = [parts.raw, parts.answers, parts.final].map(own);
    const kept = reading.kept[t];
    const { behind } = certainty;
    return {
      name,
      index: t,
      score: kept ? scale(certainty.scores[t]) : null,
      interval: kept ? { low: scale(certainty.low[t]), high: scale(certainty.high[t]) } : null,
      calibrated: calibrated && kept ? scale(calibrated[t]) : null,
      behind: kept
        ? { value: scale(behind.value[t]), low: scale(behind.low[t]), high: scale(behind.high[t]) }
        : null,
      standing: standingOf(t, kept, certainty),
      agreement: share(inputs, (x) => final[x] === majority[x]),
      chosenFor: answeredBy ? share(inputs, (x) => answeredBy[x] === t) : null,
      entropies: {
        global: fromNats(all.get("GE_M")![t], unit),
        local: fromNats(all.get("LE")![t], unit),
      },
      byLabel: {
        mean: Array.from(reading.mean.subarray(t * choices, (t + 1) * choices)),
        answered: sharesOf(raw, choices),
        calibrated: sharesOf(after, choices),
      },
      changed: share(inputs, (x) => raw[x] !== after[x]),
      scores: Object.fromEntries(methods.map((method) => [method, scale(all.get(method)![t], method)])),
      truth: truth ? { before: answerQuality(raw, truth), after: answerQuality(after, truth) } : null,
    };
  });
  return rows.sort((a, b) => (b.score ?? Number.NEGATIVE_INFINITY) - (a.score ?? Number.NEGATIVE_INFINITY));
}

function standingOf(t: number, kept: boolean, { best, mayBeBest }: ScoreCertainty): PromptRow["standing"] {
  if (!kept) return "filtered";
  if (t === best) return "pick";
  return mayBeBest[t] ? "not distinguishable" : "behind";
}

function methodRows(
  reading: Reading,
  rankedBy: TaskMethod,
  final: Int32Array,
  predictions: Int32Array,
  truth: ArrayLike<number> | undefined,
): MethodRow[] {
  const { scores } = reading;
  const reference = taskScores(reading, rankedBy);
  const quality = truth && promptQualities(final, scores, truth);
  const bestF1 = quality && Math.max(...quality);
  const instance = Object.entries(instanceMethods)
    .filter(([, task]) => task !== "PPL" || scores.seqProb)
    .map(([name]) => name as ChoiceMethod);
  return [...possibleMethods(scores), ...instance].map((method) => {
    const chosen = select(reading, method, final);
    const counts = new Map<number, number>();
    const indices = typeof chosen.index === "number" ? [chosen.index] : Array.from(chosen.index);
    for (const t of indices) counts.set(t, (counts.get(t) ?? 0) + 1);
    const [most] = [...counts].reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] < a[0]) ? b : a));
    const task = isInstanceMethod(method) ? instanceMethods[method] : method;
    const found = truth && answerQuality(chosen.predictions, truth);
    return {
      method,
      pick: scores.names[most],
      prompts: counts.size,
      spearman: finite(rankCorrelation(taskScores(reading, task), reference)),
      sameAnswers: share(scores.inputs, (x) => chosen.predictions[x] === predictions[x]),
      truth: found && bestF1 ? { ...found, scaledF1: found.macroF1 / bestF1 } : null,
    };
  });
}

function truthOf(
  rows: readonly PromptRow[],
  scores: Float64Array,
  predictions: Int32Array,
  truth: ArrayLike<number>,
  answering: boolean,
): PromptComparison["truth"] {
  const f1 = (row: PromptRow) => (answering ? row.truth!.after : row.truth!.before).macroF1;
  const best = rows.reduce((a, b) => (f1(b) > f1(a) ? b : a));
  const chosen = answerQuality(predictions, truth);
  const kept = rows.filter(({ score }) => score !== null);
  const found: Agreement = agreementOf(
    kept.map(({ index }) => scores[index]),
    kept.map(f1),
  );
  return {
    known: Array.from(truth).filter((label) => label >= 0).length,
    chosen,
    best: { name: best.name, macroF1: f1(best) },
    meanF1: mean(rows.map(f1)),
    scaledF1: chosen.macroF1 / f1(best),
    agreement: { pearson: finite(found.pearson), spearman: finite(found.spearman) },
  };
}

/** The answer that most prompts give; of equals the first label. */
function majorityOf(answers: Int32Array, { prompts, inputs, choices }: Scores): Int32Array {
  const votes = new Float64Array(inputs * choices);
  for (let t = 0; t < prompts; t++) {
    for (let x = 0; x < inputs; x++) votes[x * choices + answers[t * inputs + x]]++;
  }
  return largest(votes, choices);
}

/** The inputs on which the fewest prompts agree, the most disputed first. */
function matrixOf(
  rows: readonly PromptRow[],
  answers: Int32Array,
  { inputs, choices }: Scores,
): PromptComparison["matrix"] {
  const dispute = Float64Array.from({ length: inputs }, (_, x) => {
    const votes = new Int32Array(choices);
    for (const { index } of rows) votes[answers[index * inputs + x]]++;
    return rows.length - Math.max(...votes);
  });
  const shown = Array.from({ length: inputs }, (_, x) => x)
    .sort((a, b) => dispute[b] - dispute[a] || a - b)
    .slice(0, mostInputsShown);
  return {
    inputs: shown,
    answers: rows.map(({ index }) => shown.map((x) => answers[index * inputs + x])),
  };
}

/** The largest share of what answers were read from: ratios where calibrated, else probabilities. */
function confidenceOf(
  ratio: Float64Array | undefined,
  { log, inputs, choices }: Scores,
  answeredBy: readonly number[],
): number[] {
  return answeredBy.map((t, x) => {
    const at = (t * inputs + x) * choices;
    const values = (ratio ?? log).slice(at, at + choices);
    if (ratio) {
      const sum = values.reduce((a, b) => a + b, 0);
      return Number.isFinite(sum) ? Math.max(...values) / sum : 1;
    }
    const most = Math.max(...values);
    return 1 / values.reduce((sum, value) => sum + Math.exp(value - most), 0);
  });
}

function possibleMethods({ seqProb }: Scores): TaskMethod[] {
  return (Object.keys(taskMethods) as TaskMethod[]).filter((method) => method !== "PPL" || seqProb);
}

function noneLeftOut({ prompts }: Scores): boolean[] {
  return new Array<boolean>(prompts).fill(true);
}

function promptQualities(
  answers: Int32Array,
  { prompts, inputs }: Scores,
  truth: ArrayLike<number>,
): number[] {
  return Array.from(
    { length: prompts },
    (_, t) => answerQuality(answers.subarray(t * inputs, (t + 1) * inputs), truth).macroF1,
  );
}

function sharesOf(answers: Int32Array, choices: number): number[] {
  const counts = new Array<number>(choices).fill(0);
  for (const y of answers) counts[y]++;
  return counts.map((count) => count / answers.length);
}

function share(n: number, holds: (x: number) => boolean): number {
  let count = 0;
  for (let x = 0; x < n; x++) if (holds(x)) count++;
  return count / n;
}

function rankCorrelation(a: Float64Array, b: Float64Array): number {
  const both = Array.from(a.keys()).filter((i) => Number.isFinite(a[i]) && Number.isFinite(b[i]));
  const [x, y] = [a, b].map((values) => ranks(both.map((i) => values[i])));
  return correlation(x, y);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export function isEntropy(method: ChoiceMethod): boolean {
  return !/^(Z|PPL)/.test(method);
}

function requireNumbers(level: number, resamples: number, where: string): void {
  const refuse = (problem: string, expected: string, got: unknown) =>
    new InputError({ code: "bad-option", where, problem, expected, got });
  if (!(level > 0 && level < 1)) throw refuse("level is not usable", "a share between 0 and 1", level);
  if (!(Number.isInteger(resamples) && resamples >= 20)) {
    throw refuse("resamples is not usable", "an integer from 20", resamples);
  }
}

function requireTruth(truth: ArrayLike<number>, { inputs, choices }: Scores, where: string): void {
  const refuse = (problem: string, expected: string, got: unknown) =>
    new InputError({ code: "bad-labels", where: `${where}: truth`, problem, expected, got });
  if (truth.length !== inputs)
    throw refuse("another number of labels than inputs", String(inputs), truth.length);
  for (let x = 0; x < inputs; x++) {
    if (Number.isInteger(truth[x]) && truth[x] >= -1 && truth[x] < choices) continue;
    throw refuse(`label ${x} is not the number of a choice`, `−1 to ${choices - 1}`, truth[x]);
  }
}
