/**
 * llama.cpp's server gives no log-probabilities of a prompt. A given continuation is scored by forcing it: for each of
 * its tokens one request in which `logit_bias` makes this token win, while the reported log-probability comes from the
 * logits as they were. The server keeps what it has read, so that each request reads one token. Whether all of this is
 * so is tried at start-up.
 */
import { z } from "zod";
import type { Generated, GenerateOptions, TokenLogprob } from "../language-model.ts";
import { type Ask, BadAnswer, logprobSchema, readWith, tokenCounts } from "./ask.ts";
import {
  attempt,
  feature,
  type OpenDialect,
  type Operations,
  type Piece,
  type Probe,
  probeText,
} from "./dialect.ts";

const path = "/completion";
const bias = 1000;
const k = 200;

/** JSON has no −∞; the server writes the lowest number of single precision. */
const unclampedLogprob = logprobSchema.transform((value) =>
  value < -1e38 ? Number.NEGATIVE_INFINITY : value,
);

const likely = z.object({ id: z.number().int(), token: z.string().nullish(), logprob: unclampedLogprob });

const completion = z.object({
  content: z.string(),
  tokens_evaluated: z.number().nullish(),
  tokens_predicted: z.number().nullish(),
  completion_probabilities: z.array(likely.extend({ top_logprobs: z.array(likely).nullish() })).nullish(),
});

const tokenized = z.object({
  tokens: z.array(z.object({ id: z.number().int(), piece: z.union([z.string(), z.array(z.number())]) })),
});

export const openLlamaCpp: OpenDialect = async ({ ask }) => {
  const pieces = await attempt(ask(tokenize(true)(probeText)));
  const ids = "value" in pieces ? pieces.value.map(({ id }) => id) : [];
  const top = await attempt(ask(likeliest(probeText)));
  const forced = "value" in pieces ? await attempt(tryForcing(ask, ids)) : { refusal: "needs /tokenize" };
  const found: Operations = { generate };
  if ("value" in top) found.top = likeliest;
  if ("value" in pieces) found.count = count;
  if ("value" in forced) {
    found.tokenize = tokenize(true);
    found.force = force;
  }
  return {
    operations: found,
    features: [
      feature("tokenize", pieces, "counts tokens without running the model"),
      feature("logit_bias", forced, "scores a given continuation, one request a token"),
      feature("n_probs", top, `the ${k} likeliest next tokens`),
    ],
  };
};

/** The same token must have the same log-probability with and without bias, and all together at most 1. */
async function tryForcing(ask: Probe["ask"], ids: readonly number[]): Promise<true> {
  const free = await ask(likeliestAfter(ids));
  let mass = 0;
  for (const { logprob } of free) mass += Math.exp(logprob);
  if (mass > 1.001)
    throw new BadAnswer(`the likeliest tokens have a probability of ${mass.toFixed(3)} together`);
  const { id, logprob } = free[Math.min(1, free.length - 1)];
  const biased = await ask(force(ids, id!));
  if (Math.abs(biased - logprob) > 1e-3) {
    throw new BadAnswer(
      `with logit_bias, the same token has ${biased.toFixed(4)} instead of ${logprob.toFixed(4)}`,
    );
  }
  return true;
}

/** No sampler between the logits and what is reported. */
const neutral = {
  temperature: 1,
  top_k: 0,
  top_p: 1,
  min_p: 0,
  repeat_penalty: 1,
  cache_prompt: true,
  post_sampling_probs: false,
  stream: false,
};

function tokenize(special: boolean) {
  return (text: string): Ask<Piece[]> => ({
    path: "/tokenize",
    free: true,
    body: { content: text, add_special: special, parse_special: false, with_pieces: true },
    read: (answer) => {
      const pieces = readWith(tokenized, answer, "/tokenize").tokens.map(({ id, piece }) => ({
        id,
        token: typeof piece === "string" ? piece : new TextDecoder().decode(Uint8Array.from(piece)),
      }));
      return { value: special ? withEmptySpecial(pieces, text) : pieces };
    },
  });
}

/** A begin-of-text token has a name, but adds nothing to the text. */
function withEmptySpecial(pieces: Piece[], text: string): Piece[] {
  const [first, ...rest] = pieces;
  const isSpecial = first !== undefined && /^<.*>$/.test(first.token) && !text.startsWith(first.token);
  return isSpecial ? [{ ...first, token: "" }, ...rest] : pieces;
}

function count(text: string): Ask<number> {
  const { read, ...ask } = tokenize(false)(text);
  return { ...ask, read: (answer) => ({ value: read(answer).value.length }) };
}

function force(ids: readonly number[], id: number): Ask<number> {
  return {
    path,
    body: { ...neutral, prompt: ids, n_predict: 1, n_probs: 1, logit_bias: [[id, bias]] },
    read: (answer) => {
      const body = readWith(completion, answer, path);
      const first = requireFirst(body);
      if (first.id !== id) throw new BadAnswer(`${path} did not take the token that logit_bias asks for`);
      return { value: first.logprob, ...tokenCounts(body.tokens_evaluated, body.tokens_predicted) };
    },
  };
}

function likeliest(prefix: string): Ask<TokenLogprob[]> {
  return likeliestAfter(prefix);
}

function likeliestAfter(prompt: string | readonly number[]): Ask<TokenLogprob[]> {
  return {
    path,
    body: { ...neutral, prompt, n_predict: 1, n_probs: k },
    read: (answer) => {
      const body = readWith(completion, answer, path);
      const { top_logprobs } = requireFirst(body);
      if (!top_logprobs || top_logprobs.length === 0)
        throw new BadAnswer(`${path} answered without top_logprobs`);
      const value = top_logprobs.map(({ id, token, logprob }) => ({ id, token: token ?? "", logprob }));
      return { value, ...tokenCounts(body.tokens_evaluated, body.tokens_predicted) };
    },
  };
}

function generate(
  prefix: string,
  { maxTokens, temperature = 1, topP = 1, stop }: GenerateOptions,
  seed: number,
): Ask<Generated> {
  return {
    path,
    body: {
      ...neutral,
      prompt: prefix,
      n_predict: maxTokens,
      n_probs: 1,
      temperature,
      top_p: topP,
      seed,
      stop: stop ?? [],
    },
    read: (answer) => {
      const body = readWith(completion, answer, path);
      const logprobs = body.completion_probabilities?.map(({ id, token, logprob }) => ({
        id,
        token: token ?? "",
        logprob,
      }));
      return {
        value: logprobs ? { text: body.content, logprobs } : { text: body.content },
        ...tokenCounts(body.tokens_evaluated, body.tokens_predicted),
      };
    },
  };
}

type Completion = z.infer<typeof completion>;

function requireFirst(body: Completion): NonNullable<Completion["completion_probabilities"]>[number] {
  const [first] = body.completion_probabilities ?? [];
  if (!first) throw new BadAnswer(`${path} answered without completion_probabilities`);
  return first;
}
