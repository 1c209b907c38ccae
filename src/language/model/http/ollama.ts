/**
 * Ollama's own /api/generate, without a chat template. It returns the likeliest tokens of what it writes and nothing of
 * the prompt, so that choices are read from the next token and texts cannot be scored.
 */
import { z } from "zod";
import type { Generated, GenerateOptions, TokenLogprob } from "../language-model.ts";
import { type Ask, BadAnswer, logprobSchema, readWith, tokenCounts } from "./ask.ts";
import { attempt, feature, type OpenDialect, type Operations, probeText } from "./dialect.ts";

const path = "/api/generate";
const k = 20;

const likely = z.object({ token: z.string(), logprob: logprobSchema });

const generated = z.object({
  response: z.string(),
  prompt_eval_count: z.number().nullish(),
  eval_count: z.number().nullish(),
  logprobs: z.array(likely.extend({ top_logprobs: z.array(likely).nullish() })).nullish(),
});

export const openOllama: OpenDialect = async ({ model, ask }) => {
  const { top, generate } = operationsOf(model);
  const tried = await attempt(ask(top(probeText)));
  if ("refusal" in tried) await ask(generate(probeText, { maxTokens: 1 }, 0));
  const operations: Operations = { generate };
  if ("value" in tried) operations.top = top;
  return { operations, features: [feature("top_logprobs", tried, `the ${k} likeliest next tokens`)] };
};

function operationsOf(model: string) {
  const options = { temperature: 1, top_p: 1, top_k: 0, min_p: 0, repeat_penalty: 1 };
  const common = { model, raw: true, stream: false, truncate: false, logprobs: true };
  return {
    top: (prefix: string): Ask<TokenLogprob[]> => ({
      path,
      body: { ...common, prompt: prefix, top_logprobs: k, options: { ...options, num_predict: 1, seed: 0 } },
      read: (answer) => {
        const body = readWith(generated, answer, path);
        const value = body.logprobs?.[0]?.top_logprobs;
        if (!value || value.length === 0) throw new BadAnswer(`${path} answered without top_logprobs`);
        return { value, ...tokenCounts(body.prompt_eval_count, body.eval_count) };
      },
    }),
    generate: (
      prefix: string,
      { maxTokens, temperature = 1, topP = 1, stop }: GenerateOptions,
      seed: number,
    ): Ask<Generated> => ({
      path,
      body: {
        ...common,
        prompt: prefix,
        options: { ...options, num_predict: maxTokens, temperature, top_p: topP, seed, stop: stop ?? [] },
      },
      read: (answer) => {
        const body = readWith(generated, answer, path);
        const logprobs = body.logprobs?.map(({ token, logprob }) => ({ token, logprob }));
        return {
          value: logprobs ? { text: body.response, logprobs } : { text: body.response },
          ...tokenCounts(body.prompt_eval_count, body.eval_count),
        };
      },
    }),
  };
}
