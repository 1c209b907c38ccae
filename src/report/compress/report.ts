import type { Environment } from "../../core/environment.ts";
import type { CompressFindings } from "../../language/compress/compress.ts";

/** What `surprisal compress` did: plain JSON, the input of the terminal and the page. */
export interface CompressReport extends CompressFindings {
  /** The command that repeats this run. */
  readonly command: string;
  /** The texts, one context each. */
  readonly files: readonly {
    readonly file: string;
    readonly before: number;
    readonly after: number;
    readonly kept: boolean;
  }[];
  /** Where the shorter text went; "-" for standard output. */
  readonly output?: string;
  readonly originalTokens: number;
  readonly compressedTokens: number;
  /** Tokens asked for; undefined with budgets for each context. */
  readonly budget?: number;
  readonly ratio: number;
  /** Bits before and after. */
  readonly information: { readonly total: number; readonly kept: number };
  readonly protectedSpans: {
    readonly asked: readonly string[];
    readonly found: number;
    readonly untouched: number;
  };
  readonly question?: string;
  readonly scorer: string;
  readonly tokenizer: string;
  readonly selection: "exact" | "percentile";
  readonly notes: readonly string[];
  /** SHA-256 of every file, where known. */
  readonly inputHashes: readonly (string | null)[];
  readonly environment: Environment;
}
