/** Which half of a double holds its sign and exponent: the second on little-endian machines. */
const upper = new Uint8Array(new Uint16Array([1]).buffer)[0];

/**
 * The places that `candidates` allows, by ascending value; later places first among equals. A radix sort over the bits
 * of the doubles: O(n).
 */
export function removalOrder(values: Float64Array, candidates: (place: number) => boolean): Uint32Array {
  // Adding 0 turns -0 into 0, which is equal to it.
  const halves = new Uint32Array(values.map((value) => value + 0).buffer);
  let from = tableOf(values.length);
  let length = 0;
  for (let i = values.length - 1; i >= 0; i--) {
    if (!candidates(i)) continue;
    const top = halves[2 * i + upper];
    const rest = halves[2 * i + 1 - upper];
    const negative = top >>> 31 === 1;
    from.high[length] = negative ? ~top : top ^ 0x80000000;
    from.low[length] = negative ? ~rest : rest;
    from.place[length++] = i;
  }
  let to = tableOf(length);
  // Keys move with their places, and digits are bytes: both keep to few lines of the cache.
  for (let digit = 0; digit < 8; digit++) {
    const keys = digit < 4 ? from.low : from.high;
    const shift = 8 * (digit & 3);
    const next = new Uint32Array(257);
    for (let k = 0; k < length; k++) next[((keys[k] >>> shift) & 255) + 1]++;
    for (let d = 0; d < 256; d++) next[d + 1] += next[d];
    for (let k = 0; k < length; k++) {
      const at = next[(keys[k] >>> shift) & 255]++;
      to.low[at] = from.low[k];
      to.high[at] = from.high[k];
      to.place[at] = from.place[k];
    }
    [from, to] = [to, from];
  }
  return from.place.subarray(0, length);
}

function tableOf(length: number): Record<"low" | "high" | "place", Uint32Array> {
  return { low: new Uint32Array(length), high: new Uint32Array(length), place: new Uint32Array(length) };
}
