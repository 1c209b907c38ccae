import { InputError } from "../../core/errors.ts";
import { type CompressionResult, compressPrompt } from "./compress-prompt.ts";
import type { CompressOptions } from "./options.ts";
import type { Span } from "./protect.ts";
import type { WordScorer } from "./scorer.ts";
import { splitWords } from "./words.ts";

/** Shorter strings are names, labels, roles, dates: they stay. */
const fewestWords = 8;

/**
 * Shortens the long strings of a JSON document, or of JSON Lines such as chat messages: keys, structure, numbers, and
 * strings of fewer than eight words stay, so that the result has the same shape. The budget counts the whole document.
 *
 * @throws InputError not-json, and what {@link compressPrompt} throws
 * @example
 * import { compressJson, ngramScorer } from "surprisal/language";
 * const messages = [{ role: "user", content: "Well, I would like to know, if I may ask, when the office opens." }];
 * const { text } = await compressJson(await ngramScorer(), JSON.stringify(messages), { rate: 0.8 });
 * JSON.parse(text)[0].role; // "user"
 */
export async function compressJson(
  scorer: WordScorer,
  document: string,
  options: CompressOptions = {},
): Promise<CompressionResult> {
  return compressPrompt(scorer, document, { ...options, keepSpans: [structureOf(document)] });
}

/** All of a JSON document but the insides of its long string values, whose escapes stay too. */
function structureOf(document: string): Span[] {
  if (!isJson(document)) {
    throw new InputError({
      code: "not-json",
      where: "compressJson",
      problem: "the text is neither JSON nor JSON Lines",
      got: document,
    });
  }
  const spans: Span[] = [];
  let start = 0;
  for (const { index, 0: string } of document.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
    const end = index + string.length;
    const isKey = /^\s*:/.test(document.slice(end, end + 64));
    if (isKey || splitWords(string).starts.length - 2 < fewestWords) continue;
    spans.push({ start, end: index + 1 });
    for (const sign of string.matchAll(/\\(?:u[0-9a-fA-F]{4}|.)/g)) {
      const from = index + sign.index;
      spans.push({ start: from, end: from + sign[0].length });
    }
    start = end - 1;
  }
  spans.push({ start, end: document.length });
  return spans;
}

function isJson(text: string): boolean {
  const parses = (part: string) => {
    try {
      JSON.parse(part);
      return true;
    } catch {
      return false;
    }
  };
  return parses(text) || text.split("\n").every((line) => line.trim() === "" || parses(line));
}
