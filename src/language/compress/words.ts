/**
 * Splits a text into words: runs of letters and digits with what joins them inside ("don't", "3.5", "re-join", "1,000",
 * "a@b.org"), addresses that begin with http; every other visible character alone; an emoji with its modifiers as one; a
 * Han, Kana or Thai letter alone.
 */
export function splitWords(text: string): { starts: Int32Array; ends: Int32Array } {
  let starts = new Int32Array(1024);
  let ends = new Int32Array(1024);
  let count = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 32 || (code >= 9 && code <= 13)) {
      at++;
      continue;
    }
    let end = plainEnd(text, at, code);
    if (end < 0) {
      word.lastIndex = at;
      const match = word.exec(text);
      if (!match) {
        at++;
        continue;
      }
      end = at + match[0].length;
    }
    if (count === starts.length) {
      starts = grown(starts);
      ends = grown(ends);
    }
    starts[count] = at;
    ends[count++] = end;
    at = end;
  }
  return { starts: starts.slice(0, count), ends: ends.slice(0, count) };
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** Where a word of ASCII ends, −1 where the pattern has to say. */
function plainEnd(text: string, start: number, first: number): number {
  if (first > 127) return -1;
  if (!isPlain(first)) return text.charCodeAt(start + 1) > 127 ? -1 : start + 1;
  if (first === 104 && text.startsWith("http", start)) return -1;
  for (let at = start + 1; ; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 32;
    if (isPlain(code)) continue;
    if (code > 127) return -1;
    if (!joiners.includes(code)) return at;
    const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 32;
    if (next > 127) return -1;
    if (!isPlain(next)) return at;
  }
}

/** ' . , : - @ */
const joiners = [39, 46, 44, 58, 45, 64];

function isPlain(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
  );
}

const alone = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}`;
const letter = String.raw`(?:(?![${alone}])[\p{L}\p{N}_])`;
const word = new RegExp(
  [
    String.raw`https?://\S*[\p{L}\p{N}/]`,
    String.raw`${letter}(?:${letter}|\p{M})*(?:['’.,:\-‐·@](?:${letter}|\p{M})+)*`,
    String.raw`\p{RI}{2}`,
    String.raw`[\p{Extended_Pictographic}](?:\u200d\p{Extended_Pictographic}|\p{M}|\p{EMod})*`,
    String.raw`\S[\p{M}\u200d]*`,
  ].join("|"),
  "uy",
);

/** Whether two characters next to each other would read as one word. */
export function wouldMerge(before: number, after: number): boolean {
  return isWordCharacter(before) && isWordCharacter(after);
}

function isWordCharacter(code: number): boolean {
  return code < 128 ? isPlain(code) : joinable.test(String.fromCodePoint(code));
}

const joinable = new RegExp(String.raw`^(?![${alone}])[\p{L}\p{N}\p{M}]$`, "u");
