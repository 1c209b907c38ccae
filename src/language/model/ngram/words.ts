/**
 * Where the words of a text are. A word is a run of letters, digits and marks, with an apostrophe between letters and a
 * point or comma between digits; every other visible character is a word of its own, as are the characters of scripts
 * that put no spaces between words. A newline is a word too, other white space only separates. No text is copied.
 */
const unseen = 0;
const space = 1;
const newline = 2;
const letter = 3;
const digit = 4;
const mark = 5;
const high = 6;
const classes = new Uint8Array(0x10000);
const folded = new Uint16Array(0x10000);

const isSpace = /\s/u;
const isDigit = /\p{N}/u;
const isLetter = /[\p{L}\p{M}_]/u;
/** No spaces between words: character by character. */
const isUnspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

function classOf(code: number): number {
  const known = classes[code];
  return known === unseen ? learn(code) : known;
}

function learn(code: number): number {
  const character = String.fromCharCode(code);
  let found = mark;
  if (code === 10) found = newline;
  else if (code >= 0xd800 && code < 0xdc00) found = high;
  else if (isSpace.test(character)) found = space;
  else if (isDigit.test(character)) found = digit;
  else if (isLetter.test(character) && !isUnspaced.test(character)) found = letter;
  classes[code] = found;
  return found;
}

/** Lower case, and one apostrophe; a character that would become several stays. */
export function foldCode(code: number): number {
  if (code < 128) return code > 64 && code < 91 ? code + 32 : code;
  if (folded[code] === 0) {
    const lower = String.fromCharCode(code).toLowerCase();
    folded[code] = code === 0x2019 ? 0x27 : lower.length === 1 ? lower.charCodeAt(0) : code;
  }
  return folded[code];
}

/** Walks over the words of a text: after `next()` returned true, the word lies from `start` to `end`. */
export class WordScanner {
  start = 0;
  end = 0;
  readonly #text: string;

  constructor(text: string, from = 0) {
    this.#text = text;
    this.end = from;
  }

  next(): boolean {
    const text = this.#text;
    const length = text.length;
    let at = this.end;
    while (at < length && classOf(text.charCodeAt(at)) === space) at++;
    if (at >= length) return false;
    this.start = at;
    const first = classOf(text.charCodeAt(at));
    at += first === high && at + 1 < length ? 2 : 1;
    if (first === letter || first === digit) at = this.#endOfWord(at, first);
    this.end = at;
    return true;
  }

  #endOfWord(from: number, first: number): number {
    const text = this.#text;
    const length = text.length;
    let before = first;
    let at = from;
    while (at < length) {
      const code = text.charCodeAt(at);
      const kind = classOf(code);
      if (kind === letter || kind === digit) {
        before = kind;
        at++;
      } else if (joins(code, before, at + 1 < length ? classOf(text.charCodeAt(at + 1)) : space)) {
        at++;
      } else break;
    }
    return at;
  }
}

/** An apostrophe inside a word, a point or comma inside a number. */
function joins(code: number, before: number, after: number): boolean {
  if (code === 0x27 || code === 0x2019) return before === letter && after === letter;
  if (code === 0x2e || code === 0x2c) return before === digit && after === digit;
  return false;
}
