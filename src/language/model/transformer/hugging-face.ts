// The transformer as a folder in the layout of Hugging Face: configuration, tokenizer and ONNX file.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ReachError } from "../../../core/errors.ts";
import { writeFileAtomic } from "../../../data/atomic.ts";
import { storedName } from "./gguf-file.ts";
import { normEpsilon, type Parameters, ropeBase, type Sizes } from "./network.ts";
import { formatOnnx } from "./onnx-file.ts";
import { beginToken, endToken, type Tokenizer, unknownToken } from "./tokenizer.ts";

/**
 * Writes the folder.
 *
 * @throws ReachError when it cannot be written
 */
export async function writeHuggingFace(
  folder: string,
  params: Parameters,
  sizes: Sizes,
  tokens: Tokenizer,
): Promise<void> {
  try {
    await mkdir(join(folder, "onnx"), { recursive: true });
  } catch (error) {
    throw new ReachError(folder, `the folder cannot be made (${(error as Error).message})`, { cause: error });
  }
  const json = (name: string, content: object) =>
    writeFileAtomic(join(folder, name), `${JSON.stringify(content, null, 1)}\n`);
  await json("config.json", configOf(sizes));
  await json("tokenizer.json", tokenizerOf(tokens));
  await json("tokenizer_config.json", {
    tokenizer_class: "PreTrainedTokenizerFast",
    add_bos_token: true,
    add_eos_token: false,
    bos_token: "<s>",
    eos_token: "</s>",
    unk_token: "<unk>",
    clean_up_tokenization_spaces: false,
    model_max_length: sizes.context,
  });
  await writeFileAtomic(join(folder, "onnx", "model.onnx"), formatOnnx(params, sizes));
}

function configOf({ vocabularySize, width, layers, heads, hidden, context }: Sizes): object {
  return {
    model_type: "llama",
    architectures: ["LlamaForCausalLM"],
    vocab_size: vocabularySize,
    hidden_size: width,
    intermediate_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: heads,
    max_position_embeddings: context,
    rms_norm_eps: normEpsilon,
    rope_theta: ropeBase,
    hidden_act: "silu",
    tie_word_embeddings: true,
    bos_token_id: beginToken,
    eos_token_id: endToken,
    torch_dtype: "float32",
  };
}

function tokenizerOf(tokens: Tokenizer): object {
  const names = Array.from({ length: tokens.size }, (_, id) => storedName(tokens, id));
  const special = (id: number) => {
    return {
      id,
      content: names[id],
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    };
  };
  const begin = { SpecialToken: { id: "<s>", type_id: 0 } };
  const text = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [unknownToken, beginToken, endToken].map(special),
    normalizer: { type: "Replace", pattern: { String: " " }, content: spaceSign },
    pre_tokenizer: null,
    post_processor: {
      type: "TemplateProcessing",
      single: [begin, text("A", 0)],
      pair: [begin, text("A", 0), begin, text("B", 1)],
      special_tokens: { "<s>": { id: "<s>", ids: [beginToken], tokens: ["<s>"] } },
    },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: spaceSign }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
      ],
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: "<unk>",
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      merges: tokens.pieces.flatMap((piece) => splitsOf(piece, tokens.pieces)),
    },
  };
}

const spaceSign = "\u2581";

/** The pairs of symbols that make a piece: our rule merges any, such files list each. */
function splitsOf(piece: string, pieces: readonly string[]): string[][] {
  const known = new Set(pieces);
  const characters = [...piece];
  const isSymbol = (part: readonly string[]) => part.length === 1 || known.has(part.join(""));
  return characters.slice(1).flatMap((_, i) => {
    const [left, right] = [characters.slice(0, i + 1), characters.slice(i + 1)];
    if (!isSymbol(left) || !isSymbol(right)) return [];
    return [[left, right].map((part) => part.join("").replaceAll(" ", spaceSign))];
  });
}
