import { splitWords } from "../words.ts";

/** Where the words of a text are, in UTF-16 units, and what they are. */
export interface Words {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly texts: readonly string[];
}

/** The words of a text as every tier of compression sees them. */
export function wordsOf(text: string): Words {
  const { starts, ends } = splitWords(text);
  return { starts, ends, texts: Array.from(starts, (start, i) => text.slice(start, ends[i])) };
}
