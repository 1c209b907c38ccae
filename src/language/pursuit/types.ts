import type { Random } from "../../core/random.ts";

/** A question that was asked, with its answer. */
export interface Turn {
  readonly query: string;
  readonly answer: string;
}

/** What was asked so far, in order. */
export type History = readonly Turn[];

/** The answer of someone who does not know: it tells nothing, and the question is not asked again. */
export const unknownAnswer = "unknown";

export type Probabilities = ArrayLike<number>;

/** Probabilities of the labels after a history; they sum to 1 within 1e-6. */
export type Predict = (
  history: History,
  options?: { signal?: AbortSignal },
) => Probabilities | Promise<Probabilities>;

/** A predictor that can do some of its work once for many continuations of a history. */
export interface Predictor {
  readonly predict: Predict;
  /** For a history: a function that gives the probabilities after one more turn, valid until it is called again. */
  readonly extend?: (history: History) => (query: string, answer: string) => Probabilities;
  /** Of an exact predictor: the entropy in nats that each query would leave on average. */
  readonly expectedEntropies?: (history: History, queries: readonly string[]) => Float64Array;
}

/** The answers that a query can get, and how likely each is for each label. */
export interface AnswerTable {
  readonly answers: readonly string[];
  /** `probabilities[y * answers.length + a]`; each label's sum to 1. */
  readonly probabilities: Float64Array;
}

/** Probabilities of answers, where they are known before asking. */
export type Likelihood = (query: string) => AnswerTable | Promise<AnswerTable>;

/** Something with a known label that can be asked. */
export interface Case {
  readonly label: string;
  readonly answer: (query: string, random: Random) => string | Promise<string>;
}

/** Gives up to `count` questions for a history: the open set of queries. */
export type Propose = (
  history: History,
  count: number,
  options?: { signal?: AbortSignal },
) => readonly string[] | Promise<readonly string[]>;
