import type { Pieces, Units } from "./units.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Words that a pattern finds, and newlines, which end a text; all else counts as white space. */
export class PatternUnits implements Units {
  readonly kind = "word";
  readonly size: number;
  readonly unknown: number;
  readonly #vocabulary: Vocabulary;
  readonly #end: number;
  readonly #pattern: RegExp;

  /** @param end the unit that stands for a newline */
  constructor(pattern: RegExp, vocabulary: Vocabulary, end: number, unknown = -1) {
    this.#pattern = new RegExp(`${pattern.source}|\\n`, "gu");
    this.#vocabulary = vocabulary;
    this.#end = end;
    this.size = vocabulary.size;
    this.unknown = unknown;
  }

  encode(text: string): Pieces {
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    for (const { 0: word, index } of text.matchAll(this.#pattern)) {
      const end = index + word.length;
      const id = word === "\n" ? this.#end : this.#vocabulary.find(text, index, end);
      ids.push(id < 0 ? this.unknown : id);
      starts.push(index);
      ends.push(end);
    }
    return {
      count: ids.length,
      ids: Int32Array.from(ids),
      starts: Int32Array.from(starts),
      ends: Int32Array.from(ends),
    };
  }

  label(id: number): string {
    if (id === this.#end) return "\n";
    return id === this.unknown ? "<unk>" : this.#vocabulary.words[id];
  }

  fold(word: string): string {
    return this.#vocabulary.fold ? word.toLowerCase().replaceAll("’", "'") : word;
  }
}
