import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { languageModelContract } from "../../../../test/battery/language-model.ts";
import { loadTransformer, type TransformerLanguageModel, transformerLanguageModel } from "./transformer.ts";

const tiny = {
  vocabularySize: 300,
  width: 16,
  layers: 2,
  heads: 2,
  context: 32,
  steps: 60,
  batchSize: 8,
  learningRate: 0.01,
};
const text =
  "The people of the United States are proud of their country. We have the duty to speak — and to act.\nThere was a great deal of work to do. ".repeat(
    60,
  );

let folder: string;
let model: TransformerLanguageModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-transformer-"));
  model = await transformerLanguageModel(tiny).fit(text);
}, 60_000);
afterAll(async () => {
  await model.close?.();
  await rm(folder, { recursive: true });
});

languageModelContract("transformer", async () => ({ ...model, close: undefined }));

describe("training", () => {
  test("finds what a repetitive text repeats", () => {
    const { epochs, bestValidation, bestStep } = model.training;

    expect(epochs[0].loss).toBeLessThan(Math.log(300));
    expect(bestValidation).toBeLessThan(epochs[0].validation!);
    expect(bestStep).toBe(60);
  });

  test("that is stopped gives the model so far, and goes on from its checkpoint to the model of the same seed", async () => {
    const options = { ...tiny, steps: 14 };
    const path = join(folder, "checkpoint.safetensors");
    const stop = new AbortController();
    const part = await transformerLanguageModel(options).fit(text, {
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done >= 4) stop.abort();
      },
      checkpoint: { path },
    });
    const rest = await transformerLanguageModel(options).fit(text, { checkpoint: { path, resume: true } });
    const whole = await transformerLanguageModel(options).fit(text);

    expect(part.training.stopped).toMatchObject({ total: 14 });
    expect(part.training.steps).toBeLessThan(14);
    expect(rest.training.stopped).toBeUndefined();
    expect(rest.name).toBe(whole.name);
  }, 30_000);

  test("is refused for a text shorter than the context, and for options that make no network", async () => {
    await expect(transformerLanguageModel(tiny).fit("too short")).rejects.toThrow(
      /the text is shorter than the context; expected at least 32 tokens, got \d/,
    );
    await expect(
      transformerLanguageModel({ ...tiny, validationShare: 0.01 }).fit(text.slice(0, 2000)),
    ).rejects.toThrow(/held-out end is shorter/);
    expect(() => transformerLanguageModel({ heads: 3 })).toThrow(/heads will not do/);
    expect(() => transformerLanguageModel({ vocabularySize: 256 })).toThrow(/from 259/);
    expect(() => transformerLanguageModel({ context: 31 })).toThrow(/an even number/);
    expect(() => transformerLanguageModel({ widht: 3 } as object)).toThrow(/width/);
  });
});

describe("a text longer than the context", () => {
  const long = text.slice(100, 500);

  test("is as likely as its parts, wherever it is cut between tokens", async () => {
    const whole = await model.scoreText(long);
    expect(whole.count).toBeGreaterThan(3 * tiny.context);
    for (const cut of [40, 160, 333].map((at) => long.indexOf(" ", at))) {
      const begin = await model.scoreText(long.slice(0, cut));
      const rest = await model.scoreContinuation(long.slice(0, cut), long.slice(cut));

      expect(rest.boundaryMoved).toBeUndefined();
      expect(Math.abs(begin.sum + rest.sum - whole.sum)).toBeLessThan(1e-4 * whole.count);
    }
  });

  test("is generated with the probabilities with which it is scored, window after window", async () => {
    // Bytes only, so that what is generated is cut into the same tokens again.
    const bytes = { ...tiny, vocabularySize: 259, layers: 1, steps: 5 };
    const own = await transformerLanguageModel(bytes).fit(text);
    const [{ text: more, logprobs }] = await own.generate(long, { maxTokens: 40, temperature: 0 });
    const again = await own.scoreContinuation(long, more);

    expect(again.tokens.map(({ id }) => id)).toEqual(logprobs!.map(({ id }) => id));
    for (const [i, { logprob }] of again.tokens.entries()) {
      expect(Math.abs(logprob - logprobs![i].logprob)).toBeLessThan(1e-4);
    }
  });
});

test("hidden states times the unembedding are the logits that scores come from", async () => {
  const { H, tokens } = await model.hiddenStates(text.slice(0, 300));
  const U = model.unembedding();

  expect(H).toMatchObject({ rows: tokens.length, cols: 16 });
  expect(U).toMatchObject({ rows: model.tokenizer.size, cols: 16 });
  for (const [i, { id, logprob }] of tokens.entries()) {
    const logits = Array.from({ length: U.rows }, (_, v) => {
      let sum = 0;
      for (let j = 0; j < U.cols; j++) sum += U.data[v * U.cols + j] * H.data[i * U.cols + j];
      return sum;
    });
    const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
    expect(Math.abs(logits[id!] - total - logprob)).toBeLessThan(1e-5);
  }
});

describe("a saved transformer", () => {
  test("scores as before, to the last bit", async () => {
    const path = join(folder, "model.safetensors");
    await model.save(path);
    const loaded = await loadTransformer(path);

    expect(loaded.name).toBe(model.name);
    expect(loaded.training).toEqual(model.training);
    expect(await loaded.scoreText("We have the duty")).toEqual(await model.scoreText("We have the duty"));
  });

  test("is refused when it is missing, damaged or something else", async () => {
    const path = join(folder, "damaged.safetensors");
    await model.save(path);
    const bytes = await readFile(path);
    bytes[bytes.length - 5] ^= 0xff;
    await writeFile(path, bytes);

    await expect(loadTransformer(path)).rejects.toThrow(/damaged/);
    await expect(loadTransformer(join(folder, "nothing"))).rejects.toMatchObject({ code: "missing-file" });
    await writeFile(path, "not a model");
    await expect(loadTransformer(path)).rejects.toMatchObject({ code: "bad-safetensors" });
  });
});

test("the ONNX file gives the same scores for sequences shorter than the context", async () => {
  const session = await InferenceSession.create(model.toOnnx());
  const { tokens } = await model.scoreText("We have the duty");
  const ids = [1, ...tokens.map(({ id }) => id!)];
  const two = [...ids, ...ids.toReversed()];
  const input = new OrtTensor("int64", BigInt64Array.from(two, BigInt), [2, ids.length]);
  const { logits } = await session.run({ input_ids: input });

  expect(logits.dims).toEqual([2, ids.length, model.tokenizer.size]);
  for (const [i, { id, logprob }] of tokens.entries()) {
    const row = Array.from(
      (logits.data as Float32Array).subarray(i * logits.dims[2], (i + 1) * logits.dims[2]),
    );
    const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
    expect(Math.abs(row[id!] - total - logprob)).toBeLessThan(1e-5);
  }
  await session.release();
});

test("the GGUF file has its numbers at multiples of 32 bytes, as many as the header says", async () => {
  const path = join(folder, "model.gguf");
  await model.toGguf(path);
  const bytes = await readFile(path);

  expect(bytes.toString("latin1", 0, 4)).toBe("GGUF");
  expect(bytes.readUInt32LE(4)).toBe(3);
  expect(bytes.readBigUInt64LE(8)).toBe(2n + 9n * 2n);
  expect(bytes.length % 32).toBe(0);
  // The first matrix of the file is the embedding, the first after the header.
  const numbers = model.training.parameters * 4;
  expect(bytes.length).toBeGreaterThan(numbers);
  const first = Float32Array.from(model.params.embedding.data.subarray(0, 8));
  expect(bytes.indexOf(Buffer.from(first.buffer)) % 32).toBe(0);
});
