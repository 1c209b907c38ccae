import type { Random } from "../../core/random.ts";
import type { Constraint } from "./constraint.ts";
import { nothing, type Picker } from "./picker.ts";

interface SampleOptions {
  /** Items looked at in each step. */
  size: number;
  random: Random;
  constraint: Constraint;
  /** Skip items of the sample whose last known gain cannot win. */
  lazy: boolean;
}

/** Evaluates a fresh random sample of the remaining items in every step. */
export function samplePicker(
  open: Int32Array,
  n: number,
  { size, random, constraint, lazy }: SampleOptions,
): Picker {
  const remaining = open.slice();
  let left = remaining.length;
  const bounds = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  let evaluations = 0;

  /** Moves a sample to the end of what is left; returns where it begins. Items that may never be chosen are dropped. */
  const draw = (): number => {
    let begin = left;
    while (begin > 0 && left - begin < size) {
      const at = random.integer(begin);
      const item = remaining[at];
      begin--;
      remaining[at] = remaining[begin];
      if (constraint.admits(item)) {
        remaining[begin] = item;
      } else {
        left--;
        remaining[begin] = remaining[left];
      }
    }
    return begin;
  };

  return {
    get evaluations() {
      return evaluations;
    },
    pick(selection) {
      const begin = draw();
      // The order of what remains must not depend on how the sample was gone through: a seed gives one draw.
      const sample = remaining
        .slice(begin, left)
        .sort(lazy ? (a, b) => bounds[b] - bounds[a] || a - b : undefined);
      let best = nothing;
      let most = Number.NEGATIVE_INFINITY;
      for (const j of sample) {
        if (lazy && (bounds[j] < most || (bounds[j] === most && j > best))) continue;
        const score = constraint.score(selection.gain(j), j);
        evaluations++;
        bounds[j] = score;
        if (score > most || (score === most && j < best)) {
          most = score;
          best = j;
        }
      }
      if (best >= 0) {
        remaining[remaining.indexOf(best, begin)] = remaining[--left];
      }
      return best;
    },
  };
}
