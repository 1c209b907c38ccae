/**
 * /v1/chat/completions of hosted services and of nearly every local server: the prefix is the user's turn, and what is
 * read is the beginning of the answer. The likeliest tokens of the answer come back, at most 20 of them.
 */
import { z } from "zod";
import type { Generated, GenerateOptions, TokenLogprob } from "../language-model.ts";
import { type Ask, BadAnswer, logprobSchema, openAIUsage, readWith, usageOf } from "./ask.ts";
import { attempt, feature, firstThatWorks, type OpenDialect, type Operations, probeText } from "./dialect.ts";

const path = "/v1/chat/completions";

const likely = z.object({ token: z.string(), logprob: logprobSchema });

const chat = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish() }),
        logprobs: z
          .object({ content: z.array(likely.extend({ top_logprobs: z.array(likely).nullish() })).nullish() })
          .nullish(),
      }),
    )
    .min(1),
  usage: openAIUsage,
});

export const openChat: OpenDialect = async ({ model, ask }) => {
  const tried = await firstThatWorks([20, 5], (k) => attempt(ask(top(model, k)(probeText))));
  if ("refusal" in tried.tried) return withoutLogprobs(model, ask, tried.tried.refusal);
  return {
    operations: { top: top(model, tried.k), generate: generate(model, "max_tokens", true) },
    features: [feature("top_logprobs", tried.tried, `the ${tried.k} likeliest next tokens`)],
  };
};

/** Reasoning models refuse logprobs, a temperature, and `max_tokens` by its old name. */
async function withoutLogprobs(
  model: string,
  ask: <T>(ask: Ask<T>) => Promise<T>,
  refusal: string,
): Promise<{ operations: Operations; features: ReturnType<typeof feature>[] }> {
  const usual = generate(model, "max_tokens", false);
  const plain = await attempt(ask(usual(probeText, { maxTokens: 16 }, 0)));
  const newer = generate(model, "max_completion_tokens", false);
  if ("refusal" in plain) await ask(newer(probeText, { maxTokens: 16 }, 0));
  return {
    operations: { generate: "value" in plain ? usual : newer },
    features: [feature("top_logprobs", { refusal }, "")],
  };
}

function top(model: string, k: number) {
  return (prefix: string): Ask<TokenLogprob[]> => ({
    path,
    body: {
      model,
      messages: [{ role: "user", content: prefix }],
      max_tokens: 1,
      temperature: 1,
      top_p: 1,
      logprobs: true,
      top_logprobs: k,
    },
    read: (answer) => {
      const body = readWith(chat, answer, path);
      const value = body.choices[0].logprobs?.content?.[0]?.top_logprobs;
      if (!value || value.length === 0) throw new BadAnswer(`${path} answered without top_logprobs`);
      return { value: value.filter(({ logprob }) => logprob > unlikely), ...usageOf(body.usage) };
    },
  });
}

/** Stands for a token that was not among those returned. */
const unlikely = -9999;

function generate(model: string, limit: "max_tokens" | "max_completion_tokens", logprobs: boolean) {
  return (
    prefix: string,
    { maxTokens, temperature, topP, stop }: GenerateOptions,
    seed: number,
  ): Ask<Generated> => ({
    path,
    body: {
      model,
      messages: [{ role: "user", content: prefix }],
      [limit]: maxTokens,
      seed,
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { top_p: topP }),
      ...(stop?.length ? { stop } : {}),
      ...(logprobs ? { logprobs: true } : {}),
    },
    read: (answer) => {
      const body = readWith(chat, answer, path);
      const [{ message, logprobs: read }] = body.choices;
      if (typeof message.content !== "string") throw new BadAnswer(`${path} answered without content`);
      const tokens = read?.content?.map(({ token, logprob }) => ({ token, logprob }));
      return {
        value: tokens ? { text: message.content, logprobs: tokens } : { text: message.content },
        ...usageOf(body.usage),
      };
    },
  });
}
