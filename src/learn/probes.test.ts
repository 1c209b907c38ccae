import { describe, expect, it } from "vitest";
import { matrix } from "../core/matrix.ts";
import { Random } from "../core/random.ts";
import { knnAccuracy, linearProbe, randomFeatures } from "./probes.ts";

const stream = new Random(2);
/** Two classes on a line, of 20 rows each. */
const line = {
  features: Array.from({ length: 40 }, (_, i) => [(i % 2) * 4 + stream.normal() * 0.3, stream.normal()]),
  labels: Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? "left" : "right")),
};

describe("knnAccuracy", () => {
  it("follows the majority of the nearest, and the nearest of equal votes", () => {
    const train = { features: [[0], [1], [2], [3]], labels: ["a", "b", "b", "a"] };
    const test = { features: [[0.1], [0.1], [2.9]], labels: ["a", "b", "b"] };
    expect(Array.from(knnAccuracy(train, test, { k: 1 }).correct)).toEqual([1, 0, 0]);
    expect(Array.from(knnAccuracy(train, test, { k: 2 }).correct)).toEqual([1, 0, 0]);
    expect(Array.from(knnAccuracy(train, test, { k: 3 }).correct)).toEqual([0, 1, 1]);
  });

  it("counts a class that training never saw as not found", () => {
    const { accuracy, n, standardError } = knnAccuracy(line, {
      features: [
        [0, 0],
        [0, 0],
      ],
      labels: ["left", "up"],
    });
    expect([accuracy, n]).toEqual([0.5, 2]);
    expect(standardError).toBeCloseTo(Math.sqrt(0.125), 12);
  });
});

describe("linearProbe", () => {
  it("tells classes on a line apart", () => {
    expect(linearProbe(line, line).accuracy).toBe(1);
  });

  it("is ridge regression of one-hot classes on standardised features", () => {
    // One feature −1, 1, −1, 1, … of 4 rows: its scatter is 4. With two classes the slopes are ±2 / (4 + λ) and the
    // scores cross at the middle, whatever λ.
    const train = { features: [[0], [2], [0], [2]], labels: [0, 1, 0, 1] };
    const test = { features: [[0.9], [1.1]], labels: [0, 1] };
    for (const lambda of [0.01, 10, 1e6]) expect(linearProbe(train, test, { lambda }).accuracy).toBe(1);
    // Three of a class against one: at a large λ the intercepts, the shares of the classes, decide.
    const uneven = { features: [[0], [0], [0], [2]], labels: [0, 0, 0, 1] };
    const high = { features: [[2]], labels: [1] };
    expect(linearProbe(uneven, high, { lambda: 0.01 }).accuracy).toBe(1);
    expect(linearProbe(uneven, high, { lambda: 100 }).accuracy).toBe(0);
  });

  it("does not see scale, shift or columns that do not vary", () => {
    const other = { ...line, features: line.features.map(([a, b]) => [1000 * a - 7, 0.001 * b, 5]) };
    expect(linearProbe(other, other).correct).toEqual(linearProbe(line, line).correct);
  });
});

describe("randomFeatures", () => {
  it("lets a linear reader tell what is not linear, by the seed", () => {
    const random = new Random(1);
    const features = matrix(
      400,
      2,
      Float64Array.from({ length: 800 }, () => random.normal()),
    );
    const labels = Array.from({ length: 400 }, (_, i) =>
      Number(features.data[2 * i] * features.data[2 * i + 1] > 0),
    );
    const [map, same, other] = [0, 0, 1].map((seed) => randomFeatures(features, 64, seed));
    expect(map(features)).toEqual(same(features));
    expect(map(features)).not.toEqual(other(features));
    expect(linearProbe({ features, labels }, { features, labels }).accuracy).toBeLessThan(0.65);
    const wide = map(features);
    expect([wide.rows, wide.cols]).toEqual([400, 64]);
    expect(linearProbe({ features: wide, labels }, { features: wide, labels }).accuracy).toBeGreaterThan(
      0.85,
    );
  });
});

describe("refusals", () => {
  it("name what does not fit", () => {
    const [a, b] = [
      [[1], [2]],
      ["a", "b"],
    ] as const;
    expect(() => knnAccuracy({ features: a, labels: ["a"] }, { features: a, labels: b })).toThrow(
      /^knnAccuracy: not a label for each row; expected 2 labels, got 1$/,
    );
    expect(() => linearProbe({ features: a, labels: b }, { features: [[1, 2]], labels: ["a"] })).toThrow(
      /^linearProbe: rows do not fit those for training; expected at least one row of 1 columns, got \[1,2\]$/,
    );
    expect(() => linearProbe(line, line, { lambda: 0 })).toThrow(/^linearProbe: lambda will not do/);
    expect(() => knnAccuracy(line, line, { k: 41 })).toThrow(/too few for that many neighbours/);
    expect(() => randomFeatures(a, 0)).toThrow(/^randomFeatures: width is not a count/);
  });
});
