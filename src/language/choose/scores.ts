import { InputError } from "../../core/errors.ts";
import {
  asNormalization,
  type Calibration,
  type Normalization,
  normaliseRatios,
  type Ratios,
  ratiosOf,
} from "./calibrate.ts";
import { confidentPrompts } from "./filter.ts";
import { type ChoiceMethod, type InstanceMethod, instanceMethods, type TaskMethod } from "./methods.ts";
import { normalise, type Scores } from "./tensor.ts";

export interface ScoreOptions {
  /** Applied to the probabilities that the scores read. Default none. */
  calibration?: Calibration;
  /** How calibrated ratios become probabilities. Default `"softmax"`. */
  normalization?: Normalization;
  /** Drop the prompts with the smaller confidence (exact 2-means); they score −Infinity. Default false. */
  filter?: boolean;
  /** Inside the logarithms of the entropies: ln(p + eps). Default 1e-7. */
  eps?: number;
}

/** Everything that the scores are made of, from one pass over the probabilities. */
export interface Reading {
  readonly scores: Scores;
  readonly p: Float64Array;
  readonly eps: number;
  /** Whether a prompt passed the filter. */
  readonly kept: readonly boolean[];
  /** prompts × inputs: the likeliest choice, the first of equals. */
  readonly answer: Int32Array;
  /** prompts × inputs: the entropy of the answer, nats. */
  readonly local: Float64Array;
  /** prompts × choices: mean probability, and share of the answers. */
  readonly mean: Float64Array;
  readonly share: Float64Array;
  /** inputs: the choice on which the prompts together settle. */
  readonly consensus: Readonly<Record<"ZLP" | "ZPM" | "ZMV", Int32Array>>;
}

/** Probabilities, calibrated where asked, filtered, and what the scores need of them. */
export function readScores(scores: Scores, options: ScoreOptions, where: string): Reading {
  const normalization = asNormalization(options.normalization, where);
  const raw = normalise(scores);
  const p = options.calibration
    ? normaliseRatios(ratiosOf(scores, raw, options.calibration, where), scores.choices, normalization)
    : raw;
  const kept = options.filter ? confidentPrompts(p, scores) : new Array<boolean>(scores.prompts).fill(true);
  return readProbabilities(scores, p, kept, asEps(options.eps, where));
}

function readProbabilities(scores: Scores, p: Float64Array, kept: boolean[], eps: number): Reading {
  const { prompts, inputs, choices } = scores;
  const answer = new Int32Array(prompts * inputs);
  const local = new Float64Array(prompts * inputs);
  const mean = new Float64Array(prompts * choices);
  const share = new Float64Array(prompts * choices);
  const logs = new Float64Array(inputs * choices);
  const sums = new Float64Array(inputs * choices);
  const votes = new Float64Array(inputs * choices);
  for (let t = 0, row = 0, at = 0; t < prompts; t++) {
    const counts = kept[t] ? 1 : 0;
    for (let x = 0; x < inputs; x++, row++) {
      let best = 0;
      let entropy = 0;
      const start = at;
      for (let y = 0; y < choices; y++, at++) {
        const value = p[at];
        const log = Math.log(value + eps);
        entropy -= value * log;
        mean[t * choices + y] += value;
        logs[x * choices + y] += counts * log;
        sums[x * choices + y] += counts * value;
        if (value > p[start + best]) best = y;
      }
      local[row] = entropy;
      answer[row] = best;
      share[t * choices + best]++;
      votes[x * choices + best] += counts;
    }
  }
  for (let i = 0; i < mean.length; i++) {
    mean[i] /= inputs;
    share[i] /= inputs;
  }
  const consensus = {
    ZLP: largest(logs, choices),
    ZPM: largest(sums, choices),
    ZMV: largest(votes, choices),
  };
  return { scores, p, eps, kept, answer, local, mean, share, consensus };
}

/** The index of the largest number of every row, the first of equals. */
export function largest(rows: Float64Array, length: number): Int32Array {
  const out = new Int32Array(rows.length / length);
  for (let i = 0, at = 0; i < out.length; i++, at += length) {
    let best = 0;
    for (let y = 1; y < length; y++) if (rows[at + y] > rows[at + best]) best = y;
    out[i] = best;
  }
  return out;
}

/** −Σ p ln(p + eps) of the numbers from `at`. */
export function entropyOf(p: Float64Array, at: number, length: number, eps: number): number {
  let sum = 0;
  for (let y = at; y < at + length; y++) sum -= p[y] * Math.log(p[y] + eps);
  return sum;
}

/** The score of every prompt, −Infinity for those that the filter dropped. */
export function taskScores(r: Reading, method: TaskMethod): Float64Array {
  const { prompts, inputs, choices } = r.scores;
  const { global } = termsOf(method);
  const per = perInput(r, method);
  const out = new Float64Array(prompts);
  for (let t = 0; t < prompts; t++) {
    let sum = 0;
    if (per) for (let row = t * inputs; row < (t + 1) * inputs; row++) sum += per.values[row];
    const mean = per ? (per.sign * sum) / inputs : 0;
    const entropy = global ? entropyOf(r[global], t * choices, choices, r.eps) : 0;
    out[t] = r.kept[t] ? entropy + mean : Number.NEGATIVE_INFINITY;
  }
  return out;
}

/** The score of every prompt for every input: prompts × inputs. */
export function instanceScores(r: Reading, method: InstanceMethod): Float64Array {
  const { prompts, inputs, choices } = r.scores;
  const task = instanceMethods[method];
  const { global } = termsOf(task);
  const { values, sign } = perInput(r, task)!;
  const out = new Float64Array(prompts * inputs);
  for (let t = 0; t < prompts; t++) {
    const entropy = global ? entropyOf(r[global], t * choices, choices, r.eps) : 0;
    const added = r.kept[t] ? entropy : Number.NEGATIVE_INFINITY;
    for (let row = t * inputs; row < (t + 1) * inputs; row++) out[row] = added + sign * values[row];
  }
  return out;
}

/** Every task-wise score is an entropy of a mean over inputs plus a mean over inputs; either may be missing. */
export function termsOf(method: TaskMethod): { global?: "mean" | "share" } {
  if (method === "MI" || method === "GE_M") return { global: "mean" };
  if (method === "MI_AG" || method === "GE") return { global: "share" };
  return {};
}

/** prompts × inputs: what a score is the mean of, beside its global entropy, up to a sign. */
export function perInput(
  r: Reading,
  method: TaskMethod,
): { readonly values: Float64Array | Uint8Array; readonly sign: 1 | -1 } | undefined {
  switch (method) {
    case "GE":
    case "GE_M":
      return undefined;
    case "LE":
      return { values: r.local, sign: 1 };
    case "ZLP":
    case "ZPM":
    case "ZMV":
      return { values: agreement(r, r.consensus[method]), sign: 1 };
    case "PPL":
      return { values: r.scores.seqProb!.map((probability) => 1 / probability), sign: -1 };
    default:
      return { values: r.local, sign: -1 };
  }
}

function agreement({ scores, answer }: Reading, consensus: Int32Array): Uint8Array {
  const { prompts, inputs } = scores;
  const out = new Uint8Array(prompts * inputs);
  for (let t = 0, row = 0; t < prompts; t++) {
    for (let x = 0; x < inputs; x++, row++) if (answer[row] === consensus[x]) out[row] = 1;
  }
  return out;
}

/** Throws where a method needs what the tensor lacks. */
export function requireSeqProb({ seqProb }: Scores, method: ChoiceMethod, where: string): void {
  if (seqProb || (method !== "PPL" && method !== "PPL_L")) return;
  throw new InputError({
    code: "missing-scores",
    where,
    problem: `${method} reads the probabilities of the filled prompts`,
    expected: "seqProb in the tensor",
    got: "none",
  });
}

/** What the prompts answer after a calibration, or as they are: prompts × inputs. */
export function answersOf(
  scores: Scores,
  calibration: Calibration | undefined,
  where: string,
): { answers: Int32Array; ratios?: Ratios } {
  if (!calibration) return { answers: largest(scores.log, scores.choices) };
  const ratios = ratiosOf(scores, normalise(scores), calibration, where);
  return { answers: largest(ratios.order, scores.choices), ratios };
}

function asEps(eps: number | undefined, where: string): number {
  if (eps === undefined) return 1e-7;
  if (eps > 0 && eps < 1) return eps;
  throw new InputError({
    code: "bad-option",
    where,
    problem: "eps is not usable",
    expected: "a small positive number",
    got: eps,
  });
}
