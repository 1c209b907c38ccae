import type { WordScores } from "./scorer.ts";

/** The number of the sentence that each word stands in; sentences end at . ! ? before a blank, and at line breaks. */
export function sentencesOf(text: string, { starts, ends }: Pick<WordScores, "starts" | "ends">): Int32Array {
  const numbers = new Int32Array(starts.length);
  let sentence = 0;
  for (let i = 0; i < starts.length; i++) {
    if (i > 0 && endsBetween(text, ends[i - 1], starts[i])) sentence++;
    numbers[i] = sentence;
  }
  return numbers;
}

function endsBetween(text: string, end: number, start: number): boolean {
  const last = text[end - 1];
  if (last === "。" || last === "！" || last === "？") return true;
  for (let i = end; i < start; i++) if (text.charCodeAt(i) === 10) return true;
  if (start === end) return false;
  return last === "." || last === "!" || last === "?" || (closes(last) && /[.!?]/.test(text[end - 2] ?? ""));
}

function closes(character: string): boolean {
  return (
    character === '"' || character === "”" || character === ")" || character === "'" || character === "’"
  );
}
