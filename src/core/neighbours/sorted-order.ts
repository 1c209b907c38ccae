/** Numbers in ascending order, and where each came from: `values[p]` is the input's element `order[p]`. */
export interface Sorted {
  readonly values: Float64Array;
  readonly order: Int32Array;
}

const digitBits = 11;
const buckets = 1 << digitBits;
const digitMask = buckets - 1;
const digits = 6;
/** Digits 0–2 are the low, 3–5 the high 32 bits of a number. */
const firstHighDigit = 3;
/** Moves per number that the final insertion may need before all digits are sorted instead. */
const patience = 4;

/**
 * Sorts finite numbers and remembers their places; equal numbers keep their order. Radix sort over the sign,
 * exponent and first 20 bits of the mantissa, then insertion; where that is not nearly sorted (numbers that
 * differ only in their last bits) over all 64 bits. O(n).
 */
export function sortWithOrder(input: Float64Array): Sorted {
  const order = new Int32Array(input.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  const nearly = radixSort({ values: input.slice(), order }, firstHighDigit);
  if (insertionSort(nearly)) return nearly;
  return radixSort(nearly, 0);
}

function radixSort(from: Sorted, firstDigit: number): Sorted {
  const n = from.values.length;
  let to: Sorted = { values: new Float64Array(n), order: new Int32Array(n) };
  const places = new Int32Array(buckets);
  for (let digit = firstDigit; digit < digits; digit++) {
    if (!scatter(from, to, places, digit)) continue;
    [from, to] = [to, from];
  }
  return from;
}

/** One stable pass; false when all numbers have the same digit, so that nothing was moved. */
function scatter(from: Sorted, to: Sorted, places: Int32Array, digit: number): boolean {
  const { values, order } = from;
  const { values: toValues, order: toOrder } = to;
  const n = values.length;
  const bits = new Int32Array(values.buffer);
  const high = digit >= firstHighDigit;
  const shift = (high ? digit - firstHighDigit : digit) * digitBits;
  const word = high ? 1 : 0;
  const flip = high ? 1 << 31 : 0;
  places.fill(0);
  for (let i = 0; i < n; i++) {
    const sign = bits[2 * i + 1] >> 31;
    places[((bits[2 * i + word] ^ (sign | flip)) >>> shift) & digitMask]++;
  }
  for (let b = 0, sum = 0; b < buckets; b++) {
    const count = places[b];
    if (count === n) return false;
    places[b] = sum;
    sum += count;
  }
  for (let i = 0; i < n; i++) {
    const sign = bits[2 * i + 1] >> 31;
    const place = places[((bits[2 * i + word] ^ (sign | flip)) >>> shift) & digitMask]++;
    toValues[place] = values[i];
    toOrder[place] = order[i];
  }
  return true;
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
