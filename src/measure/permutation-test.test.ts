import { describe, expect, test } from "vitest";
import { Random } from "../core/random.ts";
import { permutationTest } from "./permutation-test.ts";

const never = () => undefined;
const run = (observed: number, draw: () => number, planned = 200) =>
  permutationTest(observed, planned, draw, never);

describe("permutationTest", () => {
  test("counts the observed value among the permuted ones when all are run", async () => {
    const values = [0.1, 0.9, 0.3, 0.2, 0.8];
    let next = 0;
    const result = await run(0.5, () => values[next++], 5);
    expect(result).toMatchObject({ pValue: 3 / 6, run: 5, ended: "all" });
  });

  test("ends with the eighth permuted value that reaches the observed one", async () => {
    const random = new Random(1);
    const result = await run(1, () => random.normal());
    expect(result.ended).toBe("clearly-inside");
    expect(result.run).toBeGreaterThan(12);
    expect(result.pValue).toBe(8 / result.run);
    expect(result.values).toHaveLength(result.run);
  });

  test("ends with the fourth one within the first dozen", async () => {
    let turn = 0;
    const result = await run(0.5, () => turn++ % 2);
    expect(result).toMatchObject({ pValue: 0.5, run: 8, ended: "clearly-inside" });
  });

  test("ends early far above all permuted values with the p-value of all planned permutations", async () => {
    const random = new Random(2);
    const result = await run(12, () => random.normal());
    expect(result).toMatchObject({ pValue: 1 / 201, run: 24, ended: "clearly-above" });
  });

  test("does not end early three standard deviations above: the rest may still matter", async () => {
    const random = new Random(3);
    const result = await run(3, () => random.normal());
    expect(result.run).toBe(200);
  });

  test("is slower to decide when the permuted values have a heavy right tail", async () => {
    const [light, heavy] = [new Random(4), new Random(4)];
    const normal = await run(6, () => light.normal(), 2000);
    const skewed = await run(6, () => (heavy.chiSquare(1) - 1) / Math.SQRT2, 2000);
    expect(normal.run).toBeLessThan(200);
    expect(skewed.run).toBeGreaterThan(1000);
  });

  test("ends early above permuted values that are all the same", async () => {
    expect(await run(1, () => 0)).toMatchObject({ run: 24, ended: "clearly-above" });
    expect(await run(0, () => 0)).toMatchObject({ pValue: 1, ended: "clearly-inside" });
  });

  test("rejects a true null as often as its level says", async () => {
    const random = new Random(5);
    let rejected = 0;
    for (let i = 0; i < 2000; i++)
      if ((await run(random.normal(), () => random.normal())).pValue <= 0.05) rejected++;
    // 4 standard errors of a share of 5 % in 2000: 0.0195.
    expect(Math.abs(rejected / 2000 - 0.05)).toBeLessThan(0.0195);
  });
});
