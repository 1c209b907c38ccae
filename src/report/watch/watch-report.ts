import type { TableNote } from "../../data/table.ts";
import type { InformationPlane } from "../../measure/information-plane/information-plane.ts";

/** What `surprisal watch` found: plain JSON, the input of the terminal and the report. */
export interface WatchReport extends InformationPlane {
  readonly folder: string;
  /** For people, for instance "equal bins". */
  readonly estimatorTitle: string;
  /** What came out, in a few sentences. */
  readonly verdict: string;
  readonly notes: readonly TableNote[];
  /** The command that repeats this run. */
  readonly command: string;
  readonly environment: {
    readonly version: string;
    readonly node: string;
    readonly cores: number;
    readonly date: string;
    readonly elapsedMs: number;
  };
}
