import { describe, expect, it } from "vitest";
import type { Column, Table } from "../../data/table.ts";
import { rowIndices } from "./csr.ts";
import { clicksOfTable } from "./from-table.ts";

function table(columns: Record<string, number[] | string[]>): Table {
  const made = Object.entries(columns).map(([name, values]): Column => {
    if (typeof values[0] === "number") {
      return { name, type: "number", numbers: Float64Array.from(values as number[]), missing: 0 };
    }
    const levels = [...new Set(values as string[])].filter((value) => value !== "");
    const codes = Int32Array.from(values as string[], (value) => levels.indexOf(value));
    return { name, type: "text", codes, levels, missing: 0 };
  });
  const rows = Object.values(columns)[0].length;
  return { name: "clicks.csv", rows, totalRows: rows, columns: made, notes: [] };
}

const ratings = table({ userId: [7, 7, 9], movie_id: ["x", "y", "x"], stars: [5, 3.5, 4] });

describe("clicks of a table", () => {
  it("finds the usual columns and takes ratings above 0.7 of the highest, saying so", () => {
    const { clicks, used, notes } = clicksOfTable(ratings, { minUserClicks: 1 });
    expect(used).toEqual({ user: "userId", item: "movie_id", rating: "stars", threshold: 3.5 });
    expect([clicks.userIds, clicks.itemIds]).toEqual([["7", "9"], ["x"]]);
    expect(notes.map(({ code }) => code)).toEqual(["threshold", "below-threshold"]);
  });

  it("takes the columns and the threshold it is told", () => {
    const { clicks } = clicksOfTable(ratings, {
      user: "movie_id",
      item: "userId",
      threshold: 3,
      minUserClicks: 2,
    });
    expect([clicks.userIds, clicks.itemIds]).toEqual([["x"], ["7", "9"]]);
  });

  it("takes every row where all ratings are equal or there are none", () => {
    const likes = table({ user: ["a", "a"], item: ["x", "y"], rating: [1, 1] });
    expect(clicksOfTable(likes, { minUserClicks: 1 }).clicks.matrix.indices.length).toBe(2);
    const counts = table({ user: ["a", "a"], item: ["x", "x"], plays: [3, 4] });
    const { clicks } = clicksOfTable(counts, { count: "plays", minUserClicks: 1 });
    expect([...clicks.matrix.values]).toEqual([7]);
    expect([...rowIndices(clicks.matrix, 0)]).toEqual([0]);
  });

  it("leaves out rows with a missing value and says how many", () => {
    const holes = table({ user: ["a", "", "a"], item: ["x", "y", "z"] });
    const { clicks, notes } = clicksOfTable(holes, { minUserClicks: 1 });
    expect(clicks.itemIds).toEqual(["x", "z"]);
    expect(notes[0].message).toMatch(/^1 of 3 rows have no value in user, item/);
  });

  it("asks for the columns where it cannot tell them", () => {
    const odd = table({ who: ["a"], what: ["x"] });
    expect(() => clicksOfTable(odd)).toThrow(/which column names the user.*one of who, what/);
    expect(() => clicksOfTable(odd, { user: "whom", item: "what" })).toThrow(/no such column.*"whom".*who/);
    expect(() => clicksOfTable(odd, { user: "who", item: "what", threshold: 2 })).toThrow(
      /a threshold without a column of ratings/,
    );
  });
});
