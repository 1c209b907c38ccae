/** The face of every language model for what a server answers, whichever dialect it speaks. */
import { InputError } from "../../../core/errors.ts";
import {
  type CallOptions,
  type Capability,
  type Generated,
  type LanguageModel,
  missingCapability,
  type Scored,
  scored,
  type TokenLogprob,
} from "../language-model.ts";
import { requireGenerateOptions } from "../token-model.ts";
import type { Ask } from "./ask.ts";
import { collide, firstTokens, lettered, type Missing, readChoices } from "./choices.ts";
import type { Operations } from "./dialect.ts";
import { boundaryAt, commonTokens, type EchoedToken } from "./echo.ts";

export interface EndpointParts {
  name: string;
  operations: Operations;
  missing: Missing;
  ask: <T>(ask: Ask<T>, signal?: AbortSignal) => Promise<T>;
}

/** Tokens of a continuation, with the text and id of each. */
interface Continued {
  tokens: EchoedToken[];
  boundaryMoved?: true;
}

export function endpointModel({ name, operations, missing, ask }: EndpointParts): LanguageModel {
  const { echo, force, tokenize, top, chosen, count } = operations;
  const isScorer = echo !== undefined || (force !== undefined && tokenize !== undefined);
  const capabilities = new Set<Capability>(["generate"]);
  if (isScorer) capabilities.add("scoreText").add("scoreContinuation");
  if (isScorer || top) capabilities.add("scoreChoices");
  const lacks = (capability: Capability) =>
    missingCapability(name, capability, "surprisal doctor --endpoint shows what this server answers");

  const scoreWhole = async (text: string, signal?: AbortSignal): Promise<EchoedToken[]> => {
    if (echo) return ask(echo(text), signal);
    const pieces = await ask(tokenize!(text), signal);
    return forced(pieces, 0, signal);
  };

  /** Each token in its turn: the server has just read the ones before. */
  const forced = async (
    pieces: readonly { id: number; token: string }[],
    from: number,
    signal?: AbortSignal,
  ): Promise<EchoedToken[]> => {
    const ids = pieces.map(({ id }) => id);
    const tokens: EchoedToken[] = [];
    for (let i = from; i < pieces.length; i++) {
      // Special tokens stand in front of the text; the first token has nothing to be conditioned on.
      if (pieces[i].token === "" && i === 0) continue;
      const logprob = i === 0 ? null : await ask(force!(ids.slice(0, i), ids[i]), signal);
      tokens.push({ ...pieces[i], logprob });
    }
    return tokens;
  };

  const continued = async (
    prefix: string,
    continuation: string,
    signal?: AbortSignal,
  ): Promise<Continued> => {
    const text = prefix + continuation;
    if (!echo) {
      const [before, all] = await Promise.all([ask(tokenize!(prefix), signal), ask(tokenize!(text), signal)]);
      const from = commonTokens(before, all);
      return { tokens: await forced(all, from, signal), ...moved(from < before.length) };
    }
    const all = await ask(echo(text), signal);
    const from = prefix === "" ? 0 : boundaryAt(all, text, prefix.length);
    if (from !== undefined) return { tokens: all.slice(from) };
    const before = await ask(echo(prefix), signal);
    const shared = commonTokens(before, all);
    return { tokens: all.slice(shared), ...moved(shared < before.length) };
  };

  const scoreContinuation = async (prefix: string, continuation: string, options: CallOptions = {}) => {
    if (!isScorer) throw lacks("scoreContinuation");
    if (continuation === "") return scored([]);
    const { tokens, boundaryMoved } = await continued(prefix, continuation, options.signal);
    return scored(conditioned(tokens), moved(boundaryMoved));
  };

  const scoreFirst = async (prefix: string, choice: string, signal?: AbortSignal): Promise<Continued> => {
    if (echo) {
      const { tokens, boundaryMoved } = await continued(prefix, choice, signal);
      return { tokens: tokens.slice(0, 1), boundaryMoved };
    }
    const [before, all] = await Promise.all([
      ask(tokenize!(prefix), signal),
      ask(tokenize!(prefix + choice), signal),
    ]);
    const from = commonTokens(before, all);
    return { tokens: await forced(all.slice(0, from + 1), from, signal), ...moved(from < before.length) };
  };

  const requireFirst = (first: Scored, choice: string): Scored => {
    if (first.count === 1) return first;
    throw new InputError({
      code: "no-condition",
      where: name,
      problem: "a choice has no token with a probability: nothing comes before it, or it is empty",
      got: choice,
    });
  };

  const scoreEach = async (prefix: string, choices: readonly string[], signal?: AbortSignal) => {
    const firsts = await Promise.all(choices.map((choice) => scoreFirst(prefix, choice, signal)));
    return firsts.map(({ tokens, boundaryMoved }, i) =>
      requireFirst(scored(conditioned(tokens), moved(boundaryMoved)), choices[i]),
    );
  };

  /** By the end of a prefix and the choices after it: their first tokens, once somebody has asked. */
  const learned = new Map<string, Promise<Scored[]>>();

  /** Prefixes that end in the same characters have the same first tokens after them: later ones ask for these. */
  const scoreFirstTokens = async (
    prefix: string,
    choices: readonly string[],
    { signal }: CallOptions,
  ): Promise<Scored[]> => {
    if (!chosen) return scoreEach(prefix, choices, signal);
    const key = JSON.stringify([prefix.slice(-64), choices]);
    const asked = learned.get(key);
    if (!asked) {
      const answer = scoreEach(prefix, choices, signal);
      learned.set(key, answer);
      answer.catch(() => learned.delete(key));
      return answer;
    }
    const known = await asked.catch(() => []);
    const firsts = known.flatMap(({ tokens: [first], boundaryMoved }) =>
      first.id === undefined || boundaryMoved ? [] : [{ ...first, id: first.id }],
    );
    if (firsts.length < choices.length) return scoreEach(prefix, choices, signal);
    const ids = firsts.map(({ id }) => id);
    const logprobs = await ask(chosen(prefix, ids), signal);
    return firsts.map((first, i) => scored([{ ...first, logprob: logprobs[i] }]));
  };

  const scoreLikeliest = async (
    prefix: string,
    choices: readonly string[],
    options: CallOptions,
  ): Promise<Scored[]> => {
    const likeliest = await ask(top!(prefix), options.signal);
    if (!collide(firstTokens(likeliest, choices))) return readChoices(name, likeliest, choices, missing);
    const asked = lettered(prefix, choices);
    const letters = await ask(top!(asked.prompt), options.signal);
    return readChoices(name, letters, asked.choices, missing, { lettered: true });
  };

  return {
    name,
    capabilities,
    async countTokens(text, options = {}) {
      if (text === "") return 0;
      if (count) return ask(count(text), options.signal);
      if (echo) return (await ask(echo(text), options.signal)).length;
      throw new InputError({
        code: "missing-capability",
        where: name,
        problem: "this server has no tokenizer to count with; vLLM, SGLang and llama.cpp servers have one",
        hint: "name a tokenizer, for instance o200k",
      });
    },
    async scoreText(text, options = {}) {
      if (!isScorer) throw lacks("scoreText");
      if (text === "") return scored([]);
      return scored(conditioned(await scoreWhole(text, options.signal)));
    },
    scoreContinuation,
    async scoreChoices(prefix, choices, mode = "all-tokens", options = {}) {
      if (choices.length === 0) return [];
      if (mode === "first-token") {
        if (isScorer) return scoreFirstTokens(prefix, choices, options);
        if (top) return scoreLikeliest(prefix, choices, options);
        throw lacks("scoreChoices");
      }
      if (!isScorer) throw lacks(top ? "scoreContinuation" : "scoreChoices");
      return Promise.all(choices.map((choice) => scoreContinuation(prefix, choice, options)));
    },
    async generate(prefix, options) {
      const { n = 1, seed = 0, signal } = options;
      requireGenerateOptions(name, options);
      const numbers = Array.from({ length: n }, (_, i) => seed + i);
      return Promise.all(
        numbers.map((number) => ask<Generated>(operations.generate(prefix, options, number), signal)),
      );
    },
  };
}

function moved(isMoved: boolean | undefined): { boundaryMoved?: true } {
  return isMoved ? { boundaryMoved: true } : {};
}

/** Without a begin-of-text token, the first token of a text has no probability and is left out. */
function conditioned(tokens: readonly EchoedToken[]): TokenLogprob[] {
  return tokens.flatMap(({ token, id, logprob }) =>
    logprob === null ? [] : [id === undefined ? { token, logprob } : { token, id, logprob }],
  );
}
