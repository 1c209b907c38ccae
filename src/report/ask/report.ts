import type { Environment } from "../../core/environment.ts";
import type { TableNote } from "../../data/table.ts";

/** What `surprisal ask` found out: plain JSON, the input of the terminal and the page. */
export interface AskReport {
  /** The command that repeats this run. */
  readonly command: string;
  /** One game, or one for every entity. */
  readonly mode: "play" | "simulate";
  /** Where entities and questions come from. */
  readonly source: {
    readonly name: string;
    /** What one entity is called. */
    readonly entity: string;
    readonly entities: number;
    /** How many questions there are; absent when a language model proposes them. */
    readonly questions?: number;
    readonly model?: string;
    readonly hash?: string;
  };
  readonly criterion: "entropy" | "conformal" | "random";
  readonly alpha: number;
  readonly error: number;
  readonly maxQueries: number;
  readonly seed: number;
  /** One, or the first hundreds. */
  readonly games: readonly AskGame[];
  readonly gameCount: number;
  readonly simulation?: AskSimulation;
  /** Entities that no question tells apart. */
  readonly twins: readonly (readonly string[])[];
  readonly notes: readonly TableNote[];
  /** Where the transcript went. */
  readonly transcript?: string;
  /** Set when it was stopped early. */
  readonly stopped?: boolean;
  readonly environment: Environment;
}

/** A dialogue. */
export interface AskGame {
  /** What was meant, where that is known. */
  readonly label?: string;
  readonly turns: readonly AskTurn[];
  /** Before the first question, in bits. */
  readonly startBits: number;
  readonly guess: string;
  /** Probability of the guess. */
  readonly probability: number;
  /** The likeliest at the end, the guess first. */
  readonly likeliest: readonly { readonly label: string; readonly p: number }[];
  /** The prediction set at the end. */
  readonly set: readonly string[];
  /** Guesses that were turned down on the way. */
  readonly rejected: readonly string[];
  readonly correct?: boolean;
  readonly reason: string;
}

export interface AskTurn {
  readonly query: string;
  readonly answer: string;
  /** What the question was expected to leave, in bits; absent for random questions. */
  readonly expectedBits?: number;
  /** What is left after the answer, in bits. */
  readonly bits: number;
  readonly setSize: number;
}

/** All games together. */
export interface AskSimulation {
  readonly meanQuestions: number;
  readonly mostQuestions: number;
  readonly rightShare: number;
  /** With questions in random order, from the same table; absent when it was stopped before. */
  readonly random?: { readonly meanQuestions: number; readonly rightShare: number };
  /** How many games ended after so many questions: `counts[k]`. */
  readonly counts: readonly number[];
  /** Mean over games that have not ended before, by number of questions. */
  readonly steps: readonly {
    readonly asked: number;
    readonly bits: number;
    readonly setSize: number;
    readonly games: number;
  }[];
  /** Coverage of prediction sets with answers that are wrong at the stated rate. */
  readonly coverage: readonly {
    readonly asked: number;
    readonly random: number;
    readonly own: number;
    readonly ownSize: number;
  }[];
  readonly coverageCases: number;
}
