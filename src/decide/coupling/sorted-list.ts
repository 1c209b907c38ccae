/** Items per block at which it is cut in two: finding and moving take about as long. */
const largestBlock = 512;

/**
 * Indices by descending key, equal ones by index, with neighbours: inserting and removing cost O(√n) in practice.
 * A key may change only while its index is not in the list.
 */
export class SortedList {
  readonly #keys: Float64Array;
  readonly #before: Int32Array;
  readonly #after: Int32Array;
  readonly #blocks: number[][] = [[]];

  constructor(keys: Float64Array) {
    this.#keys = keys;
    this.#before = new Int32Array(keys.length).fill(-1);
    this.#after = new Int32Array(keys.length).fill(-1);
  }

  /** The next larger one, or −1. */
  before(index: number): number {
    return this.#before[index];
  }

  /** The next smaller one, or −1. */
  after(index: number): number {
    return this.#after[index];
  }

  insert(index: number): void {
    const [b, at] = this.#place(index);
    const block = this.#blocks[b];
    const before = at > 0 ? block[at - 1] : (this.#blocks[b - 1]?.at(-1) ?? -1);
    const after = before >= 0 ? this.#after[before] : (block[at] ?? -1);
    this.#link(before, index);
    this.#link(index, after);
    block.splice(at, 0, index);
    if (block.length > largestBlock) this.#blocks.splice(b + 1, 0, block.splice(block.length >> 1));
  }

  remove(index: number): void {
    const [b, at] = this.#place(index);
    this.#blocks[b].splice(at, 1);
    if (this.#blocks[b].length === 0 && this.#blocks.length > 1) this.#blocks.splice(b, 1);
    this.#link(this.#before[index], this.#after[index]);
  }

  #link(before: number, after: number): void {
    if (before >= 0) this.#after[before] = after;
    if (after >= 0) this.#before[after] = before;
  }

  /** The block and the place in it where an index is, or would be. */
  #place(index: number): [block: number, at: number] {
    const blocks = this.#blocks;
    let b = first(blocks.length, (middle) => this.#precedes(index, blocks[middle][0]));
    b = Math.max(0, b - 1);
    const block = blocks[b];
    return [b, first(block.length, (middle) => !this.#precedes(block[middle], index))];
  }

  #precedes(i: number, j: number): boolean {
    const difference = this.#keys[i] - this.#keys[j];
    return difference > 0 || (difference === 0 && i < j);
  }
}

/** The first of the numbers 0 to n − 1 from which on something holds; n when it never does. */
function first(n: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
