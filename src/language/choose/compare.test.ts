import { describe, expect, test } from "vitest";
import { StoppedError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { answerQuality, comparePrompts, promptScores, selectPrompt } from "./choose.ts";
import { promptWorld } from "./worlds.ts";

const logs = (p: number[][][]) => p.map((rows) => rows.map((row) => row.map(Math.log)));

describe("a comparison", () => {
  test("ranks prompts with intervals and says which may be best, the same for the same seed", async () => {
    const { tensor, truth } = promptWorld(1, { prompts: 12, inputs: 120 });
    const found = await comparePrompts(tensor, { truth, resamples: 200 });
    const scores = promptScores(tensor, "MI");
    expect(found.prompts.map(({ index }) => scores[index])).toEqual([...scores].sort((a, b) => b - a));
    expect(found.prompts[0]).toMatchObject({ name: found.pick, standing: "pick", behind: { value: 0 } });
    for (const { score, interval } of found.prompts) {
      expect(interval!.low).toBeLessThan(score!);
      expect(interval!.high).toBeGreaterThan(score!);
    }
    expect(found.answers).toEqual([
      ...selectPrompt(tensor, "MI", { calibration: "cbm", calibrate: "answer" }).predictions,
    ]);
    expect(found.truth!.chosen).toEqual(answerQuality(found.answers, truth));
    expect(await comparePrompts(tensor, { truth, resamples: 200 })).toEqual(found);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    const bits = await comparePrompts(tensor, { truth, resamples: 200, unit: "bits" });
    expect(bits.prompts[0].score! * Math.LN2).toBeCloseTo(found.prompts[0].score!, 12);
    expect(bits.prompts[0].scores.ZMV).toBe(found.prompts[0].scores.ZMV);
  });

  test("cannot tell a prompt from its copy, whatever the order", async () => {
    const { tensor } = promptWorld(2, { prompts: 4, inputs: 60 });
    const logScore = [...tensor.logScore, ...tensor.logScore];
    const found = await comparePrompts({ logScore }, { resamples: 100 });
    const copy = found.prompts.find(({ index }) => index === (found.prompts[0].index + 4) % 8);
    expect(copy).toMatchObject({ standing: "not distinguishable", behind: { value: 0, low: 0, high: 0 } });
  });

  test("keeps the truly best prompt among those that may be best, also of two that are equally good", async () => {
    // Two prompts of the same distribution have the same true score; each may be left out in 5 % of samples.
    let left = 0;
    const runs = 150;
    for (let run = 0; run < runs; run++) {
      const random = new Random(run);
      const rows = () =>
        Array.from({ length: 60 }, () => {
          const p = 0.02 + 0.96 * random.uniform();
          return [p, 1 - p];
        });
      const found = await comparePrompts({ logScore: logs([rows(), rows()]) }, { resamples: 100, seed: run });
      if (found.prompts.some(({ name, standing }) => name === "prompt 1" && standing === "behind")) left++;
    }
    expect(left / runs).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / runs));
  });

  test("covers the score of many inputs about as often as it says", async () => {
    const { tensor } = promptWorld(100, { prompts: 6, inputs: 6000 });
    const truth = promptScores(tensor, "MI");
    let covered = 0;
    const runs = 25;
    for (let run = 0; run < runs; run++) {
      const rows = new Random(run).subsample(6000, 150);
      const logScore = tensor.logScore.map((row) => Array.from(rows, (x) => row[x]));
      for (const { index, interval } of (await comparePrompts({ logScore }, { resamples: 150, seed: run }))
        .prompts) {
        if (interval!.low <= truth[index] && truth[index] <= interval!.high) covered++;
      }
    }
    const share = covered / (6 * runs);
    // Prompts share their inputs: as few as the runs, not six times as many, are independent.
    expect(Math.abs(share - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs));
  });

  test("chooses for each input by an instance-wise method, ranked by its mean", async () => {
    const { tensor } = promptWorld(4, { prompts: 6, inputs: 80 });
    const found = await comparePrompts(tensor, { method: "MI_AGL", resamples: 50 });
    expect(found.rankedBy).toBe("MI_AG");
    expect(found.answeredBy).toEqual([...selectPrompt(tensor, "MI_AGL").index]);
    expect(found.prompts.reduce((sum, { chosenFor }) => sum + chosenFor!, 0)).toBeCloseTo(1, 12);
  });

  test("says what is to beware of", async () => {
    const flat = { logScore: logs([Array.from({ length: 20 }, () => [0.9, 0.1])]) };
    const codes = (await comparePrompts(flat, { resamples: 50 })).notes.map(({ code }) => code);
    expect(codes).toEqual(["one-prompt", "few-inputs", "no-information", "one-answer", "unused-labels"]);
    const { tensor } = promptWorld(4, { prompts: 6, inputs: 120 });
    const filtered = await comparePrompts(tensor, { method: "LE", filter: true, resamples: 50 });
    expect(filtered.notes.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["weak-method", "filtered"]),
    );
    expect(filtered.prompts.at(-1)).toMatchObject({ standing: "filtered", score: null, interval: null });
  });

  test("can be stopped, and refuses impossible options", async () => {
    const { tensor } = promptWorld(5, { prompts: 3, inputs: 30 });
    const stop = new AbortController();
    const steps: number[] = [];
    const run = comparePrompts(tensor, {
      resamples: 100_000,
      signal: stop.signal,
      onProgress: ({ done }) => {
        steps.push(done);
        if (done === 3) stop.abort();
      },
    });
    await expect(run).rejects.toBeInstanceOf(StoppedError);
    expect(steps).toEqual([1, 2, 3]);
    await expect(comparePrompts(tensor, { level: 1 })).rejects.toThrow(/level.*got 1/);
    await expect(comparePrompts(tensor, { resamples: 3 })).rejects.toThrow(/resamples.*got 3/);
    await expect(comparePrompts(tensor, { truth: [0] })).rejects.toThrow(/expected 30, got 1/);
    await expect(comparePrompts(tensor, { truth: Array(30).fill(9) })).rejects.toThrow(/label 0.*got 9/);
  });
});
