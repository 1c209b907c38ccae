import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { mean } from "../../core/statistics.ts";
import { saveModel } from "../../engine/checkpoint/model.ts";
import { ones } from "../../engine/index.ts";
import {
  contrastiveLogProb,
  contrastiveMIM,
  type EpochRecord,
  isSequenceModel,
  loadContrastiveMIM,
  type Objective,
  type VectorModel,
} from "./contrastive-mim.ts";
import { partNames } from "./objective.ts";

const objectives: Objective[] = ["ae", "vae", "mim", "cmim"];
const small = { latentDim: 2, hidden: [8], batchSize: 16, epochs: 4, learningRate: 0.01 } as const;

/** 64 rows near a curve in three dimensions; columns of different scales. */
const x = matrix(64, 3);
const stream = new Random(1);
for (let i = 0; i < 64; i++) {
  const t = stream.normal();
  x.data.set([t + 0.1 * stream.normal(), 100 + 20 * t * t, 0.01 * stream.normal()], 3 * i);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-cmim-"));
});
afterAll(() => rm(folder, { recursive: true }));

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, allowed: number): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThanOrEqual(allowed);
}

describe("fit", () => {
  it.each(objectives)("lowers the loss of %s, which is the weighted sum of its parts", async (objective) => {
    const model = await contrastiveMIM({ ...small, epochs: 20, objective }).fit(x);
    const { epochs, steps, batchSize, rows } = model.training;
    expect({ steps, batchSize, rows, epochs: epochs.length }).toEqual({
      steps: 80,
      batchSize: 16,
      rows: 64,
      epochs: 20,
    });
    expect(epochs[19].total).toBeLessThan(epochs[0].total - 0.5);
    const loss = await model.loss(x, 3);
    const sum = partNames.reduce((total, name) => total + loss.weights[name] * loss[name], 0);
    expect(loss.total).toBeCloseTo(sum, 9);
    expect(loss.zeroNorms).toBe(0);
    const inTraining = partNames.reduce((total, name) => total + loss.weights[name] * epochs[19][name], 0);
    // Sums of numbers of size 10 in single precision.
    expect(epochs[19].total).toBeCloseTo(inTraining, 4);
  });

  it("brings σ to its floor in a linear Gaussian A-MIM, and not in a VAE", async () => {
    const line = Array.from({ length: 64 }, () => {
      const t = stream.normal();
      return [t, 0.8 * t + 0.6 * stream.normal()];
    });
    const options = { latentDim: 1, hidden: [], minLogScale: -3, epochs: 600, learningRate: 0.1 };
    const logScaleOf = async (objective: Objective) => {
      const model = await contrastiveMIM({ ...options, objective }).fit(line);
      return mean((await model.encode(line)).logScale!.data);
    };
    expect(Math.abs((await logScaleOf("mim")) + 3)).toBeLessThan(0.05);
    expect(await logScaleOf("vae")).toBeGreaterThan(-2);
  });

  it("gives the same model for the same seed, another for another", async () => {
    const codes = async (seed: number) =>
      (await (await contrastiveMIM({ ...small, seed }).fit(x)).encode(x)).mean.data;
    const [first, again, other] = [await codes(5), await codes(5), await codes(6)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("keeps the epoch with the lowest loss on validation rows, and ends without improvement", async () => {
    const { training } = await contrastiveMIM({
      ...small,
      validationShare: 0.25,
      patience: 2,
      epochs: 200,
      learningRate: 0.3,
    }).fit(x);
    expect(training.rows).toBe(48);
    const scores = training.epochs.map(({ validation }) => validation!.total);
    expect(scores[training.bestEpoch! - 1]).toBe(Math.min(...scores));
    expect(scores.length).toBe(training.bestEpoch! + 2);
    expect(Object.keys(training.epochs[0].validation!).sort()).toEqual([...partNames, "total"].sort());
  });

  it("gives the model so far when it is stopped, and nothing before the first update", async () => {
    const stop = new AbortController();
    const onProgress = ({ done }: { done: number }) => {
      if (done >= 4) stop.abort();
    };
    const model = await contrastiveMIM({ ...small, epochs: 1000 }).fit(x, {
      signal: stop.signal,
      onProgress,
    });
    expect(model.training.stopped).toEqual({ done: model.training.epochs.length, total: 1000 });
    expect((await model.encode(x)).mean.rows).toBe(64);
    await expect(contrastiveMIM(small).fit(x, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "stopped",
    });
  });

  it("goes on from its checkpoint as if it had never stopped, and for more epochs", async () => {
    const path = join(folder, "run.checkpoint");
    const whole = await contrastiveMIM({ ...small, epochs: 6 }).fit(x);
    await contrastiveMIM({ ...small, epochs: 3 }).fit(x, { checkpoint: { path } });
    const resumed = await contrastiveMIM({ ...small, epochs: 6 }).fit(x, {
      checkpoint: { path, resume: true },
    });
    expect(resumed.training.epochs).toEqual(whole.training.epochs);
    expect((await resumed.encode(x)).mean).toEqual((await whole.encode(x)).mean);
    const other = contrastiveMIM({ ...small, temperature: 1 }).fit(x, { checkpoint: { path, resume: true } });
    await expect(other).rejects.toMatchObject({ code: "foreign-checkpoint" });
  });

  it("warns when there are more latent dimensions than rows", async () => {
    const { training } = await contrastiveMIM({ ...small, latentDim: 70, epochs: 1 }).fit(x);
    expect(training.warnings.map(({ code }) => code)).toEqual(["few-rows"]);
  });

  it("takes columns that do not vary", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => [0.1, i]);
    const model = await contrastiveMIM({ ...small, epochs: 1 }).fit(rows);
    expect((await model.reconstruct(rows)).data.every(Number.isFinite)).toBe(true);
  });
});

describe("a model of rows", () => {
  let model: VectorModel;
  beforeAll(async () => {
    model = await contrastiveMIM({ ...small, epochs: 40 }).fit(x);
  });

  it("counts log p(x|z) in the units of the columns", async () => {
    const scaled = matrix(
      64,
      3,
      x.data.map((value, at) => (at % 3 === 1 ? 8 * value : value)),
    );
    // A factor of 8 is exact in binary, so that the standardised rows and the training are the same.
    const other = await contrastiveMIM({ ...small, epochs: 40 }).fit(scaled);
    const [before, after] = [await model.loss(x), await other.loss(scaled)];
    expect(after.recon - before.recon).toBeCloseTo(Math.log(8), 6);
    expect(after.logQ).toBe(before.logQ);
    const last = (m: VectorModel): EpochRecord => m.training.epochs.at(-1)!;
    expect(last(other).recon - last(model).recon).toBeCloseTo(Math.log(8), 4);
  });

  it("gives rows that do not depend on which others are there, but for contrast", async () => {
    const chosen = takeRows(x, [7, 3, 9]);
    const [all, few] = [await model.encode(x), await model.encode(chosen)];
    // Single precision, other block sizes.
    expectClose(few.mean.data, takeRows(all.mean, [7, 3, 9]).data, 1e-5);
    const rows = await model.rowLosses(x, 2);
    const loss = await model.loss(x, 2);
    for (const name of [...partNames, "total"] as const) expect(mean(rows[name])).toBeCloseTo(loss[name], 12);
  });

  it("contrasts the sampled codes of all rows", async () => {
    const deterministic = await contrastiveMIM({ ...small, objective: "ae" }).fit(x);
    const { mean: codes, logScale } = await deterministic.encode(x);
    expect(logScale).toBeNull();
    const { logContrast, logQ } = await deterministic.rowLosses(x);
    expectClose(logContrast, contrastiveLogProb(codes, 0.1), 1e-12);
    expect(logQ.every((value) => value === 0)).toBe(true);
  });

  it("walks from one reconstruction to the other", async () => {
    const pair = takeRows(x, [0, 1]);
    const path = await model.interpolate(pair, 5);
    const ends = await model.reconstruct(pair);
    expect(path.rows).toBe(5);
    const size = 1e-5 * Math.max(...ends.data.map(Math.abs));
    expectClose(path.data.subarray(0, 3), ends.data.subarray(0, 3), size);
    expectClose(path.data.subarray(12), ends.data.subarray(3), size);
  });

  it("draws samples by the seed, in the units of the columns", async () => {
    const [first, again, other] = [
      await model.sample(9),
      await model.sample(9),
      await model.sample(9, { seed: 1 }),
    ];
    expect(first.rows).toBe(9);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    for (let i = 0; i < 9; i++) expect(Math.abs(first.data[3 * i + 1] - 120)).toBeLessThan(120);
    const still = await model.sample(2, { scale: 0 });
    expect(still.data.subarray(0, 3)).toEqual(still.data.subarray(3));
  });

  it("reconstructs better than the column means", async () => {
    const error = (rows: Matrix) =>
      mean(rows.data.map((value, at) => (at % 3 === 1 ? (value - x.data[at]) ** 2 : 0)));
    const middle = mean(Array.from({ length: 64 }, (_, i) => x.data[3 * i + 1]));
    const means = matrix(
      64,
      3,
      x.data.map(() => middle),
    );
    expect(error(await model.reconstruct(x))).toBeLessThan(0.5 * error(means));
  });

  it("has informative embeddings of the width of the decoder", async () => {
    const h = await model.informativeEmbedding(x);
    expect([h.rows, h.cols]).toEqual([64, 8]);
    expect(h.data.every((value) => Math.abs(value) <= 1)).toBe(true);
  });

  it("comes back from its folder with the same numbers", async () => {
    const path = join(folder, "saved");
    await model.save(path);
    const loaded = await loadContrastiveMIM(path);
    if (isSequenceModel(loaded)) throw new Error("a model of rows was expected");
    expect(loaded.settings).toEqual(model.settings);
    expect(loaded.training).toEqual(model.training);
    expect(await loaded.loss(x, 1)).toEqual(await model.loss(x, 1));
    expect(await loaded.reconstruct(x)).toEqual(await model.reconstruct(x));
  });

  it("refuses a model of another method", async () => {
    const path = join(folder, "foreign");
    await saveModel(path, { w: ones([1]) }, { method: "mult-vae" });
    await expect(loadContrastiveMIM(path)).rejects.toMatchObject({ code: "foreign-model" });
  });

  it("exports files that plain ONNX Runtime reads, for any number of rows", async () => {
    const { encoder, decoder } = model.toOnnx();
    const [encode, decode] = await Promise.all(
      [encoder, decoder].map((bytes) => InferenceSession.create(bytes)),
    );
    for (const count of [1, 5]) {
      const rows = takeRows(
        x,
        Array.from({ length: count }, (_, i) => i),
      );
      const input = new OrtTensor("float32", Float32Array.from(rows.data), [count, 3]);
      const { mean: code, logScale } = await encode.run({ x: input });
      const own = await model.encode(rows);
      expectClose(code.data as Float32Array, own.mean.data, 1e-5);
      expectClose(logScale.data as Float32Array, own.logScale!.data, 1e-5);
      const { mean: back, hidden } = await decode.run({ z: code });
      expectClose(hidden.data as Float32Array, (await model.informativeEmbedding(rows)).data, 1e-5);
      expectClose(back.data as Float32Array, (await model.reconstruct(rows)).data, 1e-5 * 200);
    }
    await Promise.all([encode.release(), decode.release()]);
  });
});

describe("refusals are one line each", () => {
  it.each([
    [
      { temprature: 1 },
      /^contrastiveMIM: unknown option .*got "temprature" \(did you mean "temperature"\?\)$/,
    ],
    [
      { objective: "infonce" },
      /objective will not do; expected "ae" or "vae" or "mim" or "cmim", got "infonce"$/,
    ],
    [{ likelihood: "poisson" }, /likelihood will not do/],
    [{ temperature: 0 }, /temperature will not do; expected a positive number, got 0$/],
    [{ latentDim: 0 }, /latentDim will not do/],
    [{ hidden: [8, 0] }, /hidden will not do/],
    [{ minLogScale: Number.NEGATIVE_INFINITY }, /minLogScale will not do; expected a finite number/],
    [{ beta: 2 }, /beta will not do; expected objective "vae" with it, got "cmim"$/],
    [{ patience: 3 }, /patience will not do; expected a validationShare above 0 with it, got 0$/],
    [
      { likelihood: "bernoulli", standardize: true },
      /standardize will not do; expected likelihood "gaussian"/,
    ],
    [{ vocabulary: 3 }, /unknown option for likelihood "gaussian", got "vocabulary"/],
    [{ likelihood: "categorical", hidden: [8, 8] }, /hidden will not do; expected a single size/],
    [{ seed: -1 }, /seed will not do/],
  ])("of the options %j", (options, message) => {
    expect(() => contrastiveMIM(options as never)).toThrow(message);
    expect(() => contrastiveMIM(options as never)).toThrow(/^[^\n]*$/);
  });

  it("of rows", async () => {
    const fitted = (rows: number[][], options = {}) => contrastiveMIM({ ...small, ...options }).fit(rows);
    await expect(fitted([[1], [Number.NaN]])).rejects.toThrow(
      /^contrastiveMIM.fit: row 1 is not a finite number/,
    );
    await expect(fitted([[0.5], [1.5]], { likelihood: "bernoulli" })).rejects.toThrow(
      /row 1, column 0 is no probability.* expected numbers from 0 to 1, got 1.5$/,
    );
    await expect(fitted([])).rejects.toThrow(/nothing to train on/);
    await expect(fitted([[1, 2]])).rejects.toThrow(
      /at least 2 rows, got 1 \(objective "mim" is the same without/,
    );
    await expect(fitted([[1], [2], [3]], { batchSize: 1 })).rejects.toThrow(
      /batchSize: nothing to tell a single code from/,
    );
    await expect(fitted([[1], [2], [3]], { validationShare: 0.3 })).rejects.toThrow(
      /too few rows for a validationShare/,
    );
    await expect(fitted([[1, 2]], { objective: "mim" })).resolves.toBeDefined();
  });

  it("of rows and codes that do not fit the model", async () => {
    const model = await contrastiveMIM({ ...small, epochs: 1 }).fit(x);
    await expect(model.encode([[1, 2]])).rejects.toThrow(
      /^encode: rows do not fit the model; expected .* 3 columns, got \[1,2\]$/,
    );
    await expect(model.decode([[1, 2, 3]])).rejects.toThrow(/^decode: codes do not fit the model/);
    await expect(model.interpolate(x, 3)).rejects.toThrow(
      /^interpolate: not a pair of rows; expected 2 rows, got 64$/,
    );
    await expect(model.interpolate(takeRows(x, [0, 1]), 1)).rejects.toThrow(/^interpolate: not a count/);
    await expect(model.loss(takeRows(x, [0]))).rejects.toThrow(/^loss: nothing to tell a single code from/);
    await expect(model.sample(0)).rejects.toThrow(/^sample: not a count/);
  });
});
