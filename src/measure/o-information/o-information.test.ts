import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asCodes } from "../../core/codes.ts";
import { Random } from "../../core/random.ts";
import {
  dualTotalCorrelation,
  interactionInformation,
  oInformation,
  totalCorrelation,
} from "./o-information.ts";

const measures = [totalCorrelation, dualTotalCorrelation, oInformation, interactionInformation];
const exact = { unit: "bits", correction: "none", interval: false } as const;
const bare = { interval: false } as const;

// Every combination of three bits.
const a = ["0", "0", "0", "0", "1", "1", "1", "1"];
const b = ["0", "0", "1", "1", "0", "0", "1", "1"];
const c = ["0", "1", "0", "1", "0", "1", "0", "1"];
const xor = a.map((v, i) => (v === b[i] ? "same" : "different"));

function normals(random: Random, n: number): number[] {
  return Array.from({ length: n }, () => random.normal());
}

/** A number and two noisy copies: determinants 1 of all, 4 alone, 3 of pairs. */
function copies(random: Random, n: number): number[][] {
  const z = normals(random, n);
  return [z, z.map((v) => v + random.normal()), z.map((v) => v + random.normal())];
}

describe("three bits", () => {
  test.each([
    ["copies", [a, a, a], [2, 1, 1, 1]],
    ["exclusive or", [a, b, xor], [1, 2, -1, -1]],
    ["independent", [a, b, c], [0, 0, 0, 0]],
  ])(
    "%s: total, dual total, O- and interaction information are whole bits",
    async (_, variables, expected) => {
      for (const [i, measure] of measures.entries()) {
        expect((await measure(variables, exact)).value).toBeCloseTo(expected[i], 12);
      }
    },
  );
});

describe("two variables", () => {
  test("have their mutual information in common: KSG's golden value", async () => {
    const x = [
      0.966, 1.1231, -0.0492, -0.1809, 1.3061, -1.2514, -1.6344, 0.9437, 1.0904, 0.1463, 0.5745, -2.2542,
    ];
    const y = [
      0.7827, 0.8179, 0.1098, -0.7285, 1.0193, -0.9481, -0.6297, 1.5824, 1.167, -0.6965, 1.3444, -1.1395,
    ];
    for (const measure of [totalCorrelation, dualTotalCorrelation, interactionInformation]) {
      const { value, method } = await measure([x, y], { ...bare, preprocess: "none" });
      expect(method).toBe("ksg1");
      expect(Math.abs(value - 0.5001352813852824)).toBeLessThan(1e-9);
    }
  });
});

describe("normal variables", () => {
  const truth = {
    totalCorrelation: 0.5 * Math.log(4),
    dualTotalCorrelation: 0.5 * Math.log(3),
    oInformation: 0.5 * Math.log(4 / 3),
    interactionInformation: 0.5 * Math.log(4 / 3),
  };

  // Largest standard deviations over 400 runs at n = 500 and 200 at n = 1000: 0.052 and 0.048.
  test.each([
    ["gaussian", 500, 0.052],
    ["ksg1", 1000, 0.048],
  ] as const)("have their closed forms with estimator %s", async (estimator, n, sd) => {
    const variables = copies(new Random(1), n);
    for (const measure of measures) {
      const { value } = await measure(variables, { ...bare, estimator });
      expect(Math.abs(value - truth[measure.name as keyof typeof truth])).toBeLessThan(4 * sd);
    }
  });

  test("may have several columns each", async () => {
    const [z, x, y] = copies(new Random(2), 500);
    const block = z.map((v, i) => [v, x[i]]);
    const together = await totalCorrelation([block, y], { ...bare, estimator: "gaussian" });
    const total = await totalCorrelation([z, x, y], { ...bare, estimator: "gaussian" });
    const inside = await totalCorrelation([z, x], { ...bare, estimator: "gaussian" });
    expect(Math.abs(together.value + inside.value - total.value)).toBeLessThan(1e-12);
  });

  test("have an interval around the value", async () => {
    const { value, interval } = await oInformation(copies(new Random(3), 300), {
      estimator: "gaussian",
      seed: 1,
    });
    expect(interval!.low).toBeLessThan(value);
    expect(interval!.high).toBeGreaterThan(value);
  });
});

describe("algebra", () => {
  const codes = fc
    .array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)), { minLength: 6, maxLength: 40 })
    .map((rows) => [0, 1, 2, 3].map((column) => asCodes([...rows.map((row) => row[column]), 0, 1])));

  test("nothing depends on the order of the variables or of the rows", async () => {
    await fc.assert(
      fc.asyncProperty(codes, fc.constantFrom(...measures), async (variables, measure) => {
        const { value } = await measure(variables, exact);
        const reordered = [2, 0, 3, 1].map((i) => variables[i]);
        const reversed = variables.map((v) => ({ ...v, codes: v.codes.toReversed() }));
        expect(Math.abs((await measure(reordered, exact)).value - value)).toBeLessThan(1e-12);
        expect(Math.abs((await measure(reversed, exact)).value - value)).toBeLessThan(1e-12);
      }),
      { numRuns: 40 },
    );
  });

  test("total correlations are not negative, and O-information is their difference", async () => {
    await fc.assert(
      fc.asyncProperty(codes, async (variables) => {
        const total = (await totalCorrelation(variables, exact)).value;
        const dual = (await dualTotalCorrelation(variables, exact)).value;
        expect(total).toBeGreaterThan(-1e-12);
        expect(dual).toBeGreaterThan(-1e-12);
        expect(Math.abs((await oInformation(variables, exact)).value - (total - dual))).toBeLessThan(1e-12);
      }),
      { numRuns: 40 },
    );
  });

  test("independent blocks add up", async () => {
    const block = fc.array(fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1)), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(block, block, async (given, other) => {
        const first = [...given, [0, 0, 0], [1, 1, 1]];
        const second = [...other, [0, 0, 0], [1, 1, 1]];
        // Every row of one block meets every row of the other: exactly independent.
        const product = first.flatMap((left) => second.map((right) => [...left, ...right]));
        const columns = (rows: number[][]) => rows[0].map((_, i) => asCodes(rows.map((row) => row[i])));
        for (const measure of [totalCorrelation, dualTotalCorrelation, oInformation]) {
          const parts =
            (await measure(columns(first), exact)).value + (await measure(columns(second), exact)).value;
          expect(Math.abs((await measure(columns(product), exact)).value - parts)).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("shrinkage shrinks the table of all variables: independent margins stay independent", async () => {
    const options = { ...exact, correction: "shrinkage" } as const;
    expect((await totalCorrelation([a, b, c], options)).value).toBeCloseTo(0, 12);
    const { value } = await totalCorrelation([a, b, xor], options);
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(1);
  });
});

describe("what is refused", () => {
  const x = normals(new Random(4), 20);
  test.each([
    ["a mixture of kinds", [x, x.map(String), x], {}, "wrong-kind"],
    ["two variables for the O-information", [x, x], {}, "too-few-variables"],
    ["unequal lengths", [x, x.slice(1), x], {}, "unequal-lengths"],
    ["a missing value", [x, x.map((v, i) => (i === 3 ? Number.NaN : v)), x], {}, "not-finite"],
    ["no more rows than neighbours", [x, x, x].map((v) => v.slice(0, 3)), {}, "too-few-rows"],
    ["many exact twins", [x, x, x].map((v) => [...v, ...v]), {}, "ties"],
    ["an estimator for another kind", [x, x, x], { estimator: "discrete" }, "unknown-estimator"],
    ["copies for the Gaussian form", [x, x, x], { estimator: "gaussian" }, "collinear-columns"],
  ])("%s", async (_, variables, options, code) => {
    const refusal = oInformation(variables as number[][], options as object);
    await expect(refusal).rejects.toMatchObject({ code, message: expect.stringMatching(/^oInformation/) });
  });

  test("eleven variables for the interaction information", async () => {
    await expect(interactionInformation(Array.from({ length: 11 }, () => a))).rejects.toMatchObject({
      code: "too-many-variables",
    });
  });

  test("nothing, but a warning when combinations outnumber rows", async () => {
    const { warnings } = await oInformation([a, b, c], bare);
    expect(warnings.map(({ code }) => code)).toEqual(["large-alphabet"]);
  });
});
