import { InputError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { Span } from "./protect.ts";
import type { Tokenizer } from "./tokenizer.ts";

export interface CompressOptions extends LongRunning {
  /** Share of the tokens kept, above 0 up to 1. Default 0.5. */
  rate?: number;
  /** Tokens kept; overrides `rate`. */
  targetTokens?: number;
  /** Tokens for each context, instead of one budget for all. */
  budgets?: readonly number[];
  /**
   * `"exact"` keeps the best words of the whole text while the budget lasts; `"percentile"` is the reference's
   * approximate threshold. Default `"exact"`.
   */
  selection?: "exact" | "percentile";
  /** Words or signs that always stay, wherever they occur; at most 100. */
  forceTokens?: readonly string[];
  /** Words with a digit always stay. Default false. */
  forceReserveDigit?: boolean;
  /** Of equal force tokens with nothing kept between them only the first stays. Default false. */
  dropConsecutive?: boolean;
  /** Patterns of protected spans: literal text, `…` for anything in between. */
  keepPatterns?: readonly string[];
  /** Protected stretches, per context, in UTF-16 units. */
  keepSpans?: readonly (readonly Span[])[];
  /** Words that say something about this are preferred. */
  question?: string;
  /** Counts tokens as the target model does. Default o200k. */
  tokenizer?: Tokenizer;
  /** Short for a tokenizer that only counts. */
  countTokens?: (text: string) => number;
  /** Drop whole contexts first. Default: when one of the three options below is given. */
  useContextLevelFilter?: boolean;
  /** Share of the contexts that stay. */
  contextLevelRate?: number;
  /** How many contexts stay. */
  targetContexts?: number;
  /** Contexts that stay, by index. */
  forceContextIds?: readonly number[];
  /** Give every word with whether it stays. Default false. */
  returnWordLabels?: boolean;
}

const mostForceTokens = 100;

/** Refuses options that cannot be meant. */
export function checkOptions(contexts: readonly string[], options: CompressOptions): void {
  const { rate = 0.5, targetTokens, budgets, forceTokens = [], forceContextIds = [] } = options;
  if (!(rate > 0 && rate <= 1))
    refuse("rate", "the share of tokens to keep is out of range", "above 0 up to 1", rate);
  if (targetTokens !== undefined && !isBudget(targetTokens)) {
    refuse("targetTokens", "not a number of tokens", "1 or more", targetTokens);
  }
  if (budgets && budgets.length !== contexts.length) {
    refuse("budgets", "one budget for each context is needed", `${contexts.length}`, budgets.length);
  }
  const bad = budgets?.find((budget) => !isBudget(budget));
  if (bad !== undefined) refuse("budgets", "not a number of tokens", "1 or more", bad);
  if (forceTokens.length > mostForceTokens) {
    refuse("forceTokens", "too many", `at most ${mostForceTokens}`, forceTokens.length);
  }
  if (forceTokens.includes("")) refuse("forceTokens", "a force token is empty", "at least one character", "");
  const share = options.contextLevelRate;
  if (share !== undefined && !(share > 0 && share <= 1)) {
    refuse("contextLevelRate", "the share of contexts to keep is out of range", "above 0 up to 1", share);
  }
  const few = options.targetContexts;
  if (few !== undefined && !isBudget(few))
    refuse("targetContexts", "not a number of contexts", "1 or more", few);
  const stray = forceContextIds.find((id) => !Number.isInteger(id) || id < 0 || id >= contexts.length);
  if (stray !== undefined) {
    refuse("forceContextIds", "no context has this index", `0 to ${contexts.length - 1}`, stray);
  }
}

function isBudget(value: number): boolean {
  return value >= 1 && Number.isFinite(value);
}

function refuse(name: string, problem: string, expected: string, got: unknown): never {
  throw new InputError({ code: `bad-${name}`, where: `compressPrompt, ${name}`, problem, expected, got });
}
