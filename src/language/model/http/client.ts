/** Asks a server: each question once, a few at a time, again when the server was busy, never again when it is known. */
import { InputError, ReachError, StoppedError, throwIfStopped } from "../../../core/errors.ts";
import { type Ask, BadAnswer, RefusedAnswer } from "./ask.ts";
import { type AnswerCache, cacheKey } from "./cache.ts";
import { manyListeners, pause, slots, unlessStopped } from "./slots.ts";
import { ConnectionError, type Sent, seconds, send } from "./transport.ts";

export interface ClientOptions {
  /** Where the server is, without the path of a call. */
  base: string;
  apiKey?: string;
  cache?: AnswerCache;
  concurrency: number;
  timeoutMs: number;
  retries: number;
  backoffMs: number;
}

/** What an endpoint did since it was opened. */
export interface Usage {
  /** Requests that made the server run its model. */
  calls: number;
  /** Answers that were on disk already. */
  cached: number;
  /** Tries after the first. */
  retried: number;
  /** As the server counts them; 0 where it does not say. */
  promptTokens: number;
  completionTokens: number;
}

/** Longer than this a server may not ask us to wait. */
const longestWaitMs = 120_000;

export class Client {
  readonly base: string;
  readonly usage: Usage = { calls: 0, cached: 0, retried: 0, promptTokens: 0, completionTokens: 0 };
  readonly #options: ClientOptions;
  readonly #inSlot: ReturnType<typeof slots>;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(options: ClientOptions) {
    this.base = options.base;
    this.#options = options;
    this.#inSlot = slots(options.concurrency);
  }

  /**
   * @param kind what the answers of two servers must share to be the same: dialect and model
   * @throws ReachError, RefusedAnswer, BadAnswer, StoppedError
   */
  async ask<T>(kind: readonly string[], ask: Ask<T>, given?: AbortSignal): Promise<T> {
    const signal = manyListeners(given);
    const key = keyOf(kind, ask);
    for (;;) {
      throwIfStopped(signal, this.base);
      let running = this.#running.get(key) as Promise<T> | undefined;
      const isOurs = running === undefined;
      if (!running) {
        running = this.#answer(key, ask, signal).finally(() => this.#running.delete(key));
        this.#running.set(key, running);
      }
      try {
        return await unlessStopped(running, signal, this.base);
      } catch (error) {
        // Whoever asked first may have been stopped; that is no answer for the others.
        if (isOurs || !(error instanceof StoppedError) || signal?.aborted) throw error;
      }
    }
  }

  async isCached(kind: readonly string[], ask: Ask<unknown>): Promise<boolean> {
    return (await this.#options.cache?.has(keyOf(kind, ask))) ?? false;
  }

  async #answer<T>(key: string, ask: Ask<T>, signal?: AbortSignal): Promise<T> {
    const known = await this.#fromCache(key, ask);
    if (known) return known.value;
    return this.#inSlot(async () => {
      const text = await this.#text(ask, signal);
      const { value, promptTokens = 0, completionTokens = 0 } = this.#read(ask, text);
      if (!ask.free) this.usage.calls++;
      this.usage.promptTokens += promptTokens;
      this.usage.completionTokens += completionTokens;
      if (ask.body && !this.#holdsKey(text)) await this.#options.cache?.set(key, text);
      return value;
    }, signal);
  }

  async #fromCache<T>(key: string, ask: Ask<T>): Promise<{ value: T } | undefined> {
    const text = ask.body && (await this.#options.cache?.get(key));
    if (text === undefined) return undefined;
    try {
      const { value } = ask.read(JSON.parse(text));
      if (!ask.free) this.usage.cached++;
      return { value };
    } catch {
      return undefined;
    }
  }

  /** The body of a good answer, after as many tries as are allowed. */
  async #text(ask: Ask<unknown>, signal?: AbortSignal): Promise<string> {
    const { base, apiKey, timeoutMs, retries } = this.#options;
    const body = ask.body && JSON.stringify(ask.body);
    for (let tries = 1; ; tries++) {
      let problem: string;
      let retryAfter: string | undefined;
      try {
        const sent = await send(`${base}${ask.path}`, { where: base, body, apiKey, timeoutMs, signal });
        if (sent.status >= 200 && sent.status < 300) return sent.text;
        problem = this.#busy(ask.path, sent);
        retryAfter = sent.retryAfter;
      } catch (error) {
        // The first look at a server that is not there is not worth a wait.
        if (!(error instanceof ConnectionError) || !ask.body) throw error;
        problem = error.problem;
      }
      if (tries > retries)
        throw new ReachError(base, tries === 1 ? problem : `${problem}, after ${tries} tries`);
      const wait = this.#waitBefore(tries, retryAfter);
      if (wait > longestWaitMs) {
        throw new ReachError(base, `too many requests: the server asks to wait ${seconds(wait)}`);
      }
      await pause(wait, signal, base);
      this.usage.retried++;
    }
  }

  #waitBefore(tries: number, retryAfter: string | undefined): number {
    const asked = retryAfter === undefined ? Number.NaN : Number(retryAfter) * 1000;
    const until = retryAfter === undefined ? Number.NaN : Date.parse(retryAfter) - Date.now();
    const backoff = Math.min(this.#options.backoffMs * 2 ** (tries - 1), 30_000);
    return Math.max(backoff, Number.isFinite(asked) ? asked : Number.isFinite(until) ? until : 0);
  }

  /** What to say of an answer that may be better next time; throws for one that will not. */
  #busy(path: string, sent: Sent): string {
    const { base } = this.#options;
    const { status, location } = sent;
    if (status >= 300 && status < 400) {
      const to = location ? ` to ${this.#redacted(location)}` : "";
      throw new ReachError(base, `redirects${to}; give the address where the server answers itself`);
    }
    const said = this.#redacted(messageOf(sent));
    if (status === 429) return `too many requests (HTTP 429)${said}`;
    if (status >= 500 && status !== 501) return `the server failed (HTTP ${status})${said}`;
    if (status === 401 || status === 403) {
      throw new RefusedAnswer(
        base,
        status,
        `the server refuses the API key, or wants one (HTTP ${status})`,
        "--api-key-env names the environment variable that holds it",
      );
    }
    throw new RefusedAnswer(base, status, `${path} is refused (HTTP ${status})${said}`);
  }

  #read<T>(ask: Ask<T>, text: string): ReturnType<Ask<T>["read"]> {
    const { base } = this.#options;
    try {
      return ask.read(parsed(ask.path, text));
    } catch (error) {
      if (!(error instanceof BadAnswer)) throw error;
      throw new BadAnswer(this.#redacted(error.problem), { where: base, unreadable: error.unreadable });
    }
  }

  /** Servers may repeat what they were sent. */
  #redacted(text: string): string {
    const { apiKey } = this.#options;
    return apiKey ? text.replaceAll(apiKey, "***") : text;
  }

  #holdsKey(text: string): boolean {
    const { apiKey } = this.#options;
    return apiKey !== undefined && apiKey.length >= shortestKey && text.includes(apiKey);
  }
}

/** Local servers take any word as a key; such a word may well be in an answer. */
const shortestKey = 8;

function keyOf(kind: readonly string[], { path, body }: Ask<unknown>): string {
  return cacheKey([...kind, path, body ?? null]);
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadAnswer(`${path} answered with ${unreadable(text)}`, { unreadable: true });
  }
}

function unreadable(text: string): string {
  const start = text.trimStart();
  if (start.startsWith("<")) return "a page, not with JSON: is this the address of the API?";
  if (/[[:,]\s*-?(NaN|Infinity)\b/.test(text)) return "NaN or Infinity, which are not JSON";
  if (/^[{[]/.test(start)) return `JSON that is cut off or damaged (${text.length} characters)`;
  return "something that is not JSON";
}

/** What a server says about its refusal, in whichever of the usual places. */
function messageOf({ text, contentType }: Sent): string {
  let said: unknown;
  try {
    const body = JSON.parse(text);
    said = body?.error?.message ?? body?.error ?? body?.message ?? body?.detail;
  } catch {
    said = /html/.test(contentType) || text.trimStart().startsWith("<") ? undefined : text;
  }
  const words =
    typeof said === "string" ? said : said === undefined || said === null ? "" : JSON.stringify(said);
  const line = words.replace(/\s+/g, " ").trim();
  return line === "" ? "" : `: ${line.length > 200 ? `${line.slice(0, 199)}…` : line}`;
}

/**
 * The address of a server as it is asked and shown: without a slash or `/v1` at the end.
 *
 * @throws InputError when it is no http address, or holds a password or a query (that would be shown)
 */
export function baseOf(endpoint: string): string {
  const refuse = (problem: string, got?: string) =>
    new InputError({
      code: "bad-endpoint",
      where: "endpoint",
      problem,
      expected: "an address such as http://localhost:8000",
      got,
    });
  if (!URL.canParse(endpoint)) throw refuse("not an address", endpoint);
  const url = new URL(endpoint);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refuse("not an http address", endpoint);
  if (url.username || url.password || url.search || url.hash) {
    throw refuse("keys and options do not go into the address");
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "").replace(/\/v1$/, "");
}
