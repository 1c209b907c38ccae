import { describe, expect, it } from "vitest";
import { asMatrix } from "../core/matrix.ts";
import { Random } from "../core/random.ts";
import { mapRows, principalPlane } from "./embedding-map.ts";

describe("the map of an embedding", () => {
  it("lies along the directions of largest variance, with their shares", () => {
    const random = new Random(1);
    const rows = Array.from({ length: 500 }, () => {
      const [a, b, c] = [5 * random.normal(), 2 * random.normal(), 0.1 * random.normal()];
      return [c, a, b];
    });
    const { x, y, explained } = principalPlane(asMatrix(rows));
    const total = 25 + 4 + 0.01;
    // A sample variance of 500 normals has a relative standard error of √(2/499) = 0.063; shares move less.
    expect(Math.abs(explained[0] - 25 / total)).toBeLessThan(4 * 0.063 * (4 / total));
    expect(Math.abs(explained[1] - 4 / total)).toBeLessThan(4 * 0.063 * (4 / total) * 2);
    const middle = [1, 2].map((j) => rows.reduce((sum, row) => sum + row[j], 0) / 500);
    // The components are the axes up to a small turn: sin of it is below 4 √(25 · 4 / 500) / (25 − 4) = 0.09.
    expect(Math.abs(x[0] - (rows[0][1] - middle[0]))).toBeLessThan(0.09 * 8);
    expect(Math.abs(y[0] - (rows[0][2] - middle[1]))).toBeLessThan(0.09 * 20);
  });

  it("is flat where there is one column, and a point where there is one row", () => {
    const { y, explained } = principalPlane(asMatrix([[1], [2], [4]]));
    expect([y, explained]).toEqual([
      [0, 0, 0],
      [1, 0],
    ]);
    expect(principalPlane(asMatrix([[1, 2]]))).toEqual({ x: [0], y: [0], explained: [0, 0] });
    expect(
      principalPlane(
        asMatrix([
          [3, 3],
          [3, 3],
        ]),
      ).explained,
    ).toEqual([0, 0]);
  });

  it("holds at most 2000 rows, the same for the same seed", () => {
    expect([...mapRows(3, 0)]).toEqual([0, 1, 2]);
    expect(mapRows(5000, 1)).toHaveLength(2000);
    expect(mapRows(5000, 1)).toEqual(mapRows(5000, 1));
  });
});
