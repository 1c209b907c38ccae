import type { CompressedWords, CompressionResult } from "./compress-prompt.ts";
import { sentencesOf } from "./sentences.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A word as the report shows it. */
export interface ShownWord {
  /** The word with the blanks before it. */
  text: string;
  bits: number;
  kept: boolean;
  protected: boolean;
}

export interface SentenceLoss {
  /** The sentence, shortened in the middle where it is long. */
  text: string;
  context: number;
  words: number;
  keptWords: number;
  bits: number;
  lostBits: number;
}

/** How much of the information the best words hold, by the share of the tokens they take. */
export interface CurvePoint {
  tokens: number;
  information: number;
}

/** What compressing came to, bounded in size however long the text. */
export interface CompressFindings {
  words: number;
  keptWords: number;
  /** Bits along the text, in stretches of equally many characters. */
  stretches: { bits: number; kept: number }[];
  /** The sentences that lost most, first. */
  losses: SentenceLoss[];
  sentences: number;
  /** From what must stay, and from nothing where nothing must, up to everything. */
  curve: CurvePoint[];
  /** The beginning of every context, word by word. */
  shown: ShownWord[][];
}

const mostStretches = 48;
const mostLosses = 30;
const mostShown = 3000;
const curveSteps = 40;
const longestSentence = 240;

/** What was kept and lost, for a report: by sentence, along the text, and for every other rate. */
export function compressFindings(
  contexts: readonly string[],
  result: CompressionResult,
  tokenizer: Tokenizer,
): CompressFindings {
  const parts = result.contexts.map(({ words }, c) => ({ text: contexts[c], words, c }));
  const words = parts.reduce((sum, part) => sum + part.words.starts.length, 0);
  const keptWords = parts.reduce((sum, part) => sum + part.words.kept.reduce((n, k) => n + k, 0), 0);
  const losses = parts.flatMap(({ text, words: w, c }) => lossesOf(text, w, c));
  const shownEach = Math.max(200, Math.floor(mostShown / parts.length));
  return {
    words,
    keptWords,
    stretches: stretchesOf(parts),
    sentences: losses.length,
    losses: losses
      .filter(({ lostBits }) => lostBits > 0)
      .sort((a, b) => b.lostBits - a.lostBits)
      .slice(0, mostLosses),
    curve: curveOf(parts, words, tokenizer),
    shown: parts
      .slice(0, Math.ceil(mostShown / shownEach))
      .map(({ text, words: w }) => shownOf(text, w, shownEach)),
  };
}

function lossesOf(text: string, words: CompressedWords, context: number): SentenceLoss[] {
  const { starts, ends, kept, bits } = words;
  const sentence = sentencesOf(text, words);
  const all: SentenceLoss[] = [];
  for (let i = 0, from = 0; i < starts.length; i++) {
    const last = i + 1 === starts.length || sentence[i + 1] !== sentence[i];
    if (!last) continue;
    const loss = { text: "", context, words: i + 1 - from, keptWords: 0, bits: 0, lostBits: 0 };
    for (let k = from; k <= i; k++) {
      const b = bits?.[k] ?? 0;
      loss.bits += b;
      if (kept[k]) loss.keptWords++;
      else loss.lostBits += b;
    }
    if (loss.lostBits > 0) loss.text = middleCut(text.slice(starts[from], ends[i]));
    all.push(loss);
    from = i + 1;
  }
  return all;
}

function middleCut(text: string): string {
  const line = text.replace(/\s+/g, " ");
  if (line.length <= longestSentence) return line;
  const half = longestSentence / 2;
  return `${line.slice(0, half).trimEnd()} … ${line.slice(-half).trimStart()}`;
}

function stretchesOf(
  parts: readonly { text: string; words: CompressedWords }[],
): CompressFindings["stretches"] {
  const length = parts.reduce((sum, { text }) => sum + text.length, 0);
  const count = Math.min(mostStretches, length);
  const stretches = Array.from({ length: count }, () => ({ bits: 0, kept: 0 }));
  const width = length / count;
  let before = 0;
  for (const { text, words } of parts) {
    const { starts, ends, kept, bits } = words;
    for (let i = 0; i < kept.length; i++) {
      const [from, to] = [before + starts[i], before + ends[i]];
      const perCharacter = (bits?.[i] ?? 0) / (to - from);
      // A protected span may reach over several stretches.
      for (let k = Math.floor(from / width); k < count && k * width < to; k++) {
        const share = perCharacter * (Math.min(to, (k + 1) * width) - Math.max(from, k * width));
        stretches[k].bits += share;
        if (kept[i]) stretches[k].kept += share;
      }
    }
    before += text.length;
  }
  return stretches;
}

/** Words by descending score, their tokens counted one by one: near to what each budget would keep. */
function curveOf(
  parts: readonly { text: string; words: CompressedWords }[],
  words: number,
  tokenizer: Tokenizer,
): CurvePoint[] {
  const every = Math.max(1, Math.ceil(words / mostCounted));
  const sample: { keep: number; bits: number; tokens: number }[] = [];
  let place = 0;
  for (const { text, words: w } of parts) {
    for (let i = 0; i < w.starts.length; i++, place++) {
      if (place % every !== 0) continue;
      const keep = w.status[i] > 0 ? Number.POSITIVE_INFINITY : w.keep[i];
      sample.push({
        keep,
        bits: w.bits?.[i] ?? 0,
        tokens: tokenizer.count(` ${text.slice(w.starts[i], w.ends[i])}`),
      });
    }
  }
  sample.sort((a, b) => b.keep - a.keep);
  const totals = sample.reduce(
    (sum, { bits, tokens }) => ({ bits: sum.bits + bits, tokens: sum.tokens + tokens }),
    {
      bits: 0,
      tokens: 0,
    },
  );
  const curve: CurvePoint[] = [];
  let tokens = 0;
  let bits = 0;
  for (let i = 0; i <= sample.length; i++) {
    const point = { tokens: tokens / totals.tokens, information: totals.bits === 0 ? 0 : bits / totals.bits };
    const stays = sample[i]?.keep === Number.POSITIVE_INFINITY;
    const due = curve.length === 0 || point.tokens >= curve[curve.length - 1].tokens + 1 / curveSteps;
    if (!stays && (due || i === sample.length)) curve.push(point);
    tokens += sample[i]?.tokens ?? 0;
    bits += sample[i]?.bits ?? 0;
  }
  return curve;
}

const mostCounted = 50_000;

function shownOf(
  text: string,
  { starts, ends, kept, bits, status }: CompressedWords,
  most: number,
): ShownWord[] {
  return Array.from(starts.subarray(0, most), (start, i) => {
    const word = text.slice(start, Math.min(ends[i], start + longestShown));
    const gap = text.slice(Math.max(i === 0 ? 0 : ends[i - 1], start - longestGap), start);
    return {
      text: `${gap}${word}${word.length < ends[i] - start ? "…" : ""}`,
      bits: bits?.[i] ?? 0,
      kept: kept[i] === 1,
      protected: status[i] > 0,
    };
  });
}

const longestShown = 2000;
const longestGap = 200;
