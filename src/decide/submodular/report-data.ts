import type { Environment } from "../../core/environment.ts";
import type { TableNote } from "../../data/table.ts";
import type { CoverageCurve } from "./coverage.ts";
import type { Guarantee } from "./guarantee.ts";

/** What `surprisal select` found out: plain JSON, the input of the terminal, the report and the studio. */
export interface SelectReport extends SelectionFindings {
  readonly file: string;
  /** The command that repeats this run. */
  readonly command: string;
  /** SHA-256 of the input file's bytes; absent for standard input and several files. */
  readonly inputHash?: string;
  /** Rows in the file; more than `rows` where some could not be used. */
  readonly totalRows: number;
  /** What the rows were compared by, in words. */
  readonly comparedBy: string;
  readonly picks: readonly Pick[];
  readonly balance?: Balance;
  readonly map?: SelectionMap;
  readonly notes: readonly TableNote[];
  /** After defaults were filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files written, besides the report. */
  readonly files: readonly { readonly name: string; readonly what: string }[];
  readonly environment: Environment;
}

/** A chosen row. */
export interface Pick {
  /** In the file, from 1. */
  readonly row: number;
  /** What it added to those before it. */
  readonly gain: number;
  /** Its id, its text, or nothing. */
  readonly label?: string;
}

/** How groups came out. */
export interface Balance {
  readonly column: string;
  readonly groups: readonly { readonly name: string; readonly rows: number; readonly chosen: number }[];
}

/** Rows in the plane of the two directions in which they differ most. */
export interface SelectionMap {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly kind: readonly ("left" | "chosen" | "query" | "avoided")[];
  readonly explained: readonly [number, number];
  /** Rows left, of which those here are a random sample. */
  readonly left: number;
}

/** What a selection is and how good it is, whatever the rows were. */
export interface SelectionFindings {
  /** For instance "facility location". */
  readonly objective: string;
  /** What it rewards, in a sentence. */
  readonly meaning: string;
  readonly optimizer: string;
  readonly metric: string;
  /** Rows that could be chosen. */
  readonly rows: number;
  readonly columns: number;
  readonly seed: number;
  /** Of the chosen rows, counted from 0 among those that could be chosen. */
  readonly indices: readonly number[];
  readonly gains: readonly number[];
  readonly value: number;
  readonly evaluations: number;
  readonly guarantee: Guarantee;
  /** A share of the best possible value that is known to be reached, from a bound computed afterwards. */
  readonly certified?: number;
  readonly curve: JudgedCurve;
  readonly redundancy: Redundancy;
  readonly targets?: Targets;
  /** What is approximated, in a sentence; absent when nothing is. */
  readonly approximation?: string;
}

/** The selection and random ones, by how many rows are taken. */
export interface JudgedCurve extends CoverageCurve {
  /** What the numbers are, in words. */
  readonly what: string;
  /** Rows by which it was judged, of all rows. */
  readonly judges?: number;
}

/** How alike the chosen rows are, and how near those left are to them. */
export interface Redundancy {
  /** Mean similarity of a chosen row to the chosen row most similar to it. */
  readonly chosen: number;
  /** The same of random selections of as many rows. */
  readonly random: { readonly mean: number; readonly low: number; readonly high: number };
  /** Chosen rows this was measured on: the first ones where there are many. */
  readonly measured: number;
  /** Shares of the rows left that have a chosen row at least so similar. */
  readonly near: readonly { readonly similarity: number; readonly share: number }[];
  /** Rows left that were looked at. */
  readonly left: number;
}

/** Mean largest similarities to the examples given: of the chosen rows, and of all rows. */
export interface Targets {
  readonly queries?: { readonly count: number; readonly chosen: number; readonly pool: number };
  readonly avoided?: { readonly count: number; readonly chosen: number; readonly pool: number };
}
