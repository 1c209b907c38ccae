import { InputError } from "../../core/errors.ts";

/** What a language model can be asked for. A model lists what it really answers; see {@link LanguageModel}. */
export type Capability =
  | "scoreContinuation"
  | "scoreText"
  | "scoreChoices"
  | "generate"
  | "fullVocab"
  | "embed";

export interface TokenLogprob {
  /** The token's text, with the space it carries; joined in order, tokens give the scored text. */
  token: string;
  id?: number;
  /** Natural logarithm of its probability given everything before it; −Infinity when impossible, never NaN. */
  logprob: number;
}

/** The log-probabilities of a text or of a continuation, over its own tokens only. */
export interface Scored {
  tokens: TokenLogprob[];
  /** Σ logprob in nats. */
  sum: number;
  /** sum / count; 0 for no tokens. */
  mean: number;
  count: number;
  /**
   * Tokenising prefix + continuation did not split where the prefix ends, so that `tokens` begin at the last boundary
   * both share: before the continuation's first character.
   */
  boundaryMoved?: boolean;
  /** How many tokens took the smallest returned log-probability, under `missing: "floor"`. */
  floored?: number;
  /** Read from the likeliest next tokens of a server: the probability of all tokens that it did not return. */
  censoredMass?: number;
  /** The choices begin with the same token: they were listed as A, B, C … after the prefix, and the letter was scored. */
  lettered?: true;
}

export interface CallOptions {
  /** Stops the call; a StoppedError follows. */
  signal?: AbortSignal;
}

export interface GenerateOptions extends CallOptions {
  maxTokens: number;
  /** Default 1; 0 takes the likeliest token each time. */
  temperature?: number;
  /** Default 1. */
  topP?: number;
  /** Default 0. */
  seed?: number;
  /** How many independent texts. Default 1. */
  n?: number;
  /** Texts that end a generation; they are not part of it. */
  stop?: readonly string[];
}

export interface Generated {
  text: string;
  logprobs?: TokenLogprob[];
}

/** `"all-tokens"` scores every token of a choice, `"first-token"` only the one that comes next. */
export type ChoiceMode = "all-tokens" | "first-token";

/**
 * The one face of every language model: built in, in a file, or behind an endpoint.
 *
 * All logarithms are natural. Equal inputs give equal scores. A call the model cannot answer rejects with an
 * InputError `missing-capability` that names the capability and who has it; nothing is scored silently in another way.
 */
export interface LanguageModel {
  /** Short and stable: enough to tell runs apart in a report. */
  readonly name: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** Tokens of this model's own tokenizer. */
  countTokens(text: string, options?: CallOptions): Promise<number>;
  /** log p of every token of a text; the first has no condition unless the model has a begin-of-text token. */
  scoreText(text: string, options?: CallOptions): Promise<Scored>;
  /** log p(continuation | prefix), token by token. */
  scoreContinuation(prefix: string, continuation: string, options?: CallOptions): Promise<Scored>;
  /** log p of each candidate after the prefix, in the order given. Default mode `"all-tokens"`. */
  scoreChoices(
    prefix: string,
    choices: readonly string[],
    mode?: ChoiceMode,
    options?: CallOptions,
  ): Promise<Scored[]>;
  generate(prefix: string, options: GenerateOptions): Promise<Generated[]>;
  /** With `fullVocab`: the log-probability of every token of the vocabulary at the next position; sums to one. */
  nextTokens?(prefix: string, options?: CallOptions): Promise<TokenLogprob[]>;
  /** With `embed`: one vector per text. */
  embed?(texts: readonly string[], options?: CallOptions): Promise<Float64Array[]>;
  /** Frees what the model holds; it cannot be used afterwards. */
  close?(): Promise<void>;
}

/** Who answers a capability, for messages. */
const holders: Record<Capability, string> = {
  scoreContinuation:
    "the built-in models, GGUF files, vLLM, SGLang and llama.cpp servers can score a given continuation",
  scoreText:
    "the built-in models, GGUF files, vLLM, SGLang and llama.cpp servers can score every token of a text",
  scoreChoices: "the built-in models, GGUF files and every endpoint that returns logprobs can score choices",
  generate: "the built-in models, GGUF files and every endpoint can generate",
  fullVocab: "the built-in models and GGUF files give the whole next-token distribution",
  embed: "no model here embeds texts; see the sentence encoder of surprisal/decide",
};

/** The refusal of a call that this model cannot answer. */
export function missingCapability(model: string, capability: Capability, hint?: string): InputError {
  return new InputError({
    code: "missing-capability",
    where: model,
    problem: `this model lacks ${capability}; ${holders[capability]}`,
    hint,
  });
}

/** Throws unless the model has every capability that `where` needs. */
export function requireCapabilities(
  where: string,
  model: LanguageModel,
  needed: readonly Capability[],
): void {
  for (const capability of needed) {
    if (model.capabilities.has(capability)) continue;
    throw new InputError({
      code: "missing-capability",
      where,
      problem: `${model.name} lacks ${capability}; ${holders[capability]}`,
    });
  }
}

/** Sums up token log-probabilities. */
export function scored(
  tokens: TokenLogprob[],
  notes: Omit<Scored, "tokens" | "sum" | "mean" | "count"> = {},
): Scored {
  let sum = 0;
  for (const { logprob } of tokens) sum += logprob;
  const count = tokens.length;
  return { tokens, sum, mean: count === 0 ? 0 : sum / count, count, ...notes };
}
