import { InputError } from "../../core/errors.ts";
import { asMatrix, column, type Matrix, type MatrixLike } from "../../core/matrix.ts";
import { fromNats, type Unit } from "../../core/units.ts";

const where = "classicShannonEntropy";

/**
 * The entropy of rows after each column was cut into equal bins between its least and greatest value: the baseline that
 * is the same for all rows once there are many columns.
 *
 * @param z n rows
 * @param options.bins per column, default 2; a constant column is one bin
 * @param options.unit default `"nats"`
 * @returns plug-in entropy of the combinations of bins, from 0 to ln n
 * @throws InputError for numbers that are not finite and for fewer than 2 bins
 * @example
 * import { classicShannonEntropy } from "surprisal/measure";
 * classicShannonEntropy([[0, 0], [0, 1], [1, 0], [1, 1]], { unit: "bits" }); // 2
 */
export function classicShannonEntropy(
  z: MatrixLike,
  { bins = 2, unit = "nats" }: { bins?: number; unit?: Unit } = {},
): number {
  const words = binWords(asMatrix(z, `${where}: z`), bins, where);
  return fromNats(wordEntropy(words), unit);
}

/** For each row a number that names its combination of bins. */
export function binWords(z: Matrix, bins: number, place: string): Int32Array {
  if (!(Number.isInteger(bins) && bins >= 2)) {
    throw new InputError({
      code: "bad-bins",
      where: place,
      problem: "not a number of bins",
      expected: "an integer from 2",
      got: bins,
    });
  }
  const words = new Int32Array(z.rows);
  for (let j = 0; j < z.cols; j++) {
    const values = column(z, j);
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    if (low === high) continue;
    const index = new Map<number, number>();
    for (let i = 0; i < z.rows; i++) {
      const bin = Math.min(bins - 1, Math.floor((bins * (values[i] - low)) / (high - low)));
      const key = words[i] * bins + bin;
      let word = index.get(key);
      if (word === undefined) index.set(key, (word = index.size));
      words[i] = word;
    }
  }
  return words;
}

/** Plug-in entropy, in nats, of the words of all rows or of some. */
export function wordEntropy(words: Int32Array, rows?: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  const n = rows?.length ?? words.length;
  for (let i = 0; i < n; i++) {
    const word = words[rows ? rows[i] : i];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / n) * Math.log(count / n);
  return entropy;
}
