/**
 * vLLM and others that answer /v1/completions with the log-probabilities of the prompt: `echo` with `max_tokens: 0`, or
 * `prompt_logprobs`. One request scores a text. Tokens are counted by /tokenize.
 */
import { z } from "zod";
import type { Generated, GenerateOptions, TokenLogprob } from "../language-model.ts";
import {
  type Ask,
  BadAnswer,
  logprobSchema,
  openAIUsage,
  readWith,
  requireEqualLengths,
  usageOf,
} from "./ask.ts";
import { attempt, feature, firstThatWorks, type OpenDialect, type Operations, probeText } from "./dialect.ts";
import { type EchoedToken, ownTokens } from "./echo.ts";

const path = "/v1/completions";

const promptToken = z.object({ logprob: logprobSchema, decoded_token: z.string().nullish() });

const completion = z.object({
  choices: z
    .array(
      z.object({
        text: z.string(),
        logprobs: z
          .object({
            tokens: z.array(z.string()),
            token_logprobs: z.array(logprobSchema.nullable()),
            top_logprobs: z.array(z.record(z.string(), logprobSchema).nullable()).nullish(),
          })
          .nullish(),
        prompt_logprobs: z.array(z.record(z.string(), promptToken).nullable()).nullish(),
      }),
    )
    .min(1),
  usage: openAIUsage,
});

export const openVllm: OpenDialect = async ({ model, ask }) => {
  const operations = completions(model);
  const echoed = await attempt(ask(operations.echo(probeText)));
  const prompted = "value" in echoed ? undefined : await attempt(ask(operations.promptLogprobs(probeText)));
  const top = await firstThatWorks([20, 5], (k) => attempt(ask(operations.top(k)(probeText))));
  const counted = await attempt(ask(operations.count(probeText)));
  const found: Operations = { generate: operations.generate("value" in top.tried) };
  if ("value" in echoed) found.echo = operations.echo;
  else if (prompted && "value" in prompted) found.echo = operations.promptLogprobs;
  if ("value" in top.tried) found.top = operations.top(top.k);
  if ("value" in counted) found.count = operations.count;
  return {
    operations: found,
    features: [
      feature("echo", echoed, "log-probabilities of every token of a prompt, one request a text"),
      ...(prompted ? [feature("prompt_logprobs", prompted, "the same by prompt_logprobs")] : []),
      feature("top_logprobs", top.tried, `the ${top.k} likeliest next tokens`),
      feature("tokenize", counted, "counts tokens without running the model"),
    ],
  };
};

function completions(model: string) {
  const neutral = { model, temperature: 1, top_p: 1, stream: false };
  return {
    echo: (text: string): Ask<EchoedToken[]> => ({
      path,
      body: { ...neutral, prompt: text, max_tokens: 0, echo: true, logprobs: 1 },
      read: (answer) => {
        const { choices, usage } = readWith(completion, answer, path);
        const { tokens, token_logprobs } = requireLogprobs(choices[0].logprobs);
        requireEqualLengths(path, tokens, token_logprobs);
        const echoed = tokens.map((token, i) => ({ token, logprob: unclamped(token_logprobs[i]) }));
        return { value: ownTokens(path, echoed, text), ...usageOf(usage) };
      },
    }),
    promptLogprobs: (text: string): Ask<EchoedToken[]> => ({
      path,
      body: { ...neutral, prompt: text, max_tokens: 1, prompt_logprobs: 0 },
      read: (answer) => {
        const { choices, usage } = readWith(completion, answer, path);
        const { prompt_logprobs } = choices[0];
        if (!prompt_logprobs) throw new BadAnswer(`${path} answered without prompt_logprobs`);
        const echoed = prompt_logprobs.map((entries): EchoedToken => {
          const [entry] = Object.entries(entries ?? {});
          if (!entry) return { token: "", logprob: null };
          const [id, { logprob, decoded_token }] = entry;
          return { token: decoded_token ?? "", id: Number(id), logprob: unclamped(logprob) };
        });
        return { value: ownTokens(path, withFirstText(echoed, text), text), ...usageOf(usage) };
      },
    }),
    top:
      (k: number) =>
      (prefix: string): Ask<TokenLogprob[]> => ({
        path,
        body: { ...neutral, prompt: prefix, max_tokens: 1, logprobs: k },
        read: (answer) => {
          const { choices, usage } = readWith(completion, answer, path);
          const [first] = requireLogprobs(choices[0].logprobs).top_logprobs ?? [];
          if (!first) throw new BadAnswer(`${path} answered without top_logprobs`);
          const value = Object.entries(first).map(([token, logprob]) => ({ token, logprob }));
          return { value, ...usageOf(usage) };
        },
      }),
    count: (text: string): Ask<number> => ({
      path: "/tokenize",
      free: true,
      body: { model, prompt: text, add_special_tokens: false },
      read: (answer) => ({ value: readWith(z.object({ count: z.number() }), answer, "/tokenize").count }),
    }),
    generate:
      (logprobs: boolean) =>
      (
        prefix: string,
        { maxTokens, temperature = 1, topP = 1, stop }: GenerateOptions,
        seed: number,
      ): Ask<Generated> => ({
        path,
        body: {
          ...neutral,
          prompt: prefix,
          max_tokens: maxTokens,
          temperature,
          top_p: topP,
          seed,
          stop: stop ?? [],
          ...(logprobs ? { logprobs: 1 } : {}),
        },
        read: (answer) => {
          const { choices, usage } = readWith(completion, answer, path);
          const [{ text, logprobs }] = choices;
          const value: Generated = { text };
          if (logprobs) {
            requireEqualLengths(path, logprobs.tokens, logprobs.token_logprobs);
            value.logprobs = logprobs.tokens.map((token, i) => ({
              token,
              logprob: unclamped(logprobs.token_logprobs[i]) ?? Number.NEGATIVE_INFINITY,
            }));
          }
          return { value, ...usageOf(usage) };
        },
      }),
  };
}

/** The first token comes without an entry: its text is what the others leave. */
function withFirstText(echoed: EchoedToken[], text: string): EchoedToken[] {
  const rest = echoed
    .slice(1)
    .map(({ token }) => token)
    .join("");
  if (echoed.length === 0 || rest === text || !text.endsWith(rest)) return echoed;
  return [{ ...echoed[0], token: text.slice(0, text.length - rest.length) }, ...echoed.slice(1)];
}

function requireLogprobs<T>(logprobs: T | null | undefined): T {
  if (!logprobs) throw new BadAnswer(`${path} answered without logprobs`);
  return logprobs;
}

/** JSON has no −∞; vLLM writes −9999. */
function unclamped(logprob: number | null): number | null {
  return logprob !== null && logprob <= -9999 ? Number.NEGATIVE_INFINITY : logprob;
}
