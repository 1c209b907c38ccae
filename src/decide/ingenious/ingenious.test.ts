import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { threads } from "../../core/parallel/index.ts";
import { Random } from "../../core/random.ts";
import {
  matmul,
  mean,
  optimisers,
  square,
  sub,
  type Tensor,
  tensor,
  fit as train,
  zeros,
} from "../../engine/index.ts";
import { facilityLocation, maximize, similarityMatrix } from "../submodular/submodular.ts";
import { informativeBatches, subsetSampler, taylorSoftmax } from "./ingenious.ts";
import { weightedSample } from "./weighted-sample.ts";

const close = (values: number[], digits = 6) => values.map((v) => expect.closeTo(v, digits));

/** Rows around `centres` directions. */
function clusters(n: number, centres: number, seed = 1): number[][] {
  const random = new Random(seed);
  const middles = Array.from({ length: centres }, () => Array.from({ length: 5 }, () => random.normal()));
  return Array.from({ length: n }, () =>
    middles[random.integer(centres)].map((m) => m + 0.1 * random.normal()),
  );
}

describe("taylorSoftmax", () => {
  it("has the values of the table", () => {
    expect([...taylorSoftmax([3, 1, 0.5, 0])]).toEqual(close([0.623853, 0.183486, 0.119266, 0.073394]));
    const warm = taylorSoftmax([3, 1, 0.5, 0], { temperature: 2 });
    expect([...warm]).toEqual(close([0.481328, 0.215768, 0.170124, 0.13278]));
  });

  it("turns the greedy gains of points on a line into the weights of the table", async () => {
    const points = [0, 1, 2, 6, 10, 11, 12];
    const s = similarityMatrix(points.map((a) => points.map((b) => 1 / (1 + Math.abs(a - b)))));
    const { indices, gains } = await maximize(facilityLocation(s), 7);
    expect([...indices]).toEqual([1, 5, 3, 0, 2, 4, 6]);
    expect([...gains]).toEqual(close([2.440909, 1.725758, 0.833333, 0.5, 0.5, 0.5, 0.5]));
    expect([...taylorSoftmax(gains)]).toEqual(
      close([0.332374, 0.218214, 0.112892, 0.08413, 0.08413, 0.08413, 0.08413]),
    );
  });

  it("is positive for any gains, sums to one, grows above −T, and nears the softmax with its order", () =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 2, maxLength: 20 }),
        fc.constantFrom<2 | 4>(2, 4),
        (gains, order) => {
          const p = taylorSoftmax(gains, { order });
          expect(p.every((v) => v > 0)).toBe(true);
          expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
          const sorted = taylorSoftmax(gains.map(Math.abs).sort((a, b) => a - b));
          expect([...sorted]).toEqual([...sorted].sort((a, b) => a - b));
        },
      ),
      { numRuns: 50 },
    ));

  it("nears the softmax for small gains", () => {
    const gains = [0.1, 0.02, -0.05];
    const exponentials = gains.map(Math.exp);
    const total = exponentials.reduce((a, b) => a + b);
    // The first term left out is x⁵ / 120, below 1e-7 here.
    expect([...taylorSoftmax(gains, { order: 4 })]).toEqual(
      close(
        exponentials.map((e) => e / total),
        7,
      ),
    );
  });

  it("refuses what is no temperature, order or gain", () => {
    expect(() => taylorSoftmax([1], { temperature: 0 })).toThrow(/temperature must be positive.*got 0/);
    expect(() => taylorSoftmax([1], { order: 3 as never })).toThrow(/expected 2 or 4, got 3/);
    expect(() => taylorSoftmax([1, Number.NaN])).toThrow(/gain 1 is not usable/);
    expect(() => taylorSoftmax([])).toThrow(/no gains/);
  });
});

describe("weightedSample", () => {
  it("includes items as often as successive draws do", () => {
    const weights = taylorSoftmax([3, 1, 0.5, 0]);
    const random = new Random(7);
    const counts = [0, 0, 0, 0];
    const draws = 100_000;
    for (let t = 0; t < draws; t++) for (const i of weightedSample(weights, 2, random)) counts[i]++;
    // Standard error at most 0.0016; the sheet allows 0.005.
    [0.897939, 0.527186, 0.353321, 0.221554].forEach((expected, i) => {
      expect(Math.abs(counts[i] / draws - expected)).toBeLessThan(0.005);
    });
  });

  it("refuses weights that are not positive and more than there are", () => {
    const random = new Random(1);
    expect(() => weightedSample([1, 0], 1, random)).toThrow(/weight 1 is not positive/);
    expect(() => weightedSample([1, 2], 3, random)).toThrow(/from 0 to 2, got 3/);
  });
});

describe("subsetSampler", () => {
  it("puts every row into one part of about equal size, and draws exactly the fraction", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        async (n, wanted, fraction) => {
          const partitions = Math.min(wanted, Math.floor(n / 2));
          const sampler = await subsetSampler(clusters(n, 3, n), { partitions, fraction, seed: n });
          expect([...sampler.parts.flatMap((p) => [...p])].sort((a, b) => a - b)).toEqual(
            Array.from({ length: n }, (_, i) => i),
          );
          const sizes = sampler.parts.map(({ length }) => length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          const rows = sampler.sample(1);
          expect(new Set(rows).size).toBe(Math.max(1, Math.round(fraction * n)));
          for (const part of sampler.parts) {
            const drawn = part.filter((i) => rows.includes(i)).length;
            expect(Math.abs(drawn - fraction * part.length)).toBeLessThan(2);
            expect(part.reduce((sum, i) => sum + sampler.importance[i], 0)).toBeCloseTo(1, 12);
          }
        },
      ),
      { numRuns: 25 },
    ));

  it("has the gains of greedy facility location, which sum to its value on the part", async () => {
    const { gains, parts } = await subsetSampler(clusters(50, 4), { partitions: 1 });
    // With a cosine every row is most similar to itself: the whole part serves each row with 1.
    expect(gains.reduce((a, b) => a + b)).toBeCloseTo(50, 9);
    expect(parts).toHaveLength(1);
  });

  it("draws rows of high gain more often, and more so at a lower temperature", async () => {
    const x = clusters(120, 6);
    const share = async (temperature: number) => {
      const sampler = await subsetSampler(x, { temperature, fraction: 0.1 });
      const top = [...sampler.gains.keys()].sort((a, b) => sampler.gains[b] - sampler.gains[a]).slice(0, 6);
      let hits = 0;
      for (let phase = 1; phase <= 200; phase++)
        for (const i of sampler.sample(phase)) hits += Number(top.includes(i));
      return hits / (200 * 6);
    };
    const [cold, usual, hot] = [await share(0.1), await share(1), await share(100)];
    expect(cold).toBeGreaterThan(usual);
    expect(usual).toBeGreaterThan(hot + 0.1);
    // At T = 100 all weights are nearly even: 0.1, standard error 0.009.
    expect(Math.abs(hot - 0.1)).toBeLessThan(0.05);
  });

  it("gives the same subsets for the same seed and phase, on threads too, and others else", async () => {
    const x = clusters(60, 5);
    const options = { partitions: 3, fraction: 0.3, seed: 4 };
    const sampler = await subsetSampler(x, options);
    const executor = threads(2);
    const again = await subsetSampler(x, { ...options, executor });
    await executor.close();
    expect([...again.gains]).toEqual([...sampler.gains]);
    expect([...again.sample(2)]).toEqual([...sampler.sample(2)]);
    expect([...sampler.sample(3)]).not.toEqual([...sampler.sample(2)]);
    const other = await subsetSampler(x, { ...options, seed: 5 });
    expect([...other.sample(2)]).not.toEqual([...sampler.sample(2)]);
  });

  it("takes other set functions, metrics and optimizers", async () => {
    const x = clusters(40, 4);
    for (const setFunction of ["graph-cut", "log-determinant"] as const) {
      const { gains } = await subsetSampler(x, { setFunction, metric: "shifted-cosine" });
      expect(gains.every(Number.isFinite)).toBe(true);
    }
    const sampled = await subsetSampler(x, { metric: "rbf", optimizer: "lazier-than-lazy", epsilon: 0.2 });
    expect(sampled.gains.reduce((a, b) => a + b)).toBeCloseTo(40, 9);
  });

  it("warns where small parts make the weights nearly even, and tells how few rows have most weight", async () => {
    const sampler = await subsetSampler(clusters(200, 40), { partitions: 4 });
    expect(sampler.warnings.map(({ code }) => code)).toEqual(["nearly-even"]);
    const cold = await subsetSampler(clusters(200, 40), { partitions: 4, temperature: 0.1 });
    expect(cold.warnings).toEqual([]);
    expect(cold.effectiveRows).toBeLessThan(sampler.effectiveRows);
    const hot = await subsetSampler(clusters(200, 40), { partitions: 4, temperature: 1e6 });
    expect(hot.effectiveRows).toBeCloseTo(200, 2);
  });

  it("refuses what it cannot rank", async () => {
    const x = clusters(10, 2);
    await expect(subsetSampler(x, { fraction: 1 })).rejects.toThrow(/between 0 and 1, got 1/);
    await expect(subsetSampler(x, { partitions: 6 })).rejects.toThrow(/from 1 to 5, half the rows, got 6/);
    await expect(subsetSampler(x, { temperature: -1 })).rejects.toThrow(/temperature/);
    await expect(subsetSampler([[1, 2]])).rejects.toThrow(/at least 2, got 1/);
    await expect(
      subsetSampler([
        [1, 2],
        [0, 0],
        [1, 1],
      ]),
    ).rejects.toThrow(/row 1 is all zeros/);
    await expect(
      subsetSampler([
        [1, 2],
        [Number.NaN, 0],
      ]),
    ).rejects.toThrow(/not a finite number/);
    await expect(subsetSampler(new Float64Array(50_000).fill(1), { partitions: 1 })).rejects.toThrow(
      /at most 20000 rows a part, got 1 \(partitions: 25\)/,
    );
    await expect(subsetSampler(x, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "stopped",
    });
  });
});

describe("informativeBatches", () => {
  const x = clusters(80, 5);
  const base = { rows: 80, batchSize: 8, warmUp: 10, period: 5, phases: 3, fraction: 0.25 };

  it("passes over all rows first, then over a subset of its own for each phase", async () => {
    const asked: number[] = [];
    const batches = informativeBatches({
      ...base,
      features: (phase) => {
        asked.push(phase);
        return x;
      },
    });
    const seen: Set<number>[] = [];
    let steps = 0;
    for await (const { rows, phase, step } of batches) {
      expect(step).toBe(steps++);
      seen[phase] ??= new Set();
      for (const i of rows) seen[phase].add(i);
    }
    expect(steps).toBe(25);
    expect(asked).toEqual([1]);
    expect(seen.map(({ size }) => size)).toEqual([80, 20, 20, 20]);
    expect([...seen[1]].sort()).not.toEqual([...seen[2]].sort());
    expect([...seen[2]].sort((a, b) => a - b)).toEqual([...batches.sampler!.sample(2)]);
  });

  it("asks for features after the model has seen the last batch before, as often as it is told to", async () => {
    const asked: [number, number][] = [];
    let learned = 0;
    const features = (phase: number) => {
      asked.push([phase, learned]);
      return x;
    };
    for await (const _ of informativeBatches({ ...base, phases: 5, regainEvery: 2, features })) learned++;
    expect(asked).toEqual([
      [1, 10],
      [3, 20],
      [5, 30],
    ]);
    expect(learned).toBe(35);
  });

  it("goes without a warm-up, and without end", async () => {
    const { phases: _, ...endless } = base;
    let steps = 0;
    for await (const { phase } of informativeBatches({ ...endless, warmUp: 0, features: async () => x })) {
      expect(phase).toBe(1 + Math.floor(steps / 5));
      if (++steps === 42) break;
    }
    expect(steps).toBe(42);
  });

  it("gives the engine's fit a phase an epoch, with features of the parameters in between", async () => {
    const n = 80;
    const random = new Random(3);
    const targets = x.map((row) => 2 * row[0] - row[3] + 0.01 * random.normal());
    const batches = informativeBatches(base);
    const updates: number[] = [];
    const { params, steps } = await train({
      params: { w: zeros([5, 1]) },
      loss: (p: { w: Tensor }, b: { x: Tensor; y: Tensor }) => mean(square(sub(matmul(b.x, p.w), b.y))),
      data: async function* ({ epoch }) {
        for await (const { rows } of batches.phase(epoch)) {
          yield {
            x: tensor(Float32Array.from([...rows].flatMap((i) => x[i])), { shape: [rows.length, 5] }),
            y: tensor(
              Float32Array.from(rows, (i) => targets[i]),
              { shape: [rows.length, 1] },
            ),
          };
        }
      },
      onEpoch: async (epoch) => {
        if (!batches.isDue(epoch)) return;
        updates.push(epoch);
        await batches.update(epoch, x);
      },
      optimiser: optimisers.adam({ learningRate: 0.2 }),
      epochs: 4,
      executor: "wasm",
    });
    expect(steps).toBe(25);
    expect(updates).toEqual([1]);
    expect(batches.sampler!.gains).toHaveLength(n);
    const fitted = x.map((row) => row.reduce((sum, v, j) => sum + v * params.w.data[j], 0));
    const error = Math.sqrt(fitted.reduce((sum, v, i) => sum + (v - targets[i]) ** 2, 0) / n);
    expect(error).toBeLessThan(0.5);
  });

  it("refuses bad counts, phases without gains, and features of other rows", async () => {
    const next = (options: object, phase = 1) =>
      informativeBatches({ ...base, ...options })
        .phase(phase)
        .next();
    expect(() => informativeBatches({ ...base, batchSize: 0 })).toThrow(
      /batchSize is not usable.*from 1, got 0/,
    );
    expect(() => informativeBatches({ ...base, warmUp: -1 })).toThrow(/warmUp.*from 0, got -1/);
    expect(() => informativeBatches({ ...base, phases: 1.5 })).toThrow(/phases.*got 1.5/);
    await expect(next({})).rejects.toThrow(/no gains for phase 1; expected features in the options/);
    await expect(next({ features: () => x.slice(1) })).rejects.toThrow(
      /another number of rows; expected 80, got 79/,
    );
    await expect(next({ features: () => x, fraction: 0 })).rejects.toThrow(/got 0/);
    await expect(next({}, -1)).rejects.toThrow(/phase is not usable/);
  });
});
