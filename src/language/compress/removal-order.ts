/** Which half of a double holds its sign and exponent: the second on little-endian machines. */
const upper = new Uint8Array(new Uint16Array([1]).buffer)[0];

/**
 * The places that `candidates` allows, by ascending value; later places first among equals. A radix sort over the bits
 * of the doubles: O(n).
 */
export function removalOrder(values: Float64Array, candidates: (place: number) => boolean): Uint32Array {
  // Adding 0 turns -0 into 0, which is equal to it.
  const halves = new Uint32Array(values.map((value) => value + 0).buffer);
  const high = new Uint32Array(values.length);
  const low = new Uint32Array(values.length);
  let order = new Uint32Array(values.length);
  let length = 0;
  for (let i = values.length - 1; i >= 0; i--) {
    if (!candidates(i)) continue;
    const top = halves[2 * i + upper];
    const rest = halves[2 * i + 1 - upper];
    const negative = top >>> 31 === 1;
    high[i] = negative ? ~top : top ^ 0x80000000;
    low[i] = negative ? ~rest : rest;
    order[length++] = i;
  }
  order = order.subarray(0, length);
  let other = new Uint32Array(length);
  for (const [keys, shift] of [
    [low, 0],
    [low, 16],
    [high, 0],
    [high, 16],
  ] as const) {
    const places = new Uint32Array(0x10001);
    for (const i of order) places[((keys[i] >>> shift) & 0xffff) + 1]++;
    for (let d = 0; d < 0x10000; d++) places[d + 1] += places[d];
    for (const i of order) other[places[(keys[i] >>> shift) & 0xffff]++] = i;
    [order, other] = [other, order];
  }
  return order;
}
