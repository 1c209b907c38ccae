import { InputError } from "../../core/errors.ts";
import { compressPrompt } from "./compress-prompt.ts";
import type { CompressOptions } from "./options.ts";
import type { WordScorer } from "./scorer.ts";
import { cutBefore } from "./windows.ts";

/** Characters compressed at once. */
const windowLength = 200_000;

/**
 * Compresses a text that arrives in pieces and may be longer than memory: every 200,000 characters on their own, cut at
 * a line, a sentence or a word and not inside a protected span, each to the rate asked for.
 *
 * @throws InputError when a number of tokens is asked for, since the length is not known
 * @example
 * import { compressStream, ngramScorer } from "surprisal/language";
 * for await (const shorter of compressStream(await ngramScorer(), ["One part. ", "And another part."], { rate: 0.6 })) {
 *   shorter; // a piece of the result
 * }
 */
export async function* compressStream(
  scorer: WordScorer,
  pieces: AsyncIterable<string> | Iterable<string>,
  options: Omit<CompressOptions, "targetTokens" | "budgets" | "keepSpans"> = {},
): AsyncGenerator<string> {
  if ("targetTokens" in options || "budgets" in options) {
    throw new InputError({
      code: "bad-stream-budget",
      where: "compressStream",
      problem: "the length of a stream is not known",
      expected: "rate",
      got: "targetTokens" in options ? options.targetTokens : options.budgets,
    });
  }
  let buffer = "";
  const shorten = async (text: string) => (await compressPrompt(scorer, text, options)).text;
  for await (const piece of pieces) {
    buffer += piece;
    while (buffer.length > windowLength) {
      const cut = beforeOpenSpan(buffer, cutBefore(buffer, 0, windowLength), options.keepPatterns ?? []);
      yield await shorten(buffer.slice(0, cut));
      buffer = buffer.slice(cut);
    }
  }
  if (buffer !== "") yield await shorten(buffer);
}

/** An earlier cut where this one would lie inside a protected span; a span longer than half a window is cut. */
function beforeOpenSpan(text: string, cut: number, patterns: readonly string[]): number {
  let earlier = cut;
  for (const pattern of patterns) {
    const [first, ...rest] = pattern.split(/…|\.\.\./);
    for (let from = 0; rest.length > 0; ) {
      const start = text.indexOf(first, from);
      if (start < 0 || start >= cut) break;
      let end = start + first.length;
      for (const part of rest) end = end < 0 ? end : endOf(text, part, end);
      if (end < 0 || end > cut) {
        if (start > cut / 2) earlier = Math.min(earlier, start);
        break;
      }
      from = end;
    }
  }
  return earlier;
}

function endOf(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at < 0 ? -1 : at + part.length;
}
