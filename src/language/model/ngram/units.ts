import { Vocabulary } from "./vocabulary.ts";
import { foldCode, WordScanner } from "./words.ts";

/** What an n-gram model counts. */
export type TextUnit = "word" | "character" | "byte";

/** A text as numbered units and where they stand in it. */
export interface Pieces {
  readonly count: number;
  /** −1 where the vocabulary has no such unit and no class for unknown ones. */
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * The units of a model. Unit 0 stands before the first unit of a text; among words it is also the newline, which ends a
 * text and begins the next.
 */
export interface Units {
  readonly kind: TextUnit;
  readonly size: number;
  /** The class of unknown units, or −1. */
  readonly unknown: number;
  encode(text: string): Pieces;
  /** The unit by itself. */
  label(id: number): string;
  /** A word as the vocabulary would hold it. */
  fold(word: string): string;
}

/** Unit 0 among words; a newline among characters is a character. */
const boundaryLabels = { word: "\n", character: "" } as const;

/** Words or characters of a vocabulary whose first entry is unit 0; the class of unknown ones comes last. */
export class VocabularyUnits implements Units {
  readonly kind: "word" | "character";
  readonly vocabulary: Vocabulary;
  readonly size: number;
  readonly unknown: number;

  constructor(kind: "word" | "character", vocabulary: Vocabulary, open: boolean) {
    this.kind = kind;
    this.vocabulary = vocabulary;
    this.size = vocabulary.size + (open ? 1 : 0);
    this.unknown = open ? vocabulary.size : -1;
  }

  encode(text: string): Pieces {
    const pieces = new GrowingPieces();
    const scanner = scannerOf(this.kind, text);
    while (scanner.next()) {
      const { start, end } = scanner;
      const id = this.vocabulary.find(text, start, end);
      pieces.push(id < 0 ? this.unknown : id, start, end);
    }
    return pieces;
  }

  label(id: number): string {
    return id === this.unknown ? "<unk>" : this.vocabulary.words[id];
  }

  fold(word: string): string {
    if (!this.vocabulary.fold) return word;
    return String.fromCharCode(
      ...Array.from({ length: word.length }, (_, i) => foldCode(word.charCodeAt(i))),
    );
  }
}

/** The 256 bytes of UTF-8 after unit 0, which never follows anything. A character's text belongs to its last byte. */
export const byteUnits: Units = {
  kind: "byte",
  size: 257,
  unknown: -1,
  encode(text) {
    const bytes = new TextEncoder().encode(text);
    const pieces = { count: bytes.length, ids: Int32Array.from(bytes, (byte) => byte + 1) };
    const starts = new Int32Array(bytes.length);
    const ends = new Int32Array(bytes.length);
    let at = 0;
    for (let i = 0; i < bytes.length; ) {
      const length = bytes[i] < 0x80 ? 1 : bytes[i] < 0xe0 ? 2 : bytes[i] < 0xf0 ? 3 : 4;
      starts.fill(at, i, i + length);
      ends.fill(at, i, i + length - 1);
      at += length === 4 ? 2 : 1;
      ends[i + length - 1] = at;
      i += length;
    }
    return { ...pieces, starts, ends };
  },
  label: (id) => `<0x${(id - 1).toString(16).toUpperCase().padStart(2, "0")}>`,
  fold: (word) => word,
};

/** Walks over the characters of a text, surrogate pairs together. */
class CharacterScanner {
  start = 0;
  end = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  next(): boolean {
    if (this.end >= this.#text.length) return false;
    this.start = this.end;
    this.end += (this.#text.codePointAt(this.start) ?? 0) > 0xffff ? 2 : 1;
    return true;
  }
}

/** The vocabulary of words or characters that occur at least `least` times: unit 0 first, then the most frequent. */
export function countVocabulary(
  kind: "word" | "character",
  texts: readonly string[],
  { fold, least }: { fold: boolean; least: number },
): Vocabulary {
  const all = new Vocabulary(fold, [boundaryLabels[kind]]);
  let counts = new Float64Array(1 << 12);
  for (const text of texts) {
    const scanner = scannerOf(kind, text);
    while (scanner.next()) {
      const id = all.add(text, scanner.start, scanner.end);
      if (id >= counts.length) {
        const larger = new Float64Array(2 * counts.length);
        larger.set(counts);
        counts = larger;
      }
      counts[id]++;
    }
  }
  const kept = all.words.map((_, id) => id).filter((id) => id > 0 && counts[id] >= least);
  kept.sort((a, b) => counts[b] - counts[a] || a - b);
  return new Vocabulary(fold, [boundaryLabels[kind], ...kept.map((id) => all.words[id])]);
}

function scannerOf(kind: "word" | "character", text: string): WordScanner | CharacterScanner {
  return kind === "word" ? new WordScanner(text) : new CharacterScanner(text);
}

class GrowingPieces implements Pieces {
  count = 0;
  ids = new Int32Array(64);
  starts = new Int32Array(64);
  ends = new Int32Array(64);

  push(id: number, start: number, end: number): void {
    if (this.count === this.ids.length) {
      this.ids = doubled(this.ids);
      this.starts = doubled(this.starts);
      this.ends = doubled(this.ends);
    }
    this.ids[this.count] = id;
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
