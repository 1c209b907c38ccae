/**
 * All maps of n symbols to codes, each partition once: as restricted growth strings, in which a code is at most one
 * above those before it.
 *
 * @param visit gets the codes of the symbols, valid until it returns, and their number
 */
export function forEachPartition(n: number, visit: (codes: Int32Array, count: number) => void): void {
  const codes = new Int32Array(n);
  const extend = (symbol: number, count: number) => {
    if (symbol === n) {
      visit(codes, count);
      return;
    }
    for (let code = 0; code <= count; code++) {
      codes[symbol] = code;
      extend(symbol + 1, Math.max(count, code + 1));
    }
  };
  extend(0, 0);
}
