import type { LongRunning } from "../../core/progress.ts";
import type { Case, History, Likelihood, Predictor, Propose } from "./types.ts";

export type Criterion = "entropy" | "conformal" | "random";

/** Thresholds of prediction sets for each number of questions asked: plain JSON, kept between runs. */
export interface Calibration {
  readonly alpha: number;
  /** `thresholds[k]` belongs to histories of k turns; longer ones use the last. */
  readonly thresholds: readonly number[];
  /** Different cases behind each threshold. */
  readonly n: number;
}

export interface PursuitOptions extends Predictor {
  readonly labels: readonly string[];
  /** The questions there are, or what proposes some for a history. */
  readonly queries: readonly string[] | Propose;
  /** Probabilities of answers for each label, where known: expectations are then exact. */
  readonly likelihood?: Likelihood;
  /** Cases that answer in place of unknown likelihoods. */
  readonly estimation?: readonly Case[];
  /** How many labels or cases are drawn where expectations are not exact. Default 4. */
  readonly samples?: number;
  /** What the chosen query makes least: mean entropy, or the bound from mean set size. Default "conformal". */
  readonly criterion?: Criterion;
  /** Labels by their present probability, or all alike (as the reference does). Default "posterior". */
  readonly weights?: "posterior" | "prior";
  /** Share of cases that prediction sets may miss. Default 0.1. */
  readonly alpha?: number;
  /** Form of the bound. Default "simple". */
  readonly bound?: "simple" | "refined";
  /** What a set without labels counts as: all labels, or none (as the reference does). Default "full". */
  readonly emptyAs?: "full" | "zero";
  readonly calibration?: Calibration;
  /** Most questions, L. Default 20. */
  readonly maxQueries?: number;
  /** Questions proposed for each turn when the set is open. Default 5. */
  readonly proposals?: number;
  /** Stop when the uncertainties of all queries (bits) have a smaller standard deviation. Default: never. */
  readonly stopStd?: number;
  /** Stop when no query is expected to tell more than this, in bits; for the entropy criterion. Default 0. */
  readonly leastGain?: number;
  /** Stop when one label is left in the prediction set. Default true. */
  readonly stopAtOne?: boolean;
  readonly seed?: number;
}

/** Why no further question is asked. */
export type StopReason =
  | "one-label"
  | "most-queries"
  | "no-queries"
  | "nothing-to-learn"
  | "even-uncertainties";

/** What to do next. */
export interface Step {
  /** The question to ask; absent after a stop. */
  readonly query?: string;
  /** For each candidate, the uncertainty that is to be expected after its answer, in bits. */
  readonly uncertainties: readonly { readonly query: string; readonly bits: number }[];
  /** The likeliest first. */
  readonly predictionSet: readonly string[];
  /** Whether the set comes from calibration; otherwise it is the likeliest labels that hold 1 − α together. */
  readonly calibrated: boolean;
  readonly posterior: readonly number[];
  /** Entropy of the posterior, in bits. */
  readonly entropy: number;
  /** The likeliest label. */
  readonly best: string;
  readonly stop: boolean;
  readonly reason?: StopReason;
}

export interface Transcript {
  readonly label: string;
  /** What was known before each question, and after the last. */
  readonly steps: readonly Step[];
  readonly history: History;
  readonly prediction: string;
  readonly correct: boolean;
  /** After how many questions, at least one, the likeliest label was first the right one. */
  readonly firstCorrect?: number;
  readonly reason: StopReason | "guessed";
}

export interface CoveragePoint {
  /** Share of cases whose label is in the set. */
  readonly coverage: number;
  readonly meanSize: number;
}

/** How often prediction sets hold the label, by number of questions asked. */
export interface CoverageReport {
  readonly alpha: number;
  readonly cases: number;
  readonly lengths: readonly {
    readonly length: number;
    /** Of histories drawn as for calibration: here the guarantee holds. */
    readonly random: CoveragePoint;
    /** Of histories that the criterion made itself: here it does not. */
    readonly own: CoveragePoint;
  }[];
}

export interface InformationPursuit {
  /** Draws histories of every length from cases and finds a threshold for each length. */
  calibrate(cases: readonly Case[], options?: CalibrateOptions): Promise<Calibration>;
  next(history: History, options?: { signal?: AbortSignal }): Promise<Step>;
  play(one: Case, options?: PlayOptions): Promise<Transcript>;
  coverage(cases: readonly Case[], options?: LongRunning): Promise<CoverageReport>;
}

export interface CalibrateOptions extends LongRunning {
  /** Histories of each length. Default 100, or the number of cases if smaller; with more than that, cases are used again. */
  readonly histories?: number;
  /** Longest history to calibrate; default `maxQueries`, or all queries when there are fewer. */
  readonly longest?: number;
  /** Shortest. Default 0. */
  readonly shortest?: number;
  /** Accept so few cases that every set is the whole of the labels. Default false. */
  readonly allowWholeSets?: boolean;
}

export interface PlayOptions extends LongRunning {
  /** As in 20 Questions: the likeliest label is guessed after each answer, and only the right guess ends the game. */
  readonly untilCorrect?: boolean;
  /** Of answers and random queries. Default `seed`. */
  readonly seed?: number;
}
