import type { Random } from "../../../core/random.ts";
import { kneserNey, NgramCounter, type NgramCounts } from "./kneser-ney.ts";
import type { BackoffModel } from "./trie.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { foldCode, WordScanner } from "./words.ts";

export const spellingOrder = 4;
/** Unit 0 begins and ends a spelling; a byte b is unit b + 1. */
export const spellingSize = 257;
const longest = 64;

/** Shares the probability of an unknown word among spellings. */
export interface Speller {
  /** ln p(this word | an unknown word) for the one from `start` to `end`. */
  logProbability(text: string, start: number, end: number): number;
  /** An unknown word. */
  sample(random: Random): string;
}

/**
 * How unknown words are spelt: a Kneser–Ney model of the bytes of words that training saw too rarely to know them. The
 * class of unknown words shares its probability among all spellings outside the vocabulary, so that every text has a
 * probability, and a long strange word a small one. What falls on spellings that are no single word is lost.
 */
export class Spelling implements Speller {
  readonly counts: NgramCounts;
  readonly #model: BackoffModel;
  readonly #vocabulary: Vocabulary;
  readonly #bytes: WordBytes;
  #logProbabilities = new Float64Array(256);
  /** ln of the mass outside the vocabulary. */
  readonly outside: number;

  constructor(counts: NgramCounts, vocabulary: Vocabulary, outside?: number) {
    this.counts = counts;
    this.#model = kneserNey(counts);
    this.#vocabulary = vocabulary;
    this.#bytes = new WordBytes(vocabulary.fold);
    this.outside = outside ?? Math.log1p(-this.#massOf(vocabulary.words));
  }

  /** Learns from the words of texts that are not in the vocabulary. */
  static learn(texts: readonly string[], vocabulary: Vocabulary): Spelling {
    const counter = new NgramCounter({ order: spellingOrder, size: spellingSize, firstEvent: 0, open: true });
    const bytes = new WordBytes(vocabulary.fold);
    for (const text of texts) {
      const scanner = new WordScanner(text);
      while (scanner.next()) {
        const { start, end } = scanner;
        if (vocabulary.find(text, start, end) < 0) counter.read(bytes.units, bytes.write(text, start, end));
      }
    }
    return new Spelling(counter.finish(), vocabulary);
  }

  logProbability(text: string, start: number, end: number): number {
    return this.#spell(text, start, end) - this.outside;
  }

  sample(random: Random): string {
    const into = new Float64Array(spellingSize);
    for (;;) {
      const bytes: number[] = [];
      for (let state = this.#model.start; bytes.length < longest; ) {
        this.#model.distribution(state, into);
        const unit = random.categorical(into);
        if (unit === 0) break;
        bytes.push(unit - 1);
        state = this.#model.next(state, unit);
      }
      const word = new TextDecoder().decode(Uint8Array.from(bytes));
      const scanner = new WordScanner(word);
      const isWord = scanner.next() && scanner.start === 0 && scanner.end === word.length;
      if (isWord && !word.includes("\ufffd") && this.#vocabulary.find(word, 0, word.length) < 0) return word;
    }
  }

  #massOf(words: readonly string[]): number {
    return words.reduce((sum, word) => sum + Math.exp(this.#spell(word, 0, word.length)), 0);
  }

  #spell(text: string, start: number, end: number): number {
    const count = this.#bytes.write(text, start, end);
    if (count > this.#logProbabilities.length) this.#logProbabilities = new Float64Array(2 * count);
    this.#model.advance(this.#model.start, this.#bytes.units, count, this.#logProbabilities);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += this.#logProbabilities[i];
    return sum;
  }
}

/** Writes words as units of spelling, in lower case if wanted, without copying them first. */
class WordBytes {
  units = new Int32Array(256);
  readonly #fold: boolean;

  constructor(fold: boolean) {
    this.#fold = fold;
  }

  /** Gives the number of units, the final 0 counted. */
  write(text: string, start: number, end: number): number {
    const needed = 3 * (end - start) + 1;
    if (needed > this.units.length) this.units = new Int32Array(2 * needed);
    const units = this.units;
    let count = 0;
    for (let i = start; i < end; i++) {
      const code = this.#fold ? foldCode(text.charCodeAt(i)) : text.charCodeAt(i);
      if (code < 0x80) units[count++] = code + 1;
      else if (code < 0x800) {
        units[count++] = (0xc0 | (code >> 6)) + 1;
        units[count++] = (0x80 | (code & 63)) + 1;
      } else {
        // Halves of a surrogate pair one by one (CESU-8): as unique, and nothing to look ahead for.
        units[count++] = (0xe0 | (code >> 12)) + 1;
        units[count++] = (0x80 | ((code >> 6) & 63)) + 1;
        units[count++] = (0x80 | (code & 63)) + 1;
      }
    }
    units[count++] = 0;
    return count;
  }
}
