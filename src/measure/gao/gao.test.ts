import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asCodes, isCodes } from "../../core/codes.ts";
import { asMatrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { digamma } from "../../core/special.ts";
import { mean } from "../../core/statistics.ts";
import { gaoMixture } from "../beyond-normal/beyond-normal.ts";
import { rowsOf, take, type Variable } from "../estimator.ts";
import { gao } from "./gao.ts";

const goldenX = [
  0.966, 1.1231, -0.0492, -0.1809, 1.3061, -1.2514, -1.6344, 0.9437, 1.0904, 0.1463, 0.5745, -2.2542,
];
const goldenG = goldenX.map((_, i) => i % 2);

function apart(v: Variable, i: number, j: number): number {
  if (isCodes(v)) return v.codes[i] === v.codes[j] ? 0 : Number.POSITIVE_INFINITY;
  const columns = Array.from({ length: v.cols }, (_, c) =>
    Math.abs(v.data[i * v.cols + c] - v.data[j * v.cols + c]),
  );
  return Math.max(...columns);
}

/** The estimator written down for all pairs; rows without any neighbour only enter between categories. */
function naively(x: Variable, y: Variable, k: number): number {
  const all = Array.from({ length: rowsOf(x) }, (_, i) => i);
  const joint = (i: number, j: number) => Math.max(apart(x, i, j), apart(y, i, j));
  const mixed = isCodes(x) !== isCodes(y);
  const level = (i: number, j: number) => Math.max(...[x, y].filter(isCodes).map((v) => apart(v, i, j)));
  const rows = mixed ? all.filter((i) => all.some((j) => j !== i && level(i, j) === 0)) : all;
  let sum = 0;
  for (const i of rows) {
    const others = rows
      .filter((j) => j !== i && joint(i, j) < Number.POSITIVE_INFINITY)
      .map((j) => joint(i, j));
    const reach = Math.min(k, others.length);
    const radius = reach === 0 ? 0 : others.sort((a, b) => a - b)[reach - 1];
    const count = (distance: (i: number, j: number) => number) =>
      rows.filter((j) => (radius > 0 ? distance(i, j) < radius : distance(i, j) === 0)).length;
    const near = radius > 0 ? reach : count(joint);
    sum +=
      digamma(near) - digamma(count((i, j) => apart(x, i, j))) - digamma(count((i, j) => apart(y, i, j)));
  }
  return Math.log(rows.length) + sum / rows.length;
}

const variables = fc.constantFrom("codes", "integers", "reals", "mixture", "plane", "grid");

function draw(kind: string, n: number, random: Random): Variable {
  const numbers = (cols: number, next: () => number) =>
    matrix(n, cols, Float64Array.from({ length: n * cols }, next));
  if (kind === "codes") return asCodes(Int32Array.from({ length: n }, () => random.integer(4)));
  if (kind === "integers") return numbers(1, () => random.integer(4));
  if (kind === "mixture") return numbers(1, () => (random.uniform() < 0.5 ? 0 : random.normal()));
  if (kind === "plane") return numbers(2, () => random.normal());
  if (kind === "grid") return numbers(2, () => random.integer(3));
  return numbers(1, () => random.normal());
}

const pairs = fc
  .record({
    x: variables,
    y: variables,
    n: fc.integer({ min: 2, max: 50 }),
    pick: fc.nat(),
    seed: fc.nat(1_000_000),
  })
  .map(({ x, y, n, pick, seed }) => {
    const random = new Random(seed);
    return { x: draw(x, n, random), y: draw(y, n, random), k: 1 + (pick % Math.min(n - 1, 6)), random };
  })
  .filter(({ x, y }) => isCodes(x) === isCodes(y) || !Number.isNaN(naively(x, y, 1)));

describe("gao", () => {
  it("gives the golden value", () => {
    expect(gao.estimate(asMatrix(goldenG), asMatrix(goldenX), { k: 2 }).value).toBeCloseTo(
      -0.07869057612335743,
      9,
    );
  });

  it("agrees with its definition written down for all pairs, for all kinds of variables", () => {
    fc.assert(
      fc.property(pairs, ({ x, y, k }) => {
        expect(gao.estimate(x, y, { k }).value).toBeCloseTo(naively(x, y, k), 11);
      }),
      { numRuns: 150 },
    );
  });

  it("is unchanged by swapping x and y and by reordering rows", () => {
    fc.assert(
      fc.property(pairs, ({ x, y, k, random }) => {
        const { value } = gao.estimate(x, y, { k });
        expect(gao.estimate(y, x, { k }).value).toBeCloseTo(value, 11);
        const order = random.permutation(rowsOf(x));
        expect(gao.estimate(take(x, order), take(y, order), { k }).value).toBeCloseTo(value, 11);
      }),
    );
  });

  it("gives under a permutation what it gives on permuted rows", () => {
    fc.assert(
      fc.property(pairs, ({ x, y, k, random }) => {
        const evaluate = gao.permuter!(x, y, { k });
        for (let repeat = 0; repeat < 3; repeat++) {
          const order = random.permutation(rowsOf(x));
          expect(evaluate(order)).toBeCloseTo(gao.estimate(x, take(y, order), { k }).value, 11);
        }
      }),
    );
  });

  it("finds the known information of a mixture", () => {
    // The sheet's check (g): within 0.05 at n = 1000, with X as numbers and as categories.
    const { sample, mutualInformation } = gaoMixture(5);
    for (let seed = 0; seed < 5; seed++) {
      const { x, y } = sample(1000, new Random(seed));
      for (const form of [x, asCodes(x.data)]) {
        expect(Math.abs(gao.estimate(form, y, {}).value - mutualInformation)).toBeLessThan(0.05);
      }
    }
  });

  it("is the plug-in estimate between categories, up to the difference of ψ and ln", () => {
    const random = new Random(1);
    const n = 5000;
    const x = asCodes(Int32Array.from({ length: n }, () => random.integer(3)));
    const y = asCodes(Int32Array.from(x.codes, (c) => (random.uniform() < 0.7 ? c : random.integer(3))));
    const table = new Float64Array(9);
    for (let i = 0; i < n; i++) table[3 * Number(x.levels[x.codes[i]]) + Number(y.levels[y.codes[i]])]++;
    const entropy = (counts: number[]) => -counts.reduce((sum, c) => sum + (c / n) * Math.log(c / n), 0);
    const margin = (cell: (a: number, b: number) => number) =>
      [0, 1, 2].map((a) => [0, 1, 2].reduce((sum, b) => sum + table[cell(a, b)], 0));
    const plugIn =
      entropy(margin((a, b) => 3 * a + b)) +
      entropy(margin((a, b) => 3 * b + a)) -
      entropy(Array.from(table));
    // ψ(m) = ln m − 1/(2m) − 1/(12 m²) + …: a cell adds −1/(2n) for the joint table, a margin 1/(2n).
    const leading = (3 + 3 - 9) / (2 * n);
    for (const [a, b] of [
      [x, y],
      [asMatrix(x.codes), asMatrix(y.codes)],
    ] as [Variable, Variable][]) {
      const { value } = gao.estimate(a, b, { k: 5 });
      // The next term: Σ over 9 cells of 1/(12 n m) with every m above n/30.
      expect(Math.abs(value - plugIn - leading)).toBeLessThan((9 * 30) / (12 * n * n));
    }
  });

  it("leaves out rows alone in their category when the other side is numeric, and says so", () => {
    const x = asMatrix([1, 2, 3, 10, 11, 12, 50]);
    const y = asCodes([..."aaabbbc"]);
    const { value, n, local, warnings } = gao.estimate(x, y, { k: 2 });
    expect([n, warnings[0].code]).toEqual([6, "singleton-classes"]);
    expect(local![6]).toBeNaN();
    expect(mean(local!.subarray(0, 6))).toBeCloseTo(value, 12);
    expect(() => gao.estimate(x, asCodes([..."abcdefg"]), { k: 2 })).toThrow(/^gao: every row.*got 7$/);
  });

  it("uses 5 neighbours unless told otherwise, and refuses what is no number of neighbours", () => {
    const x = draw("mixture", 30, new Random(2));
    const y = draw("reals", 30, new Random(3));
    expect(gao.estimate(x, y, {}).value).toBe(gao.estimate(x, y, { k: 5 }).value);
    expect(() => gao.estimate(x, y, { k: 30 })).toThrow(/^gao: .*got 30$/);
    expect(() => gao.permuter!(x, y, { k: 2.5 })).toThrow(/^gao: .*got 2.5$/);
  });
});
