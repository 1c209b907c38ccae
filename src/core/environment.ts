/** Where and when something was measured; a part of every report. */
export interface Environment {
  /** Of surprisal. */
  readonly version: string;
  readonly node: string;
  readonly cores: number;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly elapsedMs: number;
}
