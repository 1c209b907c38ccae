/** Numbers in ascending order, and where each came from: `values[p]` is the input's element `order[p]`. */
export interface Sorted {
  readonly values: Float64Array;
  readonly order: Int32Array;
}

/** Each 32-bit word of a number is sorted in three digits. */
const digits = 3;
const digitBits = 11;
const buckets = 1 << digitBits;
const digitMask = buckets - 1;
/** Moves per number that the final insertion may need before all bits are sorted instead. */
const patience = 4;

/**
 * Sorts finite numbers and remembers their places; equal numbers keep their order. Radix sort over the sign,
 * exponent and first 20 bits of the mantissa, then insertion; where that is not nearly sorted (numbers that
 * differ only in their last bits) over all 64 bits. O(n).
 */
export function sortWithOrder(input: Float64Array): Sorted {
  const order = new Int32Array(input.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  const nearly = sortByWord({ values: input.slice(), order }, 1);
  if (insertionSort(nearly)) return nearly;
  return sortByWord(sortByWord(nearly, 0), 1);
}

/** A stable sort by the low (0) or the high (1) word of the numbers. */
function sortByWord(from: Sorted, word: 0 | 1): Sorted {
  const n = from.values.length;
  const bits = new Int32Array(from.values.buffer);
  const counts = new Int32Array(digits * buckets);
  for (let i = 0; i < n; i++) {
    const key = sortableKey(bits, i, word);
    counts[key & digitMask]++;
    counts[buckets + ((key >>> digitBits) & digitMask)]++;
    counts[2 * buckets + (key >>> (2 * digitBits))]++;
  }
  let to: Sorted = { values: new Float64Array(n), order: new Int32Array(n) };
  for (let digit = 0; digit < digits; digit++) {
    const places = counts.subarray(digit * buckets, (digit + 1) * buckets);
    if (!toFirstPlaces(places, n)) continue;
    scatter(from, to, places, word, digit * digitBits);
    [from, to] = [to, from];
  }
  return from;
}

/** A word of number i whose order as an unsigned integer is that of the numbers. */
function sortableKey(bits: Int32Array, i: number, word: 0 | 1): number {
  const sign = bits[2 * i + 1] >> 31;
  return bits[2 * i + word] ^ (word === 1 ? sign | (1 << 31) : sign);
}

/** Turns counts into where each bucket starts; false when one bucket holds all numbers, so that nothing would move. */
function toFirstPlaces(counts: Int32Array, n: number): boolean {
  for (let b = 0, sum = 0; b < buckets; b++) {
    const count = counts[b];
    if (count === n) return false;
    counts[b] = sum;
    sum += count;
  }
  return true;
}

function scatter(from: Sorted, to: Sorted, places: Int32Array, word: 0 | 1, shift: number): void {
  const { values, order } = from;
  const { values: toValues, order: toOrder } = to;
  const bits = new Int32Array(values.buffer);
  for (let i = 0; i < values.length; i++) {
    const place = places[(sortableKey(bits, i, word) >>> shift) & digitMask]++;
    toValues[place] = values[i];
    toOrder[place] = order[i];
  }
}

/** Sorts what is nearly sorted; false when it gave up because it was not. */
function insertionSort({ values, order }: Sorted): boolean {
  let moves = patience * values.length;
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (values[i - 1] <= value) continue;
    const row = order[i];
    let j = i;
    for (; j > 0 && values[j - 1] > value; j--) {
      values[j] = values[j - 1];
      order[j] = order[j - 1];
    }
    values[j] = value;
    order[j] = row;
    moves -= i - j;
    if (moves < 0) return false;
  }
  return true;
}
