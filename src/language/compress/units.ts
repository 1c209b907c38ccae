import { matchPatterns, matchToken, type Span, unionOf } from "./protect.ts";
import type { WordScores } from "./scorer.ts";

/** Why a unit stays whatever the budget. */
export const free = 0;
const forced = 1;
const guarded = 2;

/** What a text is cut into: words, and protected spans and force tokens as one unit each; gaps lie between them. */
export interface Units {
  text: string;
  starts: Int32Array;
  ends: Int32Array;
  keep: Float64Array;
  bits?: Float64Array;
  /** `free`, `forced` or `guarded` (in a protected span). */
  status: Uint8Array;
  /** Which force token a unit is, −1 for none. */
  token: Int32Array;
  /** Index of the first unit of each window of the scorer. */
  windows: Int32Array;
  /** How many protected spans there are. */
  spans: number;
}

export interface Protection {
  /** Patterns of spans that stay: literal text with … for anything in between. */
  patterns: readonly string[];
  /** Spans that stay, in units of the text. */
  spans: readonly Span[];
  forceTokens: readonly string[];
  forceReserveDigit: boolean;
}

interface MarkedSpan extends Span {
  status: number;
  token: number;
}

/** Cuts a scored text into units; a word that a protected span or force token touches becomes part of it. */
export function unitsOf(text: string, scores: WordScores, protection: Protection): Units {
  const guards = unionOf([...matchPatterns(text, protection.patterns), ...protection.spans]);
  const spans: MarkedSpan[] = guards.map((span) => ({ ...span, status: guarded, token: -1 }));
  protection.forceTokens.forEach((force, token) => {
    for (const span of matchToken(text, force)) spans.push({ ...span, status: forced, token });
  });
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  const units = merge(text, scores, spans);
  units.spans = guards.length;
  if (protection.forceReserveDigit) {
    for (let i = 0; i < units.starts.length; i++) {
      if (units.status[i] === free && hasDigit(text, units.starts[i], units.ends[i]))
        units.status[i] = forced;
    }
  }
  return units;
}

function merge(text: string, scores: WordScores, spans: readonly MarkedSpan[]): Units {
  const words = scores.starts.length;
  const most = words + spans.length;
  const units: Units = {
    text,
    starts: new Int32Array(most),
    ends: new Int32Array(most),
    keep: new Float64Array(most),
    bits: scores.bits && new Float64Array(most),
    status: new Uint8Array(most),
    token: new Int32Array(most).fill(-1),
    windows: Int32Array.of(0),
    spans: 0,
  };
  const windowStarts = scores.windows ?? [0];
  const windows: number[] = [];
  let count = 0;
  let word = 0;
  let span = 0;
  while (word < words || span < spans.length) {
    const wordFirst = word < words && (span >= spans.length || scores.starts[word] < spans[span].start);
    const start = wordFirst ? scores.starts[word] : spans[span].start;
    let end = start;
    let first = true;
    for (; ; first = false) {
      if (word < words && (first ? wordFirst : scores.starts[word] < end)) {
        if (windowStarts[windows.length] <= word) windows.push(count);
        end = Math.max(end, scores.ends[word]);
        units.keep[count] = Math.max(units.keep[count], scores.keep[word]);
        if (units.bits && scores.bits) units.bits[count] += scores.bits[word];
        word++;
      } else if (span < spans.length && (first ? !wordFirst : spans[span].start < end)) {
        const { status, token, start: from, end: to } = spans[span];
        const whole = first && (word >= words || scores.starts[word] >= from);
        end = Math.max(end, to);
        units.status[count] = Math.max(units.status[count], status);
        if (whole) units.token[count] = token;
        span++;
      } else break;
    }
    units.starts[count] = start;
    units.ends[count] = end;
    if (units.token[count] >= 0 && !isToken(units, count, spans, span)) units.token[count] = -1;
    count++;
  }
  return {
    ...units,
    starts: units.starts.subarray(0, count),
    ends: units.ends.subarray(0, count),
    keep: units.keep.subarray(0, count),
    bits: units.bits?.subarray(0, count),
    status: units.status.subarray(0, count),
    token: units.token.subarray(0, count),
    windows: Int32Array.from(windows.length === 0 ? [0] : windows),
  };
}

/** Whether a unit is its force token and nothing more. */
function isToken(units: Units, i: number, spans: readonly MarkedSpan[], after: number): boolean {
  for (let s = after - 1; s >= 0 && spans[s].start >= units.starts[i]; s--) {
    if (spans[s].token === units.token[i]) return spans[s].end === units.ends[i];
  }
  return false;
}

function hasDigit(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) return true;
    if (code > 127) return /\p{Nd}/u.test(text.slice(i, end));
  }
  return false;
}
