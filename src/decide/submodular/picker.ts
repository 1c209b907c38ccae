import type { Selection } from "./set-function.ts";

/** Finds the next item, in pieces, so that the caller can look at the clock between them. */
export interface Picker {
  /**
   * Computes some gains; gives the item to add once it is found, {@link nothing} when none may be added any more, and
   * {@link unfinished} when it wants to be called again.
   */
  pick(selection: Selection): number;
  /** Gains computed so far. */
  readonly evaluations: number;
}

export const nothing = -1;
export const unfinished = -2;

/** Gains computed in a piece. */
export const pieceSize = 64;
