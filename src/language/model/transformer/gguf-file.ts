// The transformer as a GGUF file of the llama architecture: version 3 of the format, numbers in single precision, no
// output matrix because the embedding gives the logits too. llama.cpp and what stands on it run the file.
import type { Tensor } from "../../../engine/index.ts";
import { type Block, normEpsilon, type Parameters, ropeBase, type Sizes } from "./network.ts";
import { beginToken, endToken, firstByte, firstPiece, type Tokenizer, unknownToken } from "./tokenizer.ts";

const version = 3;
const alignment = 32;
/** Value types of the format. */
const types = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
/** Kinds of tokens in the format. */
const kinds = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;
/** Tensors of 32-bit floating-point numbers. */
const f32 = 0;

/** The bytes of the file, in pieces. */
export function formatGguf(
  name: string,
  params: Parameters,
  sizes: Sizes,
  tokens: Tokenizer,
): readonly Uint8Array[] {
  const keys = keysOf(name, sizes, tokens);
  const tensors = tensorsOf(params);
  const head = new Writer();
  head.bytes(Buffer.from("GGUF"));
  head.uint32(version);
  head.uint64(tensors.length);
  head.uint64(keys.length);
  for (const { key, type, write } of keys) {
    head.string(key);
    head.uint32(type);
    write(head);
  }
  let offset = 0;
  for (const { name: tensorName, dimensions, data } of tensors) {
    head.string(tensorName);
    head.uint32(dimensions.length);
    for (const length of dimensions) head.uint64(length);
    head.uint32(f32);
    head.uint64(offset);
    offset += aligned(data.byteLength);
  }
  head.pad();
  return [
    head.finish(),
    ...tensors.flatMap(({ data }) => [
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      new Uint8Array(aligned(data.byteLength) - data.byteLength),
    ]),
  ];
}

interface Key {
  readonly key: string;
  readonly type: number;
  write(to: Writer): void;
}

function keysOf(name: string, sizes: Sizes, tokens: Tokenizer): Key[] {
  const { width, layers, heads, hidden, context } = sizes;
  const text = (key: string, value: string): Key => {
    return { key, type: types.string, write: (to) => to.string(value) };
  };
  const count = (key: string, value: number): Key => {
    return { key, type: types.uint32, write: (to) => to.uint32(value) };
  };
  const real = (key: string, value: number): Key => {
    return { key, type: types.float32, write: (to) => to.float32(value) };
  };
  const flag = (key: string, value: boolean): Key => {
    return { key, type: types.bool, write: (to) => to.bytes(Uint8Array.of(Number(value))) };
  };
  const list = <T>(
    key: string,
    type: number,
    values: readonly T[],
    one: (to: Writer, value: T) => void,
  ): Key => {
    return {
      key,
      type: types.array,
      write: (to) => {
        to.uint32(type);
        to.uint64(values.length);
        for (const value of values) one(to, value);
      },
    };
  };
  const ids = Array.from({ length: tokens.size }, (_, id) => id);
  const tokenKinds = ids.map(kindOf);
  return [
    text("general.architecture", "llama"),
    text("general.name", name),
    count("llama.vocab_size", tokens.size),
    count("llama.context_length", context),
    count("llama.embedding_length", width),
    count("llama.block_count", layers),
    count("llama.feed_forward_length", hidden),
    count("llama.attention.head_count", heads),
    count("llama.attention.head_count_kv", heads),
    count("llama.rope.dimension_count", width / heads),
    real("llama.attention.layer_norm_rms_epsilon", normEpsilon),
    real("llama.rope.freq_base", ropeBase),
    text("tokenizer.ggml.model", "llama"),
    list(
      "tokenizer.ggml.tokens",
      types.string,
      ids.map((id) => storedName(tokens, id)),
      (to, one) => to.string(one),
    ),
    list(
      "tokenizer.ggml.scores",
      types.float32,
      ids.map((id) => Math.min(0, firstPiece - 1 - id)),
      (to, one) => to.float32(one),
    ),
    list("tokenizer.ggml.token_type", types.int32, tokenKinds, (to, one) => to.int32(one)),
    count("tokenizer.ggml.unknown_token_id", unknownToken),
    count("tokenizer.ggml.bos_token_id", beginToken),
    count("tokenizer.ggml.eos_token_id", endToken),
    flag("tokenizer.ggml.add_bos_token", true),
    flag("tokenizer.ggml.add_space_prefix", false),
  ];
}

/** The name of a token in SentencePiece files, where U+2581 stands for a space and control bytes are written in hex. */
export function storedName(tokens: Tokenizer, id: number): string {
  if (id < firstByte) return tokens.nameOf(id);
  if (isCharacter(id)) return tokens.nameOf(id).replaceAll(" ", "\u2581");
  return `<0x${(id - firstByte).toString(16).toUpperCase().padStart(2, "0")}>`;
}

/** Pieces, and bytes that are printable characters: they are characters in such files, for other tokenizers to merge. */
function isCharacter(id: number): boolean {
  const byte = id - firstByte;
  return id >= firstPiece || (byte >= 0x20 && byte < 0x7f);
}

function kindOf(id: number): number {
  if (id === unknownToken) return kinds.unknown;
  if (id < firstByte) return kinds.control;
  return isCharacter(id) ? kinds.normal : kinds.byte;
}

interface NamedTensor {
  readonly name: string;
  /** The fastest first. */
  readonly dimensions: readonly number[];
  readonly data: Float32Array;
}

const blockNames: Record<keyof Block, string> = {
  attentionNorm: "attn_norm",
  query: "attn_q",
  key: "attn_k",
  value: "attn_v",
  output: "attn_output",
  feedForwardNorm: "ffn_norm",
  gate: "ffn_gate",
  up: "ffn_up",
  down: "ffn_down",
};

function tensorsOf({ embedding, blocks, outputNorm }: Parameters): NamedTensor[] {
  return [
    stored("token_embd", embedding.shape, embedding.data as Float32Array),
    stored("output_norm", outputNorm.shape, outputNorm.data as Float32Array),
    ...blocks.flatMap((block, i) =>
      (Object.entries(blockNames) as [keyof Block, string][]).map(([key, name]) => {
        const tensor = block[key];
        const data = tensor.ndim === 2 ? transposed(tensor) : (tensor.data as Float32Array);
        return stored(`blk.${i}.${name}`, [...tensor.shape].reverse(), data);
      }),
    ),
  ];
}

/** `shape` is row-major. */
function stored(name: string, shape: readonly number[], data: Float32Array): NamedTensor {
  return { name: `${name}.weight`, dimensions: [...shape].reverse(), data };
}

/** [inputs, outputs] as [outputs, inputs], row-major. */
function transposed({ data, shape: [inputs, outputs] }: Tensor): Float32Array {
  const out = new Float32Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) out[o * inputs + i] = data[i * outputs + o];
  }
  return out;
}

function aligned(length: number): number {
  return alignment * Math.ceil(length / alignment);
}

/** Little-endian numbers and texts, one after the other. */
class Writer {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  bytes(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  #number(size: number, set: (view: DataView) => void): void {
    const view = new DataView(new ArrayBuffer(size));
    set(view);
    this.bytes(new Uint8Array(view.buffer));
  }

  uint32(value: number): void {
    this.#number(4, (view) => view.setUint32(0, value, true));
  }

  int32(value: number): void {
    this.#number(4, (view) => view.setInt32(0, value, true));
  }

  float32(value: number): void {
    this.#number(4, (view) => view.setFloat32(0, value, true));
  }

  uint64(value: number): void {
    this.#number(8, (view) => view.setBigUint64(0, BigInt(value), true));
  }

  string(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    this.uint64(bytes.length);
    this.bytes(bytes);
  }

  pad(): void {
    this.bytes(new Uint8Array(aligned(this.#length) - this.#length));
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }
}
