import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { asCodes, type Codes } from "../../core/codes.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";

export type Data = { x: Matrix; y: Codes };

/** All 4,096 binary vectors of length 12; the label is more than six ones, or six with odd parity in the first half. */
export function binaryVectors(): Data {
  const n = 4096;
  const x = matrix(n, 12);
  const labels = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    let [ones, firstHalf] = [0, 0];
    for (let j = 0; j < 12; j++) {
      const bit = (i >> j) & 1;
      x.data[12 * i + j] = bit;
      ones += bit;
      if (j < 6) firstHalf += bit;
    }
    labels[i] = ones > 6 || (ones === 6 && firstHalf % 2 === 1) ? 1 : 0;
  }
  return { x, y: asCodes(labels) };
}

/** Handwritten digits of MNIST as 7 × 7 pictures, shuffled: so many of each of the ten. */
export async function digits(each: number, seed: number): Promise<Data> {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist/package.json")), "src/digits");
  const n = 10 * each;
  const x = matrix(n, 49);
  const labels = new Int32Array(n);
  const order = new Random(seed).split("digits").permutation(n);
  for (let digit = 0; digit < 10; digit++) {
    const { data } = JSON.parse(await readFile(join(folder, `${digit}.json`), "utf8")) as { data: number[] };
    for (let i = 0; i < each; i++) {
      const row = order[digit * each + i];
      labels[row] = digit;
      for (let a = 0; a < 28; a++) {
        for (let b = 0; b < 28; b++) {
          x.data[49 * row + 7 * (a >> 2) + (b >> 2)] += data[784 * i + 28 * a + b] / 16;
        }
      }
    }
  }
  return { x, y: asCodes(labels) };
}
