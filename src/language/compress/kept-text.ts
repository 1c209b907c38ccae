import type { Units } from "./units.ts";
import { wouldMerge } from "./words.ts";

const closing = 1;
const opening = 2;
const blankStart = 4;
const blankEnd = 8;

/** How far around a removed word its tokens are counted again where nothing separates words. */
const reach = 4;

/**
 * The units of a text that are still kept, as a list that shrinks: removing one costs O(1) and says how many tokens
 * that takes away.
 *
 * Between two kept units stands the strongest gap of those between them in the text: the one with most line breaks,
 * else the first that is not empty. Punctuation stays attached to the side where it was attached, and two words never
 * become one.
 *
 * Tokens are counted again only in the neighbourhood: a single space between visible characters, and the end of a
 * line, are where tokenizers split a text anyway.
 */
export class KeptText {
  readonly units: Units;
  private readonly count: (text: string) => number;
  private readonly size: number;
  private readonly previous: Int32Array;
  private readonly next: Int32Array;
  /** The strongest gap between a kept unit and the kept one before; gap g lies before unit g. */
  private readonly gap: Int32Array;
  /** 0 nothing, 1 one space, 2 other blanks, 3 and more: line breaks + 2. */
  private readonly strength: Uint8Array;
  private readonly shape: Uint8Array;
  private readonly kept: Uint8Array;
  private dropped = 0;

  constructor(units: Units, count: (text: string) => number) {
    const size = units.starts.length;
    this.units = units;
    this.count = remembering(count);
    this.size = size;
    this.previous = Int32Array.from({ length: size + 1 }, (_, i) => i - 1);
    this.next = new Int32Array(size + 1);
    for (let i = 0; i < size; i++) this.next[i] = i + 1;
    this.previous[0] = -1;
    this.gap = Int32Array.from({ length: size + 1 }, (_, i) => i);
    this.kept = new Uint8Array(size).fill(1);
    this.strength = new Uint8Array(size + 1);
    for (let g = 0; g <= size; g++)
      this.strength[g] = strengthOf(units.text, this.gapStart(g), this.gapEnd(g));
    this.shape = new Uint8Array(size);
    for (let i = 0; i < size; i++) this.shape[i] = shapeOf(units.text, units.starts[i], units.ends[i]);
  }

  has(i: number): boolean {
    return this.kept[i] === 1;
  }

  /** 1 for every kept unit. */
  flags(): Uint8Array {
    return this.kept;
  }

  /** The kept unit before, −1 for none. */
  before(i: number): number {
    return this.previous[i];
  }

  /** The kept unit after, −1 for none. */
  after(i: number): number {
    return this.next[i] === this.size ? -1 : this.next[i];
  }

  /** Takes a unit out without counting. */
  drop(i: number): void {
    const p = this.previous[i];
    const q = this.next[i];
    if (this.strength[this.gap[i]] >= Math.max(1, this.strength[this.gap[q]])) this.gap[q] = this.gap[i];
    if (p >= 0) this.next[p] = q;
    this.previous[q] = p;
    this.kept[i] = 0;
    this.dropped++;
  }

  /** Takes a unit out; returns how many tokens fewer the text has, negative when it has more. */
  remove(i: number): number {
    const p = this.previous[i];
    const q = this.next[i];
    if (p >= 0 && q < this.size && this.isApart(p, i, q)) {
      this.drop(i);
      return this.count(this.units.text.slice(this.units.starts[i] - 1, this.units.ends[i]));
    }
    const word = this.word(i);
    const left = this.junction(p, i);
    const right = this.junction(i, q);
    this.drop(i);
    const joined = this.junction(p, q);
    const apart = left.cut && joined.cut && left.before === joined.before;
    const alone = right.cut && joined.cut && right.after === joined.after;
    const head = apart ? "" : this.leftOf(p);
    const tail = alone ? "" : this.rightOf(q);
    const was =
      head +
      (apart ? left.after : left.before + left.after) +
      word +
      (alone ? right.before : right.before + right.after) +
      tail;
    const is = head + (apart ? "" : joined.before) + (alone ? "" : joined.after) + tail;
    return this.count(was) - (is === "" ? 0 : this.count(is));
  }

  /** Whether single spaces stand around a unit, and would stand where it was: by far the most frequent case. */
  private isApart(p: number, i: number, q: number): boolean {
    const { strength, gap, shape } = this;
    return (
      strength[i] === 1 &&
      strength[i + 1] === 1 &&
      strength[p + 1] === 1 &&
      strength[q] === 1 &&
      strength[gap[i]] === 1 &&
      strength[gap[q]] === 1 &&
      ((shape[p] | shape[i] | shape[q]) & (blankStart | blankEnd)) === 0
    );
  }

  /** The text of what is kept. */
  render(): string {
    if (this.dropped === 0) return this.units.text;
    const parts: string[] = [];
    let p = -1;
    let i = 0;
    while (i < this.size && this.kept[i] === 0) i++;
    if (i === this.size) return "";
    for (; i < this.size; p = i, i = this.next[i]) parts.push(this.separator(p, i), this.word(i));
    parts.push(this.separator(p, this.size));
    return parts.join("");
  }

  private word(i: number): string {
    return this.units.text.slice(this.units.starts[i], this.units.ends[i]);
  }

  private gapStart(g: number): number {
    return g === 0 ? 0 : this.units.ends[g - 1];
  }

  private gapEnd(g: number): number {
    return g === this.size ? this.units.text.length : this.units.starts[g];
  }

  private gapText(g: number): string {
    const strength = this.strength[g];
    if (strength === 0) return "";
    return strength === 1 ? " " : this.units.text.slice(this.gapStart(g), this.gapEnd(g));
  }

  private separator(p: number, q: number): string {
    if (p < 0) return this.gapText(0);
    if (q === this.size || q === p + 1 || this.shape[q] & blankStart) return this.gapText(q);
    if (this.shape[p] & blankEnd) return this.gapText(p + 1);
    const g = this.gap[q];
    if (this.strength[g] > 2) return this.gapText(g);
    if (this.shape[q] & closing && this.strength[q] === 0) return "";
    if (this.shape[p] & opening && this.strength[p + 1] === 0) return "";
    if (this.strength[g] > 0) return this.gapText(g);
    const { text, starts, ends } = this.units;
    return wouldMerge(lastCode(text, ends[p]), text.codePointAt(starts[q]) ?? 0) ? " " : "";
  }

  /** What stands between two kept units, split where a tokenizer surely splits. */
  private junction(p: number, q: number): Junction {
    const between = this.separator(p, q);
    if (p < 0) return { before: "", after: between, cut: true };
    if (q === this.size) return { before: between, after: "", cut: true };
    if (between === " " && !(this.shape[p] & blankEnd) && !(this.shape[q] & blankStart)) return space;
    if (between === "") return nothing;
    const line = between.lastIndexOf("\n") + 1;
    if (line > 0 && this.units.text.charCodeAt(this.units.starts[q]) !== 47) {
      return { before: between.slice(0, line), after: between.slice(line), cut: true };
    }
    return { before: between, after: "", cut: false };
  }

  private leftOf(p: number): string {
    let text = "";
    for (let steps = 0; p >= 0 && steps < reach; steps++) {
      const { before, after, cut } = this.junction(this.previous[p], p);
      text = (cut ? after : before + after) + this.word(p) + text;
      if (cut) break;
      p = this.previous[p];
    }
    return text;
  }

  private rightOf(q: number): string {
    let text = "";
    for (let steps = 0; q < this.size && steps < reach; steps++) {
      const { before, after, cut } = this.junction(q, this.next[q]);
      text += this.word(q) + (cut ? before : before + after);
      if (cut) break;
      q = this.next[q];
    }
    return text;
  }
}

/** Neighbourhoods repeat: their counts are kept, up to a bound. */
function remembering(count: (text: string) => number): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    if (text.length > longestRemembered) return count(text);
    const before = known.get(text);
    if (before !== undefined) return before;
    const tokens = count(text);
    if (known.size >= mostRemembered) known.clear();
    known.set(text, tokens);
    return tokens;
  };
}

const longestRemembered = 40;
const mostRemembered = 100_000;

interface Junction {
  /** What goes with the text before the split. */
  before: string;
  after: string;
  /** Whether tokens surely split between `before` and `after`. */
  cut: boolean;
}

const space: Junction = { before: "", after: " ", cut: true };
const nothing: Junction = { before: "", after: "", cut: false };

function strengthOf(text: string, start: number, end: number): number {
  if (start === end) return 0;
  if (end - start === 1 && text.charCodeAt(start) === 32) return 1;
  let lines = 0;
  for (let i = start; i < end; i++) if (text.charCodeAt(i) === 10) lines++;
  return Math.min(2 + lines, 255);
}

const closers = new Set(".,;:!?)]}%…”’»、。，；：！？）】」』");
const openers = new Set("([{“‘«¿¡（【「『$€£#@");

function shapeOf(text: string, start: number, end: number): number {
  const first = text[start];
  const last = text[end - 1];
  let shape = 0;
  if (closers.has(first)) shape |= closing;
  if (openers.has(last)) shape |= opening;
  if (first === '"' && start > 0 && !isBlank(text, start - 1)) shape |= closing;
  if (last === '"' && (end === 1 || isBlank(text, end - 2) || /[([{:=,]/.test(text[end - 2])))
    shape |= opening;
  if (isBlank(text, start)) shape |= blankStart;
  if (isBlank(text, end - 1)) shape |= blankEnd;
  return shape;
}

function isBlank(text: string, i: number): boolean {
  const code = text.charCodeAt(i);
  return code === 32 || (code >= 9 && code <= 13) || (code > 127 && /\s/.test(text[i]));
}

function lastCode(text: string, end: number): number {
  const low = text.charCodeAt(end - 1);
  return low >= 0xdc00 && low <= 0xdfff && end >= 2 ? (text.codePointAt(end - 2) ?? low) : low;
}
