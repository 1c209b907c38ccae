import { column, type Matrix, matrix } from "../../core/matrix.ts";
import { distinctCount } from "../../core/statistics.ts";

const noise = 1e-10;

/**
 * Equal numbers moved apart by noise of 1e-10, without which neighbours overrate rounded columns (ties.ts). The noise of
 * a cell comes from what its row holds, and for equal rows from how many there were before, so that the order of rows and
 * columns and the swap of sides still do not matter. Columns of two values, as categories have, stay as they are.
 */
export function toldApart(x: Matrix, y: Matrix): [Matrix, Matrix] {
  const isRounded = (m: Matrix) =>
    Array.from({ length: m.cols }, (_, j) => {
      const levels = distinctCount(column(m, j));
      return levels > 2 && levels < m.rows;
    });
  const [left, right] = [isRounded(x), isRounded(y)];
  if (![...left, ...right].includes(true)) return [x, y];
  const content = new Int32Array(x.rows);
  for (const m of [x, y]) {
    for (let at = 0; at < m.data.length; at++) {
      const row = Math.floor(at / m.cols);
      content[row] = (content[row] + hashed(m.data[at], 0)) | 0;
    }
  }
  const before = new Map<number, number>();
  const own = content.map((value) => {
    const count = before.get(value) ?? 0;
    before.set(value, count + 1);
    return (value + Math.imul(count, 0x9e3779b1)) | 0;
  });
  const moved = (m: Matrix, rounded: readonly boolean[]) =>
    matrix(
      m.rows,
      m.cols,
      m.data.map((value, at) => {
        if (!rounded[at % m.cols]) return value;
        return value + noise * (hashed(value, own[Math.floor(at / m.cols)]) / 2 ** 31);
      }),
    );
  return [moved(x, left), moved(y, right)];
}

const bits = new DataView(new ArrayBuffer(8));

/** A well-mixed 32-bit number of a value and a seed (the finaliser of MurmurHash3). */
function hashed(value: number, seed: number): number {
  bits.setFloat64(0, value);
  let h = bits.getInt32(0) ^ Math.imul(bits.getInt32(4), 0x85ebca6b) ^ seed;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
