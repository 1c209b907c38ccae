/**
 * Word trigrams in the binary form of CMU Sphinx, such as `en-us.lm.bin` of the Debian package pocketsphinx-en-us: a
 * reversed trie (the predicted word first, then the one before it) packed bit by bit, with values that are logarithms to
 * base 1.0001 in tables of 65,536. Read in place: the file is all the memory it takes. Cost: two binary searches and a
 * few table reads per word.
 */
import { readFile } from "node:fs/promises";
import { InputError } from "../../core/errors.ts";
import { unreadable } from "../../data/unreadable.ts";
import { PatternUnits } from "./ngram/pattern-units.ts";
import { Vocabulary } from "./ngram/vocabulary.ts";
import type { Predictor } from "./predictor.ts";
import { type UnitModel, unitModel } from "./unit-model.ts";

const signature = "Trie Language Model";
const tableSize = 0x10000;
const unigramBytes = 12;
const nats = Math.log(1.0001);

/**
 * Reads a binary trigram model.
 *
 * Words are runs of letters and apostrophes in lower case; digits and marks count as white space. A word outside the
 * vocabulary is impossible: −∞.
 *
 * @param path for instance /usr/share/pocketsphinx/model/en-us/en-us.lm.bin
 * @throws InputError when the file is missing, is not such a model, or is damaged
 * @example
 * import { loadTrigram } from "surprisal/language";
 * try {
 *   const model = await loadTrigram("/usr/share/pocketsphinx/model/en-us/en-us.lm.bin");
 *   console.log((await model.scoreText("i am not here")).mean);
 * } catch (error) {
 *   console.log((error as Error).message); // no such file
 * }
 */
export async function loadTrigram(path: string): Promise<UnitModel> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw await unreadable(path, error);
  }
  const { predictor, words } = parseTrigram(bytes, path);
  const vocabulary = new Vocabulary(true, words);
  return unitModel({
    name: "trigram",
    units: new PatternUnits(/[\p{L}\p{M}'’]+/u, vocabulary, words.indexOf("</s>")),
    predictor,
  });
}

interface Layout {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly counts: readonly [number, number, number];
  /** Where the tables of bigram probabilities, bigram back-offs and trigram probabilities begin. */
  readonly tables: readonly [number, number, number];
  readonly unigrams: number;
  readonly bigrams: PackedRecords;
  readonly trigrams: PackedRecords;
}

function parseTrigram(bytes: Buffer, where: string): { predictor: TrigramPredictor; words: string[] } {
  const refuse = (problem: string): never => {
    throw new InputError({ code: "bad-model", where, problem: `${problem}; not a binary trigram model` });
  };
  if (bytes.toString("latin1", 0, signature.length) !== signature) refuse("does not begin as one");
  let at = signature.length;
  const take = (length: number): number => {
    const start = at;
    at += length;
    return at <= bytes.length ? start : refuse("cut short");
  };
  const order = bytes[take(1)];
  if (order !== 3) refuse(`of order ${order}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = () => view.getUint32(take(4), true);
  const counts = [count(), count(), count()] as const;
  take(4);
  const table = () => take(4 * tableSize);
  const tables = [table(), table(), table()] as const;
  const unigrams = take(unigramBytes * (counts[0] + 1));
  const records = (entries: number, fields: readonly number[]) => {
    const width = fields.reduce((sum, bits) => sum + bits, 0);
    const length = Math.floor(((1 + entries) * width + 7) / 8) + 8;
    const start = take(length);
    return new PackedRecords(bytes.subarray(start, start + length), fields);
  };
  const wordBits = bitsFor(counts[0]);
  const bigrams = records(counts[1], [wordBits, 16, 16, bitsFor(counts[2])]);
  const trigrams = records(counts[2], [wordBits, 16]);
  const length = view.getInt32(take(4), true);
  if (length < 0) refuse("cut short");
  const from = take(length);
  const names = bytes.toString("utf8", from, at).split("\0").slice(0, -1);
  if (at !== bytes.length) refuse("something follows");
  if (names.length !== counts[0] || new Set(names).size !== names.length)
    refuse("the words are not as many as said");
  const layout = { bytes, view, counts, tables, unigrams, bigrams, trigrams };
  const predictor = new TrigramPredictor(layout, names, refuse);
  return { predictor, words: names };
}

class TrigramPredictor implements Predictor {
  readonly size: number;
  readonly start: number;
  readonly #layout: Layout;
  /** `</s>`, after which a text begins. */
  readonly #end: number;

  constructor(layout: Layout, words: readonly string[], refuse: (problem: string) => never) {
    const begin = words.indexOf("<s>");
    this.#layout = layout;
    this.#end = words.indexOf("</s>");
    this.size = layout.counts[0];
    this.start = this.#state(this.size, begin < 0 ? this.size : begin);
    this.#requireAscending(refuse);
  }

  logProbability(state: number, unit: number): number {
    if (unit < 0) return Number.NEGATIVE_INFINITY;
    const { bigrams, trigrams } = this.#layout;
    const before = this.#before(state);
    const last = this.#last(state);
    if (last === this.size) return nats * this.#unigramValue(unit, 0);
    const bigram = bigrams.find(this.#unigramNext(unit), this.#unigramNext(unit + 1), last);
    if (bigram < 0) {
      return nats * (this.#unigramValue(unit, 0) + this.#unigramValue(last, 4) + this.#backoff(before, last));
    }
    const trigram =
      before === this.size
        ? -1
        : trigrams.find(bigrams.field(bigram, 3), bigrams.field(bigram + 1, 3), before);
    if (trigram < 0)
      return nats * (this.#tableValue(0, bigrams.field(bigram, 2)) + this.#backoff(before, last));
    return nats * this.#tableValue(2, trigrams.field(trigram, 1));
  }

  next(state: number, unit: number): number {
    if (unit === this.#end) return this.start;
    return unit < 0 ? this.#state(this.size, this.size) : this.#state(this.#last(state), unit);
  }

  distribution(state: number, into: Float64Array): void {
    for (let unit = 0; unit < this.size; unit++) into[unit] = Math.exp(this.logProbability(state, unit));
  }

  /** The last two words; `size` where there is none. */
  #state(before: number, last: number): number {
    return before * (this.size + 1) + last;
  }

  #before(state: number): number {
    return Math.floor(state / (this.size + 1));
  }

  #last(state: number): number {
    return state % (this.size + 1);
  }

  /** The weight for what does not follow the two words; 0, as a logarithm, where they were never seen together. */
  #backoff(before: number, last: number): number {
    if (before === this.size) return 0;
    const { bigrams } = this.#layout;
    const context = bigrams.find(this.#unigramNext(last), this.#unigramNext(last + 1), before);
    return context < 0 ? 0 : this.#tableValue(1, bigrams.field(context, 1));
  }

  #unigramValue(unit: number, offset: number): number {
    return this.#layout.view.getFloat32(this.#layout.unigrams + unigramBytes * unit + offset, true);
  }

  #unigramNext(unit: number): number {
    return this.#layout.view.getUint32(this.#layout.unigrams + unigramBytes * unit + 8, true);
  }

  #tableValue(table: number, index: number): number {
    return this.#layout.view.getFloat32(this.#layout.tables[table] + 4 * index, true);
  }

  #requireAscending(refuse: (problem: string) => never): void {
    const { counts, bigrams } = this.#layout;
    for (let unit = 0; unit < counts[0]; unit++) {
      if (this.#unigramNext(unit) > this.#unigramNext(unit + 1)) refuse("bigrams out of order");
    }
    // The counts of the header may be a little above what is there.
    const used = this.#unigramNext(counts[0]);
    if (used > counts[1]) refuse("bigrams out of range");
    for (let i = 0, before = 0; i <= used; i++) {
      const next = bigrams.field(i, 3);
      if (next < before || next > counts[2]) refuse("trigrams out of range");
      before = next;
    }
  }
}

/** Records of bit fields, the lowest bit first; the first field is a word, by which each node's records are sorted. */
class PackedRecords {
  readonly #bytes: Uint8Array;
  readonly #widths: readonly number[];
  readonly #offsets: readonly number[];
  readonly #record: number;

  constructor(bytes: Uint8Array, widths: readonly number[]) {
    this.#bytes = bytes;
    this.#widths = widths;
    this.#offsets = widths.map((_, f) => widths.slice(0, f).reduce((sum, width) => sum + width, 0));
    this.#record = widths.reduce((sum, width) => sum + width, 0);
  }

  field(record: number, field: number): number {
    const bytes = this.#bytes;
    const bit = record * this.#record + this.#offsets[field];
    const at = Math.floor(bit / 8);
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    return (word >>> (bit % 8)) & ((1 << this.#widths[field]) - 1);
  }

  /** The record of a word between two, or −1. */
  find(from: number, to: number, word: number): number {
    let low = from;
    let high = to - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.field(middle, 0);
      if (found === word) return middle;
      if (found < word) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

function bitsFor(count: number): number {
  return 32 - Math.clz32(count);
}
