import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asMatrix, type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { digamma } from "../../core/special.ts";
import { mean, variance } from "../../core/statistics.ts";
import { ksg1 } from "../ksg/ksg.ts";
import { frenzelPompe, frenzelPompePermuter, neighbourhoodPermutation } from "./frenzel-pompe.ts";

const goldenX = [
  0.966, 1.1231, -0.0492, -0.1809, 1.3061, -1.2514, -1.6344, 0.9437, 1.0904, 0.1463, 0.5745, -2.2542,
];
const goldenY = [
  0.7827, 0.8179, 0.1098, -0.7285, 1.0193, -0.9481, -0.6297, 1.5824, 1.167, -0.6965, 1.3444, -1.1395,
];
const goldenZ = [0.31, -1.2, 0.77, 1.41, -0.45, 0.02, -0.93, 1.88, 0.58, -1.71, 1.13, -0.16];

function normals(random: Random, rows: number, cols: number): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );
}

/** Both algorithms written down for all pairs. */
function naively(x: Matrix, y: Matrix, z: Matrix, k: number, algorithm: 1 | 2): number {
  const n = x.rows;
  const apart = (m: Matrix, i: number, j: number) =>
    Math.max(
      ...Array.from({ length: m.cols }, (_, c) => Math.abs(m.data[i * m.cols + c] - m.data[j * m.cols + c])),
    );
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const others = Array.from({ length: n }, (_, j) => j)
      .filter((j) => j !== i)
      .map((j) => ({ x: apart(x, i, j), y: apart(y, i, j), z: apart(z, i, j) }));
    const nearest = others.toSorted((a, b) => Math.max(a.x, a.y, a.z) - Math.max(b.x, b.y, b.z)).slice(0, k);
    const radius = Math.max(nearest[k - 1].x, nearest[k - 1].y, nearest[k - 1].z);
    const own = { x: 0, y: 0, z: 0 };
    for (const side of ["x", "y", "z"] as const) own[side] = Math.max(...nearest.map((o) => o[side]));
    const count = (...sides: ("x" | "y" | "z")[]) =>
      algorithm === 1
        ? 1 + others.filter((o) => sides.every((side) => o[side] < radius)).length
        : others.filter((o) => sides.every((side) => o[side] <= own[side])).length;
    const [xz, yz, zz] = [count("x", "z"), count("y", "z"), count("z")];
    sum += digamma(zz) - digamma(xz) - digamma(yz) + (algorithm === 2 ? 1 / xz + 1 / yz : 0);
  }
  return digamma(k) - (algorithm === 2 ? 2 / k : 0) + sum / n;
}

const triples = fc
  .record({
    n: fc.integer({ min: 2, max: 40 }),
    dx: fc.integer({ min: 1, max: 2 }),
    dy: fc.constantFrom(1, 1, 9),
    dz: fc.integer({ min: 1, max: 2 }),
    pick: fc.nat(),
    seed: fc.nat(1_000_000),
  })
  .map(({ n, dx, dy, dz, pick, seed }) => {
    const random = new Random(seed);
    const [x, y, z] = [dx, dy, dz].map((cols) => normals(random, n, cols));
    return { x, y, z, k: 1 + (pick % Math.min(n - 1, 6)), random };
  });

/** x → z → y with correlation 0.8 at each arrow, or z = x + y + noise / 2. */
function threeColumns(shape: "chain" | "collider", n: number, seed: number): [Matrix, Matrix, Matrix] {
  const random = new Random(seed);
  const x = Float64Array.from({ length: n }, () => random.normal());
  if (shape === "chain") {
    const z = x.map((v) => 0.8 * v + 0.6 * random.normal());
    return [asMatrix(x), asMatrix(z.map((v) => 0.8 * v + 0.6 * random.normal())), asMatrix(z)];
  }
  const y = x.map(() => random.normal());
  return [asMatrix(x), asMatrix(y), asMatrix(x.map((v, i) => v + y[i] + 0.5 * random.normal()))];
}

describe("frenzelPompe", () => {
  it("gives the golden value", () => {
    const { value } = frenzelPompe(asMatrix(goldenX), asMatrix(goldenY), asMatrix(goldenZ), { k: 3 });
    expect(value).toBeCloseTo(0.31018819143819154, 9);
  });

  it("agrees with both formulas written down for all pairs, in any dimension", () => {
    fc.assert(
      fc.property(triples, ({ x, y, z, k }) => {
        for (const algorithm of [1, 2] as const) {
          expect(frenzelPompe(x, y, z, { k, algorithm }).value).toBeCloseTo(
            naively(x, y, z, k, algorithm),
            11,
          );
        }
      }),
    );
  });

  it("is unchanged by swapping x and y and by reordering rows, and its contributions have its value as mean", () => {
    fc.assert(
      fc.property(triples, ({ x, y, z, k, random }) => {
        const order = random.permutation(x.rows);
        for (const algorithm of [1, 2] as const) {
          const { value, local } = frenzelPompe(x, y, z, { k, algorithm });
          expect(mean(local!)).toBeCloseTo(value, 11);
          expect(frenzelPompe(y, x, z, { k, algorithm }).value).toBeCloseTo(value, 11);
          const [px, py, pz] = [x, y, z].map((m) => takeRows(m, order));
          expect(frenzelPompe(px, py, pz, { k, algorithm }).value).toBeCloseTo(value, 11);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("is KSG's first algorithm where z is constant", () => {
    const random = new Random(1);
    const [x, y] = [normals(random, 200, 1), normals(random, 200, 1)];
    expect(frenzelPompe(x, y, matrix(200, 1), { k: 4 }).value).toBeCloseTo(
      ksg1.estimate(x, y, { k: 4 }).value,
      12,
    );
  });

  it("finds nothing in a chain once the middle is known, and much in a collider", () => {
    // The sheet's check (e): chain within 0.05 of 0 while the mutual information is −½ ln(1 − 0.8⁴) = 0.2635;
    // collider about 0.47 at n = 1000 for a truth of 0.5108. Means over 10 samples; sd 0.02 and 0.03 a sample.
    const seeds = Array.from({ length: 10 }, (_, seed) => seed);
    const average = (shape: "chain" | "collider") =>
      mean(seeds.map((seed) => frenzelPompe(...threeColumns(shape, 1000, seed)).value));
    expect(Math.abs(average("chain"))).toBeLessThan(0.05);
    expect(Math.abs(average("collider") - 0.47)).toBeLessThan(0.05);
    const [x, y] = threeColumns("chain", 1000, 0);
    expect(Math.abs(ksg1.estimate(x, y, {}).value + 0.5 * Math.log(1 - 0.8 ** 4))).toBeLessThan(4 * 0.035);
  });

  it("refuses unequal rows and what is no number of neighbours", () => {
    const x = matrix(9, 1);
    expect(() => frenzelPompe(x, matrix(8, 1), x)).toThrow(/^frenzelPompe: variables differ.*got 8$/);
    expect(() => frenzelPompe(x, x, x, { k: 9 })).toThrow(/^frenzelPompe: .*got 9$/);
  });
});

describe("frenzelPompePermuter", () => {
  it("gives exactly the estimate on permuted x", () => {
    fc.assert(
      fc.property(triples, ({ x, y, z, k, random }) => {
        for (const algorithm of [1, 2] as const) {
          const evaluate = frenzelPompePermuter(x, y, z, { k, algorithm });
          const order = random.permutation(x.rows);
          expect(evaluate(order)).toBe(frenzelPompe(takeRows(x, order), y, z, { k, algorithm }).value);
          expect(evaluate(order)).toBe(evaluate(order));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("neighbourhoodPermutation", () => {
  it("gives each row the x of one of its nearest rows in z, and few rows twice", () => {
    const random = new Random(2);
    const z = normals(random, 500, 2);
    const next = neighbourhoodPermutation(z, random, { neighbours: 6 });
    const apart = (i: number, j: number) =>
      Math.max(Math.abs(z.data[2 * i] - z.data[2 * j]), Math.abs(z.data[2 * i + 1] - z.data[2 * j + 1]));
    const orders = [next(), next()];
    expect(orders[0]).not.toEqual(orders[1]);
    for (const order of orders) {
      order.forEach((row, i) => {
        const closer = Array.from({ length: 500 }, (_, j) => j).filter((j) => apart(i, j) < apart(i, row));
        expect(closer.length).toBeLessThan(6);
      });
      // A free choice among 6 would leave out 1/e = 37 % of the rows.
      expect(new Set(order).size).toBeGreaterThan(0.85 * 500);
    }
  });

  it("keeps separate groups apart and is the same for the same seed", () => {
    const z = asMatrix(Float64Array.from({ length: 12 }, (_, i) => 100 * (i % 3) + 0.1 * i));
    const order = neighbourhoodPermutation(z, new Random(3), { neighbours: 4 })();
    expect(Array.from(order, (row) => row % 3)).toEqual(Array.from(order.keys(), (i) => i % 3));
    expect(neighbourhoodPermutation(z, new Random(3), { neighbours: 4 })()).toEqual(order);
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from(order.keys()));
  });

  it("leaves the null of a chain where it is, which a free permutation does not", () => {
    const [x, y, z] = threeColumns("chain", 300, 4);
    const evaluate = frenzelPompePermuter(x, y, z, { k: 5 });
    const { value } = frenzelPompe(x, y, z, { k: 5 });
    const random = new Random(5);
    const next = neighbourhoodPermutation(z, random);
    const local = Array.from({ length: 40 }, () => evaluate(next()));
    // One observed value and the mean of 40: 4 standard deviations.
    expect(Math.abs(value - mean(local))).toBeLessThan(4 * Math.sqrt(variance(local) * (1 + 1 / 40)));
  });

  it("refuses neighbourhoods that are none", () => {
    expect(() => neighbourhoodPermutation(matrix(3, 1), new Random(1))).toThrow(
      /^neighbourhoodPermutation: /,
    );
    expect(() => neighbourhoodPermutation(matrix(3, 1), new Random(1), { neighbours: 1 })).toThrow(/got 0$/);
  });
});
