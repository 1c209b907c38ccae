// The published LLMLingua-2 classifiers, from a folder on disk in the layout of Hugging Face.
import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import { InputError } from "../../../core/errors.ts";
import { pacer } from "../../../core/pace.ts";
import type { LongRunning } from "../../../core/progress.ts";
import { onnxRuntime } from "../../../engine/runtime.ts";
import type { WordScorer } from "../scorer.ts";
import { chunkStarts } from "./chunk.ts";
import { marksOf, pieceReader } from "./pieces.ts";

export interface PublishedOptions {
  /** Probability of a word: that of its pieces on average, or of the first. Default `"mean"`. */
  tokenToWord?: "mean" | "first";
}

/** A classifier that holds memory outside of JavaScript's. */
export interface PublishedCompressor extends WordScorer {
  close(): Promise<void>;
}

const where = "openLlmlingua2";
const weightFiles = ["onnx/model.onnx", "onnx/model_quantized.onnx", "model.onnx"];
const knownInputs = ["input_ids", "attention_mask", "token_type_ids"];
/** Pieces read at once beside the two special ones. */
const mostPieces = 510;

/**
 * Opens published LLMLingua-2 weights: a folder with `onnx/model.onnx` (or `model_quantized.onnx`) and
 * `tokenizer.json`, as exports of microsoft/llmlingua-2-bert-base-multilingual-cased-meetingbank and its siblings have
 * it. Runs in ONNX Runtime; nothing is downloaded.
 *
 * @throws InputError `missing-file` for a folder that lacks a part, `missing-package` without onnxruntime-node,
 * `unsupported-tokenizer`, and `bad-model` for a network with other inputs or other than two labels
 * @see Pan et al. (2024), section 4.2
 * @example
 * import { compressPrompt, openLlmlingua2 } from "surprisal/language";
 * const short = async (folder: string, text: string) =>
 *   compressPrompt(await openLlmlingua2(folder), text, { rate: 0.33 });
 */
export async function openLlmlingua2(
  folder: string,
  { tokenToWord = "mean" }: PublishedOptions = {},
): Promise<PublishedCompressor> {
  if (tokenToWord !== "mean" && tokenToWord !== "first") {
    throw new InputError({
      code: "bad-option",
      where,
      problem: "tokenToWord will not do",
      expected: '"mean" or "first"',
      got: tokenToWord,
    });
  }
  const weights = await firstFile(folder, weightFiles);
  const tokenizerJson = await readJson(await firstFile(folder, ["tokenizer.json"]));
  const config = await readJson(join(folder, "tokenizer_config.json")).catch(() => ({}));
  const marks = marksOf(where, tokenizerJson);
  const { Tokenizer } = await import("@huggingface/tokenizers");
  const tokenizer = new Tokenizer(tokenizerJson, config);
  const [first, last] = specialIds(tokenizer.encode("").ids);
  const read = pieceReader(tokenizer, marks);
  const session = await openSession(weights);

  /** Keep probability of each piece. */
  const probabilities = async (pieces: readonly number[]): Promise<Float64Array> => {
    const ids = [first, ...pieces, last];
    const logits = await run(session, ids);
    return Float64Array.from(pieces, (_, i) => {
      const [drop, keep] = [logits[2 * (i + 1)], logits[2 * (i + 1) + 1]];
      return 1 / (1 + Math.exp(drop - keep));
    });
  };

  return {
    name: basename(folder),
    async score(text: string, { signal, onProgress }: LongRunning = {}) {
      const words = read(text);
      const { starts, ends, ids } = words;
      const windows = chunkStarts(text, words, {
        maxTokens: mostPieces,
        tokensOf: (_, i) => Math.min(ids[i].length, mostPieces),
        endWords: ["."],
      });
      const keep = new Float64Array(starts.length);
      const pace = pacer(signal, where);
      for (const [w, from] of windows.entries()) {
        await pace();
        onProgress?.({ done: w, total: windows.length, label: "scoring words" });
        const to = windows[w + 1] ?? starts.length;
        const p = await probabilities(ids.slice(from, to).flat().slice(0, mostPieces));
        let at = 0;
        for (let i = from; i < to; i++) {
          // Of a word that alone is longer than a window, what was read; the tokenizer may leave out signs altogether.
          const own = p.subarray(at, at + ids[i].length);
          const total = tokenToWord === "first" ? own[0] : own.reduce((sum, x) => sum + x, 0) / own.length;
          keep[i] = own.length === 0 ? 0 : total;
          at += ids[i].length;
        }
      }
      return { starts, ends, keep, windows: Int32Array.from(windows) };
    },
    close: () => session.release(),
  };
}

async function run(session: InferenceSession, ids: readonly number[]): Promise<Float32Array> {
  const ort = onnxRuntime();
  if ("missing" in ort) throw new Error(ort.missing);
  const dims = [1, ids.length];
  const values: Record<string, BigInt64Array> = {
    input_ids: BigInt64Array.from(ids, BigInt),
    attention_mask: new BigInt64Array(ids.length).fill(1n),
    token_type_ids: new BigInt64Array(ids.length),
  };
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => [name, new ort.Tensor("int64", values[name], dims)]),
  );
  const outputs = await session.run(feeds);
  const name = session.outputNames.includes("logits") ? "logits" : session.outputNames[0];
  const { dims: shape, data, type } = outputs[name];
  if (shape.length !== 3 || shape[1] !== ids.length || shape[2] !== 2 || type !== "float32") {
    throw badModel(
      "the network does not give two labels a piece",
      `float32[1,${ids.length},2]`,
      `${type}[${shape}]`,
    );
  }
  return data as Float32Array;
}

async function openSession(path: string): Promise<InferenceSession> {
  const ort = onnxRuntime();
  if ("missing" in ort) {
    throw new InputError({
      code: "missing-package",
      where,
      problem: `published weights need ONNX Runtime: ${ort.missing}`,
      hint: "npm install onnxruntime-node",
    });
  }
  const session = await ort.InferenceSession.create(path).catch((error: Error) => {
    throw badModel(`cannot be loaded (${error.message})`, "an ONNX file", path);
  });
  const strange = session.inputNames.filter((name) => !knownInputs.includes(name));
  if (strange.length === 0 && session.inputNames.includes("input_ids")) return session;
  await session.release();
  throw badModel("the network has other inputs", knownInputs.join(", "), session.inputNames.join(", "));
}

function specialIds(ids: readonly number[]): readonly number[] {
  if (ids.length === 2) return ids;
  throw badModel("the tokenizer does not put one special piece before and one after a text", "2", ids.length);
}

function badModel(problem: string, expected: string, got: unknown): InputError {
  return new InputError({ code: "bad-model", where, problem, expected, got });
}

async function firstFile(folder: string, names: readonly string[]): Promise<string> {
  for (const name of names) {
    const path = join(folder, name);
    if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  }
  throw new InputError({
    code: "missing-file",
    where,
    problem: `the folder has no ${names[0]}`,
    expected: names.join(" or "),
    got: folder,
  });
}

async function readJson(path: string): Promise<object> {
  const text = await readFile(path, "utf8");
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new InputError({ code: "bad-file", where, problem: "not JSON", got: path });
  }
}
