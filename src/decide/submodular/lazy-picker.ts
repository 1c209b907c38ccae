import type { Constraint } from "./constraint.ts";
import { type Picker, paceEvery } from "./picker.ts";

/**
 * Minoux's accelerated greedy. A heap holds for each item the score it had when last evaluated, which can only fall;
 * an item at the top that is up to date is the best of all. The heap's order is by score, then by index, so that the
 * choice among equals is that of the naive greedy.
 */
export function lazyPicker(open: Int32Array, n: number, constraint: Constraint): Picker {
  const heap = open.slice();
  const scores = new Float64Array(n);
  /** The step in which an item was last evaluated. */
  const fresh = new Int32Array(n).fill(-1);
  let size = heap.length;
  let step = 0;
  let evaluations = 0;

  const isAbove = (a: number, b: number) => scores[a] > scores[b] || (scores[a] === scores[b] && a < b);
  const sift = (place: number) => {
    const item = heap[place];
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && isAbove(heap[child + 1], heap[child])) child++;
      if (!isAbove(heap[child], item)) break;
      heap[place] = heap[child];
      place = child;
    }
    heap[place] = item;
  };
  const dropTop = () => {
    heap[0] = heap[--size];
    if (size > 0) sift(0);
  };

  return {
    get evaluations() {
      return evaluations;
    },
    async pick(selection, pace) {
      if (step === 0) {
        for (const j of open) {
          if (evaluations++ % paceEvery === 0) await pace();
          scores[j] = constraint.score(selection.gain(j), j);
          fresh[j] = 0;
        }
        for (let place = (size >> 1) - 1; place >= 0; place--) sift(place);
      }
      for (; size > 0; ) {
        const top = heap[0];
        if (!constraint.admits(top)) {
          dropTop();
        } else if (fresh[top] === step) {
          dropTop();
          step++;
          return top;
        } else {
          if (evaluations++ % paceEvery === 0) await pace();
          scores[top] = constraint.score(selection.gain(top), top);
          fresh[top] = step;
          sift(0);
        }
      }
      return -1;
    },
  };
}
