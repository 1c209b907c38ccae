// What the network sees of a word: five numbers, each a row of one table of vectors, which are added up.
//
//   the word itself, if it was in the training text often enough (lower case, digits as 0); else the unknown word
//   its first and its last three letters, and its shape (Xxxx, dd, x'x), hashed: so that unknown words say something
//   whether it was said before: a moment ago, earlier in the window, or not
import { InputError } from "../../../core/errors.ts";

export const featuresPerWord = 5;
const repeats = 3;
const momentAgo = 32;

/** Sizes of the parts of the table of word vectors. */
export interface TableSizes {
  /** Known words and the unknown one. */
  readonly words: number;
  /** Rows for beginnings, and as many for endings; 1 says nothing. */
  readonly affixes: number;
  readonly shapes: number;
}

export function tableRows({ words, affixes, shapes }: TableSizes): number {
  return words + 2 * affixes + shapes + repeats;
}

/** Numbers of words, from 1; 0 is the unknown word. */
export interface Vocabulary {
  readonly words: readonly string[];
  idOf(word: string): number;
}

export function vocabularyOf(words: readonly string[]): Vocabulary {
  const ids = new Map(words.map((word, i) => [word, i + 1]));
  return { words, idOf: (word) => ids.get(normal(word)) ?? 0 };
}

/** The most frequent words of texts, at least `minCount` times each. */
export function countVocabulary(
  texts: Iterable<readonly string[]>,
  { most, minCount }: { most: number; minCount: number },
): Vocabulary {
  const counts = new Map<string, number>();
  for (const words of texts) {
    for (const word of words) {
      const key = normal(word);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const frequent = [...counts].filter(([, count]) => count >= minCount);
  frequent.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  if (frequent.length === 0) {
    throw new InputError({
      code: "too-few-rows",
      where: "TokenClassifierCompressor.train",
      problem: `no word occurs ${minCount} times`,
      got: counts.size,
    });
  }
  return vocabularyOf(frequent.slice(0, most).map(([word]) => word));
}

/** Writes the features of words `from` to `to`, row-major, as rows of the table. */
export function writeFeatures(
  words: readonly string[],
  from: number,
  to: number,
  sizes: TableSizes,
  vocabulary: Vocabulary,
  out: Int32Array,
  at: number,
): void {
  const { words: known, affixes, shapes } = sizes;
  const prefixes = known;
  const suffixes = prefixes + affixes;
  const shapeRows = suffixes + affixes;
  const repeatRows = shapeRows + shapes;
  const last = new Map<string, number>();
  for (let i = from; i < to; i++) {
    const word = words[i];
    const lower = normal(word);
    const id = vocabulary.idOf(word);
    out[at++] = id < known ? id : 0;
    out[at++] = prefixes + hash(lower.slice(0, 3), affixes);
    out[at++] = suffixes + hash(lower.slice(-3), affixes);
    out[at++] = shapeRows + hash(shapeOf(word), shapes);
    out[at++] = repeatRows + repetition(lower, i, last);
  }
}

function repetition(word: string, i: number, last: Map<string, number>): number {
  if (!/\p{L}/u.test(word)) return 0;
  const before = last.get(word);
  last.set(word, i);
  if (before === undefined) return 0;
  return i - before <= momentAgo ? 2 : 1;
}

function normal(word: string): string {
  return word.toLowerCase().replace(/\d/g, "0");
}

/** Letters as X or x, digits as d, signs as they are; at most three alike in a row. */
function shapeOf(word: string): string {
  return word
    .replace(/\p{Lu}/gu, "X")
    .replace(/[\p{L}\p{M}]/gu, (letter) => (letter === "X" ? "X" : "x"))
    .replace(/\p{N}/gu, "d")
    .replace(/(.)\1{3,}/gu, "$1$1$1");
}

/** FNV-1a of the UTF-16 units, in 32 bits. */
function hash(text: string, buckets: number): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return ((h ^ (h >>> 15)) >>> 0) % buckets;
}
