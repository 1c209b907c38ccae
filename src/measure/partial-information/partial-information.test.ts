import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../core/random.ts";
import { type JointTable, type PartialInformation, partialInformation } from "./partial-information.ts";
import { solvePositive } from "./positive-system.ts";

const measures = ["williams-beer", "mmi", "broja"] as const;
const x1 = [0, 0, 1, 1];
const x2 = [0, 1, 0, 1];
const alone = 0.31127812445913283;

function terms({ redundancy, unique1, unique2, synergy }: PartialInformation): number[] {
  return [redundancy, unique1, unique2, synergy];
}

function expectTerms(parts: PartialInformation, expected: number[]): void {
  terms(parts).forEach((value, i) => void expect(Math.abs(value - expected[i])).toBeLessThan(1e-8));
}

describe("two bits and a function of them", () => {
  test.each(measures)("exclusive or is synergy alone: %s", async (measure) => {
    expectTerms(await partialInformation(x1, x2, [0, 1, 1, 0], { measure, unit: "bits" }), [0, 0, 0, 1]);
  });

  test.each(measures)("and is redundancy 0.311 and synergy ½: %s", async (measure) => {
    const parts = await partialInformation(x1, x2, [0, 0, 0, 1], { measure, unit: "bits" });
    expectTerms(parts, [alone, 0, 0, 0.5]);
    expect(parts.mutualInformation).toBeCloseTo(alone + 0.5, 12);
  });

  test("two copied bits are unique each for BROJA, and redundant for I_min, its known defect", async () => {
    const copy = [0, 1, 2, 3];
    expectTerms(await partialInformation(x1, x2, copy, { unit: "bits" }), [0, 1, 1, 0]);
    expectTerms(
      await partialInformation(x1, x2, copy, { measure: "williams-beer", unit: "bits" }),
      [1, 0, 0, 1],
    );
  });

  test.each(measures)("a bit that both sources hold is redundant: %s", async (measure) => {
    expectTerms(await partialInformation(x1, x1, x1, { measure, unit: "bits" }), [1, 0, 0, 0]);
  });

  test.each(measures)(
    "a bit that one source holds is unique, beside a second source of nothing: %s",
    async (measure) => {
      expectTerms(await partialInformation(x1, x2, x1, { measure, unit: "bits" }), [0, 1, 0, 0]);
    },
  );
});

/** Small tables with zeros, as counts give them. */
const tables: fc.Arbitrary<JointTable> = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }))
  .chain(([a, b, c]) =>
    fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: a * b * c, maxLength: a * b * c })
      .filter((counts) => counts.some((count) => count > 0))
      .map((counts) => {
        const total = counts.reduce((sum, count) => sum + count, 0);
        return { p: counts.map((count) => count / total), shape: [a, b, c] as const };
      }),
  );

describe("every table", () => {
  test("is split so that the parts add up", async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.constantFrom(...measures), async (table, measure) => {
        const parts = await partialInformation(table, { measure });
        const { redundancy, unique1, unique2, synergy, mutualInformation, diagnostics } = parts;
        expect(Math.abs(redundancy + unique1 - diagnostics.information1)).toBeLessThan(1e-12);
        expect(Math.abs(redundancy + unique2 - diagnostics.information2)).toBeLessThan(1e-12);
        expect(Math.abs(redundancy + unique1 + unique2 + synergy - mutualInformation)).toBeLessThan(1e-12);
      }),
    );
  });

  test("has no negative part and a proven optimum with BROJA", async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        const parts = await partialInformation(table);
        expect(parts.warnings).toEqual([]);
        expect(parts.diagnostics.gap).toBeLessThanOrEqual(1e-9);
        for (const term of terms(parts)) expect(term).toBeGreaterThan(-1e-9);
      }),
      { numRuns: 300 },
    );
  });

  test("has the same parts when the sources change places", async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.constantFrom(...measures), async ({ p, shape: [a, b, c] }, measure) => {
        const swapped = new Float64Array(p.length);
        for (let i = 0; i < a; i++) {
          for (let j = 0; j < b; j++)
            for (let k = 0; k < c; k++) swapped[(j * a + i) * c + k] = p[(i * b + j) * c + k];
        }
        const there = await partialInformation({ p, shape: [a, b, c] }, { measure });
        const back = await partialInformation({ p: swapped, shape: [b, a, c] }, { measure });
        expect(Math.abs(there.redundancy - back.redundancy)).toBeLessThan(2e-9);
        expect(Math.abs(there.unique1 - back.unique2)).toBeLessThan(2e-9);
      }),
    );
  });

  test("has no more redundancy than MMI allows", async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        const most = (await partialInformation(table, { measure: "mmi" })).redundancy;
        expect((await partialInformation(table, { measure: "broja" })).redundancy).toBeLessThan(most + 1e-9);
        expect((await partialInformation(table, { measure: "williams-beer" })).redundancy).toBeLessThan(
          most + 1e-12,
        );
      }),
    );
  });
});

test("very unequal probabilities are solved to the same gap", async () => {
  const random = new Random(1);
  for (let t = 0; t < 50; t++) {
    const p = random.dirichlet(new Float64Array(27).fill(0.1));
    const { diagnostics } = await partialInformation({ p, shape: [3, 3, 3] });
    expect(diagnostics.gap).toBeLessThanOrEqual(1e-9);
  }
});

test("rows and their table of frequencies give the same parts", async () => {
  const random = new Random(2);
  const column = () => Array.from({ length: 60 }, () => random.integer(3));
  const [a, b, y] = [column(), column(), column()];
  const p = new Float64Array(27);
  for (let i = 0; i < 60; i++) p[(a[i] * 3 + b[i]) * 3 + y[i]] += 1 / 60;
  const rows = await partialInformation(a, b, y);
  expect(rows).toMatchObject({
    n: 60,
    method: "broja",
    unit: "nats",
    options: { measure: "broja", unit: "nats" },
  });
  expect(rows.warnings.map(({ code }) => code)).toEqual(["large-alphabet"]);
  const known = await partialInformation({ p, shape: [3, 3, 3] });
  terms(rows).forEach((value, i) => void expect(Math.abs(value - terms(known)[i])).toBeLessThan(1e-8));
  expect(known.n).toBeUndefined();
});

describe("what is refused", () => {
  const table = (p: number[], shape: number[]) =>
    partialInformation({ p, shape: shape as [number, number, number] });
  test.each([
    ["probabilities that do not sum to 1", () => table([0.5, 0.4], [2, 1, 1]), "bad-probability"],
    ["a negative probability", () => table([1.5, -0.5], [2, 1, 1]), "bad-probability"],
    ["a shape that does not fit", () => table([0.5, 0.5], [2, 2, 1]), "shape-mismatch"],
    ["a shape of two sides", () => table([0.5, 0.5], [2, 1]), "shape-mismatch"],
    [
      "an unknown measure",
      () => partialInformation(x1, x2, x1, { measure: "ccs" as "mmi" }),
      "unknown-measure",
    ],
    ["unequal lengths", () => partialInformation(x1, [0, 1], x1), "unequal-lengths"],
    ["fractions", () => partialInformation([0.5, 1, 2, 3], x2, x1), "not-discrete"],
    ["no rows", () => partialInformation([], [], []), "too-few-rows"],
    [
      "more levels than the solver can bear",
      () => {
        const many = Array.from({ length: 40 }, (_, i) => i);
        return partialInformation(many, many, many);
      },
      "too-many-cells",
    ],
  ])("%s", async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^partialInformation/),
    });
  });
});

describe("solvePositive", () => {
  test("solves systems whose rows differ by many orders of magnitude", () => {
    const scale = [1, 1e-8, 1e8];
    const base = [4, 0, 0, 1, 3, 0, 0.5, 1, 2];
    const a = Float64Array.from(base, (v, at) => v * scale[Math.floor(at / 3)] * scale[at % 3]);
    const expected = [1, -2, 3].map((v, i) => v / scale[i]);
    const full = (i: number, j: number) => (j <= i ? a[i * 3 + j] : a[j * 3 + i]);
    const b = Float64Array.from([0, 1, 2], (i) => expected.reduce((sum, v, j) => sum + full(i, j) * v, 0));
    expect(solvePositive(a, b, 3)).toBe(true);
    b.forEach((v, i) => void expect(Math.abs(v / expected[i] - 1)).toBeLessThan(1e-12));
  });

  test("leaves out a direction that the others determine", () => {
    const b = Float64Array.of(2, 2);
    expect(solvePositive(Float64Array.of(1, 1, 1, 1), b, 2)).toBe(true);
    expect(b[0] + b[1]).toBeCloseTo(2, 12);
  });
});
