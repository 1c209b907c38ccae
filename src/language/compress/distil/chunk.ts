import { InputError } from "../../../core/errors.ts";
import type { Words } from "./words.ts";

export interface ChunkOptions {
  /** Most tokens of a chunk. */
  maxTokens: number;
  /** Tokens of a word. Default: every word is one. */
  tokensOf?: (word: string, index: number) => number;
  /** Words after which a chunk may end; the end of a line always counts. Default: . ! ? */
  endWords?: readonly string[];
}

const sentenceEnds = [".", "!", "?"];

/**
 * Cuts a text into chunks of at most so many tokens, each as long as possible and ending with a sentence or a line
 * where there is one, else in between words: whatever happens, no word is lost. A word of more tokens than the limit
 * is a chunk of its own.
 *
 * @returns index of the first word of each chunk
 */
export function chunkStarts(
  text: string,
  { starts, ends, texts }: Words,
  { maxTokens, tokensOf = () => 1, endWords = sentenceEnds }: ChunkOptions,
): number[] {
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw new InputError({
      code: "bad-count",
      where: "chunkStarts",
      problem: "maxTokens is not a count",
      expected: "an integer from 1",
      got: maxTokens,
    });
  }
  const n = texts.length;
  const isEnd = new Set(endWords);
  const endsAfter = (i: number) =>
    isEnd.has(texts[i]) || (i + 1 < n && text.slice(ends[i], starts[i + 1]).includes("\n"));
  const chunks: number[] = [];
  let first = 0;
  while (first < n) {
    chunks.push(first);
    let next = first;
    let lastEnd = -1;
    for (let tokens = tokensOf(texts[first], first); ; ) {
      if (endsAfter(next)) lastEnd = next;
      next++;
      if (next === n) break;
      tokens += tokensOf(texts[next], next);
      if (tokens > maxTokens) break;
    }
    first = next === n || lastEnd < 0 ? next : lastEnd + 1;
  }
  return chunks;
}

/** The pieces of a text from each chunk's first word to the next chunk's; joined, they are the text. */
export function chunkTexts(text: string, words: Words, chunks: readonly number[]): string[] {
  const from = chunks.map((first, i) => (i === 0 ? 0 : words.starts[first]));
  return from.map((start, i) => text.slice(start, from[i + 1] ?? text.length));
}
