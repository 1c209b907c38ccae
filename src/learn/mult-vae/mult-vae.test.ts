import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../../core/random.ts";
import { flatten } from "../../engine/index.ts";
import { batchMemory, trainingBatch } from "./batches.ts";
import { csrFromEntries, csrFromLists, csrRows, rowIndices } from "./csr.ts";
import { ease } from "./ease.ts";
import { evaluate } from "./evaluate.ts";
import { mixtureClicks } from "./g-rec.ts";
import { interactions } from "./interactions.ts";
import { type MultVae, multVae } from "./mult-vae.ts";
import type { MultVaeOptions } from "./options.ts";
import { popularity } from "./popularity.ts";
import type { Split } from "./split.ts";
import { isMultVae, loadHistories, loadRecommender, saveHistories, saveRecommender } from "./store.ts";
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
    const model = await multVae({ ...small, epochs: 20 }).fit(split);
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
    // 200 updates; a third of them until the cap: 0.2 · 200 / 66.7.
    expect(model.training.annealSteps).toBeCloseTo(1000 / 3, 9);
    expect(model.training.epochs.map(({ beta }) => beta)[0]).toBeCloseTo((9 * 3) / 1000, 12);
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
    const model = await multVae(small).fit(split, {
      signal: stop.signal,
      onProgress: ({ done }) => done === 25 && stop.abort(),
    });
    expect(model.training.stopped).toEqual({ done: 2, total: 6 });
    expect(model.training.epochs.length).toBe(2);
    const early = multVae(small).fit(split, { signal: AbortSignal.abort() });
    await expect(early).rejects.toMatchObject({ code: "stopped" });
  });

  it("names the update at which training went astray", async () => {
    const wild = multVae({ ...small, learningRate: 1e20 }).fit(bare);
    await expect(wild).rejects.toThrow(/multVae: the loss of update \d+ \(epoch 1\) is not a number/);
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

describe("saving and loading", () => {
  const inFolder = async (body: (folder: string) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), "surprisal-recommender-"));
    await body(folder).finally(() => rm(folder, { recursive: true }));
  };

  it("gives models back that score alike to the last bit", async () => {
    const models = [
      popularity(split),
      ease(split, { lambda: 200 }),
      await multVae({ ...small, epochs: 1 }).fit(bare),
    ];
    for (const model of models) {
      await inFolder(async (folder) => {
        await saveRecommender(model, join(folder, "model"));
        const loaded = await loadRecommender(join(folder, "model"));
        expect([loaded.name, loaded.itemIds]).toEqual([model.name, model.itemIds]);
        const rows = csrRows(split.test.foldIn, [0, 1]);
        expect(await loaded.scoreRows(rows)).toEqual(await model.scoreRows(rows));
        expect(isMultVae(loaded)).toBe(isMultVae(model));
        if (isMultVae(loaded)) {
          expect(loaded.training.bestEpoch).toBe(1);
          expect(await loaded.rate([split.itemIds[3]])).toBeGreaterThan(0);
        }
      });
    }
  });

  it("keeps who clicked what in a file of its own", async () => {
    const data = interactions({ user: ["a", "a", "b"], item: ["x", "y", "x"] }, { minUserClicks: 1 });
    await inFolder(async (folder) => {
      await saveHistories(data, folder);
      const { dropped: _, ...kept } = data;
      expect(await loadHistories(folder)).toEqual(kept);
    });
  });

  it("refuses a folder without a model and files that are something else", async () => {
    await inFolder(async (folder) => {
      await expect(loadRecommender(folder)).rejects.toMatchObject({ code: "missing-file" });
      await writeFile(join(folder, "model.safetensors"), "not one");
      await expect(loadRecommender(folder)).rejects.toMatchObject({ code: "bad-safetensors" });
      await saveHistories(interactions({ user: [1], item: [1] }, { minUserClicks: 1 }), folder);
      await writeFile(join(folder, "model.safetensors"), await readFile(join(folder, "users.safetensors")));
      await expect(loadRecommender(folder)).rejects.toMatchObject({ code: "bad-model" });
    });
  });
});
