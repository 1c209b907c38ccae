import type { Environment } from "../../core/environment.ts";
import type { RelabelFindings } from "../../decide/loki/loki.ts";

/** What `surprisal relabel` found out: plain JSON, the input of the terminal and the page. */
export interface RelabelReport extends RelabelFindings {
  /** The command that repeats this run. */
  readonly command: string;
  /** Of the probabilities. */
  readonly file: string;
  /** Of the labels. */
  readonly metric: string;
  /** Where the new labels went. */
  readonly output?: string;
  /** SHA-256 of the file of probabilities. */
  readonly inputHash?: string;
  /** Set when it was stopped before the locus and the next classes were found. */
  readonly stopped?: boolean;
  readonly environment: Environment;
}
