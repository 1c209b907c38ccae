import type { StringVector } from "./duckdb.ts";

/** Numbers collected chunk by chunk; NaN where there is none. */
export class GrowingFloats {
  /** How many there are not. */
  absent = 0;
  #values = new Float64Array(2048);
  #length = 0;

  append(values: Float64Array, validity: Uint8Array | null): void {
    const start = this.#length;
    this.#length += values.length;
    if (this.#length > this.#values.length) {
      const larger = new Float64Array(Math.max(2 * this.#values.length, this.#length));
      larger.set(this.#values.subarray(0, start));
      this.#values = larger;
    }
    this.#values.set(values, start);
    if (validity === null) return;
    for (let i = 0; i < values.length; i++) {
      if (isValid(validity, i)) continue;
      this.#values[start + i] = Number.NaN;
      this.absent++;
    }
  }

  done(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}

/** Text collected chunk by chunk as codes of levels in order of first appearance; −1 where there is none. */
export class GrowingCodes {
  readonly levels: string[] = [];
  #codes = new Int32Array(2048).fill(-1);
  #length = 0;
  /** Open addressing over short texts, compared as the words DuckDB stores; longer ones go through a Map. */
  #slots = new Int32Array(256).fill(-1);
  #keys = new Int32Array(4 * 128);
  #shortCodes: number[] = [];
  #longCodes = new Map<string, number>();

  append(strings: StringVector, rows: number, validity: Uint8Array | null): void {
    this.skip(rows);
    const start = this.#length - rows;
    for (let i = 0; i < rows; i++) {
      if (validity !== null && !isValid(validity, i)) continue;
      this.#codes[start + i] =
        strings.words[4 * i] <= 12 ? this.#shortCode(strings, i) : this.#longCode(strings.text(i));
    }
  }

  /** Rows without text. */
  skip(rows: number): void {
    const start = this.#length;
    this.#length += rows;
    if (this.#length > this.#codes.length) {
      const larger = new Int32Array(Math.max(2 * this.#codes.length, this.#length)).fill(-1);
      larger.set(this.#codes.subarray(0, start));
      this.#codes = larger;
    }
  }

  done(): Int32Array {
    return this.#codes.slice(0, this.#length);
  }

  #longCode(text: string): number {
    let code = this.#longCodes.get(text);
    if (code === undefined) {
      code = this.levels.push(text) - 1;
      this.#longCodes.set(text, code);
    }
    return code;
  }

  #shortCode(strings: StringVector, row: number): number {
    const { words } = strings;
    const at = 4 * row;
    const mask = this.#slots.length - 1;
    let slot = mix(words[at], words[at + 1], words[at + 2], words[at + 3]) & mask;
    for (let index = this.#slots[slot]; index >= 0; index = this.#slots[slot]) {
      if (this.#holds(index, words, at)) return this.#shortCodes[index];
      slot = (slot + 1) & mask;
    }
    const code = this.levels.push(strings.text(row)) - 1;
    const index = this.#shortCodes.push(code) - 1;
    this.#slots[slot] = index;
    this.#keys.set(words.subarray(at, at + 4), 4 * index);
    if (2 * this.#shortCodes.length >= this.#slots.length) this.#enlarge();
    return code;
  }

  #holds(index: number, words: Int32Array, at: number): boolean {
    const keys = this.#keys;
    const key = 4 * index;
    return (
      keys[key] === words[at] &&
      keys[key + 1] === words[at + 1] &&
      keys[key + 2] === words[at + 2] &&
      keys[key + 3] === words[at + 3]
    );
  }

  #enlarge(): void {
    const keys = new Int32Array(2 * this.#keys.length);
    keys.set(this.#keys);
    this.#keys = keys;
    const slots = new Int32Array(2 * this.#slots.length).fill(-1);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#shortCodes.length; index++) {
      const key = 4 * index;
      let slot = mix(keys[key], keys[key + 1], keys[key + 2], keys[key + 3]) & mask;
      while (slots[slot] >= 0) slot = (slot + 1) & mask;
      slots[slot] = index;
    }
    this.#slots = slots;
  }
}

/** Whether no row has a value. */
export function isEmpty(validity: Uint8Array | null): boolean {
  return validity?.every((byte) => byte === 0) ?? false;
}

function isValid(validity: Uint8Array, row: number): boolean {
  return (validity[row >> 3] & (1 << (row & 7))) !== 0;
}

/** A hash of four words: multiply and fold, as in MurmurHash3's mixing steps. */
function mix(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ b ^ (h >>> 15), 0xc2b2ae35);
  h = Math.imul(h ^ c ^ (h >>> 13), 0x85ebca6b);
  h = Math.imul(h ^ d ^ (h >>> 16), 0xc2b2ae35);
  return h ^ (h >>> 15);
}
