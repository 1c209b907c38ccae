import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "./errors.ts";
import { asMatrix, column, matrix } from "./matrix.ts";
import { normalQuantile } from "./special.ts";
import {
  copulaTransform,
  correlation,
  distinctCount,
  duplicateRowShare,
  mean,
  normalScores,
  quantile,
  ranks,
  standardDeviation,
  standardize,
  variance,
} from "./statistics.ts";

const fewValues = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 });

describe("moments and quantiles", () => {
  it("are those of the textbook", () => {
    expect(mean([1, 2, 3, 6])).toBe(3);
    expect(variance([1, 2, 3, 6])).toBe(3.5);
    expect(standardDeviation([1, 1, 3, 3])).toBe(1);
    expect(mean([])).toBeNaN();
  });

  it("interpolate between order statistics", () => {
    expect(quantile([4, 1, 3, 2], 0)).toBe(1);
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([4, 1, 3, 2], 1)).toBe(4);
    expect(quantile([7], 0.3)).toBe(7);
  });

  it("refuse an empty list and a p that is no probability", () => {
    expect(() => quantile([], 0.5)).toThrow(InputError);
    expect(() => quantile([1], 1.5)).toThrow(
      "quantile: p is not a probability; expected a number from 0 to 1, got 1.5",
    );
  });
});

describe("ranks", () => {
  it("are averaged over ties", () => {
    expect([...ranks([0.3, 0.1, 0.3, 9, 0.3])]).toEqual([3, 1, 3, 5, 3]);
    expect([...ranks([0, -0])]).toEqual([1.5, 1.5]);
    expect([...ranks([])]).toEqual([]);
  });

  it("equal one plus the number below plus half the number of other ties", () => {
    fc.assert(
      fc.property(fewValues, (values) => {
        const expected = values.map(
          (v) => 0.5 + values.filter((w) => w < v).length + values.filter((w) => w === v).length / 2,
        );
        expect([...ranks(values)]).toEqual(expected);
      }),
    );
  });
});

describe("normalScores", () => {
  it("are normal quantiles of the centred ranks", () => {
    expect([...normalScores([10, 1000, 20])]).toEqual([normalQuantile(1 / 6), normalQuantile(5 / 6), 0]);
  });

  it("do not change under increasing maps", () => {
    fc.assert(
      fc.property(fewValues, (values) => {
        expect(normalScores(values.map((v) => Math.exp(v / 3)))).toEqual(normalScores(values));
      }),
    );
  });
});

describe("standardize and copulaTransform", () => {
  const m = asMatrix([
    [1, 100],
    [2, 300],
    [3, 200],
    [10, 900],
  ]);

  it("give mean 0 and standard deviation 1 in each column", () => {
    for (const j of [0, 1]) {
      const values = column(standardize(m), j);
      expect(mean(values)).toBeCloseTo(0, 14);
      expect(standardDeviation(values)).toBeCloseTo(1, 14);
    }
  });

  it("work column by column and leave the input alone", () => {
    const before = m.data.slice();
    expect(column(copulaTransform(m), 1)).toEqual(normalScores([100, 300, 200, 900]));
    expect(m.data).toEqual(before);
  });

  it("refuse a constant column by name", () => {
    const constant = asMatrix([
      [1, 0.1],
      [2, 0.1],
      [3, 0.1],
    ]);
    for (const transform of [standardize, copulaTransform]) {
      expect(() => transform(constant, "mutualInformation: x")).toThrow(
        "mutualInformation: x: column 1 does not vary; expected at least two different values, got 0.1",
      );
    }
    try {
      standardize(constant);
    } catch (error) {
      expect((error as InputError).code).toBe("constant-column");
    }
  });
});

describe("correlation", () => {
  it("is 1 for a line, -1 for a falling line, and known in between", () => {
    expect(correlation([1, 2, 3], [10, 20, 30])).toBeCloseTo(1, 15);
    expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 15);
    expect(correlation([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.8, 15);
  });

  it("is NaN without variation and refuses unequal lengths", () => {
    expect(correlation([1, 1], [1, 2])).toBeNaN();
    expect(() => correlation([1, 2], [1])).toThrow(InputError);
  });
});

describe("distinctCount and duplicateRowShare", () => {
  it("count values and twins", () => {
    expect(distinctCount([3, 1, 3, 0, -0])).toBe(3);
    expect(
      duplicateRowShare(
        asMatrix([
          [1, 2],
          [3, 4],
          [1, 2],
          [2, 1],
        ]),
      ),
    ).toBe(0.5);
    expect(duplicateRowShare(matrix(0, 2))).toBe(0);
  });

  it("find exactly the rows that another row equals", () => {
    const rows = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }), fc.boolean()),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(rows, (list) => {
        const numbers = list.map(([a, b, c]) => [a, b * 0.1, c ? 1 : -1]);
        const keys = numbers.map(String);
        const twins = keys.filter((key) => keys.indexOf(key) !== keys.lastIndexOf(key)).length;
        expect(duplicateRowShare(asMatrix(numbers))).toBeCloseTo(twins / keys.length, 14);
      }),
    );
  });
});
