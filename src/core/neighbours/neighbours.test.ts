import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { type Matrix, matrix, takeRows } from "../matrix.ts";
import { Random } from "../random.ts";
import { Line } from "./line.ts";
import { justAbove, type Metric } from "./metric.ts";
import {
  checkNeighbours,
  kthDistances,
  nearestNeighbours,
  nearestNeighboursOf,
  reachWithin,
} from "./neighbours.ts";
import { Plane } from "./plane.ts";
import { RangeCounter } from "./range-counter.ts";
import { sortWithOrder } from "./sorted-order.ts";

function distance(a: Matrix, i: number, b: Matrix, j: number, metric: Metric): number {
  let result = 0;
  for (let c = 0; c < a.cols; c++) {
    const difference = Math.abs(a.data[i * a.cols + c] - b.data[j * b.cols + c]);
    result =
      metric === "max" || a.cols === 1 ? Math.max(result, difference) : result + difference * difference;
  }
  return metric === "max" || a.cols === 1 ? result : Math.sqrt(result);
}

/** Sorted distances of row i of `queries` to all rows of `points` other than `skip`. */
function allDistances(queries: Matrix, i: number, points: Matrix, metric: Metric, skip = -1): number[] {
  const result: number[] = [];
  for (let j = 0; j < points.rows; j++) if (j !== skip) result.push(distance(queries, i, points, j, metric));
  return result.sort((a, b) => a - b);
}

function expectExact(points: Matrix, k: number, metric: Metric): void {
  const found = nearestNeighbours(points, k, metric);
  const kth = kthDistances(points, k, metric);
  for (let i = 0; i < points.rows; i++) {
    const wanted = allDistances(points, i, points, metric, i).slice(0, k);
    expect(Array.from(found.distances.subarray(i * k, (i + 1) * k))).toEqual(wanted);
    const indices = Array.from(found.indices.subarray(i * k, (i + 1) * k));
    expect(new Set(indices).size).toBe(k);
    expect(indices).not.toContain(i);
    expect(indices.map((j) => distance(points, i, points, j, metric))).toEqual(wanted);
    expect(kth[i]).toBe(wanted[k - 1]);
  }
}

function countNaively(points: Matrix, radii: ArrayLike<number>): number[] {
  return Array.from({ length: points.rows }, (_, i) => {
    let count = 0;
    for (let j = 0; j < points.rows; j++)
      if (j !== i && distance(points, i, points, j, "max") < radii[i]) count++;
    return count;
  });
}

const metrics: Metric[] = ["max", "euclidean"];

/** Matrices full of ties (few distinct values), of awkward scales, or of arbitrary numbers. */
const matrices = fc
  .record({
    rows: fc.integer({ min: 2, max: 70 }),
    cols: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.integer({ min: 9, max: 13 })),
    kind: fc.constantFrom("grid", "small", "any", "normal"),
    seed: fc.nat(1_000_000),
  })
  .map(({ rows, cols, kind, seed }) => {
    const random = new Random(seed);
    const draw = {
      grid: () => Math.floor(random.uniform() * 4),
      small: () => 1e-6 * random.normal() + 1,
      any: () => random.normal() * 10 ** Math.floor(random.uniform() * 12 - 6),
      normal: () => random.normal(),
    }[kind] as () => number;
    return matrix(rows, cols, Float64Array.from({ length: rows * cols }, draw));
  });

describe("sortWithOrder", () => {
  it("sorts any finite numbers, keeps equal ones in order and says where each came from", () => {
    const numbers = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, -1, 1e9 + 1e-6, 1e9 + 2e-6, 1e9, -1e9 - 1e-6, 5e-324, -5e-324),
    );
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 200 }), (list) => {
        const { values, order } = sortWithOrder(Float64Array.from(list));
        const wanted = list.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value || a.i - b.i);
        // −0 and 0 are equal numbers that the radix sort tells apart.
        if (!list.some((value) => value === 0)) expect(Array.from(order)).toEqual(wanted.map(({ i }) => i));
        expect(Array.from(values, (v) => v + 0)).toEqual(wanted.map(({ value }) => value + 0));
        expect(Array.from(order, (i) => list[i])).toEqual(Array.from(values));
      }),
    );
  });

  it("sorts numbers that differ only in their last bits", () => {
    const random = new Random(3);
    const input = Float64Array.from({ length: 5000 }, () => -1e6 - random.uniform() * 1e-6);
    const { values, order } = sortWithOrder(input);
    expect(values).toEqual(input.slice().sort());
    expect(Float64Array.from(order, (i) => input[i])).toEqual(values);
  });
});

describe("nearestNeighbours and kthDistances", () => {
  it("agree with comparing all pairs, in both metrics, with ties, duplicates and k up to n − 1", () => {
    fc.assert(
      fc.property(matrices, fc.constantFrom(...metrics), fc.nat(), (points, metric, pick) => {
        expectExact(points, 1 + (pick % Math.min(points.rows - 1, 8)), metric);
        if (points.rows <= 20) expectExact(points, points.rows - 1, metric);
      }),
      { numRuns: 100 },
    );
  });

  it("agree with comparing all pairs where trees and bands have several levels", () => {
    const random = new Random(1);
    for (const cols of [1, 2, 3, 6]) {
      const points = matrix(
        300,
        cols,
        Float64Array.from({ length: 300 * cols }, () => random.normal()),
      );
      for (const metric of metrics) expectExact(points, 5, metric);
    }
  });

  it("agree with comparing all pairs on clusters, on lines and with a far outlier", () => {
    const random = new Random(2);
    const shapes: (() => [number, number])[] = [
      () => [random.normal() * 1e-6, random.normal()],
      () => [random.normal(), random.uniform() < 0.5 ? 0 : random.normal() * 1e-9],
      () => [random.uniform() < 0.5 ? 3 : random.normal(), random.uniform() < 0.5 ? 3 : random.normal()],
      () => [1 / random.normal(), 1 / random.normal()],
    ];
    for (const shape of shapes) {
      const points = matrix(300, 2, Float64Array.from(Array.from({ length: 300 }, shape).flat()));
      points.data[0] = 1e6;
      for (const metric of metrics) expectExact(points, 3, metric);
    }
  });

  it("give two points each other", () => {
    for (const cols of [1, 2, 3, 20]) {
      const points = matrix(2, cols);
      points.data.fill(1.5, cols);
      expect(Array.from(kthDistances(points, 1))).toEqual([1.5, 1.5]);
      expect(Array.from(nearestNeighbours(points, 1).indices)).toEqual([1, 0]);
    }
  });

  it("refuse a k that is no number of neighbours, in one line that ends with it", () => {
    const points = matrix(5, 2);
    expect(() => kthDistances(points, 5)).toThrow(/^kthDistances: .*got 5$/);
    for (const k of [0, -1, 1.5, Number.NaN]) {
      expect(() => nearestNeighbours(points, k)).toThrow(InputError);
      expect(() => checkNeighbours(k, 9, "here")).toThrow(/^here: k is not/);
    }
  });
});

describe("nearestNeighboursOf", () => {
  it("agrees with comparing all pairs and lets a query find a point equal to it", () => {
    fc.assert(
      fc.property(matrices, fc.constantFrom(...metrics), fc.nat(), (points, metric, pick) => {
        const queries = takeRows(points, [0, points.rows - 1, 0]);
        const k = 1 + (pick % points.rows);
        const found = nearestNeighboursOf(queries, points, k, metric);
        for (let i = 0; i < queries.rows; i++) {
          const wanted = allDistances(queries, i, points, metric).slice(0, k);
          expect(Array.from(found.distances.subarray(i * k, (i + 1) * k))).toEqual(wanted);
          for (let place = 0; place < k; place++) {
            expect(distance(queries, i, points, found.indices[i * k + place], metric)).toBe(wanted[place]);
          }
        }
      }),
    );
  });

  it("refuses queries with other columns", () => {
    expect(() => nearestNeighboursOf(matrix(2, 3), matrix(9, 2), 1)).toThrow(/columns.*got 3$/);
  });
});

describe("RangeCounter", () => {
  it("counts others strictly within the radius, exactly at stored distances too", () => {
    fc.assert(
      fc.property(matrices, fc.nat(), (points, pick) => {
        const k = 1 + (pick % (points.rows - 1));
        const radii = kthDistances(points, k);
        const counter = new RangeCounter(points);
        const closer = counter.countCloser(radii);
        expect(Array.from(closer)).toEqual(countNaively(points, radii));
        const atMost = counter.countCloser(radii.map(justAbove));
        expect(Array.from(atMost)).toEqual(countNaively(points, radii.map(justAbove)));
        for (let i = 0; i < points.rows; i++) {
          expect(closer[i]).toBeLessThan(k);
          expect(atMost[i]).toBeGreaterThanOrEqual(k);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("counts in boxes whose blocks have radii of their own", () => {
    const random = new Random(4);
    for (const [left, right] of [
      [1, 1],
      [2, 1],
      [3, 9],
    ]) {
      const draw = (cols: number) =>
        matrix(
          150,
          cols,
          Float64Array.from({ length: 150 * cols }, () => random.normal()),
        );
      const x = draw(left);
      const y = draw(right);
      const radiiX = Float64Array.from({ length: 150 }, () => 2 * random.uniform());
      const radiiY = Float64Array.from({ length: 150 }, () => 3 * random.uniform());
      const wanted = Array.from(radiiX, (_, i) => {
        let count = 0;
        for (let j = 0; j < 150; j++) {
          if (j !== i && distance(x, i, x, j, "max") < radiiX[i] && distance(y, i, y, j, "max") < radiiY[i])
            count++;
        }
        return count;
      });
      expect(Array.from(new RangeCounter(x, y).countCloser([radiiX, radiiY]))).toEqual(wanted);
    }
  });

  it("counts nobody within radius 0 and only equals just above it", () => {
    for (const cols of [1, 2, 12]) {
      const points = matrix(6, cols, new Float64Array(6 * cols));
      points.data.fill(1, 4 * cols);
      const counter = new RangeCounter(points);
      expect(Array.from(counter.countCloser(new Float64Array(6)))).toEqual([0, 0, 0, 0, 0, 0]);
      expect(Array.from(counter.countCloser(new Float64Array(6).fill(justAbove(0))))).toEqual([
        3, 3, 3, 3, 1, 1,
      ]);
      expect(Array.from(counter.countCloser(new Float64Array(6).fill(Number.POSITIVE_INFINITY)))).toEqual(
        Array(6).fill(5),
      );
    }
  });
});

describe("justAbove", () => {
  it("is the next floating-point number", () => {
    const bits = new BigInt64Array(1);
    const number = new Float64Array(bits.buffer);
    fc.assert(
      fc.property(fc.double({ min: 1e-290, max: 1e300, noNaN: true }), (radius) => {
        number[0] = radius;
        bits[0]++;
        expect(justAbove(radius)).toBe(number[0]);
      }),
    );
    expect(justAbove(0)).toBe(Number.MIN_VALUE);
  });
});

describe("Plane", () => {
  it("finds the neighbours of every new pairing of the same coordinates", () => {
    const random = new Random(5);
    const n = 400;
    const k = 4;
    const x = new Line(Float64Array.from({ length: n }, () => random.normal()));
    const y = new Line(Float64Array.from({ length: n }, () => Math.floor(5 * random.normal())));
    const plane = new Plane(x.values, y.values, k);
    const reach = new Float64Array(n);
    const neighbours = new Int32Array(n * k);
    for (let repeat = 0; repeat < 3; repeat++) {
      const partner = random.permutation(n);
      const points = matrix(n, 2);
      for (let a = 0; a < n; a++) points.data.set([x.values[a], y.values[partner[a]]], 2 * a);
      plane.search(partner, reach, neighbours);
      for (let a = 0; a < n; a++) {
        const wanted = allDistances(points, a, points, "max", a).slice(0, k);
        expect(reach[a]).toBe(wanted[k - 1]);
        const found = Array.from(neighbours.subarray(a * k, (a + 1) * k));
        expect(found.map((b) => distance(points, a, points, b, "max"))).toEqual(wanted);
        expect(new Set(found).size).toBe(k);
      }
    }
  });
});

describe("reachWithin", () => {
  it("is the largest difference to the neighbours in some of the columns", () => {
    const block = matrix(3, 1, new Float64Array([0, 5, 7]));
    const reach = reachWithin(block, { k: 2, indices: Int32Array.from([1, 2, 0, 2, 0, 1]) });
    expect(Array.from(reach)).toEqual([7, 5, 7]);
  });
});
