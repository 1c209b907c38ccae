/**
 * A small decoder-only transformer, trained on the user's own text: the architecture of Touvron et al., "LLaMA: Open
 * and efficient foundation language models", 2023 (arXiv 2302.13971), section 2.2, so that llama.cpp runs the export.
 *
 *   x ← x + attention(rms(x)),  x ← x + (silu(rms(x) G) ∘ rms(x) U) D,  logits = rms(x) Eᵀ
 *
 * Implemented: root-mean-square normalisation before each part, rotary positions in adjacent pairs, SwiGLU, causal
 * attention, the embedding E used for the logits too; byte tokens with learned pieces (`tokenizer.ts`, `bpe.ts`).
 *
 * Deviations: sizes for minutes on a laptop; Adam without weight decay; every window begins with the begin-of-text
 * token, which thus says "nothing is known of what came before". Texts longer than the context are read in overlapping
 * windows (`windows.ts`): each token sees from half a context to a whole one before it, depending on its place only.
 *
 * Cost: training 6 · parameters · tokens read floating-point operations, scoring twice 2 · parameters · tokens (each is
 * read in two windows); generation O(parameters + layers · width · context) a token. Memory: batch · context ·
 * (vocabulary + layers · (heads · context + 10 · width)) numbers in training.
 */
import { createHash } from "node:crypto";
import { throwIfStopped } from "../../../core/errors.ts";
import { type Matrix, matrix } from "../../../core/matrix.ts";
import { writeFileAtomic } from "../../../data/atomic.ts";
import { readTree, writeTree } from "../../../engine/checkpoint/tree-file.ts";
import { compile, type Tensor, tensor } from "../../../engine/index.ts";
import type { CallOptions, LanguageModel, TokenLogprob } from "../language-model.ts";
import { type TokenReader, type TokenSequence, tokenModel } from "../token-model.ts";
import { CachedDecoder } from "./cached-decoder.ts";
import { formatGguf } from "./gguf-file.ts";
import { writeHuggingFace } from "./hugging-face.ts";
import { type Batch, hiddenStates, type Parameters, type Sizes, targetLogprobs } from "./network.ts";
import { formatOnnx } from "./onnx-file.ts";
import { readOptions, type TransformerOptions, type TransformerSettings } from "./options.ts";
import { beginToken, firstByte, type Tokenizer, tokenizer } from "./tokenizer.ts";
import { type TransformerRecord, type TransformerTraining, trainOn } from "./training.ts";
import { type Window, windowStart, windowsOf } from "./windows.ts";

/** A trained transformer. */
export interface TransformerLanguageModel extends LanguageModel {
  readonly settings: TransformerSettings;
  readonly training: TransformerRecord;
  readonly params: Parameters;
  readonly tokenizer: Tokenizer;
  nextTokens(prefix: string, options?: CallOptions): Promise<TokenLogprob[]>;
  /**
   * The vectors that are multiplied by the unembedding: row i of H is the one from which token i of the text is
   * predicted, so that `tokens[i].logprob` is entry `tokens[i].id` of log softmax(U Hᵢ).
   */
  hiddenStates(text: string, options?: CallOptions): Promise<{ H: Matrix; tokens: TokenLogprob[] }>;
  /** U, one row per token of the vocabulary: logits = U h. */
  unembedding(): Matrix;
  /**
   * Writes one safetensors file, which {@link loadTransformer} reads.
   *
   * @throws ReachError when it cannot be written
   */
  save(path: string): Promise<void>;
  /**
   * Writes a GGUF file, which llama.cpp, and `openGguf` through it, run.
   *
   * @throws ReachError when it cannot be written
   */
  toGguf(path: string): Promise<void>;
  /**
   * The bytes of an ONNX file: `input_ids` (int64, batch × sequence of up to `context` tokens, the first of them
   * begin-of-text) to `logits` (float32, batch × sequence × vocabulary) of the token after each.
   */
  toOnnx(): Uint8Array;
  /**
   * Writes a folder with `config.json`, `tokenizer.json` and `onnx/model.onnx`, as `@huggingface/transformers` and
   * `openOnnx` read it. The folder is made where it is not there.
   *
   * @throws ReachError when it cannot be written
   */
  toHuggingFace(folder: string): Promise<void>;
}

/**
 * A small transformer that learns to predict text, token by token.
 *
 * `fit` takes the text; its end (`validationShare`) is held out and chooses the best moment of training. When the
 * signal fires after the first update, the best model so far is given and `training.stopped` says so. With a
 * `checkpoint` a run that was killed goes on where it was. A few minutes of training on a megabyte give a model that
 * knows spelling and common phrases, and nothing of the world.
 *
 * @throws InputError for unknown or impossible options; in `fit` for a text shorter than the context
 * @throws StoppedError from `fit` when the signal fires before the first update
 * @throws FitDivergedError from `fit` when a loss is not finite; it holds the last good parameters
 * @example
 * import { transformerLanguageModel } from "surprisal/language";
 * const text = "The cat sat on the mat. The dog sat on the rug. ".repeat(80);
 * const tiny = { vocabularySize: 300, width: 16, layers: 1, heads: 2, context: 32, steps: 30, batchSize: 8 };
 * const model = await transformerLanguageModel(tiny).fit(text);
 * const { sum } = await model.scoreText("The cat sat"); // log p in nats
 */
export function transformerLanguageModel(options: TransformerOptions = {}): {
  fit(text: string, run?: TransformerTraining): Promise<TransformerLanguageModel>;
} {
  const settings = readOptions(options);
  return {
    async fit(text, run = {}) {
      const { params, pieces, record } = await trainOn(text, settings, run);
      return modelFrom(settings, pieces, params, record);
    },
  };
}

const format = "surprisal transformer";

interface Facts {
  readonly settings: TransformerSettings;
  readonly pieces: readonly string[];
  readonly training: TransformerRecord;
}

/**
 * Loads a transformer that was saved.
 *
 * @throws InputError when there is no such file, it is damaged, or it is of another kind
 * @example
 * import { loadTransformer, transformerLanguageModel } from "surprisal/language";
 * import { tmpdir } from "node:os";
 * const tiny = { vocabularySize: 259, width: 16, layers: 1, heads: 2, context: 16, steps: 5, batchSize: 4 };
 * const path = `${tmpdir()}/surprisal-example-transformer.safetensors`;
 * await (await transformerLanguageModel(tiny).fit("to be or not to be, ".repeat(40))).save(path);
 * const model = await loadTransformer(path);
 * model.training.steps; // 5
 */
export async function loadTransformer(path: string): Promise<TransformerLanguageModel> {
  const { tree, facts } = await readTree<Facts>(path, format);
  return modelFrom(facts.settings, facts.pieces, tree as Parameters, facts.training);
}

const mostWindowsAtOnce = 32;

function modelFrom(
  settings: TransformerSettings,
  pieces: readonly string[],
  params: Parameters,
  training: TransformerRecord,
): TransformerLanguageModel {
  const tokens = tokenizer(pieces);
  const sizes: Sizes = { ...settings, vocabularySize: tokens.size };
  const { heads, context, layers, width } = sizes;
  const name = `transformer-${layers}x${width}-${fingerprint(params)}`;
  const logprobsOf = compile((p: Parameters, batch: Batch) => targetLogprobs(p, batch, heads));
  const statesOf = compile((p: Parameters, batch: Batch) => hiddenStates(p, batch.inputs, heads));

  /** Runs windows in batches, padded to a power of two so that few shapes have to be prepared. */
  const inBatches = async (
    jobs: readonly Job[],
    run: (batch: Batch) => Promise<Tensor>,
    use: (job: Job, result: Tensor, row: number) => void,
    signal?: AbortSignal,
  ): Promise<void> => {
    for (let at = 0; at < jobs.length; at += mostWindowsAtOnce) {
      throwIfStopped(signal, name);
      const some = jobs.slice(at, at + mostWindowsAtOnce);
      const result = await run(batchOf(some, context));
      some.forEach((job, row) => {
        use(job, result, row);
      });
    }
  };

  const score = async (sequences: readonly TokenSequence[], { signal }: CallOptions = {}) => {
    const out = sequences.map(({ ids, from }) => new Float64Array(ids.length - from));
    await inBatches(
      jobsOf(sequences, context),
      (batch) => logprobsOf(params, batch),
      ({ sequence, window: { start, from, to } }, result, row) => {
        for (let i = from; i < to; i++) {
          out[sequence][i - sequences[sequence].from] = result.data[row * context + i - start];
        }
      },
      signal,
    );
    return out;
  };

  return {
    ...(tokenModel({
      name,
      encode: tokens.encode,
      texts: tokens.texts,
      nameOf: tokens.nameOf,
      scoresFirst: true,
      isEnd: (id) => id < firstByte,
      score,
      read: async (ids) => slidingReader(new CachedDecoder(params, sizes), ids, context),
      close: async () => {
        await logprobsOf.dispose();
        await statesOf.dispose();
      },
    }) as LanguageModel & Pick<TransformerLanguageModel, "nextTokens">),
    settings,
    training,
    params,
    tokenizer: tokens,
    async hiddenStates(text, options = {}) {
      const ids = tokens.encode(text);
      const H = matrix(ids.length, width);
      const sequences = [{ ids, from: 0 }];
      await inBatches(
        jobsOf(sequences, context),
        (batch) => statesOf(params, batch),
        ({ window: { start, from, to } }, result, row) => {
          const first = (row * context + from - start) * width;
          H.data.set(result.data.subarray(first, first + (to - from) * width), from * width);
        },
        options.signal,
      );
      const [logprobs] = await score(sequences, options);
      const texts = tokens.texts(ids);
      return { H, tokens: texts.map((token, i) => ({ token, id: ids[i], logprob: logprobs[i] })) };
    },
    unembedding: () => matrix(tokens.size, width, Float64Array.from(params.embedding.data)),
    save: (path) => writeTree(path, format, params, { settings, pieces, training } satisfies Facts),
    toGguf: (path) => writeFileAtomic(path, formatGguf(name, params, sizes, tokens)),
    toOnnx: () => formatOnnx(params, sizes),
    toHuggingFace: (folder) => writeHuggingFace(folder, params, sizes, tokens),
  };
}

interface Job {
  readonly sequence: number;
  readonly ids: ArrayLike<number>;
  readonly window: Window;
}

function jobsOf(sequences: readonly TokenSequence[], context: number): Job[] {
  return sequences.flatMap(({ ids, from }, sequence) =>
    windowsOf(from, ids.length, context).map((window) => ({ sequence, ids, window })),
  );
}

/** What is not in a window is filled with token 0, which comes later than everything that is read off. */
function batchOf(jobs: readonly Job[], context: number): Batch {
  const shape = [2 ** Math.ceil(Math.log2(jobs.length)), context];
  const [inputs, targets] = [0, 0].map(() => new Int32Array(shape[0] * context));
  jobs.forEach(({ ids, window: { start, to } }, row) => {
    const at = row * context;
    inputs[at] = beginToken;
    for (let i = start; i < to; i++) {
      targets[at + i - start] = ids[i];
      if (i + 1 < to) inputs[at + i - start + 1] = ids[i];
    }
  });
  return { inputs: tensor(inputs, { shape }), targets: tensor(targets, { shape }) };
}

/** Reads a text of any length; where the window moves, its tokens are read again. */
function slidingReader(decoder: CachedDecoder, ids: ArrayLike<number>, context: number): TokenReader {
  const seen = Array.from(ids);
  let start = 0;
  const enter = (): void => {
    decoder.reset();
    decoder.push(beginToken);
    start = windowStart(seen.length, context);
    for (let i = start; i < seen.length; i++) decoder.push(seen[i]);
  };
  enter();
  return {
    logprobs: () => decoder.logprobs(),
    push(id) {
      seen.push(id);
      if (windowStart(seen.length, context) === start) decoder.push(id);
      else enter();
    },
  };
}

function fingerprint({ embedding }: Parameters): string {
  const { buffer, byteOffset, byteLength } = embedding.data;
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex")
    .slice(0, 8);
}
