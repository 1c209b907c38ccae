/**
 * The n items with the highest scores, best first; of equal scores the lower index. Items at −∞ never appear, so the
 * list may be shorter. O(I + n log n) for scores in random order.
 */
export function topItems(scores: ArrayLike<number>, n: number): Int32Array {
  const heap = new Int32Array(Math.min(n, scores.length));
  let size = 0;
  const below = (i: number, j: number) => scores[i] < scores[j] || (scores[i] === scores[j] && i > j);
  const sink = (at: number) => {
    const item = heap[at];
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && below(heap[child + 1], heap[child])) child++;
      if (!below(heap[child], item)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = item;
  };
  for (let i = 0; i < scores.length; i++) {
    if (!(scores[i] > Number.NEGATIVE_INFINITY)) continue;
    if (size < heap.length) {
      let at = size++;
      for (; at > 0 && below(i, heap[(at - 1) >> 1]); at = (at - 1) >> 1) heap[at] = heap[(at - 1) >> 1];
      heap[at] = i;
    } else if (size > 0 && below(heap[0], i)) {
      heap[0] = i;
      sink(0);
    }
  }
  const out = new Int32Array(size);
  while (size > 0) {
    out[size - 1] = heap[0];
    heap[0] = heap[--size];
    sink(0);
  }
  return out;
}

/** Share of the hidden items among the first R: |top R ∩ hidden| / min(R, |hidden|). */
export function recallAt(top: Int32Array, hidden: ReadonlySet<number>, cutoff: number): number {
  return countHits(top, hidden, cutoff) / Math.min(cutoff, hidden.size);
}

/** Discounted gain Σ 1[hidden] / log₂(rank + 1) over the first R, divided by the best possible. */
export function ndcgAt(top: Int32Array, hidden: ReadonlySet<number>, cutoff: number): number {
  let gain = 0;
  let best = 0;
  for (let rank = 1; rank <= cutoff; rank++) {
    const discount = 1 / Math.log2(rank + 1);
    if (rank <= top.length && hidden.has(top[rank - 1])) gain += discount;
    if (rank <= hidden.size) best += discount;
  }
  return gain / best;
}

function countHits(top: Int32Array, hidden: ReadonlySet<number>, cutoff: number): number {
  let hits = 0;
  for (let r = 0; r < Math.min(cutoff, top.length); r++) if (hidden.has(top[r])) hits++;
  return hits;
}
