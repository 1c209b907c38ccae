// Learning pieces of words: byte-pair encoding (Sennrich, Haddow & Birch, "Neural machine translation of rare words
// with subword units", ACL 2016, algorithm 1), starting from characters. A character beyond ASCII, which is several
// bytes, becomes a piece by itself once it is more frequent than every pair, and can be merged only afterwards.
import { chunkPattern } from "./tokenizer.ts";

/** Control characters are bytes in SentencePiece files, and U+2581 stands for the space. */
const neverInPieces = /^[\u2581\p{Cc}]$/u;
/** Names of other tokens in files. */
const reserved = /^<(unk|s|\/s|0x[0-9A-F]{2})>$/;
/** Symbols are numbered; a pair is first · limit + second. */
const limit = 2 ** 21;

interface Word {
  symbols: Int32Array;
  length: number;
  readonly count: number;
}

/**
 * At most `count` pieces of the words of a text, the most frequent first; fewer where no pair of symbols occurs twice.
 * Equally frequent pairs are taken in the order in which they were met.
 *
 * Cost: O(characters of all different words) per piece.
 */
export function learnPieces(text: string, count: number): string[] {
  const counts = new Map<string, number>();
  for (const chunk of text.match(chunkPattern) ?? []) counts.set(chunk, (counts.get(chunk) ?? 0) + 1);
  const texts: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (symbol: string): number => {
    let id = ids.get(symbol);
    if (id === undefined) {
      id = texts.length;
      ids.set(symbol, id);
      texts.push(symbol);
    }
    return id;
  };
  /** Characters of several bytes that are no piece yet, and how often they occur. */
  const waiting = new Map<number, number>();
  const words: Word[] = [];
  for (const [chunk, n] of counts) {
    const symbols = Int32Array.from([...chunk], idOf);
    for (const id of symbols) {
      if (texts[id].codePointAt(0)! >= 0x80) waiting.set(id, (waiting.get(id) ?? 0) + n);
    }
    words.push({ symbols, length: symbols.length, count: n });
  }
  const pairs = new Map<number, number>();
  const change = (a: number, b: number, by: number) => {
    const pair = a * limit + b;
    pairs.set(pair, (pairs.get(pair) ?? 0) + by);
  };
  for (const { symbols, length, count: n } of words) {
    for (let i = 0; i + 1 < length; i++) change(symbols[i], symbols[i + 1], n);
  }
  const unusable = new Set(waiting.keys());
  texts.forEach((symbol, id) => {
    if (!neverInPieces.test(symbol)) return;
    unusable.add(id);
    waiting.delete(id);
  });
  const pieces: string[] = [];
  while (pieces.length < count) {
    const [character, characterCount] = mostFrequent(waiting);
    const [pair, pairCount] = mostFrequent(pairs, (p) => {
      return unusable.has(Math.floor(p / limit)) || unusable.has(p % limit);
    });
    if (Math.max(characterCount, pairCount) < 2) break;
    if (characterCount >= pairCount) {
      waiting.delete(character);
      unusable.delete(character);
      pieces.push(texts[character]);
      continue;
    }
    const [first, second] = [Math.floor(pair / limit), pair % limit];
    const joint = texts[first] + texts[second];
    if (reserved.test(joint)) {
      pairs.delete(pair);
      continue;
    }
    const isNew = !ids.has(joint);
    const merged = idOf(joint);
    if (isNew) pieces.push(joint);
    for (const word of words) mergeIn(word, first, second, merged, change);
    pairs.delete(pair);
  }
  return pieces;
}

function mostFrequent(
  counts: ReadonlyMap<number, number>,
  isExcluded?: (key: number) => boolean,
): [key: number, count: number] {
  let [best, most] = [-1, 0];
  for (const [key, count] of counts) {
    if (count > most && !isExcluded?.(key)) [best, most] = [key, count];
  }
  return [best, most];
}

/** Merges a pair wherever it stands in a word, and counts the pairs that go and come. */
function mergeIn(
  word: Word,
  first: number,
  second: number,
  merged: number,
  change: (a: number, b: number, by: number) => void,
): void {
  const { symbols, count } = word;
  let to = 0;
  for (let i = 0; i < word.length; i++) {
    if (symbols[i] !== first || i + 1 >= word.length || symbols[i + 1] !== second) {
      symbols[to++] = symbols[i];
      continue;
    }
    if (to > 0) {
      change(symbols[to - 1], first, -count);
      change(symbols[to - 1], merged, count);
    }
    if (i + 2 < word.length) {
      change(second, symbols[i + 2], -count);
      change(merged, symbols[i + 2], count);
    }
    symbols[to++] = merged;
    i++;
  }
  word.length = to;
}
