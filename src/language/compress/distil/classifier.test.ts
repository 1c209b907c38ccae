import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../core/random.ts";
import { flatten, grad, mapTree, type Tensor, tensor } from "../../../engine/index.ts";
import type { WordScorer } from "../scorer.ts";
import { TokenClassifierCompressor } from "./classifier.ts";
import { evaluateClassifier } from "./evaluation.ts";
import { countVocabulary, featuresPerWord } from "./features.ts";
import {
  type Architecture,
  initialParameters,
  type LabelledInputs,
  loss,
  type Parameters,
} from "./network.ts";
import { batchOf, labelsOf, windowsOf } from "./windows.ts";
import { wordsOf } from "./words.ts";

const small: Architecture = {
  words: 8,
  affixes: 4,
  shapes: 4,
  width: 8,
  layers: 2,
  heads: 2,
  hidden: 12,
  reach: 3,
  causal: false,
};
const texts = ["The council will vote on item 15.", "A ship sails"];
const vocabulary = countVocabulary(
  texts.map((text) => wordsOf(text).texts),
  { most: 7, minCount: 1 },
);

function labelled(length: number, which = [0, 1]): LabelledInputs {
  const windows = which.map((t) => {
    const words = wordsOf(texts[t]);
    const [window] = windowsOf(texts[t], words, 64);
    return { ...window, labels: words.texts.map((_, i) => i % 3 === 1) };
  });
  const inputs = batchOf(windows, { count: windows.length, length, sizes: small, vocabulary });
  return { ...inputs, labels: labelsOf(windows, length) };
}

const toDouble = <T extends Tensor>(t: T) =>
  t.dtype === "float32" ? tensor(Float64Array.from(t.data), { shape: t.shape }) : t;

describe("the network", () => {
  const params = initialParameters(small, 3);

  it("has the same loss with padding as without", () => {
    for (const causal of [false, true]) {
      const size = { ...small, causal };
      const [tight] = loss(size, params, labelled(8, [0]));
      const [padded] = loss(size, params, labelled(20, [0]));
      // Sums in another order, in single precision.
      expect(padded.item()).toBeCloseTo(tight.item(), 5);
      const [both] = loss(size, params, labelled(8));
      const [other] = loss(size, params, labelled(3, [1]));
      expect(both.item()).toBeCloseTo((8 * tight.item() + 3 * other.item()) / 11, 5);
    }
  });

  it("has the gradient that differences of the loss say", () => {
    const inputs = mapTree(labelled(10), toDouble);
    const random = new Random(4);
    const at: Parameters = mapTree(params, (t) => {
      const data = Float64Array.from(t.data, (x) => x + 0.1 * random.normal());
      return tensor(data, { shape: t.shape });
    });
    const f = (p: Parameters) => loss(small, p, inputs)[0];
    const slope = flatten(grad(f)(at)).leaves.map(({ data }) => Float64Array.from(data));
    for (let trial = 0; trial < 4; trial++) {
      const direction = slope.map(({ length }) => Float64Array.from({ length }, () => random.normal()));
      const moved = (by: number) => {
        let leaf = 0;
        const p = mapTree(at, ({ data, shape }) => {
          const step = direction[leaf++];
          return tensor(
            Float64Array.from(data, (x, i) => x + by * step[i]),
            { shape },
          );
        });
        return f(p).item();
      };
      const h = 1e-5;
      const difference = (moved(h) - moved(-h)) / (2 * h);
      const expected = slope.reduce(
        (sum, g, l) => sum + g.reduce((inner, x, i) => inner + x * direction[l][i], 0),
        0,
      );
      // Central differences are off by h² of the third derivative, and by rounding errors over h.
      expect(Math.abs(difference - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)));
    }
  });

  it("with left context only, does not know what comes after", async () => {
    const rows = [{ text: "a b c d", labels: [true, false, true, false] }];
    const options = { epochs: 2, width: 8, heads: 2, minCount: 1, validationShare: 0 };
    const ends = async (causal: boolean) => {
      const model = await TokenClassifierCompressor.train(rows, { ...options, causal });
      const [one, two] = [await model.score("a b c d"), await model.score("a b c a")];
      await model.dispose();
      return Math.abs(one.keep[1] - two.keep[1]);
    };
    // Two programs of ONNX Runtime may add in another order.
    expect(await ends(true)).toBeLessThan(1e-6);
    expect(await ends(false)).toBeGreaterThan(1e-5);
  });
});

describe("a trained classifier", () => {
  const folder = mkdtempSync(join(tmpdir(), "surprisal-classifier-"));
  const rows = Array.from({ length: 40 }, (_, i) => ({
    text: `the ship number ${i} sails to the port of Rome`,
    labels: [false, true, false, true, true, false, false, false, false, true],
  }));
  let model: TokenClassifierCompressor;
  beforeAll(async () => {
    model = await TokenClassifierCompressor.train(rows, { epochs: 12, width: 16, hidden: 16, batchSize: 8 });
  });
  afterAll(async () => {
    await model.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it("learns the label of every place, the last one too, and says which epoch was best", async () => {
    const { keep } = await model.score("the ship number 41 sails to the port of Rome");
    expect(Array.from(keep, (p) => p > 0.5)).toEqual(rows[0].labels);
    const { epochs, bestEpoch } = model.card.training!;
    const losses = epochs.map(({ validationLoss }) => validationLoss!);
    expect(losses[bestEpoch! - 1]).toBe(Math.min(...losses));
    expect(losses[losses.length - 1]).toBeLessThan(losses[0]);
  });

  it("reads a long text in windows, whatever is in it, and nothing as nothing", async () => {
    const text = `${"the ship sails. ".repeat(100)}\n漢字 👩‍👩‍👧 e\u0301 #1 ##1 ${"x".repeat(3000)}`;
    const { starts, ends, keep, windows } = await model.score(text);
    expect(starts.length).toBe(wordsOf(text).texts.length);
    expect(ends.length).toBe(starts.length);
    expect(keep.every((p) => p > 0 && p < 1)).toBe(true);
    expect([...windows!].slice(0, 3)).toEqual([0, 128, 256]);
    expect((await model.score(" \n")).keep.length).toBe(0);
  });

  it("gives each text the same probabilities alone as in a batch of others", async () => {
    const sentence = `${"the ship sails to the port of Rome and ".repeat(14)}back. `;
    const [alone, many] = [await model.score(sentence), await model.score(sentence.repeat(5))];
    for (let i = 0; i < alone.keep.length; i++) {
      expect(many.keep[alone.keep.length + i]).toBeCloseTo(alone.keep[i], 5);
    }
  });

  it("comes back from a folder as it was, or rounded with half the bytes", async () => {
    const text = rows[3].text;
    const own = (await model.score(text)).keep;
    const [single, half] = [join(folder, "single"), join(folder, "half")];
    await model.save(single, { teacher: "a test" });
    await model.save(half, {}, "float16");
    const loaded = await TokenClassifierCompressor.load(single);
    expect(loaded.card.teacher).toBe("a test");
    expect((await loaded.score(text)).keep).toEqual(own);
    const rounded = await TokenClassifierCompressor.load(half);
    (await rounded.score(text)).keep.forEach((p, i) => {
      // Weights are rounded by 2⁻¹¹ of themselves; some hundred of them add up in a logit of size 5.
      expect(Math.abs(p - own[i])).toBeLessThan(0.01);
    });
    const size = (name: string) => statSync(join(name, "model.safetensors")).size;
    expect(size(half)).toBeLessThan(0.6 * size(single));
    await Promise.all([loaded.dispose(), rounded.dispose()]);
  });

  it("is the same in any ONNX runtime", async () => {
    const words = wordsOf(rows[5].text);
    const session = await InferenceSession.create(model.toOnnx());
    const { architecture, window } = model.card;
    const known = countVocabulary(
      rows.map(({ text }) => wordsOf(text).texts),
      { most: architecture.words - 1, minCount: 2 },
    );
    const inputs = batchOf(windowsOf(rows[5].text, words, window), {
      count: 1,
      length: window,
      sizes: architecture,
      vocabulary: known,
    });
    const { keep } = await session.run({
      features: new OrtTensor("int32", inputs.features.data as Int32Array, [1, window, featuresPerWord]),
      mask: new OrtTensor("float32", inputs.mask.data as Float32Array, [1, window]),
    });
    const own = (await model.score(rows[5].text)).keep;
    own.forEach((p, i) => {
      expect((keep.data as Float32Array)[i]).toBeCloseTo(p, 5);
    });
    await session.release();
  });

  it("keeps the best so far when it is stopped, and goes on from its checkpoint to the same end", async () => {
    const stop = new AbortController();
    const checkpoint = { path: join(folder, "checkpoint.safetensors"), resume: true };
    const options = { epochs: 4, width: 8, heads: 2 };
    const stopped = await TokenClassifierCompressor.train(rows, options, {
      checkpoint,
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done >= 4) stop.abort();
      },
    });
    expect(stopped.card.training?.stopped).toEqual({ done: expect.any(Number), total: 4 });
    const resumed = await TokenClassifierCompressor.train(rows, options, { checkpoint });
    const whole = await TokenClassifierCompressor.train(rows, options);
    expect((await resumed.score(rows[0].text)).keep).toEqual((await whole.score(rows[0].text)).keep);
  });

  it.each([
    [{ width: 10 }, /heads will not do; expected a divisor of 10, got 4$/],
    [{ epochs: 0 }, /epochs will not do; expected an integer from 1, got 0$/],
    [{ epoch: 3 }, /unknown option, got "epoch" \(did you mean "epochs"\?\)$/],
    [{ unknownShare: 1 }, /unknownShare will not do.*got 1$/],
  ])("refuses %j", async (options, message) => {
    await expect(TokenClassifierCompressor.train(rows, options as object)).rejects.toThrow(message);
  });

  it("refuses labels that are not one a word, and a folder without a model", async () => {
    await expect(TokenClassifierCompressor.train([{ text: "a b", labels: [true] }])).rejects.toThrow(
      /text 0: not one label a word; expected 2 labels, got 1$/,
    );
    await expect(TokenClassifierCompressor.load(folder)).rejects.toThrow(/model\.safetensors/);
  });
});

describe("the shipped classifier", () => {
  it("keeps names and numbers before nouns before articles, also those it has never seen", async () => {
    const model = await TokenClassifierCompressor.load();
    const text = "The mayor of Zorbania has paid 4,217 euros for the kubectl dashboard and it is now online.";
    const words = await model.wordProbabilities(text);
    const p = (word: string) => words.find((one) => one.word === word)!.p;
    for (const word of ["Zorbania", "4,217"]) expect(p(word)).toBeGreaterThan(0.8);
    for (const word of ["mayor", "euros", "kubectl", "dashboard"]) expect(p(word)).toBeGreaterThan(0.5);
    for (const word of ["The", "of", "for", "and", "is"]) expect(p(word)).toBeLessThan(0.3);
    const { teacher, text: trainedOn, licence, heldOut, limits } = model.card;
    for (const fact of [teacher, trainedOn, licence, limits]) expect(fact).toBeTruthy();
    expect(heldOut).toMatchObject({ f1AtBudget: expect.any(Number), auc: expect.any(Number) });
    await model.dispose();
  });
});

describe("evaluation", () => {
  const scorer = (keep: number[]): WordScorer => ({
    name: "given",
    score: async (text) => ({ ...wordsOf(text), keep: Float64Array.from(keep) }),
  });
  const rows = [{ text: "a b c d", labels: [true, false, false, true] }];

  it("of perfect scores is perfect", async () => {
    const found = await evaluateClassifier(scorer([1, 0, 0, 1]), rows);
    expect(found).toMatchObject({
      words: 4,
      kept: 2,
      f1: 1,
      f1AtBudget: 1,
      accuracy: 1,
      auc: 1,
      calibrationError: 0,
    });
  });

  it("counts as the definitions say", async () => {
    // Kept: 0.9 and 0.3; pairs in order: (0.9 > 0.6), (0.9 > 0.3), (0.3 < 0.6), (0.3 = 0.3).
    const found = await evaluateClassifier(scorer([0.9, 0.6, 0.3, 0.3]), rows);
    expect(found.auc).toBe(2.5 / 4);
    expect(found.f1).toBe(0.5);
    expect(found.f1AtBudget).toBe(0.5);
    // Tenths: 0.9 with 1 of 1, 0.6 with 0 of 1, 0.3 with 1 of 2.
    expect(found.calibrationError).toBeCloseTo((0.1 + 0.6 + 2 * 0.2) / 4, 12);
  });
});
