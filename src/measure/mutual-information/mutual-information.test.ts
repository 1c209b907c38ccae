import { describe, expect, test } from "vitest";
import { StoppedError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { mutualInformation } from "./mutual-information.ts";

const random = new Random(11);
const x = Array.from({ length: 600 }, () => random.normal());
const y = x.map((v) => v + random.normal());
const label = y.map((v) => (v > 0 ? "up" : "down"));
const bare = { interval: false, permutations: 0 } as const;

describe("mutualInformation", () => {
  test("chooses by kind and says why", async () => {
    const choose = async (
      a: Parameters<typeof mutualInformation>[0],
      b: Parameters<typeof mutualInformation>[0],
    ) => {
      const { method, diagnostics } = await mutualInformation(a, b, bare);
      return `${method}: ${diagnostics.reason}`;
    };
    const rounded = x.map((v) => Math.round(v));
    expect(await choose(x, y)).toBe("ksg1: numbers");
    expect(await choose(x, label)).toBe("ross: numbers against categories");
    expect(await choose(label, x)).toBe("ross: numbers against categories");
    expect(
      await choose(
        label,
        label.map((l, i) => l + (i % 2)),
      ),
    ).toBe("discrete: both are discrete");
    expect(await choose(rounded, label)).toBe(
      "ross: rounded numbers against categories, told apart by tiny noise",
    );
    expect(
      await choose(
        rounded,
        y.map((v) => Math.round(v)),
      ),
    ).toBe("ksg1: rounded numbers, told apart by tiny noise");
    expect(await choose(x.slice(0, 30), y.slice(0, 30))).toBe(
      "gaussianCopula: 30 rows are too few for neighbours",
    );
    const wide = Array.from({ length: 600 }, () => [random.normal(), random.normal(), random.normal()]);
    expect(
      await choose(
        wide,
        wide.map((row) => row.map((v) => v + random.normal())),
      ),
    ).toBe("gaussianCopula: 6 dimensions are too many for neighbours at 600 rows");
  });

  test("ranks columns with heavy tails first", async () => {
    const heavy = x.map((v) => v ** 5);
    const { method, diagnostics, value } = await mutualInformation(heavy, y, bare);
    expect([method, diagnostics.preprocess]).toEqual(["ksg1", "copula"]);
    // The information is that of x and y, 0.3466 nats; 4 sd of ksg1 at n = 600.
    expect(Math.abs(value - Math.log(Math.SQRT2))).toBeLessThan(0.16);
  });

  test("is exactly unchanged by increasing maps with copula preprocessing, and only then", async () => {
    const bent = x.map((v) => Math.exp(v));
    const copula = { ...bare, estimator: "ksg1", preprocess: "copula" } as const;
    expect((await mutualInformation(bent, y, copula)).value).toBe(
      (await mutualInformation(x, y, copula)).value,
    );
    const plain = { ...bare, estimator: "ksg1" } as const;
    expect((await mutualInformation(bent, y, plain)).value).not.toBe(
      (await mutualInformation(x, y, plain)).value,
    );
  });

  test("gives an interval around the value and the smallest p-value for a clear dependence", async () => {
    const estimate = await mutualInformation(x, y, { seed: 2 });
    expect(estimate.interval!.low).toBeLessThan(estimate.value);
    expect(estimate.interval!.high).toBeGreaterThan(estimate.value);
    expect(estimate.interval!.how).toBe("20 half-samples without replacement");
    expect(estimate.pValue).toBe(1 / 201);
    const { planned, run, ended } = estimate.diagnostics.permutation as Record<string, unknown>;
    expect(planned).toBe(200);
    expect(run).toBeLessThan(60);
    expect(ended).toBe("clearly-above");
  });

  test("widens the interval with the level", async () => {
    const at = async (level: number) => {
      const { interval } = await mutualInformation(x, y, { permutations: 0, interval: { level } });
      return interval!.high - interval!.low;
    };
    expect(await at(0.99)).toBeGreaterThan(await at(0.8));
  });

  test("ends a hopeless test after a few permuted values have reached the observed one", async () => {
    const noise = Array.from({ length: 300 }, () => random.normal());
    const estimate = await mutualInformation(x.slice(0, 300), noise, { interval: false, seed: 3 });
    const { run, ended } = estimate.diagnostics.permutation as { run: number; ended: string };
    expect(ended).toBe("clearly-inside");
    expect(estimate.pValue).toBeGreaterThan(0.05);
    expect(run).toBeLessThan(100);
  });

  test("gives all values of a list of neighbours", async () => {
    const { value, diagnostics } = await mutualInformation(x, y, { ...bare, k: [3, 5, 10] });
    const byK = diagnostics.byK as { k: number; value: number }[];
    expect(byK.map(({ k }) => k)).toEqual([3, 5, 10]);
    expect(byK[0].value).toBe(value);
  });

  test("says what each row contributes, when asked", async () => {
    for (const partner of [y, label]) {
      const { value, diagnostics } = await mutualInformation(x, partner, {
        ...bare,
        unit: "bits",
        local: true,
      });
      const local = diagnostics.local as Float64Array;
      expect(local).toHaveLength(600);
      expect(local.reduce((sum, v) => sum + v / 600, 0)).toBeCloseTo(value, 12);
    }
    expect((await mutualInformation(x, y, bare)).diagnostics).not.toHaveProperty("local");
  });

  test("does not overrate independent columns when one is rounded", async () => {
    const values: number[] = [];
    for (let seed = 0; seed < 20; seed++) {
      const stream = new Random(seed).split("rounded");
      const a = Array.from({ length: 500 }, () => stream.normal());
      const b = a.map(() => Math.round(10 * stream.normal()) / 10);
      const estimate = await mutualInformation(a, b, bare);
      expect(estimate.warnings.map(({ code }) => code)).toContain("ties");
      values.push(estimate.value);
    }
    // Without noise the mean is 0.17; four standard errors at sd 0.035 are 0.031.
    expect(Math.abs(values.reduce((sum, v) => sum + v / 20, 0))).toBeLessThan(0.031);
  });

  test("refuses ties by name and offers a way on", async () => {
    const rounded = [x, y].map((column) => column.map((v) => Math.round(2 * v)));
    const ask = (ties?: "jitter" | "mixed") =>
      mutualInformation(rounded[0], rounded[1], { ...bare, estimator: "ksg1", ties });
    await expect(ask()).rejects.toThrow(
      /too many rows are exact twins for ksg1; expected at most 5 %, got "[\d.]+ %"/,
    );
    expect((await ask("mixed")).method).toBe("gao");
    expect((await ask("jitter")).method).toBe("ksg1");
  });

  test("refuses an estimator for other kinds, and an unknown one, with a suggestion", async () => {
    await expect(mutualInformation(x, label, { estimator: "ksg1" })).rejects.toThrow(
      'mutualInformation: estimator ksg1 does not take a continuous x with a discrete y; expected continuous and continuous, got "continuous and discrete" (estimator "auto" would take ross)',
    );
    await expect(mutualInformation(x, y, { estimator: "ksg" })).rejects.toThrow(
      /unknown estimator.*did you mean/,
    );
  });

  test("refuses options that mean nothing", async () => {
    await expect(mutualInformation(x, y, { interval: { level: 2 } })).rejects.toThrow(
      "not a level of confidence",
    );
    await expect(mutualInformation(x, y, { permutations: -1 })).rejects.toThrow(
      "not a number of permutations",
    );
    await expect(mutualInformation(x, y, { seed: 0.5 })).rejects.toThrow("seed");
    await expect(mutualInformation(x, y, { unit: "shannons" as never })).rejects.toThrow("unknown unit");
  });

  test("stops when asked", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 60);
    const long = { estimator: "ksg1", permutations: 1_000_000, signal: stop.signal };
    // Far enough from independence that neither early end is reached within the 60 ms.
    const noise = Array.from({ length: 600 }, (_, i) => x[i] + 2 * random.normal());
    await expect(mutualInformation(x, noise, long)).rejects.toBeInstanceOf(StoppedError);
  });

  test("survives a round trip through JSON without loss", async () => {
    const estimate = await mutualInformation(x, label, { permutations: 19 });
    expect(JSON.parse(JSON.stringify(estimate))).toEqual(estimate);
  });
});
