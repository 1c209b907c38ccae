import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { random, type Tensor, tensor } from "../../engine/index.ts";
import {
  contrastiveMIM,
  isSequenceModel,
  loadContrastiveMIM,
  type SequenceModel,
} from "./contrastive-mim.ts";
import { type SequenceNetwork, type SequenceSizes, sequenceNetwork } from "./sequence-network.ts";
import { sequenceBatch } from "./sequences.ts";

const sizes: SequenceSizes = {
  vocabulary: 3,
  embeddingDim: 4,
  features: 5,
  latentDim: 2,
  objective: "cmim",
  minLogScale: -6,
  reconReduction: "sum",
};
const rows = [[0, 2, 1], [1], [2, 2]];

describe("the recurrent network", () => {
  const network: SequenceNetwork = sequenceNetwork(sizes);
  const params = network.init(random.key(3));
  const z = random.normal(random.key(4), [3, 2]);
  const batch = sequenceBatch(rows, 3, 3);
  /** Two ways to the same sums of a dozen numbers in single precision. */
  const digits = 5;

  function expectClose(a: Tensor, b: Tensor): void {
    expect(a.shape).toEqual(b.shape);
    a.data.forEach((value, i) => {
      expect(value).toBeCloseTo(b.data[i], digits);
    });
  }

  it("scores a sequence as the sum over its tokens and its end, each given those before", () => {
    const total = network.logLikelihood(params, z, batch);
    rows.forEach((row, i) => {
      const code = tensor(z.data.slice(2 * i, 2 * i + 2), { shape: [1, 2] });
      let state = network.start(params, code);
      let before = 3;
      let sum = 0;
      for (const token of [...row, 3]) {
        const step = network.step(params, code, state, tensor(Int32Array.of(before)));
        sum += step.logProbs.data[token];
        state = step.state;
        before = token;
      }
      expect(total.data[i]).toBeCloseTo(sum, digits);
    });
  });

  it("does not see the token that it predicts, nor later ones", () => {
    const changed = sequenceBatch([[0, 2, 0], [1], [2, 2]], 3, 3);
    const [before, after] = [batch, changed].map((one) =>
      network.states(params, z, one).data.slice(0, 4 * 5),
    );
    // States 0, 1, 2 predict tokens 0, 1, 2; only state 3 has read token 2.
    expect(after.slice(0, 15)).toEqual(before.slice(0, 15));
    expect(after.slice(15)).not.toEqual(before.slice(15));
  });

  it("does not see padding", () => {
    const padded = sequenceBatch(rows, 3, 6);
    expectClose(network.encode(params, padded).mean, network.encode(params, batch).mean);
    expectClose(network.logLikelihood(params, z, padded), network.logLikelihood(params, z, batch));
    expectClose(network.hidden(params, z, padded), network.hidden(params, z, batch));
  });

  it("divides by the tokens and the end where the mean is asked for", () => {
    const perToken = sequenceNetwork({ ...sizes, reconReduction: "tokenMean" });
    const [mean, sum] = [perToken, network].map((one) => one.logLikelihood(params, z, batch).data);
    rows.forEach(({ length }, i) => {
      expect(mean[i]).toBeCloseTo(sum[i] / (length + 1), digits);
    });
  });
});

describe("a model of sequences", () => {
  const texts = ["abc", "cba", "aab", "bbc", "ca", "acac", "b", "ccb"];
  const tokens = texts.map((text) => [...text].map((letter) => letter.charCodeAt(0) - 97));
  const asText = (out: Int32Array[]) =>
    out.map((row) => String.fromCharCode(...row.map((token) => token + 97)));
  let model: SequenceModel;
  beforeAll(async () => {
    const options = { likelihood: "categorical", hidden: [24], embeddingDim: 8, latentDim: 6 } as const;
    model = await contrastiveMIM({ ...options, epochs: 150, learningRate: 0.02, batchSize: 8 }).fit(tokens);
  });

  it("writes the sequences it has learned, of whatever length", async () => {
    expect(asText(await model.reconstruct(tokens))).toEqual(texts);
    expect((await model.encode(tokens)).mean.cols).toBe(6);
    const { recon, total, logContrast } = await model.loss(tokens);
    expect(recon).toBeLessThan(0.5);
    expect(logContrast).toBeGreaterThan(-Math.LN2);
    expect(total).toBeLessThan(model.training.epochs[0].total);
  });

  it("samples, interpolates and embeds", async () => {
    const [first, again] = [await model.sample(5), await model.sample(5)];
    expect(first).toEqual(again);
    expect(first.every((row) => row.length <= 4 && row.every((token) => token < 3))).toBe(true);
    const path = asText(await model.interpolate([tokens[0], tokens[1]], 6));
    expect([path[0], path[5]]).toEqual(["abc", "cba"]);
    const h = await model.informativeEmbedding(tokens);
    expect([h.rows, h.cols]).toEqual([8, 24]);
  });

  it("scores sequences longer than it was trained on", async () => {
    const { recon } = await model.rowLosses([...tokens, [0, 1, 2, 0, 1, 2, 0]]);
    expect(recon[8]).toBeGreaterThan(Math.max(...recon.subarray(0, 8)));
  });

  it("comes back from its folder with the same numbers", async () => {
    const folder = await mkdtemp(join(tmpdir(), "surprisal-cmim-"));
    await model.save(folder);
    const loaded = await loadContrastiveMIM(folder);
    if (!isSequenceModel(loaded)) throw new Error("a model of sequences was expected");
    expect(await loaded.loss(tokens, 1)).toEqual(await model.loss(tokens, 1));
    expect(await loaded.sample(5)).toEqual(await model.sample(5));
    await rm(folder, { recursive: true });
  });

  it("exports an encoder and a decoder of one step", async () => {
    const files = model.toOnnx();
    const [encoder, start, step] = await Promise.all(
      [files.encoder, files.start, files.step].map((bytes) => InferenceSession.create(bytes)),
    );
    const reversed = new OrtTensor("int32", Int32Array.of(2, 1, 0, 3), [1, 4]);
    const last = new OrtTensor("float32", Float32Array.of(0, 0, 1, 0), [1, 4]);
    const { mean: z } = await encoder.run({ reversed, last });
    let { state } = await start.run({ z });
    const written: number[] = [];
    for (let token = 3; written.length < 4; written.push(token)) {
      const next = await step.run({ z, state, token: new OrtTensor("int32", Int32Array.of(token), [1]) });
      const logProbs = Array.from(next.logProbs.data as Float32Array);
      token = logProbs.indexOf(Math.max(...logProbs));
      state = next.nextState;
    }
    expect(written).toEqual([0, 1, 2, 3]);
    await Promise.all([encoder, start, step].map((session) => session.release()));
  });

  it("refuses empty sequences and tokens outside the vocabulary in one line", async () => {
    const fitted = (x: number[][], vocabulary?: number) =>
      contrastiveMIM({ likelihood: "categorical", hidden: [4], vocabulary }).fit(x);
    await expect(fitted([])).rejects.toThrow(/^contrastiveMIM.fit: no sequences/);
    await expect(fitted([[0], []])).rejects.toThrow(/sequence 1 is empty; expected at least one token/);
    await expect(fitted([[0], [-1]])).rejects.toThrow(
      /sequence 1, place 0 is not a token; expected whole numbers from 0, got -1$/,
    );
    await expect(fitted([[0], [0, 4]], 3)).rejects.toThrow(
      /sequence 1, place 1 is not a token; expected whole numbers from 0 to 2, got 4$/,
    );
    await expect(model.encode([[0, 3]])).rejects.toThrow(/^encode: sequence 0, place 1 is not a token/);
  });
});
