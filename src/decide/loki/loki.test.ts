import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grid, leaves, path, tree } from "../../../test/fixtures/decide/label-spaces.ts";
import { Random } from "../../core/random.ts";
import { randomTree } from "./experiment-trees.ts";
import { labelMap } from "./label-map.ts";
import {
  type Edge,
  fitTemperature,
  frechetVariances,
  type LabelSpace,
  labelSpaceFromEmbeddings,
  labelSpaceFromGraph,
  labelSpaceFromMatrix,
  labelSpaceFromOrder,
  labelSpaceFromParents,
  meanSquaredDistance,
  relabel,
} from "./loki.ts";

const labelsOf = async (space: LabelSpace, observed: number[], row: number[]) =>
  (await relabel(space, observed, [row])).labels[0];
describe("relabel", () => {
  it("gives the label of least expected squared distance on a path", async () => {
    expect([...frechetVariances(path, [0, 6], [[0.9, 0.1]]).data]).toEqual(
      [3.6, 3.4, 5.2, 9, 14.8, 22.6, 32.4].map((v) => expect.closeTo(v, 10)),
    );
    expect(await labelsOf(path, [0, 6], [0.9, 0.1])).toBe(1);
    expect(await labelsOf(path, [0, 6], [0.6, 0.4])).toBe(2);
    expect(await labelsOf(path, [0, 6], [0.5, 0.5])).toBe(3);
  });

  it("takes the first of labels that tie, and says how many there are", async () => {
    const { labels, ties, variance, ranking } = await relabel(path, [0, 6], [[0.25, 0.75]], { top: 3 });
    expect([labels[0], ties[0]]).toEqual([4, 2]);
    expect(variance[0]).toBeCloseTo(7, 12);
    expect([...ranking![0]]).toEqual([4, 5, 3]);
  });

  it("is the rounded mean position between the ends of a path", async () => {
    const long = labelSpaceFromOrder(41);
    const random = new Random(1);
    for (let i = 0; i < 50; i++) {
      const w = random.uniform();
      expect(await labelsOf(long, [0, 40], [1 - w, w])).toBe(Math.round(40 * w));
    }
  });

  it("finds the node between three leaves of a tree", async () => {
    expect(await labelsOf(tree, [0, 4, 6], [0.34, 0.33, 0.33])).toBe(3);
    expect(await labelsOf(tree, [0, 4, 6], [0.2, 0.2, 0.6])).toBe(5);
  });

  it("can predict a leaf that was never seen, hanging off the way between two that were", async () => {
    const found = new Set<number>();
    for (let s = 0; s <= 100; s++) found.add(await labelsOf(leaves, [0, 3], [1 - s / 100, s / 100]));
    expect([...found].sort()).toEqual([0, 2, 3]);
  });

  it("reads the columns as the labels they are said to be", async () => {
    const { labels, before } = await relabel(
      path,
      [6, 0],
      [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
    );
    expect([...before]).toEqual([6, 0]);
    expect([...labels]).toEqual([5, 1]);
  });

  it("is argmax where all labels are equally far apart", async () => {
    const matrix = Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_, j) => Number(i !== j)));
    const complete = labelSpaceFromMatrix(matrix);
    const all = [0, 1, 2, 3, 4, 5, 6, 7];
    const random = new Random(2);
    const rows = Array.from({ length: 100 }, () => [...random.dirichlet(Array(8).fill(0.5))]);
    const { labels, before } = await relabel(complete, all, rows);
    expect([...labels]).toEqual([...before]);
    const some = await relabel(
      complete,
      [2, 5],
      rows.map((row) => [row[0], row[1]]),
      { input: "scores" },
    );
    expect([...some.labels]).toEqual(rows.map((row) => (row[0] >= row[1] ? 2 : 5)));
  });

  it("returns the label of a sure row, whatever the metric", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1000 }), async (seed) => {
        const random = new Random(seed);
        const points = Array.from({ length: 6 }, () => [random.normal(), random.normal()]);
        const space = labelSpaceFromEmbeddings(points);
        const all = [...random.permutation(6)];
        for (let j = 0; j < 6; j++) {
          expect(
            await labelsOf(
              space,
              all,
              all.map((_, k) => Number(k === j)),
            ),
          ).toBe(all[j]);
        }
      }),
      { numRuns: 20 },
    ));

  it("does not change when distances or rows are scaled, and follows a renumbering of the labels", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1000 }), async (seed) => {
        const random = new Random(seed);
        const points = Array.from({ length: 9 }, () => [random.normal(), random.normal()]);
        const observed = [...random.subsample(9, 4)];
        const rows = Array.from({ length: 10 }, () => [...random.dirichlet([1, 1, 1, 1])]);
        const { labels } = await relabel(labelSpaceFromEmbeddings(points), observed, rows);
        const larger = labelSpaceFromEmbeddings(points.map((p) => p.map((x) => 1024 * x)));
        expect([...(await relabel(larger, observed, rows)).labels]).toEqual([...labels]);
        const scores = rows.map((row) => row.map((w) => 8 * w));
        const again = await relabel(labelSpaceFromEmbeddings(points), observed, scores, { input: "scores" });
        expect([...again.labels]).toEqual([...labels]);
        const order = [...random.permutation(9)];
        const renumbered = labelSpaceFromEmbeddings(order.map((old) => points[old]));
        const moved = await relabel(
          renumbered,
          observed.map((old) => order.indexOf(old)),
          rows,
        );
        expect([...moved.labels].map((label) => order[label])).toEqual([...labels]);
      }),
      { numRuns: 30 },
    ));

  it("expects no more squared distance than the largest probability does", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1000 }), async (seed) => {
        const random = new Random(seed);
        const space = randomTree(12, random);
        const observed = [...random.subsample(12, 5)];
        const rows = Array.from({ length: 20 }, () => [...random.dirichlet([1, 1, 1, 1, 1])]);
        const { variance, varianceBefore } = await relabel(space, observed, rows);
        variance.forEach((value, i) => {
          expect(value).toBeLessThanOrEqual(varianceBefore[i] + 1e-9);
        });
      }),
      { numRuns: 30 },
    ));

  it("sharpens probabilities and takes logits through a softmax", async () => {
    const sharp = await relabel(path, [0, 6], [[0.6, 0.4]], { temperature: 0.25 });
    // 0.6⁴ : 0.4⁴ is 0.835 : 0.165, and 6 · 0.165 rounds to 1
    expect(sharp.labels[0]).toBe(1);
    const logits = await relabel(path, [0, 6], [[Math.log(6), Math.log(4)]], { input: "logits" });
    expect(logits.labels[0]).toBe(2);
    const extreme = await relabel(path, [0, 6], [[-3000, -3001]], { input: "logits", temperature: 1e-3 });
    expect([extreme.labels[0], extreme.variance[0]]).toEqual([0, 0]);
  });

  it("refuses rows that are no probabilities, and says what is wrong with them", async () => {
    const refused = (row: number[], options = {}) => relabel(path, [0, 6], [[0.5, 0.5], row], options);
    await expect(refused([0.5, 0.6])).rejects.toThrow(
      /row 1 sum to 1.1, off by 0.1; expected 1 within 0.001/,
    );
    await expect(refused([0.7, 0.2])).rejects.toThrow(/off by -0.1/);
    await expect(refused([1.2, -0.2])).rejects.toMatchObject({ code: "negative-probability", got: -0.2 });
    await expect(refused([Number.NaN, 1])).rejects.toMatchObject({ code: "not-finite" });
    await expect(refused([0, 0], { input: "scores" })).rejects.toMatchObject({ code: "no-mass" });
    await expect(refused([1, -1], { input: "scores" })).rejects.toMatchObject({
      code: "negative-probability",
    });
    await expect(refused([1, 0], { temperature: 0 })).rejects.toMatchObject({ code: "bad-temperature" });
    await expect(refused([1, 0], { input: "odds" })).rejects.toMatchObject({ code: "unknown-input" });
    await expect(refused([1, 0], { top: 8 })).rejects.toMatchObject({ code: "bad-count" });
    await expect(relabel(path, [0, 6], [[1, 0, 0]])).rejects.toThrow(/expected rows × 2, got "1 × 3"/);
    await expect(relabel(path, [0, 0], [[1, 0]])).rejects.toMatchObject({ code: "duplicate-labels" });
    await expect(relabel(path, [0, 7], [[1, 0]])).rejects.toThrow(/an integer from 0 to 6, got 7/);
    await expect(relabel(path, [], [[1]])).rejects.toMatchObject({ code: "empty" });
  });

  it("stops when asked", async () => {
    const signal = AbortSignal.abort();
    await expect(relabel(path, [0, 6], [[0.5, 0.5]], { signal })).rejects.toMatchObject({ code: "stopped" });
  });
});

describe("label spaces", () => {
  it("know distances on graphs with and without lengths, and in trees by parents", () => {
    expect([...grid.distancesFrom(0)]).toEqual([0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5]);
    const weighted = labelSpaceFromGraph(4, [
      [0, 1, 5],
      [0, 2, 1],
      [2, 3, 1],
      [3, 1, 1.5],
    ]);
    expect([...weighted.distancesFrom(0)]).toEqual([0, 3.5, 1, 2]);
    const byParent = labelSpaceFromParents([-1, 0, 0, 1], { lengths: [9, 1, 2, 4] });
    expect([...byParent.distancesFrom(3)]).toEqual([5, 4, 7, 0]);
    expect([byParent.kind, weighted.kind, path.kind]).toEqual(["tree", "graph", "order"]);
    expect([...leaves.distancesFrom(0)]).toEqual([0, 2, 5, 6]);
  });

  it("agree with Floyd's algorithm on random graphs", () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const random = new Random(seed);
        const n = 12;
        const edges = Array.from(
          { length: n - 1 },
          (_, i): Edge => [i + 1, random.integer(i + 1), random.exponential()],
        );
        for (let e = 0; e < 8; e++) {
          const [a, b] = random.subsample(n, 2);
          edges.push([a, b, random.exponential()]);
        }
        const d = Array.from({ length: n }, (_, i) =>
          Array.from({ length: n }, (_, j) => (i === j ? 0 : Infinity)),
        );
        for (const [a, b, length] of edges) d[a][b] = d[b][a] = Math.min(d[a][b], length!);
        for (let k = 0; k < n; k++)
          for (let i = 0; i < n; i++)
            for (let j = 0; j < n; j++) d[i][j] = Math.min(d[i][j], d[i][k] + d[k][j]);
        const space = labelSpaceFromGraph(n, edges);
        for (let i = 0; i < n; i++) {
          expect([...space.distancesFrom(i)]).toEqual(d[i].map((v) => expect.closeTo(v, 12)));
        }
      }),
      { numRuns: 20 },
    ));

  it("take the chord between directions as cosine distance", () => {
    const space = labelSpaceFromEmbeddings(
      [
        [1, 0],
        [0, 2],
        [-3, 0],
      ],
      { metric: "cosine" },
    );
    expect([...space.distancesFrom(0)]).toEqual([0, Math.SQRT2, 2].map((v) => expect.closeTo(v, 12)));
  });

  it("may be a matrix with the rows of the observed labels only", async () => {
    const space = labelSpaceFromMatrix(
      [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
      ],
      { rows: [0, 3] },
    );
    expect(await labelsOf(space, [3, 0], [0.65, 0.35])).toBe(2);
    expect(() => space.distancesFrom(1)).toThrow(/no row for "1"/);
  });

  it("warn where the way round is shorter", () => {
    const [warning] = labelSpaceFromMatrix([
      [0, 1, 4],
      [1, 0, 2],
      [4, 2, 0],
    ]).warnings;
    expect(warning.message).toMatch(/from "2" to "0" is shorter over "1" \(2 \+ 1 instead of 4\)/);
    expect(
      labelSpaceFromMatrix([
        [0, 1, 3],
        [1, 0, 2],
        [3, 2, 0],
      ]).warnings,
    ).toEqual([]);
  });

  it("refuse what is no metric, and name the labels", () => {
    const names = ["cat", "dog"];
    const of = (m: number[][]) => () => labelSpaceFromMatrix(m, { names });
    expect(
      of([
        [0, 1],
        [2, 0],
      ]),
    ).toThrow(/"cat" and "dog" differ by direction.*got "1 and 2"/);
    expect(
      of([
        [0, -1],
        [-1, 0],
      ]),
    ).toThrow(/negative distance between "cat" and "dog"/);
    expect(
      of([
        [0.1, 1],
        [1, 0],
      ]),
    ).toThrow(/"cat" is not at distance 0/);
    expect(
      of([
        [0, Number.NaN],
        [1, 0],
      ]),
    ).toThrow(/not a finite number/);
    expect(
      of([
        [0, 1, 2],
        [1, 0, 2],
      ]),
    ).toThrow(/as many rows as columns, got "2 × 3"/);
    expect(() => labelSpaceFromMatrix([[0]], { names: ["a", "b"] })).toThrow(/expected 1, got 2/);
    expect(() => labelSpaceFromOrder(2, { names: ["a", "a"] })).toThrow(/same name.*got "a"/);
    expect(() => labelSpaceFromOrder(0)).toThrow(/no labels/);
    expect(() =>
      labelSpaceFromGraph(4, [
        [0, 1],
        [2, 3],
      ]),
    ).toThrow(/no path from "0" to "2"/);
    expect(() => labelSpaceFromGraph(2, [[0, 1, 0]])).toThrow(/no positive length.*got 0/);
    expect(() => labelSpaceFromGraph(2, [[0, 2]])).toThrow(/nodes from 0 to 1, got 2/);
    expect(() => labelSpaceFromGraph(2, [[1, 1]])).toThrow(/from "1" to itself/);
    expect(() => labelSpaceFromParents([-1, -1, 0])).toThrow(
      /2 nodes have no parent; expected exactly one root/,
    );
    expect(() => labelSpaceFromParents([-1, 2, 1])).toThrow(/no path/);
    expect(() =>
      labelSpaceFromEmbeddings(
        [
          [0, 0],
          [1, 0],
        ],
        { metric: "cosine" },
      ),
    ).toThrow(/"0" has no direction/);
  });
});

describe("temperatures and evaluation", () => {
  it("finds that probabilities are too smooth, by squared distance and by log-loss", async () => {
    const random = new Random(4);
    const truth = Array.from({ length: 400 }, () => (random.uniform() < 0.5 ? 0 : 6));
    // Right nine times of ten, but sure of it with 0.6 only: 0.9 : 0.1 is 0.6 : 0.4 to the power of 5.4.
    const rows = truth.map((y) => (random.uniform() < 0.9 === (y === 0) ? [0.6, 0.4] : [0.4, 0.6]));
    const { temperature, tried } = await fitTemperature(path, [0, 6], rows, truth, { criterion: "log-loss" });
    expect(tried).toHaveLength(25);
    expect(temperature).toBeGreaterThan(1 / 8);
    expect(temperature).toBeLessThan(1 / 4 + 1e-9);
    const bySquares = await fitTemperature(path, [0, 6], rows, truth);
    expect(bySquares.temperature).toBeLessThan(0.5);
    await expect(fitTemperature(path, [0, 6], [[0.5, 0.5]], [3], { criterion: "log-loss" })).rejects.toThrow(
      /label that the classifier does not know/,
    );
    await expect(fitTemperature(path, [0, 6], [[0.5, 0.5]], [3, 4])).rejects.toMatchObject({
      code: "unequal-lengths",
    });
  });

  it("squares distances once", () => {
    expect(meanSquaredDistance(path, [0, 2, 6], [0, 3, 2])).toBeCloseTo((0 + 1 + 16) / 3, 12);
    expect(() => meanSquaredDistance(path, [0], [7])).toThrow(/from 0 to 6, got 7/);
    expect(() => meanSquaredDistance(path, [], [])).toThrow(/as many predictions/);
  });
});

describe("the map of labels", () => {
  it("keeps coordinates of two numbers, and otherwise places labels at their distances where a plane allows it", () => {
    const random = new Random(8);
    const points = Array.from({ length: 12 }, () => [random.normal(), random.normal()]);
    const given = labelMap(labelSpaceFromEmbeddings(points))!;
    expect([given.x, given.y]).toEqual([points.map(([x]) => x), points.map(([, y]) => y)]);
    const space = labelSpaceFromEmbeddings(points.map(([x, y]) => [x, y, 0]));
    const { x, y, how } = labelMap(space)!;
    expect(how).toMatch(/100 %/);
    for (let i = 0; i < 12; i++) {
      const d = space.distancesFrom(i);
      for (let j = 0; j < 12; j++) expect(Math.hypot(x[i] - x[j], y[i] - y[j])).toBeCloseTo(d[j], 9);
    }
    const line = labelMap(path)!;
    expect(line.x).toEqual([-3, -2, -1, 0, 1, 2, 3].map((v) => expect.closeTo(v, 9)));
    expect(labelMap(labelSpaceFromOrder(301))).toBeUndefined();
  });
});
