// Text in cells of a terminal: width, cutting and wrapping, also for wide scripts and hostile names.

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
const invisible = /^[\p{M}\p{Cf}]$/u;
// Control characters (a name may hold an escape sequence), line separators and direction overrides.
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** The text with everything replaced that could move the cursor, colour the screen or reverse the line. */
export function printable(text: string): string {
  return text.replace(unprintable, "�");
}

/** Columns a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (wide.test(grapheme) || grapheme.includes("\ufe0f")) return 2;
  return invisible.test(grapheme) ? 0 : 1;
}

/** Cuts the middle out, since names often differ at both ends: "flipper…th_mm". */
export function truncateMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const parts = Array.from(graphemes.segment(text), ({ segment }) => segment);
  let room = Math.max(0, width - 1);
  const head: string[] = [];
  const tail: string[] = [];
  for (let from = 0, to = parts.length - 1, front = true; from <= to; front = !front) {
    const next = front ? parts[from++] : parts[to--];
    room -= graphemeWidth(next);
    if (room < 0) break;
    if (front) head.push(next);
    else tail.unshift(next);
  }
  return `${head.join("")}…${tail.join("")}`;
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** Lines of at most `width` columns, broken at spaces but not at no-break spaces; a longer word is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/[ \t\n]+/).filter(Boolean)) {
    const fits = line === "" ? word : `${line} ${word}`;
    if (displayWidth(fits) <= width) {
      line = fits;
      continue;
    }
    if (line !== "") lines.push(line);
    line = truncateMiddle(word, width);
  }
  if (line !== "") lines.push(line);
  return lines.map((whole) => whole.replaceAll("\u00a0", " "));
}

/** Puts parts side by side with three spaces between them; a part that does not fit starts an indented line. */
export function flow(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    if (line === "") line = part;
    else if (displayWidth(line) + 3 + displayWidth(part) <= width) line += `   ${part}`;
    else {
      lines.push(line);
      line = `  ${truncateMiddle(part, width - 2)}`;
    }
  }
  return [...lines, line];
}
