/** What questions to a model will cost, before any of them is asked. */
import { throwIfStopped } from "../../../core/errors.ts";
import type { CallOptions, ChoiceMode, LanguageModel } from "../language-model.ts";
import type { Ask } from "./ask.ts";
import type { Operations } from "./dialect.ts";

/** A call of a {@link LanguageModel} that is not made yet. */
export type PlannedCall =
  | { call: "scoreText"; text: string }
  | { call: "scoreContinuation"; prefix: string; continuation: string }
  | { call: "scoreChoices"; prefix: string; choices: readonly string[]; mode?: ChoiceMode }
  | { call: "generate"; prefix: string; maxTokens: number; n?: number };

export interface PlannedCost {
  /** Requests that make a server run its model; 0 for a model on this machine. */
  calls: number;
  /** How many more are answered from the cache. */
  cached: number;
  /** Tokens sent with the calls, and at most written. */
  promptTokens: number;
  completionTokens: number;
  /** Tokens were counted, not estimated from the number of characters. */
  exact: boolean;
}

/** Calls of one question; `tokens` where one call each is made for so many characters' tokens. */
interface Expected {
  asks: Ask<unknown>[];
  /** Forced tokens have asks that only their tokenizer knows. */
  forced?: { text: string; prefix: string };
  text: string;
  completionTokens: number;
}

export interface Planner {
  operations: Operations;
  isCached: (ask: Ask<unknown>) => Promise<boolean>;
  /** Questions asked twice are answered from the cache the second time. */
  keepsAnswers: boolean;
  count?: (text: string, options?: CallOptions) => Promise<number>;
}

/** So many texts are counted; the others have as many tokens a character. */
const sampled = 16;
const usualCharactersPerToken = 4;

export async function plan(
  planner: Planner,
  calls: Iterable<PlannedCall>,
  options: CallOptions = {},
): Promise<PlannedCost> {
  const cost: PlannedCost = { calls: 0, cached: 0, promptTokens: 0, completionTokens: 0, exact: false };
  const counter = tokenCounter(planner.count, options);
  const seen = new Set<string>();
  for (const call of calls) {
    throwIfStopped(options.signal, "planCost");
    for (const { asks, text, forced, completionTokens } of expected(planner.operations, call)) {
      if (forced) {
        const steps = Math.max(1, Math.round((await counter(forced.text)) - (await counter(forced.prefix))));
        cost.calls += steps;
        cost.promptTokens += await counter(forced.text);
        cost.completionTokens += steps;
        continue;
      }
      for (const ask of asks) {
        const key = JSON.stringify([ask.path, ask.body]);
        if ((planner.keepsAnswers && seen.has(key)) || (await planner.isCached(ask))) {
          cost.cached++;
          continue;
        }
        seen.add(key);
        cost.calls++;
        cost.promptTokens += await counter(text);
        cost.completionTokens += completionTokens;
      }
    }
  }
  cost.promptTokens = Math.round(cost.promptTokens);
  cost.exact = counter.isExact();
  return cost;
}

function* expected(operations: Operations, call: PlannedCall): Generator<Expected> {
  const { echo, force, top, chosen, generate } = operations;
  const scoring = (prefix: string, continuation: string, isFirstOnly = false): Expected => {
    const text = prefix + continuation;
    if (echo) return { asks: [echo(text)], text, completionTokens: 0 };
    const end = isFirstOnly ? prefix + continuation.slice(0, 1) : text;
    return { asks: [], forced: { text: end, prefix }, text, completionTokens: 0 };
  };
  if (call.call === "generate") {
    const { prefix, maxTokens, n = 1 } = call;
    const asks = Array.from({ length: n }, (_, i) => generate(prefix, call, i));
    yield { asks, text: prefix, completionTokens: maxTokens };
  } else if (call.call === "scoreText") yield scoring("", call.text);
  else if (call.call === "scoreContinuation") yield scoring(call.prefix, call.continuation);
  else if ((echo && !(chosen && call.mode === "first-token")) || force) {
    for (const choice of call.choices) yield scoring(call.prefix, choice, call.mode === "first-token");
  } else if (chosen || top) {
    const ask = chosen
      ? chosen(
          call.prefix,
          call.choices.map((_, i) => i),
        )
      : top!(call.prefix);
    yield { asks: [ask], text: call.prefix, completionTokens: 1 };
  }
}

interface Counter {
  (text: string): Promise<number>;
  isExact(): boolean;
}

function tokenCounter(count: Planner["count"], options: CallOptions): Counter {
  const known = new Map<string, number>();
  let characters = 0;
  let tokens = 0;
  let isExact = count !== undefined;
  const counter = async (text: string): Promise<number> => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (count && known.size < sampled) {
      const found = await count(text, options);
      known.set(text, found);
      characters += text.length;
      tokens += found;
      return found;
    }
    isExact = false;
    return tokens > 0 ? (text.length * tokens) / characters : text.length / usualCharactersPerToken;
  };
  return Object.assign(counter, { isExact: () => isExact });
}

/**
 * What calls of a model will cost: requests, of which how many are answered already, and tokens. Servers are asked for
 * nothing but token counts (which run no model), and these for the first 16 texts only. Lettered choices take one
 * request more.
 *
 * @param model any language model; one on this machine costs no requests
 * @example
 * import { englishModel, planCost } from "surprisal/language";
 * const model = await englishModel();
 * const cost = await planCost(model, [{ call: "scoreText", text: "How much is this?" }]);
 * // cost.calls is 0: nobody is paid
 */
export async function planCost(
  model: LanguageModel,
  calls: Iterable<PlannedCall>,
  options: CallOptions = {},
): Promise<PlannedCost> {
  if ("plan" in model && typeof model.plan === "function") return model.plan(calls, options);
  const counter = tokenCounter((text) => model.countTokens(text, options), options);
  const cost: PlannedCost = { calls: 0, cached: 0, promptTokens: 0, completionTokens: 0, exact: false };
  for (const call of calls) {
    throwIfStopped(options.signal, "planCost");
    if (call.call === "generate") cost.completionTokens += call.maxTokens * (call.n ?? 1);
    for (const text of textsOf(call)) cost.promptTokens += await counter(text);
  }
  cost.promptTokens = Math.round(cost.promptTokens);
  cost.exact = counter.isExact();
  return cost;
}

function textsOf(call: PlannedCall): string[] {
  if (call.call === "scoreText") return [call.text];
  if (call.call === "scoreContinuation") return [call.prefix + call.continuation];
  if (call.call === "generate") return [call.prefix];
  return call.choices.map((choice) => call.prefix + choice);
}
