import type { LongRunning } from "./progress.ts";

/** What a person wants done; one command each. */
export type Job = "measure" | "learn" | "select" | "ask" | "couple" | "compress" | "choose" | "watch";

/** Where a method comes from. */
export interface Paper {
  authors: string;
  title: string;
  year: number;
  /** Journal, conference or arXiv id. */
  venue: string;
  /** arXiv id or DOI when known. */
  id?: string;
}

/** The facts about a method. Documentation, METHODS.md, `surprisal papers` and help are generated from cards. */
export interface MethodCard {
  /** The folder's name: the method's stable id. */
  id: string;
  title: string;
  /** One sentence: what a person gets. */
  summary: string;
  job: Job;
  papers: Paper[];
  /** What goes in: shapes and kinds. */
  inputs: string;
  /** What comes out, with its unit. */
  output: string;
  /** Public options and their defaults. */
  defaults: Record<string, string | number | boolean>;
  /** Running time and memory in O(). */
  cost: string;
  /** When not to use it: one sentence each. */
  limits: string[];
  /** Shell lines that work on data everyone has after `npm ci`. */
  commands: string[];
  /** Library names exported for it. */
  functions: string[];
  tags: string[];
}

/** One claim of a paper next to what this software measured. */
export interface ExperimentRow {
  /** What is claimed, in a sentence. */
  claim: string;
  /** What the paper or sheet reports, as text; "—" when it gives no number. */
  reported: string;
  /** What was measured here, as text with its unit. */
  measured: string;
  /** The allowed deviation and where it comes from. */
  tolerance: string;
  holds: boolean;
}

/** How an experiment runs. `quick` is a smaller version for the test suite: seconds instead of minutes. */
export interface ExperimentOptions extends LongRunning {
  quick?: boolean;
}

/** A table an experiment prints beside its claims. */
export interface ExperimentTable {
  title: string;
  columns: string[];
  rows: (string | number)[][];
}

export interface ExperimentResult {
  rows: ExperimentRow[];
  tables?: ExperimentTable[];
}

/** The default export of a room's `experiment.ts`. */
export interface Experiment {
  /** Id of the card it belongs to. */
  id: string;
  run(options?: ExperimentOptions): Promise<ExperimentResult>;
}
