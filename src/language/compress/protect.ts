import { InputError } from "../../core/errors.ts";

/** A stretch of text that stays as it is. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Where patterns match: literal text, with `…` (or `...`) between two parts for anything in between, the shortest that
 * fits, over lines. Time grows with the length of the text whatever the pattern.
 */
export function matchPatterns(text: string, patterns: readonly string[]): Span[] {
  return patterns.flatMap((pattern) => matchParts(text, partsOf(pattern)));
}

function partsOf(pattern: string): string[] {
  const parts = pattern.split(/…|\.\.\./);
  if (pattern.trim() === "") {
    throw new InputError({
      code: "empty-pattern",
      where: "compressPrompt",
      problem: "a pattern of what to keep is empty",
      got: pattern,
    });
  }
  return parts.some((part) => part === "") ? [pattern] : parts;
}

function matchParts(text: string, parts: readonly string[]): Span[] {
  const spans: Span[] = [];
  for (let from = 0; ; ) {
    let start = -1;
    let end = from;
    for (const part of parts) {
      const at = text.indexOf(part, end);
      if (at < 0) return spans;
      if (start < 0) start = at;
      end = at + part.length;
    }
    spans.push({ start, end });
    from = end;
  }
}

/** Where a token stands: as a whole word when it begins or ends like one, anywhere otherwise. */
export function matchToken(text: string, token: string): Span[] {
  const spans: Span[] = [];
  const first = wordlike.test(token[0]);
  const last = wordlike.test(token[token.length - 1]);
  for (let from = 0; ; ) {
    const start = text.indexOf(token, from);
    if (start < 0) return spans;
    const end = start + token.length;
    const inside =
      (first && start > 0 && wordlike.test(text[start - 1])) ||
      (last && end < text.length && wordlike.test(text[end]));
    if (!inside) spans.push({ start, end });
    from = inside ? start + 1 : end;
  }
}

const wordlike = /[\p{L}\p{N}\p{M}_]/u;

/** Spans in order, those that overlap joined. */
export function unionOf(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || a.end - b.end);
  const union: Span[] = [];
  for (const { start, end } of sorted) {
    const last = union[union.length - 1];
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else union.push({ start, end });
  }
  return union;
}
