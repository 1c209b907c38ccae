import { throwIfStopped } from "../../core/errors.ts";
import { filterContexts } from "./contexts.ts";
import { type Counted, countConfirmed, fitBudget } from "./exact.ts";
import { KeptText } from "./kept-text.ts";
import { type CompressOptions, checkOptions } from "./options.ts";
import { selectByPercentile } from "./percentile.ts";
import { informByQuestion } from "./question.ts";
import type { WordScorer, WordScores } from "./scorer.ts";
import { openTokenizer, type Tokenizer } from "./tokenizer.ts";
import { type Units, unitsOf } from "./units.ts";

/** The words of a context and what became of them. */
export interface CompressedWords {
  starts: Int32Array;
  ends: Int32Array;
  keep: Float64Array;
  bits?: Float64Array;
  /** 1 for kept words. */
  kept: Uint8Array;
  /** 1 for force tokens and reserved digits, 2 for protected spans, which are one word each. */
  status: Uint8Array;
}

export interface CompressedContext {
  text: string;
  originalTokens: number;
  compressedTokens: number;
  /** False when the whole context was filtered out. */
  kept: boolean;
  words: CompressedWords;
  /** With `returnWordLabels`: every word, and whether it stays. */
  labels?: { word: string; kept: boolean }[];
}

export interface CompressionResult {
  /** What is left, contexts joined by a blank line. */
  text: string;
  contexts: CompressedContext[];
  /** Tokens before and after, by the tokenizer named. */
  originalTokens: number;
  compressedTokens: number;
  /** compressedTokens / originalTokens. */
  rate: number;
  /** originalTokens / compressedTokens. */
  ratio: number;
  /** Information of all words and of the kept ones in bits, where the scorer knows it. */
  information?: { total: number; kept: number };
  /** Spans that patterns or `keepSpans` protect; every one is in the result as it was. */
  protectedSpans: number;
  scorer: string;
  tokenizer: string;
  warnings: string[];
}

const blankLine = "\n\n";

/**
 * A shorter prompt made of the words of a longer one, in their order, that fits a budget of tokens.
 *
 * @param scorer says how much every word deserves to stay; see {@link WordScorer}
 * @param context a text, or several that are compressed together and joined by a blank line
 * @throws InputError for options out of range, and when protected spans and forced words exceed the budget
 * @example
 * import { compressPrompt, ngramScorer } from "surprisal/language";
 * const text = "The council will vote on item 15 to join the green program and to join the solar program next week.";
 * const { text: shorter } = await compressPrompt(await ngramScorer(), text, { targetTokens: 12 });
 */
export async function compressPrompt(
  scorer: WordScorer,
  context: string | readonly string[],
  options: CompressOptions = {},
): Promise<CompressionResult> {
  const contexts = typeof context === "string" ? [context] : context;
  checkOptions(contexts, options);
  const tokenizer = await tokenizerOf(options);
  const text = contexts.join(blankLine);
  const whole: Counted = { text, tokens: await countConfirmed(tokenizer, text, options.signal) };
  const scores = await scoreAll(scorer, contexts, options);
  const budget = budgetOf(options, whole.tokens);
  const untouched = text.trim() === "" || (!options.budgets && budget >= whole.tokens);
  const staying = untouched ? contexts.map(() => true) : stayingContexts(scores, whole.tokens, options);
  const texts = contexts.map((text, c) => new KeptText(cut(text, scores[c], c, options), tokenizer.count));
  const live = texts.filter((_, c) => staying[c]);
  let shorter = whole;
  if (options.budgets) {
    for (const [c, budget] of options.budgets.entries()) {
      if (staying[c]) await shorten({ texts: [texts[c]], budget }, whole, tokenizer, options);
    }
    const text = join(live);
    shorter = { text, tokens: await countConfirmed(tokenizer, text, options.signal) };
  } else if (!untouched) shorter = await shorten({ texts: live, budget }, whole, tokenizer, options);
  const single = contexts.length === 1;
  return {
    text: shorter.text,
    contexts: texts.map((kept, c) => {
      const words = wordsOf(kept, staying[c]);
      const text = single ? shorter.text : staying[c] ? kept.render() : "";
      return {
        text,
        originalTokens: single ? whole.tokens : tokenizer.count(contexts[c]),
        compressedTokens: single ? shorter.tokens : tokenizer.count(text),
        kept: staying[c],
        words,
        ...(options.returnWordLabels && { labels: labelsOf(contexts[c], words) }),
      };
    }),
    originalTokens: whole.tokens,
    compressedTokens: shorter.tokens,
    rate: whole.tokens === 0 ? 1 : shorter.tokens / whole.tokens,
    ratio: whole.tokens === 0 ? 1 : whole.tokens / shorter.tokens,
    information: informationOf(texts, staying),
    protectedSpans: texts.reduce((sum, { units }, c) => sum + (staying[c] ? units.spans : 0), 0),
    scorer: scorer.name,
    tokenizer: tokenizer.name,
    warnings: warningsOf(text, budget, shorter.text),
  };
}

async function tokenizerOf({ tokenizer, countTokens }: CompressOptions): Promise<Tokenizer> {
  if (tokenizer) return tokenizer;
  return countTokens ? { name: "countTokens", count: countTokens } : openTokenizer();
}

async function scoreAll(
  scorer: WordScorer,
  contexts: readonly string[],
  { signal, onProgress, question }: CompressOptions,
): Promise<WordScores[]> {
  const all: WordScores[] = [];
  for (const [done, text] of contexts.entries()) {
    throwIfStopped(signal, "compressPrompt");
    onProgress?.({ done, total: contexts.length, label: "texts scored" });
    const inner = contexts.length === 1 ? onProgress : undefined;
    const scores = text.trim() === "" ? noWords : await scorer.score(text, { signal, onProgress: inner });
    all.push(question === undefined ? scores : informByQuestion(text, scores, question));
  }
  return all;
}

const noWords: WordScores = {
  starts: new Int32Array(0),
  ends: new Int32Array(0),
  keep: new Float64Array(0),
  bits: new Float64Array(0),
};

function cut(text: string, scores: WordScores, c: number, options: CompressOptions): Units {
  return unitsOf(text, scores, {
    patterns: options.keepPatterns ?? [],
    spans: options.keepSpans?.[c] ?? [],
    forceTokens: options.forceTokens ?? [],
    forceReserveDigit: options.forceReserveDigit ?? false,
  });
}

function budgetOf({ rate = 0.5, targetTokens, budgets }: CompressOptions, tokens: number): number {
  if (budgets) return budgets.reduce((sum, budget) => sum + budget, 0);
  return targetTokens ?? rate * tokens;
}

function stayingContexts(scores: readonly WordScores[], tokens: number, options: CompressOptions): boolean[] {
  const { rate = 0.5, targetTokens, contextLevelRate, targetContexts, forceContextIds } = options;
  const asked = contextLevelRate ?? targetContexts ?? forceContextIds;
  if (!(options.useContextLevelFilter ?? asked !== undefined)) return scores.map(() => true);
  const share =
    contextLevelRate ??
    (targetContexts !== undefined
      ? targetContexts / scores.length
      : targetTokens !== undefined
        ? (2 * targetTokens) / tokens
        : (rate + 1) / 2);
  return filterContexts(scores, Math.min(share, 1), forceContextIds ?? []);
}

interface Group {
  texts: readonly KeptText[];
  budget: number;
}

/** Takes words out of texts that share a budget until they fit. */
async function shorten(
  { texts, budget }: Group,
  whole: Counted,
  tokenizer: Tokenizer,
  { dropConsecutive = false, selection = "exact", signal }: CompressOptions,
): Promise<Counted> {
  throwIfStopped(signal, "compressPrompt");
  const render = () => join(texts);
  const before = render();
  const tokens = before === whole.text ? whole.tokens : await countConfirmed(tokenizer, before, signal);
  if (tokens <= budget) return { text: before, tokens };
  if (selection === "percentile") {
    for (const text of texts) selectByPercentile(text, 1 - budget / tokens, tokenizer.count, dropConsecutive);
    const after = render();
    return { text: after, tokens: await countConfirmed(tokenizer, after, signal) };
  }
  const planned = tokenizer.confirm ? tokenizer.count(before) : tokens;
  return fitBudget({
    texts,
    render,
    tokenizer,
    budget: Math.floor(budget + 1e-9),
    planned,
    confirmed: tokens,
    dropConsecutive,
    signal,
  });
}

function join(texts: readonly KeptText[]): string {
  return texts
    .map((text) => text.render())
    .filter((text) => text !== "")
    .join(blankLine);
}

function wordsOf(kept: KeptText, stays: boolean): CompressedWords {
  const { starts, ends, keep, bits, status } = kept.units;
  return { starts, ends, keep, bits, status, kept: stays ? kept.flags() : new Uint8Array(starts.length) };
}

function labelsOf(text: string, { starts, ends, kept }: CompressedWords): { word: string; kept: boolean }[] {
  return Array.from(starts, (start, i) => ({ word: text.slice(start, ends[i]), kept: kept[i] === 1 }));
}

function informationOf(
  texts: readonly KeptText[],
  staying: readonly boolean[],
): { total: number; kept: number } | undefined {
  let total = 0;
  let kept = 0;
  for (const [c, text] of texts.entries()) {
    const { bits } = text.units;
    if (!bits) return undefined;
    for (let i = 0; i < bits.length; i++) {
      total += bits[i];
      if (staying[c] && text.has(i)) kept += bits[i];
    }
  }
  return { total, kept };
}

function warningsOf(whole: string, budget: number, text: string): string[] {
  if (whole.trim() === "") return ["the text is empty: returned as it is"];
  if (text === "") return [`nothing fits into ${Math.floor(budget)} tokens: the result is empty`];
  return [];
}
