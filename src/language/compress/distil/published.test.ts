import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
} from "onnx-buf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  add,
  matmul,
  mul,
  random,
  softmax,
  sum,
  type Tensor,
  take,
  tensor,
  toOnnx,
} from "../../../engine/index.ts";
import { splitWords } from "../words.ts";
import { openLlmlingua2 } from "./published.ts";

const words = [
  "[PAD]",
  "[UNK]",
  "[CLS]",
  "[SEP]",
  "council",
  "vot",
  "##ing",
  "on",
  "#",
  "##1",
  "item",
  ",",
  ".",
  "cafe",
];
const wordPiece = {
  version: "1.0",
  added_tokens: [1, 2, 3].map((id) => ({ id, content: words[id], special: true, normalized: false })),
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "[CLS]", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "[SEP]", type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
      "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
    },
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(words.map((word, id) => [word, id])),
  },
};

const pieces: [string, number][] = [
  ["<s>", 0],
  ["<pad>", 0],
  ["</s>", 0],
  ["<unk>", 0],
  ["▁council", -2],
  ["▁vot", -3],
  ["ing", -3],
  ["▁", -4],
  [",", -3],
  ["▁1", -3],
  ["000", -3],
  [".", -3],
];
const unigram = {
  ...wordPiece,
  added_tokens: [0, 2, 3].map((id) => ({ id, content: pieces[id][0], special: true, normalized: false })),
  normalizer: null,
  pre_tokenizer: { type: "Metaspace", replacement: "▁", add_prefix_space: true },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "<s>", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "</s>", type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      "<s>": { id: "<s>", ids: [0], tokens: ["<s>"] },
      "</s>": { id: "</s>", ids: [2], tokens: ["</s>"] },
    },
  },
  decoder: { type: "Metaspace", replacement: "▁", add_prefix_space: true },
  model: { type: "Unigram", unk_id: 3, vocab: pieces },
};

const [table, weights] = [random.normal(random.key(1), [16, 6]), random.normal(random.key(2), [6, 2])];

/** Logits of a network in which every piece sees all others: its vector and their mean, mixed. */
function logits(ids: Tensor, mask: Tensor): Tensor {
  const seen = take(table, ids);
  const others = mul(sum(seen, 1, { keepdims: true }), 0.1);
  return mul(matmul(add(seen, others), weights), add(mul(mask, 0), 1));
}

/** The network in the layout of an export: 64-bit ids of any length. */
function network(names: readonly [string, string], labels: 2 | 3): Uint8Array {
  const bytes = toOnnx(
    ({ ids, mask }) => {
      const two = logits(ids, mask);
      return {
        logits:
          labels === 2
            ? two
            : matmul(
                two,
                tensor([
                  [1, 0, 0],
                  [0, 1, 0],
                ]),
              ),
      };
    },
    { ids: { shape: [1, "batch"], dtype: "int32" }, mask: { shape: [1, "batch", 1] } },
  );
  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  const cast = (input: string, output: string, to: TensorProto_DataType) =>
    create(NodeProtoSchema, {
      opType: "Cast",
      input: [input],
      output: [output],
      attribute: [
        create(AttributeProtoSchema, { name: "to", type: AttributeProto_AttributeType.INT, i: BigInt(to) }),
      ],
    });
  const [ids, mask] = graph.input;
  graph.node.unshift(
    cast(names[0], ids.name, TensorProto_DataType.INT32),
    create(NodeProtoSchema, { opType: "Unsqueeze", input: ["mask64", "axis"], output: [mask.name] }),
  );
  graph.node.unshift(cast(names[1], "mask64", TensorProto_DataType.FLOAT));
  graph.initializer.push({
    ...graph.initializer[0],
    name: "axis",
    dims: [1n],
    dataType: TensorProto_DataType.INT64,
    rawData: new Uint8Array(BigInt64Array.of(2n).buffer),
  });
  for (const [info, name] of [
    [ids, names[0]],
    [mask, names[1]],
  ] as const) {
    info.name = name;
    const type = info.type!.value;
    if (type.case !== "tensorType") continue;
    type.value.elemType = TensorProto_DataType.INT64;
    type.value.shape!.dim.splice(2);
  }
  return toBinary(ModelProtoSchema, model);
}

let root: string;
const usual = ["input_ids", "attention_mask"] as const;

function folderWith(
  name: string,
  tokenizer: object | string,
  bytes?: Uint8Array,
  file = "onnx/model.onnx",
): string {
  const folder = join(root, name);
  mkdirSync(join(folder, "onnx"), { recursive: true });
  writeFileSync(
    join(folder, "tokenizer.json"),
    typeof tokenizer === "string" ? tokenizer : JSON.stringify(tokenizer),
  );
  if (bytes) writeFileSync(join(folder, file), bytes);
  return folder;
}

/** Keep probabilities of the pieces between the special ones, by our own forward pass. */
function expected(ids: readonly number[]): number[] {
  const all = logits(tensor([[...ids]], { dtype: "int32" }), tensor([ids.map(() => [1])]));
  const p = softmax(all).data;
  return ids.map((_, i) => p[2 * i + 1]).slice(1, -1);
}

describe("published weights", () => {
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "surprisal-published-"));
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it("of BERT's kind give the probabilities of our own forward pass, the mean over a word's pieces", async () => {
    const scorer = await openLlmlingua2(folderWith("bert", wordPiece, network(usual, 2)));
    const text = "Council voting on\n#1, café item.";
    const { starts, ends, keep, windows } = await scorer.score(text);
    const found = Array.from(starts, (start, i) => text.slice(start, ends[i]));
    expect(found).toEqual(["Council", "voting", "on", "#", "1", ",", "café", "item", "."]);
    // "#" and an unknown "1", because BERT takes signs alone.
    const p = expected([2, 4, 5, 6, 7, 8, 1, 11, 13, 10, 12, 3]);
    const wanted = [p[0], (p[1] + p[2]) / 2, ...p.slice(3)];
    wanted.forEach((value, i) => {
      expect(keep[i]).toBeCloseTo(value, 5);
    });
    expect([...windows!]).toEqual([0]);
    await scorer.close();
    const first = await openLlmlingua2(join(root, "bert"), { tokenToWord: "first" });
    expect((await first.score(text)).keep[1]).toBeCloseTo(p[1], 5);
    await first.close();
  });

  it("of XLM-RoBERTa's kind begin words at the mark and at signs, and read quantized files", async () => {
    const scorer = await openLlmlingua2(
      folderWith("xlm", unigram, network(usual, 2), "onnx/model_quantized.onnx"),
    );
    const text = "council voting 1,000.";
    const { starts, ends, keep } = await scorer.score(text);
    expect(Array.from(starts, (start, i) => text.slice(start, ends[i]))).toEqual([
      "council",
      "voting",
      "1",
      ",000",
      ".",
    ]);
    const p = expected([0, 4, 5, 6, 9, 8, 10, 11, 2]);
    [p[0], (p[1] + p[2]) / 2, p[3], (p[4] + p[5]) / 2, p[6]].forEach((value, i) => {
      expect(keep[i]).toBeCloseTo(value, 5);
    });
    await scorer.close();
  });

  it("read long texts in windows of 510 pieces that end with sentences, and lose nothing", async () => {
    const scorer = await openLlmlingua2(folderWith("long", wordPiece, network(usual, 2)));
    const text = `${"council voting on item. ".repeat(300)}${"item ".repeat(600)}${"voting".repeat(40)}`;
    const { starts, keep, windows } = await scorer.score(text);
    expect(starts.length).toBe(300 * 5 + 600 + 1);
    expect(keep.every((p) => p >= 0 && p <= 1)).toBe(true);
    // 85 sentences of 6 pieces are 510.
    expect([...windows!].slice(0, 3)).toEqual([0, 425, 850]);
    await scorer.close();
  });

  it("cover all but white space, whatever the text", async () => {
    const scorer = await openLlmlingua2(folderWith("cover", wordPiece, network(usual, 2)));
    for (const text of ["ﬁne ½ — ÀÉ #1 ##1 漢字", "", " \n ", "e\u0301tude 👩‍👩‍👧 voting,on"]) {
      const { starts, ends } = await scorer.score(text);
      const rest = [...text];
      let covered = "";
      for (let i = 0, at = 0; i <= starts.length; i++) {
        const to = i < starts.length ? starts[i] : text.length;
        expect(text.slice(at, to).trim()).toBe("");
        if (i < starts.length) covered += text.slice(starts[i], ends[i]);
        at = ends[i];
      }
      expect(covered).toBe(rest.filter((c) => c.trim() !== "").join(""));
      expect(splitWords(text).starts.length === 0).toBe(starts.length === 0);
    }
    await scorer.close();
  });

  it.each([
    [
      "no folder at all",
      () => join(root, "nowhere"),
      /no onnx\/model\.onnx; expected.*model_quantized.*nowhere"$/,
    ],
    ["no weights", () => folderWith("a", wordPiece), /the folder has no onnx\/model\.onnx/],
    ["a tokenizer that is no JSON", () => folderWith("b", "{", network(usual, 2)), /not JSON, got/],
    [
      "another kind of tokenizer",
      () => folderWith("c", { ...wordPiece, model: { type: "BPE" } }, network(usual, 2)),
      /another kind of tokenizer; expected WordPiece.*got "BPE"$/,
    ],
    [
      "other inputs",
      () => folderWith("d", wordPiece, network(["tokens", "attention_mask"], 2)),
      /other inputs; expected input_ids.*got "attention_mask, tokens|got "tokens, attention_mask"$/,
    ],
    ["a file that is no network", () => folderWith("e", wordPiece, new Uint8Array(9)), /cannot be loaded/],
  ])("are refused with one line where there is %s", async (_, folder, message) => {
    await expect(openLlmlingua2(folder())).rejects.toThrow(message);
  });

  it("with other labels are refused when they first speak", async () => {
    const scorer = await openLlmlingua2(folderWith("f", wordPiece, network(usual, 3)));
    await expect(scorer.score("council")).rejects.toThrow(
      /two labels a piece; expected.*got "float32\[1,3,3\]"$/,
    );
  });
});
