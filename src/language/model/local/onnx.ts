/**
 * A causal language model in a folder of Hugging Face's layout with an ONNX file, run through the optional package
 * `@huggingface/transformers`. Nothing is downloaded: the folder must hold `config.json`, `tokenizer.json` and
 * `onnx/model.onnx`.
 *
 * A given text is scored from the logits of one pass; texts longer than the context are read in overlapping windows.
 * Generation reads the whole window for every token, without a cache: for more than some sentences use a GGUF file.
 * Without a begin-of-text token the first token of a text has no score and is left out. Names of special tokens in a
 * text, such as `<s>`, are read as those tokens.
 */
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { InputError, throwIfStopped } from "../../../core/errors.ts";
import type { CallOptions, LanguageModel } from "../language-model.ts";
import { type TokenReader, type TokenSequence, tokenModel } from "../token-model.ts";
import { logSoftmaxInPlace } from "../transformer/cached-decoder.ts";
import { windowStart, windowsOf } from "../transformer/windows.ts";
import { importPeer, oneAtATime } from "./peer.ts";
import { textsOf } from "./texts.ts";

export interface OnnxOptions {
  /** Most tokens seen at once, an even number. Default: what the configuration says, at most 4096. */
  contextSize?: number;
}

/** What is used of `@huggingface/transformers` 4. */
interface TransformersPackage {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly AutoTokenizer: { from_pretrained(name: string): Promise<Tokenizer> };
  readonly AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<Model> };
  readonly Tensor: new (type: "int64", data: BigInt64Array, dims: number[]) => object;
}

interface Tokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): number[];
  decode(ids: readonly number[], options: object): string;
}

interface Model {
  (inputs: Record<string, object>): Promise<{ logits: { data: Float32Array; dims: readonly number[] } }>;
  readonly config: {
    readonly max_position_embeddings?: number;
    readonly n_positions?: number;
    readonly eos_token_id?: number | readonly number[] | null;
  };
  dispose(): Promise<unknown>;
}

const where = "openOnnx";
const largestDefaultContext = 4096;
const files = ["config.json", "tokenizer.json", "onnx/model.onnx"];

/**
 * Opens a folder with an ONNX language model.
 *
 * @throws InputError `missing-package` without `@huggingface/transformers`, with the line that installs it;
 * `missing-file` for a folder that lacks a part; `bad-file` when it cannot be loaded
 */
export async function openOnnx(folder: string, options: OnnxOptions = {}): Promise<LanguageModel> {
  for (const file of files) {
    if ((await stat(join(folder, file)).catch(() => undefined))?.isFile()) continue;
    throw new InputError({
      code: "missing-file",
      where,
      problem: `the folder has no ${file}`,
      expected: files.join(", "),
      got: folder,
    });
  }
  const transformers = await importPeer<TransformersPackage>(
    where,
    "@huggingface/transformers",
    "npm install @huggingface/transformers",
  );
  const { env, AutoTokenizer, AutoModelForCausalLM, Tensor } = transformers;
  const path = resolve(folder);
  env.allowRemoteModels = false;
  env.localModelPath = dirname(path);
  try {
    const tokenizer = await AutoTokenizer.from_pretrained(basename(path));
    const model = await AutoModelForCausalLM.from_pretrained(basename(path), {
      dtype: "fp32",
      device: "cpu",
    });
    const { max_position_embeddings, n_positions } = model.config;
    const contextSize =
      options.contextSize ?? Math.min(max_position_embeddings ?? n_positions ?? 1024, largestDefaultContext);
    return onnxModel(basename(path), tokenizer, model, Tensor, contextSize - (contextSize % 2));
  } catch (error) {
    throw new InputError({
      code: "bad-file",
      where,
      problem: `the model cannot be loaded (${(error as Error).message})`,
      got: folder,
    });
  }
}

function onnxModel(
  name: string,
  tokenizer: Tokenizer,
  model: Model,
  Tensor: TransformersPackage["Tensor"],
  contextSize: number,
): LanguageModel {
  const exclusive = oneAtATime();
  const encode = (text: string) => tokenizer.encode(text, { add_special_tokens: false });
  const begin = beginOf(tokenizer, encode);
  const ends = [model.config.eos_token_id ?? []].flat();

  /** Log-probabilities of every token after each of the tokens `from` to the last. */
  const after = async (tokens: readonly number[], from: number): Promise<Float64Array[]> => {
    const dims = [1, tokens.length];
    const { logits } = await exclusive(() =>
      model({
        input_ids: new Tensor("int64", BigInt64Array.from(tokens, BigInt), dims),
        attention_mask: new Tensor("int64", new BigInt64Array(tokens.length).fill(1n), dims),
      }),
    );
    const size = logits.dims[2];
    return tokens.slice(from).map((_, i) => {
      const at = (from + i) * size;
      return logSoftmaxInPlace(Float64Array.from(logits.data.subarray(at, at + size)));
    });
  };

  const score = async (sequences: readonly TokenSequence[], { signal }: CallOptions) => {
    const out = sequences.map(({ ids, from }) => new Float64Array(Math.max(0, ids.length - from)));
    for (const [s, { ids, from: first }] of sequences.entries()) {
      for (const { start, from, to } of windowsOf(first, ids.length, contextSize)) {
        throwIfStopped(signal, name);
        const tokens = [...begin, ...Array.from(ids).slice(start, to - 1)];
        const all = await after(tokens, begin.length + from - start - 1);
        for (let i = from; i < to; i++) out[s][i - first] = all[i - from][ids[i]];
      }
    }
    return out;
  };

  const read = async (ids: ArrayLike<number>): Promise<TokenReader> => {
    const seen = Array.from(ids);
    const latest = async () => {
      const tokens = [...begin, ...seen.slice(windowStart(seen.length, contextSize))];
      if (tokens.length === 0) {
        throw new InputError({
          code: "empty",
          where: name,
          problem: "this model has no begin-of-text token and needs a prefix",
          expected: "at least one token",
          got: "",
        });
      }
      return (await after(tokens, tokens.length - 1))[0];
    };
    let logprobs = await latest();
    return {
      logprobs: () => logprobs,
      async push(id) {
        seen.push(id);
        logprobs = await latest();
      },
    };
  };

  const decode = (ids: readonly number[]) =>
    ids.length === 0
      ? ""
      : tokenizer.decode(ids, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  return tokenModel({
    name,
    encode,
    // A decoder may drop the space at the beginning of a text, so that what follows is decoded after what was before.
    texts: (ids) =>
      textsOf(ids, (tokens, before) => decode([...before, ...tokens]).slice(decode(before).length)),
    nameOf: (id) => decode([id]),
    scoresFirst: begin.length > 0,
    isEnd: (id) => ends.includes(id),
    score,
    read,
    close: async () => {
      await model.dispose();
    },
  });
}

/** The begin-of-text token, where the tokenizer puts one before a text. */
function beginOf(tokenizer: Tokenizer, encode: (text: string) => number[]): number[] {
  const bare = encode("a");
  const framed = tokenizer.encode("a", { add_special_tokens: true });
  return framed.slice(
    0,
    framed.findIndex((_, i) => bare.every((id, j) => framed[i + j] === id)),
  );
}
