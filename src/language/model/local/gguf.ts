/**
 * A language model in a GGUF file, run by llama.cpp through the optional package `node-llama-cpp`.
 *
 * A given text is scored by teacher forcing: one evaluation returns at every wanted place the raw logit of the token
 * that follows, the largest logit and the sum of e^(logit − largest), from which log p follows without sampling
 * options. Texts longer than the context are read in overlapping windows, as by our own transformer.
 *
 * llama.cpp keeps keys and values in half precision: scores differ from a double-precision pass by some thousandths of
 * a nat. Calls of one model run one after the other. A token that is part of a character adds nothing to the text; the
 * last part adds the whole character. Without a begin-of-text token the first token of a text has no score and is left
 * out.
 */
import { open } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { InputError, throwIfStopped } from "../../../core/errors.ts";
import { unreadable } from "../../../data/unreadable.ts";
import type { CallOptions, LanguageModel, TokenLogprob } from "../language-model.ts";
import { type TokenReader, type TokenSequence, tokenModel } from "../token-model.ts";
import { windowStart, windowsOf } from "../transformer/windows.ts";
import { importPeer, oneAtATime } from "./peer.ts";
import { textsOf } from "./texts.ts";

export interface GgufOptions {
  /** Threads of an evaluation. Default: as many as llama.cpp finds useful; 1 where other work shares the cores. */
  threads?: number;
  /** Most tokens seen at once, an even number. Default: what the model was trained on, at most 4096. */
  contextSize?: number;
  /** Use a graphics card where llama.cpp finds one. Default false. */
  gpu?: boolean;
}

/** What is used of `node-llama-cpp` 3. */
interface LlamaPackage {
  getLlama(
    options: object,
  ): Promise<{ loadModel(options: object): Promise<LlamaModel>; dispose(): Promise<void> }>;
}

interface LlamaModel {
  readonly trainContextSize: number;
  readonly tokens: { readonly bos: number | null; readonly shouldPrependBosToken: boolean };
  readonly fileInfo: {
    readonly metadata: { readonly tokenizer?: { readonly ggml?: { readonly tokens?: readonly unknown[] } } };
  };
  tokenize(text: string, specialTokens?: boolean): number[];
  detokenize(tokens: readonly number[], specialTokens?: boolean, lastTokens?: readonly number[]): string;
  isEogToken(token: number): boolean;
  createContext(options: object): Promise<LlamaContext>;
}

interface LlamaContext {
  getSequence(): LlamaSequence;
}

type EvaluationInput = number | [token: number, options: { generateNext: NextOptions }];

interface NextOptions {
  logits: true | { filter: { tokens: readonly number[]; includeSelected: true } };
  totalLogitWeight?: true;
}

interface LlamaSequence {
  clearHistory(): Promise<void>;
  eraseContextTokenRanges(ranges: { start: number; end: number }[]): Promise<void>;
  readonly nextTokenIndex: number;
  controlledEvaluate(
    input: EvaluationInput[],
  ): Promise<({ next: { logits?: Map<number, number>; totalLogitWeight?: number } } | undefined)[]>;
}

const where = "openGguf";
const largestDefaultContext = 4096;

/**
 * Opens a GGUF file.
 *
 * @throws InputError `missing-package` without `node-llama-cpp`, with the line that installs it; `missing-file`;
 * `bad-file` when llama.cpp refuses it
 */
export async function openGguf(path: string, options: GgufOptions = {}): Promise<LanguageModel> {
  const { threads, gpu = false } = options;
  await requireGguf(path);
  const { getLlama } = await importPeer<LlamaPackage>(where, "node-llama-cpp", "npm install node-llama-cpp");
  const llama = await getLlama({
    gpu: gpu ? "auto" : false,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    logLevel: "disabled",
    ...(threads === undefined ? {} : { maxThreads: threads }),
  });
  try {
    const model = await llama.loadModel({ modelPath: resolve(path), ...(gpu ? {} : { gpuLayers: 0 }) });
    const contextSize = evenSize(
      options.contextSize ?? Math.min(model.trainContextSize, largestDefaultContext),
    );
    const context = await model.createContext({
      // A context that is full is shifted before its last token is evaluated.
      contextSize: contextSize + 1,
      sequences: 1,
      flashAttention: false,
      ...(threads === undefined ? {} : { threads }),
    });
    return ggufModel(basename(path), model, context.getSequence(), contextSize, () => llama.dispose());
  } catch (error) {
    await llama.dispose();
    throw new InputError({
      code: "bad-file",
      where,
      problem: `llama.cpp cannot open the file (${(error as Error).message})`,
      got: path,
    });
  }
}

/** What is no GGUF file is refused here, because reading it further may never end. */
async function requireGguf(path: string): Promise<void> {
  const header = Buffer.alloc(headerBytes);
  try {
    const file = await open(path);
    await file.read(header, 0, headerBytes, 0).finally(() => file.close());
  } catch (error) {
    throw await unreadable(path, error);
  }
  const [version, tensors, keys] = [
    header.readUInt32LE(4),
    header.readBigUInt64LE(8),
    header.readBigUInt64LE(16),
  ];
  const isPlausible = tensors < mostEntries && keys < mostEntries;
  if (header.toString("latin1", 0, 4) === "GGUF" && versions.includes(version) && isPlausible) return;
  throw new InputError({
    code: "bad-file",
    where,
    problem: "not a GGUF file of version 2 or 3",
    got: path,
  });
}

const headerBytes = 24;
const versions = [2, 3];
const mostEntries = 1_000_000n;

function evenSize(size: number): number {
  if (Number.isInteger(size) && size >= 4) return size - (size % 2);
  throw new InputError({
    code: "bad-option",
    where,
    problem: "contextSize will not do",
    expected: "an even number from 4",
    got: size,
  });
}

function ggufModel(
  name: string,
  model: LlamaModel,
  sequence: LlamaSequence,
  contextSize: number,
  close: () => Promise<void>,
): LanguageModel {
  const exclusive = oneAtATime();
  const { bos, shouldPrependBosToken } = model.tokens;
  const begin = shouldPrependBosToken && bos !== null ? [bos] : [];

  const scoreWindows = async (sequences: readonly TokenSequence[], { signal }: CallOptions) => {
    const out = sequences.map(({ ids, from }) => new Float64Array(Math.max(0, ids.length - from)));
    let held: readonly number[] = [];
    for (const [s, { ids, from: first }] of sequences.entries()) {
      for (const { start, from, to } of windowsOf(first, ids.length, contextSize)) {
        throwIfStopped(signal, name);
        const read = [...begin, ...Array.from(ids).slice(start, to - 1)];
        // The last token before the first wanted one gives its distribution.
        const shared = begin.length + from - start - 1;
        // What comes before is kept from one choice to the next; always evaluated apart, so that a score does not
        // depend on its neighbours.
        const before = read.slice(0, shared);
        if (
          held.length >= shared &&
          held.length > 0 &&
          before.every((id, i) => held[i] === id) &&
          shared > 0
        ) {
          await sequence.eraseContextTokenRanges([{ start: shared, end: sequence.nextTokenIndex }]);
        } else {
          await sequence.clearHistory();
          if (shared > 0) await sequence.controlledEvaluate(before);
        }
        held = before;
        const results = await sequence.controlledEvaluate(
          read.slice(shared).map((token, i): EvaluationInput => {
            const target = ids[from + i];
            const logits = { filter: { tokens: [target], includeSelected: true } } as const;
            return [token, { generateNext: { logits, totalLogitWeight: true } }];
          }),
        );
        for (let i = from; i < to; i++) out[s][i - first] = logprobOf(results[i - from]!.next, ids[i]);
      }
    }
    return out;
  };

  const read = async (ids: ArrayLike<number>): Promise<TokenReader> => {
    const seen = Array.from(ids);
    let start = 0;
    let latest: Float64Array;
    const evaluate = async (tokens: readonly number[]) => {
      const last: EvaluationInput = [tokens[tokens.length - 1], { generateNext: { logits: true } }];
      const results = await sequence.controlledEvaluate([...tokens.slice(0, -1), last]);
      latest = logprobsOf(results[tokens.length - 1]!.next.logits!);
    };
    const enter = async () => {
      await sequence.clearHistory();
      start = windowStart(seen.length, contextSize);
      const tokens = [...begin, ...seen.slice(start)];
      if (tokens.length === 0) {
        throw new InputError({
          code: "empty",
          where: name,
          problem: "this model has no begin-of-text token and needs a prefix",
          expected: "at least one token",
          got: "",
        });
      }
      await evaluate(tokens);
    };
    await enter();
    return {
      logprobs: () => latest,
      async push(id) {
        seen.push(id);
        if (windowStart(seen.length, contextSize) === start) await evaluate([id]);
        else await enter();
      },
    };
  };

  const face = tokenModel({
    name,
    encode: (text) => (text === "" ? [] : model.tokenize(text)),
    texts: (ids) => textsOf(ids, (tokens, before) => model.detokenize(tokens, false, before)),
    nameOf: (id) => model.detokenize([id], true, begin),
    scoresFirst: begin.length > 0,
    isEnd: (id) => model.isEogToken(id),
    score: scoreWindows,
    read,
    close,
  });
  return {
    ...face,
    scoreText: (...given) => exclusive(() => face.scoreText(...given)),
    scoreContinuation: (...given) => exclusive(() => face.scoreContinuation(...given)),
    scoreChoices: (...given) => exclusive(() => face.scoreChoices(...given)),
    nextTokens: (...given) => exclusive((): Promise<TokenLogprob[]> => face.nextTokens!(...given)),
    generate: (...given) => exclusive(() => face.generate(...given)),
  };
}

function logprobOf(next: { logits?: Map<number, number>; totalLogitWeight?: number }, id: number): number {
  const logits = next.logits!;
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits.values()) largest = Math.max(largest, logit);
  return logits.get(id)! - largest - Math.log(next.totalLogitWeight!);
}

function logprobsOf(logits: ReadonlyMap<number, number>): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits.values()) largest = Math.max(largest, logit);
  let total = 0;
  for (const logit of logits.values()) total += Math.exp(logit - largest);
  const out = new Float64Array(logits.size).fill(Number.NEGATIVE_INFINITY);
  for (const [id, logit] of logits) out[id] = logit - largest - Math.log(total);
  return out;
}
