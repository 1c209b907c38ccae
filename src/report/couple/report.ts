import type { Environment } from "../../core/environment.ts";
import type { Unit } from "../../core/units.ts";
import type { TableNote } from "../../data/table.ts";
import type { Coupling, RatePoint } from "../../decide/coupling/coupling.ts";

/** What `surprisal couple` found out: plain JSON, the input of the terminal and the page. */
export interface CoupleReport {
  /** The command that repeats this run. */
  readonly command: string;
  readonly x: CoupledSide;
  readonly y: CoupledSide;
  /** Whether the numbers were counts or weights, divided by their sums. */
  readonly normalized: boolean;
  readonly unit: Unit;
  readonly entropy: number;
  readonly entropyX: number;
  readonly entropyY: number;
  readonly mutualInformation: number;
  /** Of a coupling without a code: no entropy is lower. */
  readonly bounds: Coupling["bounds"];
  /** Without a code; with one see `code`. */
  readonly lowerBound: number;
  /** How far above the least possible the entropy is at most; with a code, how much more could arrive. */
  readonly gap: number;
  readonly optimal: boolean;
  readonly method: Coupling["method"];
  /** The likeliest cells first; all of them, or the first few thousand. */
  readonly cells: readonly CoupledCell[];
  /** How many there are. */
  readonly cellCount: number;
  readonly code?: CodeReport;
  /** What arrives by rate; empty when it was stopped before. */
  readonly curve: readonly RatePoint[];
  readonly notes: readonly TableNote[];
  /** What was written. */
  readonly files: readonly { readonly path: string; readonly what: string }[];
  /** Set when the run was stopped before the rate curve was done. */
  readonly stopped?: boolean;
  readonly environment: Environment;
}

export interface CoupledSide {
  readonly file: string;
  /** Columns of the names and of the probabilities; without names the rows are numbered. */
  readonly names?: string;
  readonly probabilities: string;
  readonly outcomes: number;
  /** Before it was divided out. */
  readonly sum: number;
  /** The likeliest, first. */
  readonly top: readonly { readonly name: string; readonly p: number }[];
  readonly hash?: string;
}

interface CoupledCell {
  readonly x: string;
  readonly y: string;
  readonly p: number;
}

/** The code between the two sides. */
export interface CodeReport {
  /** R. */
  readonly rateLimit: number;
  /** H(T). */
  readonly entropy: number;
  /** I(X;T). */
  readonly information: number;
  /** I(X;Y) without a limit. */
  readonly withoutLimit: number;
  /** The most that could arrive. */
  readonly upperBound: number;
  readonly encoder: string;
  /** Number of codes. */
  readonly count: number;
  /** A symbol that has two codes. */
  readonly split?: string;
  /** The likeliest codes, first: what they stand for and what comes out. */
  readonly codes: readonly {
    readonly name: string;
    readonly p: number;
    readonly symbols: readonly string[];
    readonly symbolCount: number;
    readonly outputs: readonly { readonly name: string; readonly p: number }[];
    readonly outputCount: number;
  }[];
}
