import { foldCode } from "./words.ts";

/** Numbered words, found by the place where they stand in a text, without cutting them out. */
export class Vocabulary {
  /** Compares in lower case. */
  readonly fold: boolean;
  readonly words: string[] = [];
  #codes = new Uint16Array(1 << 12);
  #starts = new Int32Array(1 << 9);
  #hashes = new Int32Array(1 << 9);
  #slots = new Int32Array(1 << 10);

  constructor(fold: boolean, words: readonly string[] = []) {
    this.fold = fold;
    for (const word of words) this.add(word, 0, word.length);
  }

  get size(): number {
    return this.words.length;
  }

  /** The number of the word that stands from `start` to `end`, or −1. */
  find(text: string, start: number, end: number): number {
    const hash = this.#hash(text, start, end);
    return this.#slots[this.#slotOf(text, start, end, hash)] - 1;
  }

  /** Its number, a new one if it has none. */
  add(text: string, start: number, end: number): number {
    const hash = this.#hash(text, start, end);
    const slot = this.#slotOf(text, start, end, hash);
    if (this.#slots[slot] > 0) return this.#slots[slot] - 1;
    const id = this.words.length;
    const length = end - start;
    const at = this.#starts[id];
    if (at + length > this.#codes.length) this.#codes = grown(this.#codes, at + length, Uint16Array);
    let isFolded = true;
    for (let i = 0; i < length; i++) {
      this.#codes[at + i] = this.#code(text, start + i);
      isFolded &&= this.#codes[at + i] === text.charCodeAt(start + i);
    }
    const codes = this.#codes.subarray(at, at + length);
    this.words.push(isFolded ? text.slice(start, end) : String.fromCharCode(...codes));
    if (id + 2 > this.#starts.length) this.#starts = grown(this.#starts, id + 2, Int32Array);
    if (id + 1 > this.#hashes.length) this.#hashes = grown(this.#hashes, id + 1, Int32Array);
    this.#starts[id + 1] = at + length;
    this.#hashes[id] = hash;
    this.#slots[slot] = id + 1;
    if (2 * this.words.length > this.#slots.length) this.#rehash();
    return id;
  }

  #code(text: string, at: number): number {
    const code = text.charCodeAt(at);
    return this.fold ? foldCode(code) : code;
  }

  #hash(text: string, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ this.#code(text, i), 0x01000193);
    return hash ^ (hash >>> 15);
  }

  #slotOf(text: string, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] > 0; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] - 1;
      if (this.#hashes[id] === hash && this.#equals(id, text, start, end)) break;
    }
    return slot;
  }

  #equals(id: number, text: string, start: number, end: number): boolean {
    const from = this.#starts[id];
    if (this.#starts[id + 1] - from !== end - start) return false;
    for (let i = start; i < end; i++) if (this.#codes[from + i - start] !== this.#code(text, i)) return false;
    return true;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let id = 0; id < this.words.length; id++) {
      let slot = this.#hashes[id] & mask;
      while (slots[slot] > 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

type IntegerArray = Uint16Array | Int32Array;

function grown<A extends IntegerArray>(old: A, needed: number, type: new (length: number) => A): A {
  const larger = new type(Math.max(2 * old.length, needed));
  larger.set(old);
  return larger;
}
