/** How far a long job is. */
export interface Progress {
  done: number;
  total: number;
  /** What is being worked on, in a few words. */
  label?: string;
}

/** Options of everything that may take longer than a second. */
export interface LongRunning {
  /** Stops the work at the next unit; a {@link StoppedError} follows. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}
