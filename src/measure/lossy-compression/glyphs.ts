import type { Codes } from "../../core/codes.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";

const side = 8;

/** Ends of the seven segments of a digital clock, in a box of width 1 and height 2: top, upper left, … bottom. */
const segments = [
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [1, 0, 1, 1],
  [0, 1, 1, 1],
  [0, 1, 0, 2],
  [1, 1, 1, 2],
  [0, 2, 1, 2],
] as const;

/** Which segments each digit lights. */
const digits = ["012456", "25", "02346", "02356", "1235", "01356", "013456", "025", "0123456", "012356"];

/** Digits drawn with seven strokes at random places, sizes, slants and strengths on 8 × 8 pixels, with a little noise. */
export function glyphs(n: number, random: Random): { x: Matrix; y: Codes } {
  const x = matrix(n, side * side);
  const codes = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    codes[i] = random.integer(digits.length);
    const uniform = (low: number, high: number) => low + (high - low) * random.uniform();
    const [left, top, size] = [uniform(1.5, 3), uniform(0.5, 1.5), uniform(2.2, 2.8)];
    const [slant, width, strength] = [uniform(-0.3, 0.3), uniform(0.5, 0.8), uniform(0.7, 1)];
    for (let p = 0; p < side * side; p++) {
      const v = (Math.floor(p / side) + 0.5 - top) / size;
      const u = ((p % side) + 0.5 - left) / size - slant * (1 - v);
      let ink = 0;
      for (const segment of digits[codes[i]]) {
        const square = squareDistance(u, v, segments[Number(segment)]) * size ** 2;
        ink = Math.max(ink, Math.exp(-square / (2 * width ** 2)));
      }
      x.data[i * side * side + p] = strength * ink + 0.03 * random.normal();
    }
  }
  return { x, y: { codes, levels: digits.map((_, digit) => `${digit}`) } };
}

function squareDistance(
  u: number,
  v: number,
  [u1, v1, u2, v2]: readonly [number, number, number, number],
): number {
  const along = (u - u1) * (u2 - u1) + (v - v1) * (v2 - v1);
  const share = Math.min(1, Math.max(0, along));
  return (u - u1 - share * (u2 - u1)) ** 2 + (v - v1 - share * (v2 - v1)) ** 2;
}
