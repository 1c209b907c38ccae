import { describe, expect, it } from "vitest";
import { asMatrix, matrix } from "../../core/matrix.ts";
import { contrastiveMIM } from "./contrastive-mim.ts";
import { evaluateEmbeddings, informativeEmbedding } from "./embeddings.ts";
import { eightClusters, mulberry32, normalsFrom, shiftedPrototypes } from "./generators.ts";

describe("informativeEmbedding", () => {
  const codes = [
    [1, 2],
    [3, 4],
  ];

  it("is the hidden layer of a layered decoder", async () => {
    const decoder = {
      hiddenStates: ({ data }: { data: Float64Array }) =>
        matrix(
          2,
          1,
          data.filter((_, i) => i % 2 === 0),
        ),
    };
    expect((await informativeEmbedding(decoder, codes)).data).toEqual(Float64Array.of(1, 3));
  });

  it("is the mean of the states over the tokens of each row", async () => {
    const decoder = {
      hiddenStates: async (_: unknown, targets?: number[][]) =>
        targets!.map((row) =>
          matrix(row.length, 2, Float64Array.from(row.flatMap((token) => [token, 10 * token]))),
        ),
    };
    const h = await informativeEmbedding(decoder, codes, [[1, 2, 3], [7]]);
    expect(h).toEqual(
      asMatrix([
        [2, 20],
        [7, 70],
      ]),
    );
  });

  it("refuses states that do not belong to the codes", async () => {
    const message = /^informativeEmbedding: not a hidden state for each code; expected 2 rows/;
    await expect(informativeEmbedding({ hiddenStates: () => matrix(1, 3) }, codes)).rejects.toThrow(message);
    await expect(informativeEmbedding({ hiddenStates: () => [matrix(1, 3)] }, codes)).rejects.toThrow(
      message,
    );
    const empty = { hiddenStates: () => [matrix(1, 3), matrix(0, 3)] };
    await expect(informativeEmbedding(empty, codes)).rejects.toThrow(
      /hiddenStates 1 has no row or another width/,
    );
  });
});

describe("evaluateEmbeddings", () => {
  it("gives codes, embeddings and the control of the same width", async () => {
    const { x, labels } = eightClusters(0, 200);
    const model = await contrastiveMIM({
      latentDim: 2,
      hidden: [12],
      epochs: 30,
      batchSize: 50,
      learningRate: 0.01,
    }).fit(x);
    const scores = await evaluateEmbeddings(model, { x, labels }, { x, labels });
    expect(scores.map(({ features, dimensions }) => [features, dimensions])).toEqual([
      ["mean code", 2],
      ["informative embedding", 12],
      ["random features of the mean code", 12],
    ]);
    for (const { knn, probe } of scores) {
      expect(knn.n).toBe(200);
      // Eight classes: 0.125 by chance.
      expect(probe.accuracy).toBeGreaterThan(0.25);
    }
  });
});

describe("generators", () => {
  it("draw the reference numbers", () => {
    const uniform = mulberry32(42);
    expect([uniform(), uniform(), uniform()]).toEqual([
      0.6011037519201636, 0.44829055899754167, 0.8524657934904099,
    ]);
    const normal = normalsFrom(mulberry32(7));
    for (const expected of [0.14197043782155663, -0.8642530248729361, -1.006366324094015]) {
      // Logarithm and cosine may differ in the last bit.
      expect(normal()).toBeCloseTo(expected, 14);
    }
  });

  it("draw shifted prototypes: bits of ten classes, of which one in twenty is flipped", () => {
    const { x, labels } = shiftedPrototypes(0, 2000);
    expect(x.data.every((bit) => bit === 0 || bit === 1)).toBe(true);
    const counts = new Array(10).fill(0);
    for (const label of labels) counts[label]++;
    // 200 of each, 4 standard errors of a count: 4 √(2000 · 0.1 · 0.9) = 54.
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(54);
    expect(shiftedPrototypes(0, 10).x.data).toEqual(x.data.subarray(0, 640));
  });

  it("draw eight clusters half a unit apart", () => {
    const { x, labels } = eightClusters(1, 4000);
    for (const c of [0, 3, 7]) {
      const places = Array.from(labels.keys())
        .filter((i) => labels[i] === c)
        .map((i) => x.data[2 * i]);
      const mean = places.reduce((a, b) => a + b) / places.length;
      // 4 standard errors: 4 · 0.08 / √500.
      expect(Math.abs(mean - (c - 3.5) / 2)).toBeLessThan(0.0143 * Math.sqrt(500 / places.length));
    }
  });
});
