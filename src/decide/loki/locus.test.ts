import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cycle, grid, leaves, path, tree } from "../../../test/fixtures/decide/label-spaces.ts";
import { Random } from "../../core/random.ts";
import { randomTree } from "./experiment-trees.ts";
import {
  concentratedClasses,
  type LabelSpace,
  labelSpaceFromEmbeddings,
  labelSpaceFromGraph,
  labelSpaceFromMatrix,
  labelSpaceFromOrder,
  locus,
  locusCover,
  nextClasses,
  relabel,
} from "./loki.ts";

describe("locus", () => {
  const of = async (space: LabelSpace, observed: number[], method?: "lp" | "pairs" | "tree") => {
    const { reachable, identifiable } = await locus(space, observed, { method });
    return [[...reachable], [...identifiable]];
  };
  const all = (n: number) => Array.from({ length: n }, (_, i) => i);

  it.each(["lp", "pairs", "tree"] as const)("knows the hand-made trees by %s", async (method) => {
    expect(await of(path, [0, 6], method)).toEqual([all(7), all(7)]);
    expect(await of(path, [1, 4], method)).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(await of(tree, [0, 4], method)).toEqual([
      [0, 1, 3, 4],
      [0, 1, 3, 4],
    ]);
    expect(await of(tree, [0, 4, 6], method)).toEqual([
      [0, 1, 3, 4, 5, 6],
      [0, 1, 3, 4, 5, 6],
    ]);
    const star = labelSpaceFromGraph(5, [
      [0, 1],
      [0, 2],
      [0, 3],
      [0, 4],
    ]);
    expect((await of(star, [1, 2], method))[0]).toEqual([0, 1, 2]);
    expect(await of(path, [3], method)).toEqual([[3], [3]]);
  });

  it.each(["lp", "pairs"] as const)(
    "tells what is reached from what is singled out on cycles and grids by %s",
    async (method) => {
      expect(await of(cycle(6), [0, 1], method)).toEqual([
        [0, 1],
        [0, 1],
      ]);
      expect(await of(cycle(6), [0, 3], method)).toEqual([all(6), [0, 3]]);
      expect(await of(cycle(6), [0, 2, 4], method)).toEqual([all(6), all(6)]);
      expect((await of(cycle(7), [0, 3], method))[0]).toEqual([0, 1, 2, 3]);
      expect(await of(grid, [0, 11], method)).toEqual([all(12), [0, 11]]);
      expect(await of(leaves, [0, 3], method)).toEqual([
        [0, 2, 3],
        [0, 2, 3],
      ]);
    },
  );

  it("needs weights on more than two labels to single out the inside of a grid", async () => {
    expect(await of(grid, [0, 3, 8, 11], "lp")).toEqual([all(12), all(12)]);
    expect((await of(grid, [0, 3, 8, 11], "pairs"))[1].length).toBeLessThan(12);
  });

  it("is the observed labels alone where all are equally far apart", async () => {
    const m = Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => Number(i !== j)));
    expect(await of(labelSpaceFromMatrix(m), [1, 4, 5])).toEqual([
      [1, 4, 5],
      [1, 4, 5],
    ]);
  });

  it("does not single out a label that has a twin", async () => {
    const twins = labelSpaceFromEmbeddings([[0], [1], [1], [2]]);
    for (const method of ["lp", "pairs"] as const)
      expect(await of(twins, [0, 3], method)).toEqual([all(4), [0, 3]]);
  });

  it("is the hull of the observed nodes in trees, by every method", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 10_000 }), async (seed) => {
        const random = new Random(seed);
        const space = randomTree(4 + random.integer(14), random);
        const observed = [...random.subsample(space.size, 1 + random.integer(4))];
        const hull = await of(space, observed, "tree");
        expect(await of(space, observed, "lp")).toEqual(hull);
        expect(await of(space, observed, "pairs")).toEqual(hull);
      }),
      { numRuns: 60 },
    ));

  it("holds every prediction of a fine grid of weights, and pairs find no more than linear programs", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 10_000 }), async (seed) => {
        const random = new Random(seed);
        const points = Array.from({ length: 14 }, () => [random.normal(), random.normal()]);
        const space = labelSpaceFromEmbeddings(points);
        const observed = [...random.subsample(14, 3)];
        const rows: number[][] = [];
        for (let a = 0; a <= 40; a++)
          for (let b = 0; a + b <= 40; b++) rows.push([a / 40, b / 40, 1 - (a + b) / 40]);
        const { labels } = await relabel(space, observed, rows);
        const [exact] = await of(space, observed, "lp");
        const [pairs] = await of(space, observed, "pairs");
        expect(exact).toEqual(expect.arrayContaining([...new Set(labels)]));
        expect(exact).toEqual(expect.arrayContaining(pairs));
      }),
      { numRuns: 25 },
    ));

  it("refuses the hull where there is no tree with equal edges, and unknown methods", async () => {
    await expect(locus(grid, [0, 11], { method: "tree" })).rejects.toMatchObject({ code: "not-a-tree" });
    await expect(locus(grid, [0], { method: "hull" as never })).rejects.toMatchObject({
      code: "unknown-method",
    });
    await expect(locus(tree, [0, 0])).rejects.toMatchObject({ code: "duplicate-labels" });
  });
});

describe("the next class", () => {
  it("is the node farthest from the hull of a tree, and the gain is the distance", async () => {
    expect(await nextClasses(tree, [0, 4], 5)).toEqual([
      { label: 6, gain: 2, reachable: 6 },
      { label: 2, gain: 1, reachable: 7 },
    ]);
  });

  it("completes the locus of a grid from one corner with the opposite one", async () => {
    const [first, ...more] = await nextClasses(grid, [0], 3);
    expect(first).toEqual({ label: 11, gain: 11, reachable: 12 });
    expect(more).toEqual([]);
  });

  it("gains what the locus by pairs then gains, on any label space", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 10_000 }), async (seed) => {
        const random = new Random(seed);
        const points = Array.from({ length: 15 }, () => [random.normal(), random.normal()]);
        const space = labelSpaceFromEmbeddings(points);
        const observed = [...random.subsample(15, 2)];
        const [pick] = await nextClasses(space, observed, 1);
        const sizeWith = async (v: number) =>
          (await locus(space, [...observed, v], { method: "pairs" })).reachable.length;
        const others = Array.from({ length: 15 }, (_, v) => v).filter((v) => !observed.includes(v));
        const sizes = await Promise.all(others.map(sizeWith));
        expect(pick.reachable).toBe(Math.max(...sizes));
        expect(await sizeWith(pick.label)).toBe(pick.reachable);
      }),
      { numRuns: 25 },
    ));

  it("covers a tree with its leaves, and other spaces greedily", async () => {
    expect(await locusCover(tree)).toEqual({ labels: Int32Array.of(0, 2, 4, 6), smallest: true });
    const cover = await locusCover(cycle(9));
    expect(cover.smallest).toBe(false);
    expect((await locus(cycle(9), cover.labels)).reachable).toHaveLength(9);
  });

  it("begins with classes around the centre when these are to be concentrated", () => {
    const line = labelSpaceFromOrder(101);
    const spread = (theta: number) => {
      let sum = 0;
      for (let seed = 0; seed < 50; seed++) {
        for (const v of concentratedClasses(line, 5, { concentration: theta, seed })) sum += Math.abs(v - 50);
      }
      return sum / 250;
    };
    // Evenly spread over 0 … 100 the mean distance from 50 is 25.2, its standard error 0.9.
    expect(Math.abs(spread(0) - 25.2)).toBeLessThan(3.7);
    expect(spread(0.1)).toBeLessThan(15);
    expect(spread(2)).toBeLessThan(2);
    expect([...concentratedClasses(line, 101)]).toHaveLength(101);
    expect(() => concentratedClasses(line, 102)).toThrow(/from 1 to 101, got 102/);
  });
});
