import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../../core/random.ts";
import { quantile } from "../../core/statistics.ts";
import { flatten } from "../../engine/index.ts";
import { drawContinuous } from "./families.ts";
import type { MetaSampler } from "./meta-sampler.ts";
import { loadMist, mist, saveMist, trainMist } from "./mist.ts";
import { knots, mistSmall } from "./network.ts";
import type { Buckets } from "./training.ts";

const folder = mkdtempSync(join(tmpdir(), "surprisal-mist-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const buckets: Buckets = {
  dims: [{ most: 1, weight: 1 }],
  rows: [{ most: 32, weight: 1 }],
  leastRows: 24,
  rowsPerBatch: 1024,
};
const architecture = {
  ...mistSmall,
  functions: 6,
  edgeWidth: 8,
  edgeLayers: 1,
  projections: 6,
  rowWidth: 16,
  rowLayers: 1,
  inducing: 4,
};
const tiny = { buckets, architecture, seed: 1, validationSets: 64 };

describe("trainMist", () => {
  it("learns from a sampler of one's own, and is the same after saving", async () => {
    const sampler: MetaSampler = (request) => drawContinuous(request);
    const model = await trainMist({ ...tiny, sampler, steps: 80, validateEvery: 80 });
    const truths = Array.from({ length: 400 }, (_, s) =>
      Math.log1p(sampler({ rows: 24, maxDim: 1, random: new Random(77).split(s) }).mutualInformation),
    );
    // The best that can be said of a sample without looking at it.
    const constant = knots.map((tau) => quantile(truths, tau));
    const blind = truths.map(
      (u) =>
        knots.reduce(
          (sum, tau, k) => sum + Math.max((tau - 1) * (u - constant[k]), tau * (u - constant[k])),
          0,
        ) / 9,
    );
    const loss = blind.reduce((sum, v) => sum + v, 0) / blind.length;
    // A start, not the sheet's 40 %, which is the experiment's to show.
    expect(model.card.validation.hybrid).toBeLessThan(loss);
    expect(model.card).toMatchObject({ families: ["own"], trained: { rows: [24, 32], columns: [1, 1] } });

    await saveMist(join(folder, "own"), model);
    const again = await loadMist(join(folder, "own"));
    const random = new Random(4);
    const x = Float64Array.from({ length: 30 }, () => random.normal());
    const y = x.map((v) => v + random.normal());
    const [one, other] = [await mist(x, y, { model }), await mist(x, y, { model: again })];
    expect(other.value).toBe(one.value);
    await expect(mist(x.subarray(0, 20), y.subarray(0, 20), { model })).rejects.toThrow(
      "expected at least 24",
    );
  });

  it("goes on from its checkpoint where it was stopped, to the same weights", async () => {
    const options = { ...tiny, validationSets: 4, steps: 6, validateEvery: 2 };
    const whole = await trainMist(options);
    const stop = new AbortController();
    const checkpoint = { path: join(folder, "run.safetensors"), everySeconds: 0, resume: true };
    await trainMist({
      ...options,
      checkpoint,
      signal: stop.signal,
      onValidation: ({ step }) => step === 4 && stop.abort(),
    });
    const rest = await trainMist({ ...options, checkpoint });
    expect(rest.curve).toEqual(whole.curve);
    const leaves = (model: typeof whole) => flatten(model.params).leaves.map(({ data }) => data);
    expect(leaves(rest)).toEqual(leaves(whole));
  });
});
