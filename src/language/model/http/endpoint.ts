/**
 * Language models behind HTTP: vLLM, SGLang, llama.cpp's server, Ollama, and everything that speaks the chat protocol of
 * OpenAI. What a server can do is tried when it is opened, with requests of three tokens, and stated as capabilities.
 * Answers are kept on disk, so that what was paid for is not asked again.
 */
import { InputError, throwIfStopped } from "../../../core/errors.ts";
import type { CallOptions, LanguageModel } from "../language-model.ts";
import type { Ask } from "./ask.ts";
import { openCache } from "./cache.ts";
import type { Missing } from "./choices.ts";
import { baseOf, Client, type Usage } from "./client.ts";
import { asDialect, detect } from "./detect.ts";
import type { Feature, OpenDialect } from "./dialect.ts";
import { type DialectName, dialectNames } from "./dialect-names.ts";
import { endpointModel } from "./endpoint-model.ts";
import { openLlamaCpp } from "./llama-cpp.ts";
import { openOllama } from "./ollama.ts";
import { openChat } from "./openai-chat.ts";
import { type PlannedCall, type PlannedCost, plan } from "./plan.ts";
import { openSglang } from "./sglang.ts";
import { openVllm } from "./vllm.ts";

export interface EndpointSource {
  /** The server's address, with or without `/v1`: "http://localhost:8000". */
  endpoint: string;
  /** The model's name there. Default: the only one it lists. */
  endpointModel?: string;
  /** How the server is spoken to. Default: what the server says it is. */
  dialect?: DialectName;
  /** Sent as a bearer token; never shown or written. */
  apiKey?: string;
  /** Keeps answers here. Default: nowhere. */
  cacheDir?: string;
  /** Requests at a time. Default 4. */
  concurrency?: number;
  /** How long an answer may take. Default 120,000. */
  timeoutMs?: number;
  /** Further tries after HTTP 429, 5xx and broken connections. Default 4. */
  retries?: number;
  /** Pause before the first further try; doubles each time. Default 500. */
  backoffMs?: number;
  /** Of a choice that is not among the likeliest tokens. Default `"error"`. */
  missing?: Missing;
}

export interface Endpoint extends LanguageModel {
  readonly dialect: DialectName;
  /** The address that is asked. */
  readonly base: string;
  /** The model's name there. */
  readonly model: string;
  /** What the start-up probe found. */
  readonly features: readonly Feature[];
  /** What was asked so far. */
  usage(): Usage;
  /** What calls would cost; see planCost. */
  plan(calls: Iterable<PlannedCall>, options?: CallOptions): Promise<PlannedCost>;
}

const dialects: Record<DialectName, OpenDialect> = {
  vllm: openVllm,
  sglang: openSglang,
  "llama.cpp": openLlamaCpp,
  ollama: openOllama,
  "openai-chat": openChat,
};

/**
 * Opens a language model behind an HTTP address and finds out what it can do.
 *
 * A server whose prompt log-probabilities are complete scores texts and continuations (vLLM, SGLang; llama.cpp, one
 * request a token); from others, choices are read from the likeliest next tokens. Failures: `ReachError` for a server
 * that is down, slow, busy after all tries, or answers with something unusable; `InputError` for one that refuses.
 *
 * @throws InputError for a bad address or option, an unknown dialect, a refused key, a model the server lacks
 * @throws ReachError when the server cannot be reached
 * @throws StoppedError when the signal fires
 * @example
 * import { openEndpoint } from "surprisal/language";
 * try {
 *   const model = await openEndpoint({ endpoint: "http://127.0.0.1:1", retries: 0 });
 *   const [yes, no] = await model.scoreChoices("Is the sky blue? Answer:", [" yes", " no"], "first-token");
 *   console.log(yes.sum - no.sum, model.usage());
 * } catch (error) {
 *   console.log((error as Error).message); // http://127.0.0.1:1: cannot be reached (…)
 * }
 */
export async function openEndpoint(source: EndpointSource, options: CallOptions = {}): Promise<Endpoint> {
  const { endpointModel: givenModel, dialect: givenDialect, apiKey, cacheDir, missing = "error" } = source;
  const base = baseOf(source.endpoint);
  throwIfStopped(options.signal, base);
  const client = new Client({
    base,
    apiKey: usableKey(apiKey),
    cache: cacheDir === undefined ? undefined : await openCache(cacheDir),
    concurrency: wholeFrom(1, "concurrency", source.concurrency ?? 4),
    timeoutMs: wholeFrom(1, "timeoutMs", source.timeoutMs ?? 120_000),
    retries: wholeFrom(0, "retries", source.retries ?? 4),
    backoffMs: wholeFrom(0, "backoffMs", source.backoffMs ?? 500),
  });
  const given = {
    model: givenModel,
    dialect: givenDialect === undefined ? undefined : asDialect(givenDialect, dialectNames),
  };
  const { dialect, model } = await detect(base, given, (ask) => client.ask([], ask, options.signal));
  // What one server can do says nothing about another with the same model.
  const { features, operations } = await dialects[dialect]({
    model,
    ask: (ask) => client.ask(["probe", base, dialect, model], ask, options.signal),
  });
  const kind = [dialect, model];
  const languageModel = endpointModel({
    name: `${model} (${dialect})`,
    operations,
    missing,
    ask: (ask, signal) => client.ask(kind, ask, signal),
  });
  const planner = {
    operations,
    isCached: (ask: Ask<unknown>) => client.isCached(kind, ask),
    keepsAnswers: cacheDir !== undefined,
    count: operations.count && languageModel.countTokens,
  };
  return {
    ...languageModel,
    dialect,
    base,
    model,
    features,
    usage: () => ({ ...client.usage }),
    plan: (calls, callOptions) => plan(planner, calls, callOptions),
  };
}

/** A key that no header can carry is refused without being shown. */
function usableKey(key: string | undefined): string | undefined {
  if (key === undefined || key === "") return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new InputError({
    code: "bad-key",
    where: "openEndpoint",
    problem: "the API key has spaces or characters that no key has",
  });
}

function wholeFrom(least: number, name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new InputError({
    code: "bad-option",
    where: "openEndpoint",
    problem: `${name} will not do`,
    expected: `a whole number from ${least}`,
    got: value,
  });
}
