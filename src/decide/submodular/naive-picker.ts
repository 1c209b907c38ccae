import type { Constraint } from "./constraint.ts";
import { type Picker, paceEvery } from "./picker.ts";

/** Evaluates every remaining item in every step. */
export function naivePicker(open: Int32Array, constraint: Constraint): Picker {
  let remaining = open.slice();
  let evaluations = 0;
  return {
    get evaluations() {
      return evaluations;
    },
    async pick(selection, pace) {
      remaining = remaining.filter((j) => constraint.admits(j));
      let best = -1;
      let most = Number.NEGATIVE_INFINITY;
      for (const j of remaining) {
        if (evaluations++ % paceEvery === 0) await pace();
        const score = constraint.score(selection.gain(j), j);
        if (score > most) {
          most = score;
          best = j;
        }
      }
      remaining = remaining.filter((j) => j !== best);
      return best;
    },
  };
}
