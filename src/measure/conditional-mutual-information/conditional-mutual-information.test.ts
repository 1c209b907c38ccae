import { describe, expect, test } from "vitest";
import { Random } from "../../core/random.ts";
import { conditionalMutualInformation } from "./conditional-mutual-information.ts";

const random = new Random(4);
const n = 1000;
const normal = () => Array.from({ length: n }, () => random.normal());
const bare = { interval: false, permutations: 0 } as const;

describe("conditionalMutualInformation", () => {
  const x = normal();
  const middle = x.map((v) => v + random.normal());
  const end = middle.map((v) => v + random.normal());

  test("is near zero along a chain X → Z → Y, and its test sees nothing", async () => {
    const estimate = await conditionalMutualInformation(x, end, middle, { permutations: 99, seed: 1 });
    expect(estimate.method).toBe("ksg1");
    expect(Math.abs(estimate.value)).toBeLessThan(0.05); // sheet 00, check (e)
    expect(estimate.pValue).toBeGreaterThan(0.05);
  });

  test("sees the collider Z = X + Y + ½N, with Frenzel and Pompe's known shortfall", async () => {
    const y = normal();
    const z = x.map((v, i) => v + y[i] + 0.5 * random.normal());
    const estimate = await conditionalMutualInformation(x, y, z, { permutations: 99, interval: false });
    // Truth 0.5108; the sheet expects about 0.47 at n = 1000 (sd 0.03).
    expect(Math.abs(estimate.value - 0.47)).toBeLessThan(0.12);
    expect(estimate.pValue).toBe(0.01);
    const exact = await conditionalMutualInformation(x, y, z, { ...bare, estimator: "gaussian" });
    expect(Math.abs(exact.value - 0.5108256)).toBeLessThan(4 * 0.03);
  });

  test("finds exclusive or: nothing without the third bit, one bit with it", async () => {
    const bit = () => Array.from({ length: n }, () => (random.uniform() < 0.5 ? "0" : "1"));
    const [a, b] = [bit(), bit()];
    const c = a.map((v, i) => (v === b[i] ? "same" : "different"));
    const estimate = await conditionalMutualInformation(a, b, c, { ...bare, unit: "bits" });
    expect(estimate.method).toBe("discrete");
    expect(Math.abs(estimate.value - 1)).toBeLessThan(0.01);
  });

  test("works level by level for a discrete condition", async () => {
    const level = x.map((v) => (v > 0 ? "high" : "low"));
    const shifted = () => level.map((l) => (l === "high" ? 3 : 0) + random.normal());
    const [a, b] = [shifted(), shifted()];
    const estimate = await conditionalMutualInformation(a, b, level, { permutations: 99, interval: false });
    expect(estimate.diagnostics.reason).toBe("ksg1 inside each level of the condition");
    expect(Math.abs(estimate.value)).toBeLessThan(0.1); // 4 sd of ksg1 at 500 rows a level
    expect(estimate.pValue).toBeGreaterThan(0.05);
  });

  test("leaves out levels that are too small and says so", async () => {
    const level = x.map((_, i) => (i < 3 ? `rare ${i}` : i % 2 ? "a" : "b"));
    const estimate = await conditionalMutualInformation(x, end, level, bare);
    expect(estimate.n).toBe(n - 3);
    expect(estimate.warnings.map(({ code }) => code)).toEqual(["small-strata"]);
  });

  test("takes categories and numbers together", async () => {
    const kind = x.map((v) => (v + 0.5 * random.normal() > 0 ? "up" : "down"));
    const unrelated = normal();
    const same = await conditionalMutualInformation(kind, end, unrelated, bare);
    const explained = await conditionalMutualInformation(kind, end, x, bare);
    expect(same.method).toBe("gao");
    expect(same.value).toBeGreaterThan(0.05);
    expect(Math.abs(explained.value)).toBeLessThan(0.05);
  });

  test("refuses an estimator that does not take these kinds", async () => {
    await expect(conditionalMutualInformation(x, end, middle, { estimator: "discrete" })).rejects.toThrow(
      "estimator discrete does not take x, y, z of kind continuous, continuous, continuous",
    );
    await expect(conditionalMutualInformation(x, end, middle, { estimator: "ks" })).rejects.toThrow(
      "unknown estimator",
    );
  });

  test("refuses unequal lengths and constant conditions", async () => {
    await expect(conditionalMutualInformation(x, end, middle.slice(1))).rejects.toThrow(
      "conditionalMutualInformation: variables differ in their number of rows; expected 1000 rows, got 999",
    );
    await expect(
      conditionalMutualInformation(
        x,
        end,
        x.map(() => 7),
      ),
    ).rejects.toThrow(
      "conditionalMutualInformation: z: all rows are the same; expected a column that varies, got 7",
    );
  });
});
