import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asMatrix, column, type Matrix, matrix } from "../../core/matrix.ts";
import { bestSubset } from "./brute-force.ts";
import {
  evaluate,
  facilityLocation,
  featureBased,
  graphCut,
  logDeterminant,
  maximize,
  mixture,
  modular,
  type SetFunction,
  saturatedCoverage,
  similarities,
  similarityMatrix,
  sumRedundancy,
} from "./submodular.ts";

const sheet = similarityMatrix([
  [1, 0.9, 0.5, 0.2, 0.8],
  [0.9, 1, 0.8, 0.5, 0.5],
  [0.5, 0.8, 1, 0.9, 0.1],
  [0.2, 0.5, 0.9, 1, 0],
  [0.8, 0.5, 0.1, 0, 1],
]);

const table: [string, SetFunction, [number[] | undefined, number, number[] | undefined, number][]][] = [
  [
    "facility location",
    facilityLocation(sheet),
    [
      [[1], 3.7, [1], 3.7],
      [[1, 2], 4.3, [0, 2], 4.6],
      [undefined, 4.8, undefined, 4.8],
    ],
  ],
  [
    "graph cut",
    graphCut(sheet, { lambda: 0.4 }),
    [
      [[1], 3.3, [1], 3.3],
      [[0, 1], 5.58, [0, 1], 5.58],
      [[0, 1, 2], 7.44, [0, 1, 2], 7.44],
    ],
  ],
  [
    "log-determinant",
    logDeterminant(sheet),
    [
      [[0], Math.LN2, [0], Math.LN2],
      [[0, 3], 1.376244, [3, 4], 1.386294],
      [[0, 3, 4], 1.893112, [1, 3, 4], 1.94591],
    ],
  ],
];

describe.each(table)("%s on the instance of the sheet", (_, f, rows) => {
  test.each(rows.map((row, i) => [i + 1, ...row] as const))(
    "greedy and optimum for k = %i are those of the table",
    async (k, chosen, value, optimal, optimum) => {
      const greedy = await maximize(f, k);
      if (chosen) expect([...greedy.indices].sort()).toEqual(chosen);
      expect(greedy.value).toBeCloseTo(value, 6);
      const best = bestSubset(f, k);
      expect(best.value).toBeCloseTo(optimum, 6);
      if (optimal) expect(best.items).toEqual(optimal);
    },
  );
});

/** Rows that are not all the same, with entries of at least 0, at least one of each above 0: all inner products are too. */
const rowsOfNumbers = fc
  .tuple(fc.integer({ min: 3, max: 7 }), fc.integer({ min: 2, max: 3 }))
  .chain(([n, d]) =>
    fc.array(fc.integer({ min: 0, max: 20 }), { minLength: n * d, maxLength: n * d }).map((numbers) => {
      const data = Float64Array.from(numbers, (v, at) => v / 10 + (at % d === 0 ? 0.05 : 0));
      return matrix(n, d, data);
    }),
  )
  .filter(({ data, cols }) => data.some((value, at) => value !== data[at % cols]));

const families: Record<string, (rows: Matrix) => SetFunction> = {
  "facility location": (rows) => facilityLocation(similarities(rows)),
  "facility location by radial basis": (rows) => facilityLocation(similarities(rows, { metric: "rbf" })),
  "saturated coverage": (rows) => saturatedCoverage(similarities(rows), { beta: 0.3 }),
  "graph cut": (rows) => graphCut(similarities(rows, { metric: "dot" })),
  "graph cut with more redundancy": (rows) => graphCut(similarities(rows), { lambda: 2 }),
  "sum redundancy": (rows) => sumRedundancy(similarities(rows)),
  "feature-based, square root": (rows) => featureBased(rows),
  "feature-based, logarithm": (rows) => featureBased(rows, { concave: "log" }),
  "feature-based, saturating": (rows) => featureBased(rows, { concave: "saturating" }),
  "log-determinant": (rows) => logDeterminant(similarities(rows)),
  "log-determinant with a small ridge": (rows) => logDeterminant(similarities(rows), { ridge: 0.3 }),
  modular: (rows) => modular(column(rows, 0)),
  mixture: (rows) =>
    mixture([
      { f: facilityLocation(similarities(rows)), weight: 2 },
      { f: featureBased(rows), weight: 0.3 },
    ]),
};

describe.each(Object.entries(families))("%s", (_, make) => {
  test("gives each item a gain that is the difference of values, and gains that sum to the value", () => {
    fc.assert(
      fc.property(rowsOfNumbers, fc.infiniteStream(fc.nat()), (rows, picks) => {
        const f = make(rows);
        const order = shuffled(f.n, picks);
        const selection = f.start();
        expect(selection.value).toBe(0);
        const chosen: number[] = [];
        for (const j of order) {
          const gain = selection.gain(j);
          expect(gain).toBeCloseTo(evaluate(f, [...chosen, j]) - evaluate(f, chosen), 9);
          selection.add(j);
          chosen.push(j);
          expect(selection.value).toBeCloseTo(evaluate(f, chosen), 12);
        }
        expect(evaluate(f, chosen.reverse())).toBeCloseTo(selection.value, 9);
      }),
      { numRuns: 25 },
    );
  });

  test("has diminishing returns, and f(A) + f(B) ≥ f(A ∪ B) + f(A ∩ B)", () => {
    fc.assert(
      fc.property(rowsOfNumbers, fc.nat(), fc.nat(), fc.nat(), (rows, one, two, three) => {
        const f = make(rows);
        expect(f.submodular).toBe(true);
        const [a, b] = [subset(f.n, one), subset(f.n, two)];
        const union = [...new Set([...a, ...b])];
        const both = a.filter((j) => b.includes(j));
        expect(evaluate(f, a) + evaluate(f, b)).toBeGreaterThanOrEqual(
          evaluate(f, union) + evaluate(f, both) - 1e-9,
        );
        const j = three % f.n;
        if (union.includes(j)) return;
        const gainTo = (items: number[]) => evaluate(f, [...items, j]) - evaluate(f, items);
        expect(gainTo(union)).toBeLessThanOrEqual(gainTo(a) + 1e-9);
        if (f.monotone) expect(gainTo(union)).toBeGreaterThanOrEqual(-1e-9);
      }),
      { numRuns: 50 },
    );
  });

  test("is the same for rows in another order", () => {
    fc.assert(
      fc.property(rowsOfNumbers, fc.nat(), (rows, one) => {
        const reversed = asMatrix(
          Array.from({ length: rows.rows }, (_, i) => {
            const from = (rows.rows - 1 - i) * rows.cols;
            return rows.data.slice(from, from + rows.cols);
          }),
        );
        const chosen = subset(rows.rows, one);
        const turned = chosen.map((j) => rows.rows - 1 - j);
        expect(evaluate(make(reversed), turned)).toBeCloseTo(evaluate(make(rows), chosen), 9);
      }),
      { numRuns: 25 },
    );
  });
});

function subset(n: number, bits: number): number[] {
  return Array.from({ length: n }, (_, j) => j).filter((j) => (bits >> j) & 1);
}

function shuffled(n: number, picks: Iterable<number>): number[] {
  const left = Array.from({ length: n }, (_, j) => j);
  const out: number[] = [];
  for (const pick of picks) {
    if (left.length === 0) break;
    out.push(...left.splice(pick % left.length, 1));
  }
  return out;
}

test("facility location of all rows is their number where every row is its own best", () => {
  const rows = asMatrix([[1, 2], [3, 1], [0, 1], [5, 5]]); // biome-ignore format: a table
  expect(evaluate(facilityLocation(similarities(rows)), [2, 0, 3, 1])).toBeCloseTo(4, 12);
});

test("log-determinant agrees with the determinant by hand", () => {
  expect(evaluate(logDeterminant(sheet), [0, 4])).toBeCloseTo(Math.log(2 * 2 - 0.64), 12);
  expect(evaluate(logDeterminant(sheet, { ridge: 0.5 }), [4, 0])).toBeCloseTo(Math.log(1.5 * 1.5 - 0.64), 12);
});

describe("what cannot be a set function is refused in one line", () => {
  test.each([
    [
      () =>
        similarityMatrix([
          [1, 0.5],
          [0.4, 1],
        ]),
      'similarityMatrix: entries (1, 0) and (0, 1) differ; expected a symmetric table of items by items, got "0.4 and 0.5"',
    ],
    [
      () =>
        similarityMatrix([
          [1, Number.NaN],
          [0.4, 1],
        ]),
      "similarityMatrix: row 0, column 1 is not a finite number",
    ],
    [
      () =>
        similarities([
          [1, 0],
          [0, 0],
        ]),
      "similarities: row 1 is all zeros",
    ],
    [
      () =>
        similarities(
          [
            [1, 0],
            [1, 0],
          ],
          { metric: "rbf" },
        ),
      "similarities: all rows are the same",
    ],
    [
      () => similarities([[1, 0]], { items: [[1, 2, 3]] }),
      "similarities: items: items and rows differ in columns; expected 2 columns, got 3",
    ],
    [
      () => graphCut(similarityMatrix([[1, 0, 1]])),
      'graphCut: needs similarities of the items with each other; expected 3 × 3, got "1 × 3"',
    ],
    [
      () => graphCut(sheet, { lambda: -1 }),
      "graphCut: lambda: not usable; expected a finite number of at least 0, got -1",
    ],
    [
      () =>
        saturatedCoverage(
          similarityMatrix([
            [1, -1],
            [-1, 1],
          ]),
        ),
      "saturatedCoverage: item 0 has a negative similarity; expected similarities of at least 0, got -1",
    ],
    [() => saturatedCoverage(sheet, { beta: 2 }), "saturatedCoverage: beta: not a share"],
    [
      () => featureBased([[1, -2]]),
      "featureBased: features: row 0 has a negative amount; expected amounts of at least 0, got -2",
    ],
    [() => evaluate(facilityLocation(sheet), [1, 1]), "evaluate: an item occurs twice, got 1"],
    [
      () => evaluate(facilityLocation(sheet), [5]),
      "evaluate: no such item; expected a whole number from 0 to 4, got 5",
    ],
    [
      () =>
        evaluate(
          logDeterminant(
            similarityMatrix([
              [1, 1],
              [1, 1],
            ]),
            { ridge: 0 },
          ),
          [0, 1],
        ),
      "log-determinant: item 1 has no volume left beside the 1 chosen",
    ],
  ] as const)("%#", (make, message) => {
    expect(make).toThrow(message);
  });
});
