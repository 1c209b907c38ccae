import { describe, expect, it } from "vitest";
import { asCodes } from "../../core/codes.ts";
import { matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { compile, random as keys, type Tensor, tensor, valueAndGrad } from "../../engine/index.ts";
import { multivariateNormal } from "../beyond-normal/beyond-normal.ts";
import { ksg1 } from "../ksg/ksg.ts";
import { mutualInformation } from "../mutual-information/mutual-information.ts";
import { drawTrained } from "./families.ts";
import { withFeatures } from "./inputs.ts";
import { loadMist, mist, mistBatch, mistLoss } from "./mist.ts";
import { smallKsg } from "./small-ksg.ts";

const pair = (rho: number, n: number, seed = 1) =>
  multivariateNormal(
    [
      [1, rho],
      [rho, 1],
    ],
    1,
  ).sample(n, seed);

describe("mist", () => {
  it("reads strong dependence near the truth, inside its interval", async () => {
    const { x, y } = pair(0.8, 256);
    const truth = -0.5 * Math.log(1 - 0.64);
    const { value, interval, method, n } = await mist(x, y);
    // The Fisher information of ρ gives a standard error of ρ/√n = 0.05 nats for any estimator; four of them.
    expect(Math.abs(value - truth)).toBeLessThan(0.2);
    expect(interval!.low).toBeLessThan(value);
    expect(interval!.high).toBeGreaterThan(value);
    expect([method, n, interval!.level]).toEqual(["mist", 256, 0.9]);
  });

  it("gives in a batch what it gives alone, and bits where asked", async () => {
    const pairs = [0, 0.3, 0.6].map((rho, i) => pair(rho, 40 + 7 * i, i));
    const together = await mistBatch(pairs, { head: "pure", unit: "bits" });
    for (const [i, { x, y }] of pairs.entries()) {
      const { value } = await mist(x, y, { head: "pure" });
      // 1e-5 in float32: another padding, sums in another order.
      expect(Math.abs(together[i].value * Math.LN2 - value)).toBeLessThan(1e-5);
      expect(together[i].unit).toBe("bits");
    }
    expect(await mistBatch([])).toEqual([]);
  });

  it("widens the interval with its level, and keeps quantiles in order", async () => {
    const { x, y } = pair(0.5, 60);
    const widths = [];
    for (const level of [0.5, 0.8, 0.95]) {
      const { interval, diagnostics } = await mist(x, y, { level });
      widths.push(interval!.high - interval!.low);
      const values = (diagnostics.quantiles as { value: number }[]).map(({ value }) => value);
      expect([...values].sort((a, b) => a - b)).toEqual(values);
    }
    expect(widths[0]).toBeLessThan(widths[1]);
    expect(widths[1]).toBeLessThan(widths[2]);
  });

  it("takes categories, on either side", async () => {
    const random = new Random(3);
    const label = Array.from({ length: 120 }, (_, i) => ["a", "b", "c"][i % 3]);
    const numbers = label.map((l) => 3 * "abc".indexOf(l) + random.normal());
    const [one, other] = [await mist(numbers, label), await mist(label, numbers)];
    // Equal but for the order of float32 sums.
    expect(Math.abs(one.value - other.value)).toBeLessThan(1e-5);
    expect(one.value).toBeGreaterThan(0.4);
    expect(one.value).toBeLessThan(1.3);
  });

  it("refuses what it was not trained on", async () => {
    const wide = matrix(
      40,
      9,
      Float64Array.from({ length: 360 }, (_, i) => Math.sin(i * i)),
    );
    const { x, y } = pair(0.5, 40);
    await expect(mist(pair(0.5, 15).x, pair(0.5, 15).y)).rejects.toThrow(
      "mist: fewer rows than the network was trained on; expected at least 16, got 15",
    );
    await expect(mist(wide, y)).rejects.toThrow(
      "mist: x: more columns than the network was trained on; expected at most 8, got 9",
    );
    const many = asCodes(Array.from({ length: 40 }, (_, i) => `l${i % 10}`));
    await expect(mist(x, many)).rejects.toThrow("more categories than the network was trained on");
    await expect(mist(x, y, { level: 0.99 })).rejects.toThrow("the network knows no such quantile");
    await expect(mist(x, y, { head: "both" as "pure" })).rejects.toThrow(
      'unknown head; expected "pure" or "hybrid"',
    );
    await expect(mist([...x.data.slice(0, 39), Number.NaN], y)).rejects.toThrow("not a finite number");
    await expect(mist(new Float64Array(40), y)).rejects.toThrow("all rows are the same");
    await expect(
      mistBatch([
        { x, y },
        { x, y: pair(0, 41).y },
      ]),
    ).rejects.toThrow("pair 1: variables differ");
  });

  it("samples rows it has too many of and says so, and names twins", async () => {
    const { x, y } = pair(0.5, 700);
    const sampled = await mist(x, y, { seed: 4 });
    expect(sampled.n).toBe(512);
    expect(sampled.warnings.map(({ code }) => code)).toEqual(["rows-sampled"]);
    const half = Float64Array.from({ length: 100 }, (_, i) => Math.sin(Math.floor(i / 2) ** 2));
    const { warnings } = await mist(half, half.map(Math.cos));
    expect(warnings.map(({ code }) => code)).toContain("repeated-rows");
  });

  it("is an estimator of mutualInformation", async () => {
    const { x, y } = pair(0.7, 100);
    const answer = await mutualInformation(x, y, { estimator: "mist", interval: { level: 0.9 } });
    const own = await mist(x, y);
    expect(answer.method).toBe("mist");
    expect(answer.value).toBe(own.value);
    expect(answer.interval).toMatchObject({ low: own.interval!.low, high: own.interval!.high });
  });
});

describe("mistLoss", () => {
  it("is near the median of head pure, and its gradient is that of central differences", async () => {
    const model = await loadMist();
    const { x, y } = pair(0.7, 64);
    const [tx, ty] = [x, y].map(({ data }) => tensor(Float32Array.from(data), { shape: [64, 1] }));
    const f = compile((moved: Tensor) => valueAndGrad((v: Tensor) => mistLoss(model, v, ty))(moved));
    const [value, slope] = await f(tx);
    const { value: hard } = await mist(x, y, { head: "pure" });
    // Ranks blurred over 0.05 deviations lose about 0.05² of the variance that decides, and shift scores at the ends.
    expect(Math.abs(value.item() - hard)).toBeLessThan(0.05);
    const direction = keys.normal(keys.key(3), [64, 1]).data;
    const at = async (step: number) => {
      const moved = Float32Array.from(tx.data, (v, i) => v + step * direction[i]);
      return (await f(tensor(moved, { shape: [64, 1] })))[0].item();
    };
    const measured = ((await at(2e-3)) - (await at(-2e-3))) / 4e-3;
    const stated = Float64Array.from(slope.data).reduce((sum, v, i) => sum + v * direction[i], 0);
    // float32 values of size 0.5 differ by 6e-8, which over 4e-3 is 1e-4, as large as the curvature's share.
    expect(Math.abs(stated - measured)).toBeLessThan(0.01 + 0.02 * Math.abs(measured));
    await f.dispose();
  });
});

describe("the classical numbers", () => {
  it("do not overrate rounded columns, in any order of rows, columns and sides", () => {
    const random = new Random(10);
    const x = matrix(
      200,
      1,
      Float64Array.from({ length: 200 }, () => Math.round(4 * random.normal())),
    );
    const y = matrix(
      200,
      2,
      Float64Array.from({ length: 400 }, () => Math.round(4 * random.normal())),
    );
    const [, ksg3, ksg10] = withFeatures(x, y).features;
    // Independent: KSG scatters by about 1/√(k n) = 0.04 around 0 (k = 3); without noise it reads 1.0 here.
    expect(ksg3).toBeLessThan(0.16);
    expect(ksg10).toBeLessThan(0.1);
    const order = random.permutation(200);
    const turned = { ...y, data: y.data.map((_, at) => y.data[at ^ 1]) };
    expect(withFeatures(takeRows(turned, order), takeRows(x, order)).features[1]).toBeCloseTo(ksg3, 10);
  });

  it("are KSG for several k at once", () => {
    const random = new Random(9);
    for (let trial = 0; trial < 5; trial++) {
      const { x, y } = drawTrained({ rows: 40, maxDim: 3, random: random.split(trial) });
      const expected = [3, 10].map((k) => ksg1.estimate(x, y, { k }).value);
      smallKsg(x, y, [3, 10]).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i], 10);
      });
    }
  });
});
