import type { Selection } from "./set-function.ts";

/** Finds the next item. */
export interface Picker {
  /** The item to add, or −1 when none may be. */
  pick(selection: Selection, pace: () => Promise<void> | undefined): Promise<number>;
  /** Gains computed so far. */
  readonly evaluations: number;
}

/** Gains computed between two looks at the clock. */
export const paceEvery = 64;
