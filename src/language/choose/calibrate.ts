import { InputError } from "../../core/errors.ts";
import { type ContentFree, nested, normalise, type PromptTensor, readTensor, type Scores } from "./tensor.ts";

/**
 * `"cbm"`: by what the prompt answers on average; `"cc"`: by what it answers without content; `"pmi"`: by what it
 * answers to nothing.
 */
export type Calibration = "cbm" | "cc" | "pmi";

/** How ratios become probabilities: a softmax of the ratio itself (not of its logarithm), or divided by their sum. */
export type Normalization = "softmax" | "mean";

/** Ratios with what they are compared by, which for PMI does not overflow. */
export interface Ratios {
  readonly ratio: Float64Array;
  readonly order: Float64Array;
}

/**
 * Removes what a prompt answers whatever the input: the ratio of the scores to what is expected without it.
 *
 * CBM: p(y | x, t) / mean over x of p(y | x, t), so that a single input cannot be calibrated. CC: p(y | x, t) / p_cf(y | t),
 * p_cf ∝ exp logEmpty + exp logNA + exp logMask. PMI: exp(logScore − logEmpty). Predictions are the largest ratio;
 * scores read `prob`, the ratios normalised over the choices.
 *
 * Source: Yang et al. 2024, section on calibration; CC of Zhao et al. 2021, PMI of Holtzman et al. 2021.
 *
 * @param options.normalization default `"softmax"`
 * @returns ratio and probabilities, [prompt][input][choice]
 * @throws InputError when content-free scores are missing, or for `cbm` there is one input only
 * @example
 * import { calibrate } from "surprisal/language";
 * const logScore = [[[0.9, 0.1], [0.7, 0.3]].map((row) => row.map(Math.log))];
 * const { ratio } = calibrate({ logScore }, "cbm");
 * // ratio[0] is [[1.125, 0.5], [0.875, 1.5]]: the answers become 0 and 1
 */
export function calibrate(
  t: PromptTensor,
  kind: Calibration,
  { normalization = "softmax" }: { normalization?: Normalization } = {},
): { ratio: Float64Array[][]; prob: Float64Array[][] } {
  const where = "calibrate";
  const scores = readTensor(t, where, 1);
  const found = ratiosOf(scores, normalise(scores), kind, where);
  const prob = normaliseRatios(found, scores.choices, asNormalization(normalization, where));
  const { prompts, choices } = scores;
  return { ratio: nested(found.ratio, prompts, choices), prob: nested(prob, prompts, choices) };
}

/** The ratios of a tensor whose probabilities are p. */
export function ratiosOf(scores: Scores, p: Float64Array, kind: Calibration, where: string): Ratios {
  switch (kind) {
    case "cbm":
      return byBatchMean(scores, p, where);
    case "cc":
      return byContentFree(scores, p, where);
    case "pmi":
      return byNothing(scores, where);
    default:
      throw new InputError({
        code: "unknown-calibration",
        where,
        problem: "unknown calibration",
        expected: "cbm, cc or pmi",
        got: kind,
      });
  }
}

function byBatchMean({ prompts, inputs, choices }: Scores, p: Float64Array, where: string): Ratios {
  if (inputs < 2) {
    throw new InputError({
      code: "too-few",
      where,
      problem: "cbm divides by the mean over inputs, and one input is its own mean",
      expected: "at least 2 inputs",
      got: inputs,
    });
  }
  const ratio = new Float64Array(p.length);
  const size = inputs * choices;
  for (let t = 0; t < prompts; t++) {
    for (let y = 0; y < choices; y++) {
      let sum = 0;
      const end = (t + 1) * size;
      for (let at = t * size + y; at < end; at += choices) sum += p[at];
      // A choice without any probability keeps the ratio 0.
      const scale = sum === 0 ? 0 : inputs / sum;
      for (let at = t * size + y; at < end; at += choices) ratio[at] = p[at] * scale;
    }
  }
  return { ratio, order: ratio };
}

function byContentFree(scores: Scores, p: Float64Array, where: string): Ratios {
  const { prompts, inputs, choices, labels } = scores;
  const parts = (["logEmpty", "logNA", "logMask"] as const).map((kind) => need(scores, kind, "cc", where));
  const ratio = new Float64Array(p.length);
  for (let t = 0; t < prompts; t++) {
    const rows = parts.map((part) => part.subarray(t * choices, (t + 1) * choices));
    const most = Math.max(...rows.flatMap((row) => [...row]));
    const expected = Float64Array.from({ length: choices }, (_, y) =>
      rows.reduce((sum, row) => sum + Math.exp(row[y] - most), 0),
    );
    const total = expected.reduce((a, b) => a + b);
    for (let y = 0; y < choices; y++) {
      if (expected[y] === 0) throw impossible(where, labels[y]);
      for (let x = 0; x < inputs; x++) {
        const at = (t * inputs + x) * choices + y;
        ratio[at] = (p[at] * total) / expected[y];
      }
    }
  }
  return { ratio, order: ratio };
}

function byNothing(scores: Scores, where: string): Ratios {
  const { log, inputs, choices, labels } = scores;
  const empty = need(scores, "logEmpty", "pmi", where);
  const never = empty.indexOf(Number.NEGATIVE_INFINITY);
  if (never >= 0) throw impossible(where, labels[never % choices]);
  const order = new Float64Array(log.length);
  const size = inputs * choices;
  for (let at = 0; at < log.length; at++) {
    order[at] = log[at] - empty[Math.floor(at / size) * choices + (at % choices)];
  }
  return { ratio: order.map(Math.exp), order };
}

/** Ratios as probabilities over the choices. */
export function normaliseRatios(
  { ratio, order }: Ratios,
  choices: number,
  normalization: Normalization,
): Float64Array {
  const out = new Float64Array(ratio.length);
  for (let at = 0; at < ratio.length; at += choices) {
    let most = ratio[at];
    for (let y = 1; y < choices; y++) if (ratio[at + y] > most) most = ratio[at + y];
    // Beyond what numbers can hold only the largest logarithms count.
    const beyond = most === Number.POSITIVE_INFINITY || (most === 0 && normalization === "mean");
    let sum = 0;
    for (let y = at; y < at + choices; y++) {
      if (beyond) out[y] = isLargest(order, y, at, choices) ? 1 : 0;
      else out[y] = normalization === "softmax" ? Math.exp(ratio[y] - most) : ratio[y] / most;
      sum += out[y];
    }
    for (let y = at; y < at + choices; y++) out[y] /= sum;
  }
  return out;
}

export function asNormalization(value: Normalization | undefined, where: string): Normalization {
  if (value === undefined || value === "softmax" || value === "mean") return value ?? "softmax";
  throw new InputError({
    code: "unknown-normalization",
    where,
    problem: "unknown normalization",
    expected: '"softmax" or "mean"',
    got: value,
  });
}

function isLargest(order: Float64Array, y: number, at: number, choices: number): boolean {
  for (let other = at; other < at + choices; other++) if (order[other] > order[y]) return false;
  return true;
}

function need(scores: Scores, kind: ContentFree, calibration: string, where: string): Float64Array {
  const part = scores.free[kind];
  if (part) return part;
  throw new InputError({
    code: "missing-scores",
    where,
    problem: `${calibration} compares with answers without content`,
    expected: `${kind} in the tensor`,
    got: "none",
  });
}

function impossible(where: string, label: string): InputError {
  return new InputError({
    code: "impossible-label",
    where,
    problem: "a choice without content has probability 0, so nothing can be divided by it",
    expected: "finite content-free scores",
    got: label,
  });
}
