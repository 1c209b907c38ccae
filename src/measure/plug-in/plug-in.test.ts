import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asCodes, type Codes, takeCodes } from "../../core/codes.ts";
import { asMatrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import type { Correction } from "../estimator.ts";
import {
  discrete,
  discreteConditionalMutualInformation,
  histogram,
  stratifiedPermutation,
} from "./plug-in.ts";

const corrections = ["none", "miller-madow", "shrinkage", "chao-shen", "grassberger"] as const;
const table = [
  [10, 0, 3, 1],
  [2, 7, 0, 1],
  [1, 1, 5, 4],
];
const cells = table.flatMap((row, i) =>
  row.flatMap((count, j) => Array.from({ length: count }, () => [i, j])),
);
const x = asCodes(cells.map(([i]) => i));
const y = asCodes(cells.map(([, j]) => j));

function random(seed: number, n: number, levels: number): Codes {
  const source = new Random(seed);
  return { codes: Int32Array.from({ length: n }, () => source.integer(levels)), levels: names(levels) };
}

function names(levels: number): string[] {
  return Array.from({ length: levels }, (_, level) => `level ${level}`);
}

describe("discrete", () => {
  test.each([
    ["none", 0.44695536241855915],
    ["miller-madow", 0.3898125052757022],
    ["chao-shen", 0.25994363543450216],
    ["grassberger", 0.25877346902926],
    ["shrinkage", 0.2085504821351174],
  ] as const)("gives the golden value of sheet 00 with correction %s", (correction, golden) => {
    const { value, diagnostics, warnings } = discrete.estimate(x, y, { correction });
    expect(Math.abs(value - golden)).toBeLessThan(1e-9);
    expect(diagnostics).toMatchObject({ correction, levelsX: 3, levelsY: 4, occupiedCells: 10 });
    expect(warnings).toEqual([]);
    if (correction === "shrinkage") {
      expect(Math.abs((diagnostics.lambda as number) - 0.2853805541279259)).toBeLessThan(1e-9);
    }
  });

  test("gives local values whose mean is the plug-in estimate, and only then", () => {
    const { value, local, n } = discrete.estimate(x, y, { correction: "none" });
    expect(Math.abs(local!.reduce((sum, v) => sum + v, 0) / n - value)).toBeLessThan(1e-12);
    expect(discrete.estimate(x, y, {}).local).toBeUndefined();
  });

  test("sees everything in a copy and nothing in a constant", () => {
    const copy = discrete.estimate(x, x, { correction: "none" }).value;
    const constant = { codes: new Int32Array(x.codes.length), levels: ["a", "b"] };
    expect(copy).toBeCloseTo(-[14, 10, 11].reduce((sum, c) => sum + (c / 35) * Math.log(c / 35), 0), 12);
    expect(discrete.estimate(x, constant, { correction: "none" }).value).toBeCloseTo(0, 12);
  });

  test("is symmetric, and unchanged by the order of rows and the names of levels", () => {
    const codes = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 6 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(codes, fc.constantFrom(...corrections), (rows, correction) => {
        const pairOf = (rows: [number, number][]) => [
          asCodes(rows.map(([a]) => a)),
          asCodes(rows.map(([, b]) => b)),
        ];
        const [a, b] = pairOf(rows);
        const [c, d] = pairOf(rows.toReversed());
        const { value } = discrete.estimate(a, b, { correction });
        expect(Math.abs(discrete.estimate(b, a, { correction }).value - value)).toBeLessThan(1e-12);
        expect(Math.abs(discrete.estimate(c, d, { correction }).value - value)).toBeLessThan(1e-12);
      }),
    );
  });

  test.each([
    [3, 4],
    [5, 60],
    [300, 200],
  ])("permutes by recounting: %i × %i levels", (levelsX, levelsY) => {
    const [a, b] = [random(1, 300, levelsX), random(2, 300, levelsY)];
    const source = new Random(3);
    for (const correction of corrections) {
      const permuted = discrete.permuter!(a, b, { correction });
      for (let i = 0; i < 3; i++) {
        const order = source.permutation(300);
        const { value } = discrete.estimate(a, takeCodes(b, order), { correction });
        expect(Math.abs(permuted(order) - value)).toBeLessThan(1e-12);
      }
    }
  });

  test("warns about an alphabet larger than a quarter of the rows", () => {
    const { warnings } = discrete.estimate(random(1, 40, 30), random(2, 40, 2), {});
    expect(warnings.map(({ code }) => code)).toEqual(["large-alphabet"]);
    expect(warnings[0].message).toMatch(/^x has \d+ different values in 40 rows/);
  });

  test("refuses numbers and unknown corrections", () => {
    expect(() => discrete.estimate(asMatrix([1, 2]), y, {})).toThrow(
      'discrete: x is not discrete; expected categories, got "continuous"',
    );
    expect(() => discrete.estimate(x, y, { correction: "jackknife" as Correction })).toThrow(
      "unknown correction",
    );
  });
});

describe("histogram", () => {
  const source = new Random(4);
  const a = asMatrix(Array.from({ length: 400 }, () => [source.normal(), source.uniform()]));
  const b = asMatrix(Array.from({ length: 400 }, (_, i) => a.data[2 * i] + source.normal()));

  test("counts cells of equal width from the smallest to the largest value", () => {
    const numbers = asMatrix([0, 1, 2, 3, 4, 5, 6, 8]);
    // Four bins over 0 … 8: two in each, 8 in the last.
    const binned = asCodes([0, 0, 1, 1, 2, 2, 3, 3]);
    const sides = asCodes(["a", "b", "a", "b", "b", "b", "a", "a"]);
    for (const correction of corrections) {
      const options = { bins: 4, correction };
      const cut = histogram.estimate(numbers, sides, options).value;
      expect(Math.abs(cut - discrete.estimate(binned, sides, options).value)).toBeLessThan(1e-12);
    }
  });

  test("takes all product cells as the alphabet of the shrinkage, also for several columns", () => {
    const corners = asMatrix([
      [0, 0],
      [1, 1],
      [0, 0],
      [1, 1],
    ]);
    const sides = asCodes(["a", "b", "a", "b"]);
    const four: Codes = { codes: Int32Array.of(0, 3, 0, 3), levels: names(4) };
    const options = { bins: 2, correction: "shrinkage" } as const;
    const { value } = histogram.estimate(corners, sides, options);
    expect(Math.abs(value - discrete.estimate(four, sides, options).value)).toBeLessThan(1e-12);
  });

  test("is unchanged by shifting and scaling", () => {
    const moved = asMatrix(Array.from(b.data, (v) => 4 * v + 16));
    expect(histogram.estimate(a, moved, {}).value).toBeCloseTo(histogram.estimate(a, b, {}).value, 12);
  });

  test("permutes by recounting", () => {
    const order = new Random(5).permutation(400);
    const permuted = histogram.permuter!(a, b, {});
    expect(permuted(order)).toBeCloseTo(histogram.estimate(a, takeRows(b, order), {}).value, 12);
  });

  test("refuses too many cells and no cells", () => {
    const wide = asMatrix([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    expect(() => histogram.estimate(wide, wide, {})).toThrow(
      "histogram: 10 bins per axis make too many cells; expected at most 1000000, got 100000000",
    );
    expect(() => histogram.estimate(a, b, { bins: 1 })).toThrow("histogram: bins is not a number of cells");
    expect(histogram.estimate(a, b, { bins: 3 }).diagnostics.bins).toBe(3);
  });
});

describe("discreteConditionalMutualInformation", () => {
  const bits = [random(6, 200, 2), random(7, 200, 2)];
  const xor: Codes = { codes: bits[0].codes.map((code, i) => code ^ bits[1].codes[i]), levels: ["0", "1"] };

  test("is one bit for exclusive or, and nothing along a chain", () => {
    const options = { correction: "none" } as const;
    expect(discreteConditionalMutualInformation(bits[0], xor, bits[1], options).value).toBeCloseTo(
      discrete.estimate(bits[0], bits[0], options).value - discrete.estimate(bits[0], bits[1], options).value,
      12,
    );
    expect(discreteConditionalMutualInformation(bits[0], bits[1], bits[0], options).value).toBeCloseTo(0, 12);
  });

  test.each(["none", "miller-madow", "shrinkage"] as const)(
    "is the unconditional value when z is constant: %s",
    (correction) => {
      const constant = { codes: new Int32Array(35), levels: ["only"] };
      const { value } = discreteConditionalMutualInformation(x, y, constant, { correction });
      expect(Math.abs(value - discrete.estimate(x, y, { correction }).value)).toBeLessThan(1e-12);
    },
  );

  test("gives local values whose mean is the plug-in estimate", () => {
    const z = random(8, 35, 3);
    const { value, local } = discreteConditionalMutualInformation(x, y, z, { correction: "none" });
    expect(Math.abs(local!.reduce((sum, v) => sum + v, 0) / 35 - value)).toBeLessThan(1e-12);
  });

  test("obeys the chain rule I(X;Y,Z) = I(X;Z) + I(X;Y|Z) without correction", () => {
    const three = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)), { minLength: 1 });
    fc.assert(
      fc.property(three, (rows) => {
        const [a, b, c] = [0, 1, 2].map((column) => asCodes(rows.map((row) => row[column])));
        const both = asCodes(rows.map((row) => 4 * row[1] + row[2]));
        const options = { correction: "none" } as const;
        const parts =
          discrete.estimate(a, c, options).value +
          discreteConditionalMutualInformation(a, b, c, options).value;
        expect(Math.abs(discrete.estimate(a, both, options).value - parts)).toBeLessThan(1e-12);
      }),
    );
  });

  test("refuses unequal lengths", () => {
    expect(() => discreteConditionalMutualInformation(x, y, bits[0])).toThrow(
      "differ in their number of rows",
    );
  });
});

test("a stratified permutation moves rows only inside their stratum, and moves them", () => {
  const z = random(9, 500, 4);
  const order = stratifiedPermutation(z, new Random(1));
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  expect(takeCodes(z, order).codes).toEqual(z.codes);
  expect(order.filter((row, i) => row === i).length).toBeLessThan(30); // 4 expected, one in each stratum
});
