/** Rows as words of an alphabet: equal rows have equal codes, 0 to `words` − 1 in order of first appearance. */
export interface Words {
  readonly codes: Int32Array;
  readonly words: number;
}

/** Finds equal rows of whole numbers (row-major, `cols` each) through a hash table of rows, O(n d). */
export function wordsOf(data: Int32Array, cols: number): Words {
  const rows = data.length / cols;
  const mask = 2 ** Math.ceil(Math.log2(2 * rows + 1)) - 1;
  /** The first row of the word at each place of the table, plus 1. */
  const table = new Int32Array(mask + 1);
  const codes = new Int32Array(rows);
  let words = 0;
  for (let i = 0; i < rows; i++) {
    const at = i * cols;
    let hash = 0x811c9dc5;
    for (let j = 0; j < cols; j++) hash = Math.imul(hash ^ data[at + j], 0x01000193);
    hash ^= hash >>> 15;
    let place = hash & mask;
    for (;;) {
      const first = table[place] - 1;
      if (first < 0) {
        table[place] = i + 1;
        codes[i] = words++;
        break;
      }
      let j = 0;
      for (const other = first * cols; j < cols && data[other + j] === data[at + j]; ) j++;
      if (j === cols) {
        codes[i] = codes[first];
        break;
      }
      place = (place + 1) & mask;
    }
  }
  return { codes, words };
}

/** Two codes of each row as one. */
export function joined(a: Int32Array, b: Int32Array): Words {
  const both = new Int32Array(2 * a.length);
  for (let i = 0; i < a.length; i++) {
    both[2 * i] = a[i];
    both[2 * i + 1] = b[i];
  }
  return wordsOf(both, 2);
}

/** H in nats, by counting. */
export function entropyOf({ codes, words }: Words): number {
  const counts = new Float64Array(words);
  for (const code of codes) counts[code]++;
  let sum = 0;
  for (const count of counts) if (count > 1) sum += count * Math.log(count);
  return Math.log(codes.length) - sum / codes.length;
}
