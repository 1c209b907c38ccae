import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { bestSubset } from "./brute-force.ts";
import {
  evaluate,
  facilityLocation,
  featureBased,
  graphCut,
  logDeterminant,
  maximize,
  modular,
  saturatedCoverage,
  similarities,
  similarityMatrix,
} from "./submodular.ts";

const points = [0, 1, 2, 6, 10, 11, 12];
const line = facilityLocation(
  similarityMatrix(points.map((a) => points.map((b) => 1 / (1 + Math.abs(a - b))))),
);

function randomRows(n: number, d: number, seed: number) {
  const random = new Random(seed);
  return matrix(
    n,
    d,
    Float64Array.from({ length: n * d }, () => Math.abs(random.normal())),
  );
}

describe("points on a line", () => {
  test.each(["naive", "lazy"] as const)(
    "the %s greedy gives the order and the gains of the sheet",
    async (optimizer) => {
      const { indices, gains, value } = await maximize(line, 7, { optimizer });
      expect([...indices]).toEqual([1, 5, 3, 0, 2, 4, 6]);
      for (const [t, gain] of [2.440909, 1.725758, 0.833333, 0.5, 0.5, 0.5, 0.5].entries()) {
        expect(gains[t]).toBeCloseTo(gain, 6);
      }
      expect(value).toBeCloseTo(7, 12);
    },
  );

  test("four items cost 22 evaluations naively and 19 lazily", async () => {
    expect((await maximize(line, 4, { optimizer: "naive" })).evaluations).toBe(22);
    expect((await maximize(line, 4)).evaluations).toBe(19);
  });

  test("greedy reaches the optimum for one to four items", async () => {
    for (const [i, value] of [2.440909, 4.166667, 5, 5.5].entries()) {
      expect((await maximize(line, i + 1)).value).toBeCloseTo(value, 6);
      expect(bestSubset(line, i + 1).value).toBeCloseTo(value, 6);
    }
  });
});

describe("greedy", () => {
  const seeds = fc.integer({ min: 0, max: 1e6 });

  test("is lazily what it is naively, item for item", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const rows = randomRows(40, 3, seed);
        const s = similarities(rows);
        for (const f of [
          facilityLocation(s),
          saturatedCoverage(s),
          graphCut(s),
          logDeterminant(s),
          featureBased(rows),
        ]) {
          const naive = await maximize(f, 12, { optimizer: "naive" });
          const lazy = await maximize(f, 12, { optimizer: "lazy" });
          expect([...lazy.indices]).toEqual([...naive.indices]);
          expect([...lazy.gains]).toEqual([...naive.gains]);
          expect(lazy.evaluations).toBeLessThanOrEqual(naive.evaluations);
        }
      }),
      { numRuns: 10 },
    );
  });

  test("has falling gains that sum to the value, and keeps its promise", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const rows = randomRows(9, 2, seed);
        const s = similarities(rows);
        for (const f of [
          facilityLocation(s),
          saturatedCoverage(s),
          graphCut(s),
          logDeterminant(s),
          featureBased(rows),
        ]) {
          const { gains, value, indices, guarantee } = await maximize(f, 4);
          for (let t = 1; t < 4; t++) expect(gains[t]).toBeLessThanOrEqual(gains[t - 1] + 1e-12);
          expect(gains.reduce((sum, gain) => sum + gain, 0)).toBeCloseTo(value, 9);
          expect(evaluate(f, indices)).toBeCloseTo(value, 12);
          expect(guarantee.factor).toBeCloseTo(1 - 0.75 ** 4, 12);
          expect(value).toBeGreaterThanOrEqual(guarantee.factor! * bestSubset(f, 4).value - 1e-9);
        }
      }),
      { numRuns: 15 },
    );
  });

  test("chooses distinct items, also all of them, whatever the optimizer", async () => {
    const f = facilityLocation(similarities(randomRows(30, 2, 1)));
    for (const optimizer of ["naive", "lazy", "stochastic", "lazier-than-lazy"] as const) {
      const { indices } = await maximize(f, 30, { optimizer });
      expect([...indices].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, j) => j));
    }
  });

  test("looks at n/k · ln(1/ε) items a step when it samples, at fewer when it does so lazily", async () => {
    const f = facilityLocation(similarities(randomRows(500, 3, 2)));
    const options = { epsilon: 0.1, seed: 4 };
    const stochastic = await maximize(f, 50, { ...options, optimizer: "stochastic" });
    const lazier = await maximize(f, 50, { ...options, optimizer: "lazier-than-lazy" });
    expect(stochastic.evaluations).toBe(50 * Math.ceil(10 * Math.log(10)));
    expect(lazier.evaluations).toBeLessThan(stochastic.evaluations);
    expect([...lazier.indices]).toEqual([...stochastic.indices]);
    const exact = await maximize(f, 50);
    expect(stochastic.value).toBeGreaterThan((1 - Math.exp(-1) - 0.1) * exact.value);
    const again = await maximize(f, 50, { ...options, optimizer: "stochastic" });
    expect(again).toEqual(stochastic);
  });

  test("goes on from a start set, and counts what is added to it", async () => {
    const whole = await maximize(line, 5);
    const rest = await maximize(line, 3, { start: whole.indices.slice(0, 2) });
    expect([...rest.indices]).toEqual([...whole.indices.slice(2)]);
    expect(rest.startValue + rest.gains.reduce((a, b) => a + b, 0)).toBeCloseTo(whole.value, 12);
  });

  test("can be stopped", async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(maximize(line, 2, { signal: stop.signal })).rejects.toThrow("stopped");
  });
});

describe("constraints", () => {
  test("a partition takes at most its limit from each group and at least half the optimum", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
        const f = facilityLocation(similarities(randomRows(9, 2, seed)));
        const groups = ["a", "b", "c", "a", "b", "c", "a", "b", "c"];
        for (const optimizer of ["naive", "lazy", "stochastic", "lazier-than-lazy"] as const) {
          const { indices, value, guarantee } = await maximize(f, 9, {
            optimizer,
            groups,
            limits: [2, 0, 1],
          });
          const from = (group: string) => [...indices].filter((j) => groups[j] === group).length;
          expect([from("a"), from("b"), from("c")]).toEqual([2, 0, 1]);
          if (guarantee.factor) expect(value).toBeGreaterThanOrEqual(0.5 * bestSubset(f, 3).value);
        }
      }),
      { numRuns: 10 },
    );
  });

  test("a budget is kept, and the better of greedy and the best single item reaches its share", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
        const f = facilityLocation(similarities(randomRows(8, 2, seed)));
        const random = new Random(seed);
        const costs = Float64Array.from({ length: 8 }, () => 0.2 + random.uniform());
        const cost = (items: Iterable<number>) => [...items].reduce((sum, j) => sum + costs[j], 0);
        let best = 0;
        for (let bits = 0; bits < 256; bits++) {
          const items = Array.from({ length: 8 }, (_, j) => j).filter((j) => (bits >> j) & 1);
          if (cost(items) <= 1.5) best = Math.max(best, evaluate(f, items));
        }
        const naive = await maximize(f, 8, { costs, budget: 1.5, optimizer: "naive" });
        const { indices, value, guarantee } = await maximize(f, 8, { costs, budget: 1.5 });
        expect([...indices]).toEqual([...naive.indices]);
        expect(cost(indices)).toBeLessThanOrEqual(1.5 + 1e-9);
        expect(value).toBeGreaterThanOrEqual(guarantee.factor! * best);
      }),
      { numRuns: 15 },
    );
  });

  test("one item that is worth more than many cheap ones is taken instead of them", async () => {
    const f = modular([1, 1, 100]);
    const { indices, value } = await maximize(f, 3, { costs: [0.001, 0.001, 10], budget: 10 });
    expect([...indices]).toEqual([2]);
    expect(value).toBe(100);
  });
});

describe("what cannot be maximised is refused in one line", () => {
  test.each([
    [8, {}, "maximize: k is more than there are items; expected a whole number from 1 to 7, got 8"],
    [0, {}, "maximize: k is not a number of items; expected a whole number from 1 to 7, got 0"],
    [2.5, {}, "maximize: k is not a number of items"],
    [2, { epsilon: 1 }, "maximize: epsilon: not a share; expected a number between 0 and 1, got 1"],
    [2, { start: [3, 3] }, "maximize: start: an item occurs twice, got 3"],
    [2, { start: [7] }, "maximize: start: no such item; expected a whole number from 0 to 6, got 7"],
    [
      6,
      { start: [0, 1] },
      "maximize: k is more than the items left beside the start set; expected a whole number from 1 to 5, got 6",
    ],
    [
      2,
      { costs: [1] },
      'maximize: costs: costs and a budget go together; expected both or neither, got "costs"',
    ],
    [2, { costs: [1], budget: 1 }, "maximize: costs: not one for each item; expected 7 entries, got 1"],
    [
      2,
      { costs: [1, 1, 1, 0, 1, 1, 1], budget: 1 },
      "maximize: costs: item 3 has no usable cost; expected a number above 0, got 0",
    ],
    [
      2,
      { costs: [2, 2, 2, 2, 2, 2, 2], budget: 1 },
      "maximize: budget: no item fits; expected at least 2, got 1",
    ],
    [2, { groups: [1, 1, 1, 1, 1, 1, 1] }, "maximize: groups: groups and limits go together"],
    [
      2,
      { groups: [1, 1, 1, 1, 1, 1, 2], limits: [1] },
      "maximize: limits: not a limit for each group; expected 2 limits, got 1",
    ],
    [
      2,
      { groups: [1, 1, 1, 1, 1, 1, 2], limits: -1 },
      "maximize: limits: not a number of items; expected a whole number from 0, got -1",
    ],
  ] as const)("%#", async (k, options, message) => {
    await expect(maximize(line, k, options)).rejects.toThrow(message);
  });
});
