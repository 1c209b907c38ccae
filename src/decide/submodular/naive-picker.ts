import type { Constraint } from "./constraint.ts";
import { nothing, type Picker, pieceSize, unfinished } from "./picker.ts";

/** Evaluates every remaining item in every step. */
export function naivePicker(open: Int32Array, constraint: Constraint): Picker {
  let remaining = open.slice();
  let at = 0;
  let best = nothing;
  let most = Number.NEGATIVE_INFINITY;
  let evaluations = 0;
  return {
    get evaluations() {
      return evaluations;
    },
    pick(selection) {
      if (at === 0) remaining = remaining.filter((j) => constraint.admits(j));
      const end = Math.min(remaining.length, at + pieceSize);
      for (; at < end; at++) {
        const j = remaining[at];
        const score = constraint.score(selection.gain(j), j);
        evaluations++;
        if (score > most) {
          most = score;
          best = j;
        }
      }
      if (at < remaining.length) return unfinished;
      const found = best;
      remaining = remaining.filter((j) => j !== found);
      at = 0;
      best = nothing;
      most = Number.NEGATIVE_INFINITY;
      return found;
    },
  };
}
