/**
 * Splits a text into words: runs of letters and digits with what joins them inside ("don't", "3.5", "re-join", "1,000");
 * every other visible character alone; an emoji with its modifiers as one; a Han, Kana or Thai letter alone.
 */
export function splitWords(text: string): { starts: Int32Array; ends: Int32Array } {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const match of text.matchAll(word)) {
    starts.push(match.index);
    ends.push(match.index + match[0].length);
  }
  return { starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
}

const alone = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}`;
const letter = String.raw`(?:(?![${alone}])[\p{L}\p{N}_])`;
const word = new RegExp(
  [
    String.raw`${letter}(?:${letter}|\p{M})*(?:['’.,:\-‐·@](?:${letter}|\p{M})+)*`,
    String.raw`\p{RI}{2}`,
    String.raw`[\p{Extended_Pictographic}](?:\u200d\p{Extended_Pictographic}|\p{M}|\p{EMod})*`,
    String.raw`\S[\p{M}\u200d]*`,
  ].join("|"),
  "gu",
);

/** Whether two characters next to each other would read as one word. */
export function wouldMerge(before: number, after: number): boolean {
  return isWordCharacter(before) && isWordCharacter(after);
}

function isWordCharacter(code: number): boolean {
  if (code < 128) {
    return (
      (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
    );
  }
  return joinable.test(String.fromCodePoint(code));
}

const joinable = new RegExp(String.raw`^(?![${alone}])[\p{L}\p{N}\p{M}]$`, "u");
