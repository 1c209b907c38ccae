/** What an adapter for one kind of server provides. */
import type { Generated, GenerateOptions, TokenLogprob } from "../language-model.ts";
import { type Ask, BadAnswer, RefusedAnswer } from "./ask.ts";
import type { EchoedToken } from "./echo.ts";

/** What the start-up probe found out about one feature of a server. */
export interface Feature {
  name: string;
  works: boolean;
  /** What was seen, or why it does not work. */
  detail: string;
}

/** The questions a server answers; what it cannot is absent. */
export interface Operations {
  /** Every token of a text with its log-probability. */
  echo?: (text: string) => Ask<EchoedToken[]>;
  /** The tokens of a text as a prompt, special ones in front included. */
  tokenize?: (text: string) => Ask<Piece[]>;
  /** log p(id | ids). */
  force?: (ids: readonly number[], id: number) => Ask<number>;
  /** Log-probabilities of the wanted tokens after a prefix. */
  chosen?: (prefix: string, ids: readonly number[]) => Ask<number[]>;
  /** The likeliest next tokens. */
  top?: (prefix: string) => Ask<TokenLogprob[]>;
  /** Number of tokens of a text, without special ones. */
  count?: (text: string) => Ask<number>;
  generate: (prefix: string, options: GenerateOptions, seed: number) => Ask<Generated>;
}

/** A token of the server's tokenizer; `special` stands for no text. */
export interface Piece {
  id: number;
  token: string;
}

interface Opened {
  features: Feature[];
  operations: Operations;
}

/** How an adapter asks while it finds out what the server can do. */
export interface Probe {
  model: string;
  ask: <T>(ask: Ask<T>) => Promise<T>;
}

export type OpenDialect = (probe: Probe) => Promise<Opened>;

/** What is sent to find out whether something works: three tokens for most tokenizers. */
export const probeText = "one two three";

/** The answer, or why there is none. Only refusals and unusable answers are caught: a server that is down is down. */
export async function attempt<T>(answer: Promise<T>): Promise<{ value: T } | { refusal: string }> {
  try {
    return { value: await answer };
  } catch (error) {
    if (error instanceof BadAnswer && !error.unreadable) return { refusal: error.problem };
    if (error instanceof RefusedAnswer && error.status !== 401 && error.status !== 403) {
      return { refusal: error.message };
    }
    throw error;
  }
}

export function feature(
  name: string,
  tried: { value: unknown } | { refusal: string },
  detail: string,
): Feature {
  return "refusal" in tried ? { name, works: false, detail: tried.refusal } : { name, works: true, detail };
}

/** Servers differ in how many alternatives they return. */
export async function firstThatWorks<T>(
  counts: readonly number[],
  attemptWith: (k: number) => Promise<{ value: T } | { refusal: string }>,
): Promise<{ k: number; tried: { value: T } | { refusal: string } }> {
  for (const k of counts) {
    const tried = await attemptWith(k);
    if ("value" in tried || k === counts.at(-1)) return { k, tried };
  }
  throw new RangeError("no counts to try");
}
