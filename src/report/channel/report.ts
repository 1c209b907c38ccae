import type { Environment } from "../../core/environment.ts";
import type { ChannelFindings } from "../../language/channel/channel.ts";

/** What `surprisal channel` found: plain JSON, the input of the terminal and the page. */
export interface ChannelReport extends ChannelFindings {
  /** The command that repeats this run. */
  readonly command: string;
  /** Of the contexts: a file, a folder or "-". */
  readonly file: string;
  /** Of the compressions, where they were given. */
  readonly compressions?: string;
  /** The text that compressions were scored after, with {context} and {query}. */
  readonly template: string;
  /** SHA-256 of the files that were read. */
  readonly inputHashes: Readonly<Record<string, string>>;
  readonly environment: Environment;
}
