/**
 * Prompt compression for the Vercel AI SDK: a middleware that shortens long parts of a prompt before the model sees it.
 *
 * Its own entry point, `surprisal/ai-sdk`; `ai` is an optional peer.
 */
import type { LanguageModelMiddleware } from "ai";
import {
  type CompressionResult,
  type CompressOptions,
  compressPrompt,
  ngramScorer,
  openTokenizer,
  type WordScorer,
} from "../compress/compress.ts";

type Parameters = Parameters_<NonNullable<LanguageModelMiddleware["transformParams"]>>["params"];
type Parameters_<F> = F extends (options: infer O) => unknown ? O : never;
type Message = Parameters["prompt"][number];

export interface CompressionMiddlewareOptions
  extends Pick<
    CompressOptions,
    "rate" | "targetTokens" | "forceTokens" | "forceReserveDigit" | "keepPatterns" | "tokenizer"
  > {
  /** Says how much every word deserves to stay. Default: self-information, without any model. */
  scorer?: WordScorer;
  /** Whose messages are shortened. Default `["user"]`. */
  roles?: readonly Message["role"][];
  /** Texts of fewer tokens are left as they are. Default 200. */
  minTokens?: number;
  /** Prefer words about the last short user message. Default false. */
  questionAware?: boolean;
  /** Called after each compression, for logs and budgets. */
  onCompressed?: (result: CompressionResult) => void;
}

/**
 * A middleware for `wrapLanguageModel` that shortens long texts of a prompt to a rate or to a budget of tokens that
 * they share. Only text parts change; images, files, tool calls and short messages pass through.
 *
 * @throws InputError from the wrapped call when options are out of range or protected spans exceed the budget
 * @example
 * import { compressionMiddleware } from "surprisal/ai-sdk";
 * const middleware = compressionMiddleware({ targetTokens: 2000, keepPatterns: ["```…```"] });
 * // wrapLanguageModel({ model, middleware })
 */
export function compressionMiddleware(options: CompressionMiddlewareOptions = {}): LanguageModelMiddleware {
  const { scorer, roles = ["user"], minTokens = 200, questionAware = false, onCompressed, ...rest } = options;
  return {
    specificationVersion: "v3",
    transformParams: async ({ params }) => {
      const tokenizer = rest.tokenizer ?? (await openTokenizer());
      const places = textPlaces(params.prompt, roles).filter(
        ({ text }) => tokenizer.count(text) >= minTokens,
      );
      if (places.length === 0) return params;
      const question = questionAware
        ? lastShort(params.prompt, (text) => tokenizer.count(text) < minTokens)
        : undefined;
      const result = await compressPrompt(
        scorer ?? (await ngramScorer()),
        places.map(({ text }) => text),
        { ...rest, tokenizer, question, signal: params.abortSignal },
      );
      onCompressed?.(result);
      const shorter = new Map(places.map(({ at, part }, i) => [`${at}.${part}`, result.contexts[i].text]));
      return {
        ...params,
        prompt: params.prompt.map((message, at) =>
          withTexts(message, (part) => shorter.get(`${at}.${part}`)),
        ),
      };
    },
  };
}

interface Place {
  readonly text: string;
  /** Index of the message. */
  readonly at: number;
  /** Index of the part; 0 for a system message, which is a text itself. */
  readonly part: number;
}

function textPlaces(prompt: readonly Message[], roles: readonly Message["role"][]): Place[] {
  return prompt.flatMap((message, at): Place[] => {
    if (!roles.includes(message.role)) return [];
    if (message.role === "system") return [{ text: message.content, at, part: 0 }];
    return message.content.flatMap((content, part) =>
      content.type === "text" ? [{ text: content.text, at, part }] : [],
    );
  });
}

function lastShort(prompt: readonly Message[], isShort: (text: string) => boolean): string | undefined {
  return textPlaces(prompt, ["user"]).findLast(({ text }) => isShort(text))?.text;
}

function withTexts(message: Message, textOf: (part: number) => string | undefined): Message {
  if (message.role === "system") return { ...message, content: textOf(0) ?? message.content };
  const content = (message.content as { type: string; text?: string }[]).map((one, part) => {
    const text = textOf(part);
    return text === undefined ? one : { ...one, text };
  });
  return { ...message, content } as Message;
}
