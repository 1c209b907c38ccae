import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { learnMultVae } from "./learn-mult-vae.ts";
import { recommendItems, recommendText } from "./recommend-items.ts";

let folder: string;
let file: string;
const options = { hidden: [16], latentDim: 4, epochs: 4, seed: 2 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-recommend-"));
  file = join(folder, "ratings.csv");
  // Users like items of their own third of the catalogue, and rate some others low.
  const lines = Array.from({ length: 120 * 9 }, (_, e) => {
    const [user, turn] = [e % 120, Math.floor(e / 120)];
    const [item, rating] = turn < 8 ? [((user % 3) * 12 + turn * (1 + (user % 2))) % 36, 5] : [user % 36, 1];
    return `u${user},i${item},${rating}`;
  });
  await writeFile(file, `user,item,rating\n${lines.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

describe("learning and recommending from files", () => {
  it("fills a folder that recommends to users of the file and to histories by hand", async () => {
    const output = join(folder, "model");
    const { model, files, split } = await learnMultVae(file, { output, options });
    expect([split.validation.userIds.length, split.test.userIds.length]).toEqual([12, 12]);
    expect((await readdir(output)).sort()).toEqual(files.map(({ name }) => name).sort());
    const card = JSON.parse(await readFile(join(output, "card.json"), "utf8"));
    expect(card.metrics["ndcg@100"]).toBeGreaterThan(0);

    const answer = await recommendItems(output, { user: "u7", top: 3 });
    expect(answer.items.map(({ item }) => item)).toEqual(
      (await model.recommend(answer.history, 3)).items.map(({ item }) => item),
    );
    expect(answer.items.some(({ item }) => answer.history.includes(item))).toBe(false);
    expect(recommendText(answer)).toMatch(/^What is next for user u7, by Mult-VAE β≤0\.2 \(8 items, \d/);

    const byHand = await recommendItems(output, { history: ["i0", "i99"], top: 2, exclude: ["i1"] });
    expect(byHand.unknown).toEqual(["i99"]);
    expect(recommendText(byHand)).toMatch(/\nnote: 1 of 2 items of the history are unknown/);
    const cold = await recommendItems(output, { history: ["i99"] });
    expect(cold.rate).toBeUndefined();
    expect(recommendText(cold)).toMatch(/the most popular items/);
    await expect(recommendItems(output, { user: "u77x" })).rejects.toThrow(/did you mean "u77"/);
    await expect(recommendItems(output, {})).rejects.toThrow(/either --user or --history, got "neither"/);
  });

  it("keeps a checkpoint when stopped, and goes on from it to the same model as in one go", async () => {
    const output = join(folder, "stopped");
    const stop = new AbortController();
    const long = { ...options, epochs: 30 };
    const first = await learnMultVae(
      file,
      { output, options: long },
      { signal: stop.signal, onProgress: ({ done }) => done >= 20 && stop.abort() },
    );
    expect(first.model.training.stopped?.total).toBe(30);
    expect(first.files.at(-1)?.name).toBe("checkpoint.safetensors");
    await expect(learnMultVae(file, { output, options: long })).rejects.toMatchObject({
      code: "checkpoint-exists",
    });
    const resumed = await learnMultVae(file, { output, options: long, resume: true });
    const whole = await learnMultVae(file, { output: join(folder, "whole"), options: long });
    expect(resumed.model.training).toEqual(whole.model.training);
    expect(await readdir(output)).not.toContain("checkpoint.safetensors");
  });

  it("refuses bad options before it reads anything", async () => {
    const output = join(folder, "none");
    const bad = learnMultVae("missing.csv", { output, options: { dropout: 2 } });
    await expect(bad).rejects.toThrow(/dropout will not do/);
    await expect(learnMultVae("missing.csv", { output, options })).rejects.toMatchObject({
      code: "missing-file",
    });
    expect(await readdir(folder)).not.toContain("none");
  });
});
