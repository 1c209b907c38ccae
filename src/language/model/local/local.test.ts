import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { languageModelContract } from "../../../../test/battery/language-model.ts";
import type { LanguageModel } from "../language-model.ts";
import { type TransformerLanguageModel, transformerLanguageModel } from "../transformer/transformer.ts";
import { openGguf } from "./gguf.ts";
import { openOnnx } from "./onnx.ts";
import { importPeer } from "./peer.ts";
import { textsOf } from "./texts.ts";

const has = await Promise.all(
  ["node-llama-cpp", "@huggingface/transformers"].map(async (name) => {
    const isThere = await importPeer("test", name, "").then(
      () => true,
      () => false,
    );
    if (!isThere) process.stderr.write(`skipped: tests of ${name}, which cannot be loaded\n`);
    return isThere;
  }),
);
const [hasLlama, hasTransformers] = has;

const text =
  "The people of the United States are proud of their country. We have the duty to speak — and to act.\nThere was a great deal of work to do. ".repeat(
    60,
  );
const tiny = {
  vocabularySize: 320,
  width: 16,
  heads: 2,
  context: 32,
  steps: 60,
  batchSize: 8,
  learningRate: 0.01,
};

let folder: string;
let model: TransformerLanguageModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-local-"));
  if (!hasLlama && !hasTransformers) return;
  model = await transformerLanguageModel(tiny).fit(text);
  await model.toGguf(join(folder, "tiny.gguf"));
  await model.toHuggingFace(join(folder, "tiny"));
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

const strange = `${text.slice(0, 300)} Ünïcode “日本”\n\n two  spaces\ttab`;

/** How far scores lie apart, token by token; the tokens must be the same. */
async function distances(other: LanguageModel, of: string): Promise<number[]> {
  const [own, theirs] = [await model.scoreText(of), await other.scoreText(of)];
  expect(theirs.tokens.map(({ id, token }) => ({ id, token }))).toEqual(
    own.tokens.map(({ id, token }) => ({ id, token })),
  );
  return own.tokens.map(({ logprob }, i) => Math.abs(logprob - theirs.tokens[i].logprob));
}

describe.skipIf(!hasLlama)("a GGUF file through llama.cpp", () => {
  const open = () => openGguf(join(folder, "tiny.gguf"), { threads: 1 });

  test("gives the tokens and scores of the transformer that wrote it", async () => {
    const gguf = await open();
    const apart = await distances(gguf, strange);

    // llama.cpp keeps keys and values in half precision.
    expect(apart.reduce((sum, x) => sum + x, 0) / apart.length).toBeLessThan(0.02);
    expect(Math.max(...apart)).toBeLessThan(0.15);
    await gguf.close!();
  }, 60_000);

  languageModelContract("GGUF file", open);
});

describe.skipIf(!hasTransformers)("an ONNX folder through transformers.js", () => {
  const open = () => openOnnx(join(folder, "tiny"));

  test("gives the tokens and scores of the transformer that wrote it", async () => {
    const onnx = await open();

    // The same numbers in the same runtime; sums may be taken in another order.
    expect(Math.max(...(await distances(onnx, strange)))).toBeLessThan(1e-5);
    await onnx.close!();
  }, 60_000);

  languageModelContract("ONNX folder", open);
});

describe("what cannot be opened", () => {
  test("is named in one line", async () => {
    await expect(openGguf(join(folder, "none.gguf"))).rejects.toMatchObject({ code: "missing-file" });
    await expect(openOnnx(folder)).rejects.toThrow(/^openOnnx: the folder has no config\.json/);
  });

  test("is an optional package that is not there: the line says how to install it", async () => {
    await expect(
      importPeer("openGguf", "no-such-package-here", "npm install no-such-package-here"),
    ).rejects.toThrow(
      "openGguf: needs the package no-such-package-here, which is not installed (npm install no-such-package-here)",
    );
  });

  test("is a file of another kind, or one that ends too early", async () => {
    const path = join(folder, "broken.gguf");
    await writeFile(path, "GGUF and nothing more");
    await expect(openGguf(path)).rejects.toThrow(/not a GGUF file/);
    if (!hasLlama) return;
    await writeFile(path, (await readFile(join(folder, "tiny.gguf"))).subarray(0, 5000));
    await expect(openGguf(path)).rejects.toThrow(/llama.cpp cannot open the file/);
  }, 60_000);
});

test("tokens that are parts of a character add nothing until the last", () => {
  const bytes = [...Buffer.from("a—b")];
  const decode = (ids: readonly number[]) => Buffer.from(ids).toString("utf8");

  expect(textsOf(bytes, decode)).toEqual(["a", "", "", "—", "b"]);
});
