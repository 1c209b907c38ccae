import type { Environment } from "../../core/environment.ts";
import type { Interval, Warning } from "../../core/estimate.ts";
import type { Unit } from "../../core/units.ts";

/** What `surprisal measure` found out: plain JSON, the input of the terminal, the report and the studio. */
export interface TableMeasurement {
  /** The command that repeats this run. */
  command: string;
  file: string;
  /** Rows read. */
  n: number;
  unit: Unit;
  seed: number;
  /** Nominal coverage of the intervals. */
  level: number;
  /** Planned permutations per test. */
  permutations: number;
  /** What was asked: columns against a target, chosen groups, all pairs, entropies, or transfer between series. */
  question: "target" | "groups" | "pairs" | "transfer";
  target?: string;
  /** Sorted by value, highest first. */
  estimates: PairEstimate[];
  notes: Note[];
  columns: ColumnSummary[];
  /** Columns that carry nearly the same information, with the pair that binds them most. */
  groups: RedundancyGroup[];
  /** Pairwise information between columns, for the overlap picture; at most the strongest columns. */
  pairs: PairEstimate[];
  /** Binned pictures of the strongest pairs. */
  pictures: PairPicture[];
  trust?: Trust;
  environment: Environment;
  /** SHA-256 of the input file's bytes, or of nothing when it came from standard input. */
  inputHash?: string;
  /** Set when the run was stopped early: how much of it is here. */
  stopped?: { done: number; total: number };
}

export interface PairEstimate {
  x: string[];
  y: string[];
  given?: string[];
  value: number;
  unit: Unit;
  interval?: Interval;
  pValue?: number;
  n: number;
  method: string;
  /** Why this estimator. */
  reason: string;
  warnings: Warning[];
  /** The same question asked of a second estimator. */
  second?: { method: string; value: number };
  /** What the trained network MIST reads off the same rows, where it was asked. */
  mist?: MistOpinion;
  /** Values under permutation, in `unit`, when kept for the histogram. */
  nullValues?: number[];
}

/** A value by MIST in the estimate's unit, with the rows that it read, or why there is none. */
export type MistOpinion =
  | {
      absent?: undefined;
      value: number;
      interval: { low: number; high: number; level: number };
      n: number;
      warnings: string[];
    }
  | { absent: string };

export interface Note {
  code: string;
  /** Ordered by consequence: a problem may change the answer, a hint saves work, a fact is good to know. */
  severity: "problem" | "hint" | "fact";
  message: string;
  columns: string[];
}

export interface ColumnSummary {
  name: string;
  /** What the column is used as. */
  use: "continuous" | "discrete" | "identifier" | "constant" | "ignored" | "empty";
  /** Why, in a few words. */
  because: string;
  missing: number;
  distinct: number;
  /** In `unit`: differential entropy for continuous columns, Shannon entropy for discrete ones. */
  entropy?: number;
  /** Counts for the tiny picture: equal-width bins of a continuous column, or the most common levels. */
  histogram?: { labels: string[]; counts: number[] };
}

export interface RedundancyGroup {
  columns: string[];
  /** The column to keep: the most informative one about the target, or the most connected one. */
  keep: string;
  /** Share of the smaller entropy that the most bound pair has in common (0 to 1). */
  shared: number;
}

/** Counts of a pair of columns on a grid: never raw rows. `counts[i][j]` is x bin i, y bin j. */
export interface PairPicture {
  x: string;
  y: string;
  xEdges: number[] | string[];
  yEdges: number[] | string[];
  /** Edges are bin boundaries (numbers) or level names (strings). */
  counts: number[][];
}

/** How far the strongest estimate can be trusted. */
export interface Trust {
  x: string[];
  y: string[];
  method: string;
  reason: string;
  second?: { method: string; value: number; agrees: boolean };
  /** The value for other numbers of neighbours (or bins). */
  sensitivity: { parameter: string; at: number | string; value: number }[];
  /** Data with known truth at this n and dimension, measured the same way. */
  twin: { description: string; truth: number; mean: number; sd: number; repeats: number }[];
}
