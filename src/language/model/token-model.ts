// A language model made of a tokenizer and a function that scores tokens: what the transformer of this package, GGUF
// files and ONNX files have in common.
import { InputError, throwIfStopped } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import {
  type CallOptions,
  type Generated,
  type GenerateOptions,
  type LanguageModel,
  type Scored,
  scored,
  type TokenLogprob,
} from "./language-model.ts";

/** Tokens of which those from `from` on are to be scored. */
export interface TokenSequence {
  readonly ids: ArrayLike<number>;
  readonly from: number;
}

/** Reads tokens one after the other. */
export interface TokenReader {
  /** log p of every token of the vocabulary at the next place; valid until the next `push`. */
  logprobs(): Float64Array;
  push(id: number): Promise<void> | void;
  /** Frees what the reader holds. */
  close?(): Promise<void> | void;
}

interface TokenScorer {
  readonly name: string;
  encode(text: string): ArrayLike<number>;
  /** What each token adds to the text. */
  texts(ids: ArrayLike<number>): string[];
  /** The name of a token by itself. */
  nameOf(id: number): string;
  /** Whether the first token of a text has a condition: a begin-of-text token. */
  readonly scoresFirst: boolean;
  /** Whether a text ends at this token. */
  isEnd(id: number): boolean;
  /** log p of the wanted tokens of each sequence. */
  score(sequences: readonly TokenSequence[], options: CallOptions): Promise<Float64Array[]>;
  /** A reader that has read these tokens. */
  read(ids: ArrayLike<number>, options: CallOptions): Promise<TokenReader>;
  close?(): Promise<void>;
}

/** The face of {@link LanguageModel} for a scorer of tokens. */
export function tokenModel(scorer: TokenScorer): LanguageModel {
  const { name, scoresFirst } = scorer;
  const scoreAll = async (parts: readonly Continuation[], options: CallOptions): Promise<Scored[]> => {
    const sequences = parts.map(({ ids, from }) => ({ ids, from: from === 0 && !scoresFirst ? 1 : from }));
    const logprobs = await scorer.score(sequences, options);
    return parts.map(({ ids, boundaryMoved }, p) => {
      const { from } = sequences[p];
      const texts = scorer.texts(ids);
      const tokens = Array.from(logprobs[p], (logprob, i): TokenLogprob => {
        return { token: texts[from + i], id: ids[from + i], logprob };
      });
      return scored(tokens, boundaryMoved ? { boundaryMoved } : {});
    });
  };
  return {
    name,
    capabilities: new Set(["scoreText", "scoreContinuation", "scoreChoices", "generate", "fullVocab"]),
    countTokens: async (text) => scorer.encode(text).length,
    async scoreText(text, options = {}) {
      return (await scoreAll([{ ids: scorer.encode(text), from: 0 }], options))[0];
    },
    async scoreContinuation(prefix, continuation, options = {}) {
      return (await scoreAll([continue_(scorer, prefix, continuation)], options))[0];
    },
    async scoreChoices(prefix, choices, mode = "all-tokens", options = {}) {
      const parts = choices.map((choice) => continue_(scorer, prefix, choice));
      const wanted = mode === "all-tokens" ? parts : parts.map(onlyFirst);
      return scoreAll(wanted, options);
    },
    async nextTokens(prefix, options = {}) {
      const reader = await scorer.read(scorer.encode(prefix), options);
      try {
        return Array.from(reader.logprobs(), (logprob, id) => ({ token: scorer.nameOf(id), id, logprob }));
      } finally {
        await reader.close?.();
      }
    },
    async generate(prefix, options) {
      requireGenerateOptions(name, options);
      const out: Generated[] = [];
      const random = new Random(options.seed ?? 0);
      for (let i = 0; i < (options.n ?? 1); i++) {
        out.push(await generateOne(scorer, prefix, options, random.split(i)));
      }
      return out;
    },
    ...(scorer.close ? { close: () => scorer.close!() } : {}),
  };
}

interface Continuation extends TokenSequence {
  readonly boundaryMoved?: boolean;
}

/** The tokens of prefix and continuation together, from the last boundary that the prefix alone has too. */
function continue_(scorer: TokenScorer, prefix: string, continuation: string): Continuation {
  const before = scorer.encode(prefix);
  const ids = scorer.encode(prefix + continuation);
  let from = 0;
  while (from < before.length && from < ids.length && before[from] === ids[from]) from++;
  return { ids, from, boundaryMoved: from < before.length };
}

function onlyFirst({ ids, from, boundaryMoved }: Continuation): Continuation {
  return { ids: Array.from(ids).slice(0, from + 1), from, boundaryMoved };
}

async function generateOne(
  scorer: TokenScorer,
  prefix: string,
  options: GenerateOptions,
  random: Random,
): Promise<Generated> {
  const { maxTokens, temperature = 1, topP = 1, stop = [], signal } = options;
  const before = Array.from(scorer.encode(prefix));
  const ids = [...before];
  const logprobs: number[] = [];
  const reader = await scorer.read(before, { signal });
  try {
    while (logprobs.length < maxTokens) {
      throwIfStopped(signal, scorer.name);
      const all = reader.logprobs();
      const id = sampleToken(all, temperature, topP, random);
      if (scorer.isEnd(id)) break;
      ids.push(id);
      logprobs.push(all[id]);
      const stopped = cutAtStop(scorer.texts(ids).slice(before.length), logprobs, ids, before.length, stop);
      if (stopped) return stopped;
      if (logprobs.length < maxTokens) await reader.push(id);
    }
  } finally {
    await reader.close?.();
  }
  const texts = scorer.texts(ids).slice(before.length);
  return { text: texts.join(""), logprobs: tokensOf(texts, ids, before.length, logprobs) };
}

function tokensOf(
  texts: readonly string[],
  ids: readonly number[],
  offset: number,
  logprobs: readonly number[],
): TokenLogprob[] {
  return texts.map((token, i) => ({ token, id: ids[offset + i], logprob: logprobs[i] }));
}

/** The text before the first stop text, with the tokens that lie in it; nothing where there is none yet. */
function cutAtStop(
  texts: readonly string[],
  logprobs: readonly number[],
  ids: readonly number[],
  offset: number,
  stop: readonly string[],
): Generated | undefined {
  if (stop.length === 0) return undefined;
  const text = texts.join("");
  const places = stop.map((one) => text.indexOf(one)).filter((at) => at >= 0);
  if (places.length === 0) return undefined;
  const end = Math.min(...places);
  let kept = 0;
  let length = 0;
  while (kept < texts.length && length + texts[kept].length <= end) length += texts[kept++].length;
  return { text: text.slice(0, end), logprobs: tokensOf(texts.slice(0, kept), ids, offset, logprobs) };
}

/** One token: the likeliest at temperature 0, else drawn from the nucleus of mass `topP` of p^(1 / temperature). */
export function sampleToken(
  logprobs: Float64Array,
  temperature: number,
  topP: number,
  random: Random,
): number {
  let best = 0;
  for (let i = 1; i < logprobs.length; i++) if (logprobs[i] > logprobs[best]) best = i;
  if (temperature === 0) return best;
  const weights = logprobs.map((logprob) => Math.exp((logprob - logprobs[best]) / temperature));
  if (topP < 1) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const order = Array.from(weights.keys()).sort((a, b) => weights[b] - weights[a]);
    let mass = 0;
    for (const i of order) {
      if (mass >= topP * total) weights[i] = 0;
      mass += weights[i];
    }
  }
  return random.categorical(weights);
}

export function requireGenerateOptions(name: string, options: GenerateOptions): void {
  const { maxTokens, temperature = 1, topP = 1, n = 1, stop = [] } = options;
  const refuse = (option: string, expected: string, got: unknown): never => {
    throw new InputError({
      code: "bad-option",
      where: name,
      problem: `${option} will not do`,
      expected,
      got,
    });
  };
  if (!(Number.isInteger(maxTokens) && maxTokens >= 1))
    refuse("maxTokens", "a whole number from 1", maxTokens);
  if (!(temperature >= 0 && Number.isFinite(temperature)))
    refuse("temperature", "a number from 0", temperature);
  if (!(topP > 0 && topP <= 1)) refuse("topP", "a share above 0", topP);
  if (!(Number.isInteger(n) && n >= 1)) refuse("n", "a whole number from 1", n);
  if (stop.includes("")) refuse("stop", "texts that are not empty", "");
}
