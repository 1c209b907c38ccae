import type { Environment } from "../../core/environment.ts";
import type { DistilFindings } from "../../language/compress/distil/distil.ts";

/** What `surprisal distil-compressor` did: plain JSON, the input of the terminal and the page. */
export interface DistilReport extends DistilFindings {
  /** The command that repeats this run. */
  readonly command: string;
  /** The command that uses the compressor. */
  readonly use: string;
  /** Documents, or the file of pairs. */
  readonly files: readonly string[];
  /** Who shortened: a model's name, "rules", or "pairs". */
  readonly teacher: string;
  /** What an endpoint was asked. */
  readonly usage?: string;
  readonly folder: string;
  readonly written: readonly { readonly name: string; readonly what: string }[];
  readonly seed: number;
  readonly environment: Environment;
}
