import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Random } from "../../core/random.ts";
import { flatten } from "../../engine/index.ts";
import { batchMemory, denseRows, trainingBatch } from "./batches.ts";
import { csrFromEntries, csrFromLists, csrRows, rowIndices } from "./csr.ts";
import { evaluate } from "./evaluate.ts";
import { mixtureClicks } from "./g-rec.ts";
import { type MultVae, multVae } from "./mult-vae.ts";
import type { MultVaeOptions } from "./options.ts";
import { popularity } from "./popularity.ts";
import type { Split } from "./split.ts";
import { betaAt } from "./training.ts";
import { tunedEase } from "./tune.ts";

const { split } = mixtureClicks(2);
const small: MultVaeOptions = { hidden: [32], latentDim: 8, epochs: 6, batchSize: 100, seed: 4 };

function without(part: Split["test"], rows: number): Split["test"] {
  const users = Int32Array.from({ length: rows }, (_, u) => u);
  return {
    userIds: part.userIds.slice(0, rows),
    foldIn: csrRows(part.foldIn, users),
    heldOut: csrRows(part.heldOut, users),
  };
}

/** Cheap to train: no validation. */
const bare: Split = { ...split, validation: without(split.validation, 0) };

function numbersOf(model: MultVae): number[] {
  return flatten(model.params).leaves.flatMap((leaf) => Array.from(leaf.data));
}

describe("a training batch", () => {
  const clicks = csrFromEntries(2, 4, [0, 0, 1, 1, 1], [0, 2, 0, 1, 3], [3, 4, 1, 1, 1]);
  const made = (dropout: number, seed: number) => {
    const memory = batchMemory(2, 4, 2);
    return trainingBatch(clicks, Int32Array.of(1, 0), dropout, 2, new Random(seed), memory);
  };

  it("has input rows of length 1 and the clicks as they are for target", () => {
    const { input, target } = made(0, 1);
    const third = Math.sqrt(1 / 3);
    [third, third, 0, third, 0.6, 0, 0.8, 0].forEach((x, e) => {
      expect(input.data[e]).toBeCloseTo(x, 7);
    });
    expect([...target.data]).toEqual([1, 1, 0, 1, 3, 0, 4, 0]);
  });

  it("drops clicks from the input only, and keeps the mean of what is left", () => {
    const sums = new Float64Array(8);
    const draws = 2000;
    for (let seed = 0; seed < draws; seed++) {
      const { input, target } = made(0.5, seed);
      expect([...target.data]).toEqual([1, 1, 0, 1, 3, 0, 4, 0]);
      input.data.forEach((x, e) => {
        sums[e] += x / draws;
      });
    }
    const full = made(0, 0).input.data;
    // A kept entry is 2x with probability ½: deviation x, so 4 standard errors are 4x/√2000 = 0.09x.
    sums.forEach((mean, e) => {
      expect(Math.abs(mean - full[e])).toBeLessThanOrEqual(0.09 * full[e]);
    });
  });
});

describe("multVae", () => {
  it("raises the weight of the rate with every update up to its cap", () => {
    expect([0, 1, 40_000, 100_000].map((t) => betaAt(t, 0.2, 200_000))).toEqual([0, 5e-6, 0.2, 0.2]);
  });

  it("learns: better than popularity, with a validation curve that rises and the best epoch kept", async () => {
    const model = await multVae({ ...small, epochs: 12 }).fit(split);
    const [[own], [base]] = await Promise.all(
      [model, popularity(split)].map(async (one) => {
        return (await evaluate(one, split.test, { metrics: ["ndcg@100"] })).metrics;
      }),
    );
    expect(own.value - base.value).toBeGreaterThan(4 * Math.hypot(own.standardError!, base.standardError!));
    const curve = model.training.epochs.map(({ validation }) => validation!);
    expect(curve.at(-1)).toBeGreaterThan(curve[0] + 0.1);
    expect(model.training.bestEpoch).toBe(1 + curve.indexOf(Math.max(...curve)));
    const again = await evaluate(model, split.validation, { metrics: ["ndcg@100"] });
    expect(again.metrics[0].value).toBeCloseTo(Math.max(...curve), 12);
    const losses = model.training.epochs.map(({ negativeLogLikelihood }) => negativeLogLikelihood);
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    // 120 updates, the cap 0.2 after 40 of them: 1 would be reached after 200.
    expect(model.training.annealSteps).toBeCloseTo(200, 9);
    const betas = model.training.epochs.map(({ beta }) => beta);
    [9 / 200, 19 / 200, 29 / 200, 39 / 200, 0.2, 0.2].forEach((beta, e) => {
      expect(betas[e]).toBeCloseTo(beta, 12);
    });
  });

  it("gives the same model for the same seed, whoever is tested, and another for another seed", async () => {
    const first = await multVae(small).fit(bare);
    const second = await multVae(small).fit({ ...bare, test: without(split.test, 3) } as Split);
    expect(numbersOf(second)).toEqual(numbersOf(first));
    const third = await multVae({ ...small, seed: 5 }).fit(bare);
    expect(numbersOf(third)).not.toEqual(numbersOf(first));
  });

  it("recommends with probabilities over what was not clicked, and never what was", async () => {
    const model = await multVae({ ...small, epochs: 2 }).fit(bare);
    const history = Array.from(rowIndices(split.test.foldIn, 0), (i) => split.itemIds[i]);
    const { items } = await model.recommend(history, 200);
    expect(items.length).toBe(200 - history.length);
    expect(items.some(({ item }) => history.includes(item))).toBe(false);
    expect(items.reduce((sum, { probability }) => sum + probability!, 0)).toBeCloseTo(1, 9);
    const cold = await model.recommend(["unheard of"], 3);
    expect(cold.warnings.map(({ code }) => code)).toEqual(["unknown-items", "cold-start"]);
    expect(cold.items[0].probability).toBeUndefined();
    expect(await model.rate(history)).toBeGreaterThan(0);
    await expect(model.rate([])).rejects.toThrow(/the model knows no item of the history/);
  });

  it("scores a user alike alone and in a batch", async () => {
    const model = await multVae({ ...small, epochs: 1 }).fit(bare);
    const three = csrRows(split.test.foldIn, [0, 1, 2]);
    const [together, alone] = [await model.scoreRows(three), await model.scoreRows(csrRows(three, [2]))];
    // Single precision: sums of 40 terms of order 1.
    alone.forEach((score, i) => {
      expect(together[400 + i]).toBeCloseTo(score, 5);
    });
  });

  it("trains a denoising autoencoder, which has no rate", async () => {
    const model = await multVae({ kind: "dae", latentDim: 16, epochs: 2, batchSize: 100 }).fit(bare);
    expect(model.settings).toMatchObject({ hidden: [], l2: 2e-5, betaCap: 0 });
    expect(model.params.encoder.length).toBe(1);
    const last = model.training.epochs[1];
    expect(last.rate).toBe(0);
    expect(last.penalty).toBeGreaterThan(0);
    await expect(model.rate([split.itemIds[0]])).rejects.toThrow(/has no rate/);
  });

  it("gives the best model so far when stopped, and says where it stopped", async () => {
    const stop = new AbortController();
    const model = await multVae({ ...small, epochs: 60 }).fit(split, {
      signal: stop.signal,
      onProgress: ({ done }) => done >= 15 && stop.abort(),
    });
    const { stopped, epochs, bestEpoch } = model.training;
    expect(stopped).toEqual({ done: epochs.length, total: 60 });
    expect(bestEpoch).toBeLessThanOrEqual(epochs.length);
    const early = multVae(small).fit(split, { signal: AbortSignal.abort() });
    await expect(early).rejects.toMatchObject({ code: "stopped" });
  });

  it("goes on from a checkpoint to the same model as without the stop", async () => {
    const folder = await mkdtemp(join(tmpdir(), "surprisal-mult-vae-"));
    const checkpoint = { path: join(folder, "run.safetensors"), resume: true };
    try {
      const whole = await multVae({ ...small, epochs: 8 }).fit(bare);
      const stop = new AbortController();
      const onProgress = ({ done }: { done: number }) => done >= 15 && stop.abort();
      const options = { ...small, epochs: 8 };
      const partial = await multVae(options).fit(bare, { checkpoint, signal: stop.signal, onProgress });
      expect(partial.training.steps).toBeLessThan(80);
      const resumed = await multVae(options).fit(bare, { checkpoint });
      expect(resumed.training).toEqual(whole.training);
      expect(numbersOf(resumed)).toEqual(numbersOf(whole));
      const other = multVae({ ...options, dropout: 0.4 }).fit(bare, { checkpoint });
      await expect(other).rejects.toMatchObject({ code: "foreign-checkpoint" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("exports a file that plain ONNX Runtime reads, with the same numbers for any batch size", async () => {
    const model = await multVae({ ...small, epochs: 1 }).fit(bare);
    const session = await InferenceSession.create(model.toOnnx());
    for (const rows of [1, 3]) {
      const histories = csrRows(
        split.test.foldIn,
        Array.from({ length: rows }, (_, u) => u),
      );
      const clicks = new OrtTensor("float32", denseRows(histories, 0, rows), [rows, 200]);
      const { logits, rate } = await session.run({ clicks });
      const [scores, rates] = [await model.scoreRows(histories), await model.rateRows(histories)];
      scores.forEach((score, e) => {
        expect(logits.data[e]).toBeCloseTo(score, 5);
      });
      rates.forEach((value, u) => {
        expect(rate.data[u]).toBeCloseTo(value, 5);
      });
    }
    const dae = await multVae({ kind: "dae", latentDim: 4, epochs: 1, batchSize: 500 }).fit(bare);
    expect((await InferenceSession.create(dae.toOnnx())).outputNames).toEqual(["logits"]);
  });

  it("names the update at which training went astray", async () => {
    const wild = multVae({ ...small, learningRate: 1e20 }).fit(bare);
    await expect(wild).rejects.toThrow(/multVae: .*step \d+ .*the parameters before it are kept/);
  });

  it.each([
    [{ latentdim: 3 }, /unknown option, got "latentdim" \(did you mean "latentDim"\?\)$/],
    [{ kind: "gan" }, /kind will not do; expected "vae" or "dae", got "gan"$/],
    [{ dropout: 1 }, /dropout will not do.*got 1$/],
    [{ hidden: [0] }, /hidden will not do/],
    [{ batchSize: 0.5 }, /batchSize will not do.*got 0.5$/],
    [{ betaCap: -1 }, /betaCap will not do.*got -1$/],
  ])("refuses %j", (options, message) => {
    expect(() => multVae(options as MultVaeOptions)).toThrow(message);
  });

  it("refuses to train on nothing", async () => {
    const nothing = { ...bare, train: csrFromLists([[], []], 200) };
    await expect(multVae(small).fit(nothing)).rejects.toThrow(/no clicks to train on/);
  });
});

describe("tuned EASE", () => {
  it("takes the weight that is best for the validation users", async () => {
    const { model, lambda, tried } = await tunedEase(split, { lambdas: [10, 200, 500] });
    const best = tried.reduce((a, b) => (b.validation.value > a.validation.value ? b : a));
    expect(lambda).toBe(best.lambda);
    expect(model.name).toBe(`EASE λ=${lambda}`);
  });
});
