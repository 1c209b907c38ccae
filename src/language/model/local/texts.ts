/** U+FFFD, which a decoder gives for a part of a character. */
const replacement = "\uFFFD";
/** Bytes of a character. */
const mostParts = 4;

/**
 * What each token adds to the text. Tokens that end within a character add nothing; the last part adds the whole
 * character.
 *
 * @param decode the text of tokens that follow others
 */
export function textsOf(
  ids: ArrayLike<number>,
  decode: (tokens: readonly number[], before: readonly number[]) => string,
): string[] {
  const out: string[] = [];
  let pending: number[] = [];
  let before: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    pending.push(ids[i]);
    const text = decode(pending, before);
    const isPartial = text.endsWith(replacement) && pending.length < mostParts && i + 1 < ids.length;
    out.push(isPartial ? "" : text);
    if (isPartial) continue;
    before = pending;
    pending = [];
  }
  return out;
}
