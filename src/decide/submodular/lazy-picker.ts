import type { Constraint } from "./constraint.ts";
import { nothing, type Picker, pieceSize, unfinished } from "./picker.ts";
import type { Selection } from "./set-function.ts";

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
  let started = 0;
  let evaluations = 0;

  const evaluate = (selection: Selection, j: number) => {
    scores[j] = constraint.score(selection.gain(j), j);
    fresh[j] = step;
    evaluations++;
  };
  const sift = (place: number) => {
    const item = heap[place];
    const score = scores[item];
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      let other = heap[child];
      let best = scores[other];
      if (child + 1 < size) {
        const right = heap[child + 1];
        if (scores[right] > best || (scores[right] === best && right < other)) {
          child++;
          other = right;
          best = scores[right];
        }
      }
      if (best < score || (best === score && item < other)) break;
      heap[place] = other;
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
    pick(selection) {
      const most = evaluations + pieceSize;
      if (started < open.length) {
        while (started < open.length && evaluations < most) evaluate(selection, open[started++]);
        if (started < open.length) return unfinished;
        for (let place = (size >> 1) - 1; place >= 0; place--) sift(place);
      }
      while (size > 0) {
        const top = heap[0];
        if (!constraint.admits(top)) {
          dropTop();
        } else if (fresh[top] === step) {
          dropTop();
          step++;
          return top;
        } else {
          if (evaluations >= most) return unfinished;
          evaluate(selection, top);
          sift(0);
        }
      }
      return nothing;
    },
  };
}
