/**
 * SGLang's own /generate: `logprob_start_len: 0` gives every token of the prompt as [log-probability, id, text], and
 * `token_ids_logprob` the log-probabilities of wanted tokens at the next place.
 */
import { z } from "zod";
import type { Generated, GenerateOptions, TokenLogprob } from "../language-model.ts";
import { type Ask, BadAnswer, logprobSchema, readWith, tokenCounts } from "./ask.ts";
import { attempt, feature, type OpenDialect, type Operations, probeText } from "./dialect.ts";
import { type EchoedToken, ownTokens } from "./echo.ts";

const path = "/generate";
const k = 20;

const triple = z.tuple([logprobSchema.nullable(), z.number().int(), z.string().nullable()]);
const place = z.array(triple).nullable();

const generated = z.object({
  text: z.string().nullish(),
  meta_info: z.object({
    prompt_tokens: z.number().nullish(),
    completion_tokens: z.number().nullish(),
    input_token_logprobs: z.array(triple).nullish(),
    output_token_logprobs: z.array(triple).nullish(),
    output_top_logprobs: z.array(place).nullish(),
    output_token_ids_logprobs: z.array(place).nullish(),
  }),
});

export const openSglang: OpenDialect = async ({ ask }) => {
  const echoed = await attempt(ask(echo(probeText)));
  const some = "value" in echoed ? echoed.value.map(({ id }) => id ?? 0) : [0];
  const picked = await attempt(ask(chosen(probeText, some)));
  const top = await attempt(ask(likeliest(probeText)));
  const short = { maxTokens: 1 };
  const seeded = await attempt(ask(generation(true)(probeText, short, 0)));
  if ("refusal" in seeded && "refusal" in echoed) await ask(generation(false)(probeText, short, 0));
  const found: Operations = { generate: generation("value" in seeded) };
  if ("value" in echoed) found.echo = echo;
  if ("value" in picked) found.chosen = chosen;
  if ("value" in top) found.top = likeliest;
  return {
    operations: found,
    features: [
      feature(
        "logprob_start_len",
        echoed,
        "log-probabilities of every token of a prompt, one request a text",
      ),
      feature("token_ids_logprob", picked, "wanted next tokens, one request for all of them"),
      feature("top_logprobs", top, `the ${k} likeliest next tokens`),
      feature("sampling_seed", seeded, "samples repeat with their seed"),
    ],
  };
};

const neutral = { temperature: 1, top_p: 1, top_k: -1, min_p: 0 };

function echo(text: string): Ask<EchoedToken[]> {
  return {
    path,
    body: {
      text,
      sampling_params: { ...neutral, max_new_tokens: 0 },
      return_logprob: true,
      logprob_start_len: 0,
      return_text_in_logprobs: true,
    },
    read: (answer) => {
      const { meta_info } = readWith(generated, answer, path);
      const { input_token_logprobs } = meta_info;
      if (!input_token_logprobs) throw new BadAnswer(`${path} answered without input_token_logprobs`);
      const echoed = input_token_logprobs.map(asToken);
      return {
        value: ownTokens(path, echoed, text),
        ...tokenCounts(meta_info.prompt_tokens, meta_info.completion_tokens),
      };
    },
  };
}

function chosen(prefix: string, ids: readonly number[]): Ask<number[]> {
  return {
    path,
    body: {
      text: prefix,
      sampling_params: { ...neutral, max_new_tokens: 1 },
      return_logprob: true,
      token_ids_logprob: ids,
    },
    read: (answer) => {
      const { meta_info } = readWith(generated, answer, path);
      const [first] = meta_info.output_token_ids_logprobs ?? [];
      if (!first) throw new BadAnswer(`${path} answered without output_token_ids_logprobs`);
      const byId = new Map(first.map(([logprob, id]) => [id, logprob]));
      const value = ids.map((id) => {
        const logprob = byId.get(id);
        if (typeof logprob === "number") return logprob;
        throw new BadAnswer(`${path} answered without the log-probability of token ${id}`);
      });
      return { value, ...tokenCounts(meta_info.prompt_tokens, meta_info.completion_tokens) };
    },
  };
}

function likeliest(prefix: string): Ask<TokenLogprob[]> {
  return {
    path,
    body: {
      text: prefix,
      sampling_params: { ...neutral, max_new_tokens: 1 },
      return_logprob: true,
      top_logprobs_num: k,
      return_text_in_logprobs: true,
    },
    read: (answer) => {
      const { meta_info } = readWith(generated, answer, path);
      const [first] = meta_info.output_top_logprobs ?? [];
      if (!first) throw new BadAnswer(`${path} answered without output_top_logprobs`);
      return {
        value: first.map((one) => known(asToken(one))),
        ...tokenCounts(meta_info.prompt_tokens, meta_info.completion_tokens),
      };
    },
  };
}

/** Versions that know no `sampling_seed` refuse it. */
function generation(takesSeed: boolean) {
  return (
    prefix: string,
    { maxTokens, temperature = 1, topP = 1, stop }: GenerateOptions,
    seed: number,
  ): Ask<Generated> => ({
    path,
    body: {
      text: prefix,
      sampling_params: {
        ...neutral,
        max_new_tokens: maxTokens,
        temperature,
        top_p: topP,
        stop: stop ?? [],
        ...(takesSeed ? { sampling_seed: seed } : {}),
      },
      return_logprob: true,
      return_text_in_logprobs: true,
    },
    read: (answer) => {
      const { text, meta_info } = readWith(generated, answer, path);
      if (typeof text !== "string") throw new BadAnswer(`${path} answered without text`);
      const logprobs = meta_info.output_token_logprobs?.map((one) => known(asToken(one)));
      return {
        value: logprobs ? { text, logprobs } : { text },
        ...tokenCounts(meta_info.prompt_tokens, meta_info.completion_tokens),
      };
    },
  });
}

function asToken([logprob, id, text]: z.infer<typeof triple>): EchoedToken {
  return { token: text ?? "", id, logprob };
}

function known({ token, id, logprob }: EchoedToken): TokenLogprob {
  if (logprob === null) throw new BadAnswer(`${path} answered without the log-probability of token ${id}`);
  return { token, id, logprob };
}
