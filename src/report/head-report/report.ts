import type { Environment } from "../../core/environment.ts";
import type { HeadReport } from "../../language/head-report/head-report.ts";

/** What `surprisal head-report` found out: plain JSON, the input of the terminal and the page. */
export interface HeadPageReport extends Omit<HeadReport, "metric" | "varianceInSensitive" | "dirichlet"> {
  /** The command that repeats this run. */
  readonly command: string;
  /** What was read, for a title. */
  readonly source: string;
  readonly metric: {
    /** The largest first; at most {@link mostDirections}. */
    readonly eigenvalues: readonly number[];
    readonly trace: number;
    readonly participationRatio: number;
    readonly entropicRank: number;
  };
  readonly varianceInSensitive: readonly number[];
  readonly dirichlet: readonly number[];
  readonly files: readonly { readonly path: string; readonly what: string }[];
  readonly environment: Environment;
}

/** Eigenvalues kept in the report. */
export const mostDirections = 64;
