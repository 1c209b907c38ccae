import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.ts";
import type { VariableLike } from "../../src/measure/inputs.ts";
import {
  mutualInformation,
  mutualInformationEstimators,
} from "../../src/measure/mutual-information/mutual-information.ts";
import { drawSample, truthOf } from "./samples.ts";

/** Every estimator passes this battery, also one that comes tomorrow: it is found by its name in the registry. */
const bare = { interval: false, permutations: 0 } as const;

/** Estimators whose model does not hold for the battery's data miss its truth by design; how far is known. */
const knownBias: Record<string, number> = {
  // Ten equal-width cells per axis blur a continuous pair, and over 4 % of nearly empty cells remain uncorrected.
  histogram: 0.06,
  // Thirty bins against three categories leave three rows a cell, where the correction of counts falls short.
  ebab: 0.02,
};

for (const [name, estimator] of mutualInformationEstimators) {
  const { x, y } = estimator.takes;
  const kinds =
    x === "discrete" && y === "discrete" ? "categories" : x !== y ? "numbers and categories" : "numbers";
  const value = async (sx: VariableLike, sy: VariableLike, options = {}) =>
    (await mutualInformation(sx, sy, { estimator: name, ...bare, ...options })).value;

  describe(`the estimator ${name} on ${kinds}`, () => {
    const data = drawSample(kinds, 300, 1, true);
    const list = (v: VariableLike) => Array.from(v as ArrayLike<number>);

    test("does not depend on the order of the rows", async () => {
      const order = new Random(2).permutation(300);
      const shuffled = (v: VariableLike) => Array.from(order, (i) => list(v)[i]);
      const [plain, moved] = [await value(data.x, data.y), await value(shuffled(data.x), shuffled(data.y))];
      expect(moved).toBeCloseTo(plain, 11);
    });

    test("gives I(X;Y) = I(Y;X)", async () => {
      expect(await value(data.y, data.x)).toBeCloseTo(await value(data.x, data.y), 11);
    });

    test("does not change when numbers are rescaled", async () => {
      const scaled = (v: VariableLike) =>
        typeof list(v)[0] === "number" ? list(v).map((a) => 3 * a - 40) : v;
      expect(await value(scaled(data.x), scaled(data.y))).toBeCloseTo(await value(data.x, data.y), 9);
    });

    test("is within four standard errors of zero over 40 independent samples", async () => {
      const values: number[] = [];
      for (let seed = 0; seed < 40; seed++) {
        const { x, y } = drawSample(kinds, 300, 100 + seed, false);
        values.push(await value(x, y));
      }
      const mean = values.reduce((a, b) => a + b) / 40;
      const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / 39);
      expect(Math.abs(mean)).toBeLessThan((4 * sd) / Math.sqrt(40) + (knownBias[name] ?? 0));
    });

    test("covers the truth with its 95 % interval at least 16 times in 20", async () => {
      // With coverage 0.95 fewer than 16 of 20 have probability 0.0026; the known bias widens what counts as covered.
      const truth = truthOf(kinds);
      const slack = knownBias[name] ?? 0;
      let covered = 0;
      for (let seed = 0; seed < 20; seed++) {
        const { x, y } = drawSample(kinds, 400, 500 + seed, true);
        const estimate = await mutualInformation(x, y, { estimator: name, permutations: 0, seed });
        const { low, high } = estimate.interval!;
        if (low - slack <= truth && truth <= high + slack) covered++;
      }
      expect(covered).toBeGreaterThanOrEqual(16);
    });

    test("finds the dependence and does not find one in independent data", async () => {
      const real = await mutualInformation(data.x, data.y, {
        estimator: name,
        permutations: 99,
        interval: false,
      });
      expect(real.pValue).toBe(0.01);
      // With 5 % false alarms, more than 3 in 10 have probability 0.001.
      let alarms = 0;
      for (let seed = 0; seed < 10; seed++) {
        const { x, y } = drawSample(kinds, 300, 200 + seed, false);
        const none = await mutualInformation(x, y, { estimator: name, permutations: 99, interval: false });
        if (none.pValue! <= 0.05) alarms++;
      }
      expect(alarms).toBeLessThanOrEqual(3);
    });

    test("agrees with itself when rows are permuted through its fast path", async () => {
      const order = new Random(3).permutation(300);
      const { asVariable, preprocessed } = await import("../../src/measure/inputs.ts");
      const { take } = await import("../../src/measure/estimator.ts");
      const ready = (v: VariableLike) => preprocessed(asVariable(v, "test"), "standardize", "test");
      const [vx, vy] = [ready(data.x), ready(data.y)];
      const slow = estimator.estimate(vx, take(vy, order), estimator.defaults).value;
      const fast = estimator.permuter?.(vx, vy, estimator.defaults)(order) ?? slow;
      expect(fast).toBeCloseTo(slow, 11);
    });

    test("gives the same bits for the same seed and counts bits as nats / ln 2", async () => {
      const options = { estimator: name, seed: 5, permutations: 20 };
      const first = await mutualInformation(data.x, data.y, options);
      expect(await mutualInformation(data.x, data.y, options)).toEqual(first);
      const bits = await mutualInformation(data.x, data.y, { ...options, unit: "bits" });
      expect(bits.value).toBeCloseTo(first.value / Math.LN2, 12);
      expect(bits.pValue).toBe(first.pValue);
    });

    test("does not turn negative values into zero", async () => {
      // The histogram's bias outweighs its scatter until its hundred cells are well filled.
      const rows = knownBias[name] ? 4000 : 60;
      const values: number[] = [];
      for (let seed = 0; seed < 40; seed++) {
        const { x, y } = drawSample(kinds, rows, 900 + seed, false);
        values.push(await value(x, y));
      }
      expect(Math.min(...values)).toBeLessThan(0);
    });

    test("repeats rows without breaking: exact twins are refused by name, or measured", async () => {
      const twice = (v: VariableLike) => [...list(v), ...list(v)];
      const doubled = mutualInformation(twice(data.x), twice(data.y), { estimator: name, ...bare });
      const answer = await doubled.then(
        (estimate) => Number.isFinite(estimate.value),
        (error) => error.code === "ties",
      );
      expect(answer).toBe(true);
    });

    test("refuses a constant column, unequal lengths, NaN and too few rows", async () => {
      const same = list(data.x).map(() => list(data.x)[0]);
      const code = (sx: VariableLike, sy: VariableLike) =>
        value(sx, sy).then(
          () => "none",
          (error) => error.code,
        );
      expect(await code(same, data.y)).toBe("constant-column");
      expect(await code(data.x, list(data.y).slice(1))).toBe("unequal-lengths");
      expect(await code(list(data.x).slice(0, 1), list(data.y).slice(0, 1))).toBe("too-few-rows");
      if (typeof list(data.x)[0] === "number") {
        expect(await code([Number.NaN, ...list(data.x).slice(1)], data.y)).toBe("not-finite");
        expect(await code([Number.POSITIVE_INFINITY, ...list(data.x).slice(1)], data.y)).toBe("not-finite");
      }
      if (estimator.defaults.k !== undefined) {
        const k = 10;
        const few = (v: VariableLike) => list(v).slice(0, k);
        await expect(value(few(data.x), few(data.y), { k })).rejects.toThrow(
          "k = 10 neighbours need more rows",
        );
        await expect(value(data.x, data.y, { k: 1.5 })).rejects.toThrow("k is not a number of neighbours");
        await expect(value(data.x, data.y, { k: 0 })).rejects.toThrow("k is not a number of neighbours");
      }
    });
  });
}
