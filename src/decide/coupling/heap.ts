/** Indices in a binary heap: the largest key first, among equal keys the lowest index. */
export class Heap {
  readonly #keys: Float64Array;
  readonly #items: Int32Array;
  #size = 0;

  /** An empty heap for indices of `keys`, which stay the caller's. */
  constructor(keys: Float64Array) {
    this.#keys = keys;
    this.#items = new Int32Array(keys.length);
  }

  /** A heap of all indices with a positive key. */
  static ofPositive(keys: Float64Array): Heap {
    const heap = new Heap(keys);
    for (let i = 0; i < keys.length; i++) if (keys[i] > 0) heap.#items[heap.#size++] = i;
    for (let at = (heap.#size >> 1) - 1; at >= 0; at--) heap.#sink(at);
    return heap;
  }

  get size(): number {
    return this.#size;
  }

  get top(): number {
    return this.#items[0];
  }

  push(index: number): void {
    const items = this.#items;
    let at = this.#size++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#before(index, items[above])) break;
      items[at] = items[above];
      at = above;
    }
    items[at] = index;
  }

  pop(): number {
    const items = this.#items;
    const first = items[0];
    items[0] = items[--this.#size];
    this.#sink(0);
    return first;
  }

  /** Puts the top where it belongs after its key was lowered. */
  settle(): void {
    this.#sink(0);
  }

  #sink(start: number): void {
    const items = this.#items;
    const size = this.#size;
    if (start >= size) return;
    const index = items[start];
    let at = start;
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#before(items[child + 1], items[child])) child++;
      if (!this.#before(items[child], index)) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = index;
  }

  #before(i: number, j: number): boolean {
    const difference = this.#keys[i] - this.#keys[j];
    return difference > 0 || (difference === 0 && i < j);
  }
}
