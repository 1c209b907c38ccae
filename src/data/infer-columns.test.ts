import { describe, expect, it } from "vitest";
import { asCodes } from "../core/codes.ts";
import { Random } from "../core/random.ts";
import { inferColumns } from "./infer-columns.ts";
import { type Column, completeRows, type Table, toCodes, toMatrix } from "./table.ts";

type Values = ArrayLike<number> | (string | null)[];
function table(columns: Record<string, Values>, types: Record<string, "date" | "boolean"> = {}): Table {
  const made = Object.entries(columns).map(([name, given]): Column => {
    const values = Array.from(given as ArrayLike<number | string | null>);
    if (typeof values[0] === "number") {
      const numbers = Float64Array.from(values as number[]);
      const missing = numbers.filter(Number.isNaN).length;
      return { name, type: types[name] === "date" ? "date" : "number", numbers, missing };
    }
    const present = asCodes((values as (string | null)[]).filter((value) => value !== null));
    let at = 0;
    const codes = Int32Array.from(values, (value) => (value === null ? -1 : present.codes[at++]));
    const type = types[name] === "boolean" ? "boolean" : "text";
    return { name, type, codes, levels: present.levels, missing: values.length - present.codes.length };
  });
  const rows = Object.values(columns)[0].length;
  return { name: "test.csv", rows, totalRows: rows, columns: made, notes: [] };
}

const n = 200;
const random = new Random(5);
const times = <T>(make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));
const use = (values: Values, name = "x", type?: "date" | "boolean") =>
  inferColumns(table({ [name]: values }, type && { [name]: type }))[0].use;

describe("inferColumns", () => {
  it("takes measured numbers as continuous, whole ones too", () => {
    expect(use(times(() => random.normal()))).toBe("continuous");
    expect(use(times(() => random.integer(1000)))).toBe("continuous");
    expect(use(times(() => random.integer(30)))).toBe("continuous");
  });

  it("takes few numbers that repeat as categories", () => {
    expect(use(times((i) => i % 3))).toBe("discrete");
    expect(use(times((i) => [0.5, 1, 2.5][i % 3]))).toBe("discrete");
    expect(use([0, 1, 1, 0, 1])).toBe("discrete");
    expect(use(Array.from({ length: 40 }, (_, i) => i % 10))).toBe("continuous");
  });

  it("takes numbers that count the rows as identifiers, from whatever start", () => {
    expect(use(times((i) => i))).toBe("identifier");
    expect(use(times((i) => 1000 - 2 * i))).toBe("identifier");
    expect(use(times((i) => 3 * i + (i % 2)))).toBe("identifier");
    expect(use(times((i) => i / 2))).toBe("continuous");
    expect(use(random.permutation(n))).toBe("continuous");
  });

  it("takes numbers named like identifiers as such, unless they repeat", () => {
    const shuffled = random.permutation(n);
    for (const name of [
      "id",
      "user_id",
      "customer.ID",
      "Unnamed: 0",
      "rowid",
      "index",
      "orderId",
      "record key",
    ]) {
      expect(use(shuffled, name), name).toBe("identifier");
    }
    for (const name of ["paid", "grid", "monkey", "humidity"])
      expect(use(shuffled, name), name).toBe("continuous");
    expect(
      use(
        times((i) => i % 40),
        "user_id",
      ),
    ).toBe("discrete");
    expect(
      use(
        times(() => random.normal()),
        "id",
      ),
    ).toBe("continuous");
  });

  it("takes text as categories unless it differs nearly everywhere", () => {
    expect(use(times((i) => `level ${i % 5}`))).toBe("discrete");
    expect(use(times((i) => `level ${i % 90}`))).toBe("discrete");
    expect(use(times((i) => `name ${i % 120}`))).toBe("identifier");
    expect(use(["a", "b", "c", "d"])).toBe("identifier");
    expect(use(["a", "b", "c", "c"])).toBe("discrete");
  });

  it("takes booleans as discrete, dates as continuous days", () => {
    expect(
      use(
        times((i) => (i % 2 ? "true" : "false")),
        "x",
        "boolean",
      ),
    ).toBe("discrete");
    expect(
      use(
        times((i) => 18_000 + i),
        "when",
        "date",
      ),
    ).toBe("continuous");
    expect(
      use(
        times((i) => 18_000 + (i % 4)),
        "when",
        "date",
      ),
    ).toBe("discrete");
  });

  it("sees columns without values and with one", () => {
    expect(use(times(() => Number.NaN))).toBe("empty");
    const [constant] = inferColumns(table({ x: [Number.NaN, 3, 3] }));
    expect(constant).toEqual({ name: "x", use: "constant", because: "always 3", missing: 1, distinct: 1 });
    expect(use(["a", null, "a"])).toBe("constant");
  });

  it("never takes a target for an identifier", () => {
    const t = table({ name: times((i) => `n${i}`), id: times((i) => i) });
    expect(inferColumns(t).map(({ use }) => use)).toEqual(["identifier", "identifier"]);
    expect(inferColumns(t, { target: ["name", "id"] }).map(({ use }) => use)).toEqual([
      "discrete",
      "continuous",
    ]);
  });

  it("follows what it is told, and warns where that is not wise", () => {
    const t = table({
      x: times(() => random.normal()),
      g: times((i) => i % 3),
      s: times((i) => String(i % 4)),
    });
    const uses = inferColumns(t, { discrete: ["x"], continuous: ["g", "s"] });
    expect(uses.map(({ use }) => use)).toEqual(["discrete", "continuous", "continuous"]);
    expect(uses[0].note).toMatchObject({ code: "sparse-levels", severity: "problem", columns: ["x"] });
    expect(inferColumns(t, { ignore: ["g"] })[1]).toMatchObject({ use: "ignored", because: "as asked" });
  });

  it("refuses unknown names, contradictions, and text that is to be continuous", () => {
    const t = table({ species: ["a", "b", "a"], mass: [1, 2, 3], mixed: ["1", "two", "3"] });
    expect(() => inferColumns(t, { discrete: ["specie"] })).toThrow(
      /got "specie" \(did you mean "species"\?\)/,
    );
    expect(() => inferColumns(t, { target: "mas" })).toThrow(/did you mean "mass"/);
    expect(() => inferColumns(t, { discrete: ["mass"], ignore: ["mass"] })).toThrow(
      /asked to be discrete and ignore/,
    );
    expect(() => inferColumns(t, { continuous: ["mixed"] })).toThrow(
      'test.csv: column "mixed" has text in row 2; expected numbers, got "two"',
    );
  });
});

describe("columns as variables", () => {
  const t = table(
    {
      x: [1, Number.NaN, 3, 4],
      g: ["a", "b", null, "a"],
      yes: ["false", "true", "true", "false"],
      s: ["1", "2.5", "1", "1"],
    },
    { yes: "boolean" },
  );

  it("are complete in the rows where no value is missing", () => {
    expect(completeRows(t, ["x"])).toEqual(Int32Array.of(0, 2, 3));
    expect(completeRows(t, ["x", "g"])).toEqual(Int32Array.of(0, 3));
    expect(completeRows(t, [])).toEqual(Int32Array.of(0, 1, 2, 3));
  });

  it("become a matrix, row by row as asked", () => {
    expect(toMatrix(t, ["x", "yes", "s"], [3, 0])).toEqual({
      rows: 2,
      cols: 3,
      data: Float64Array.of(4, 0, 1, 1, 0, 1),
    });
    expect(() => toMatrix(t, ["x"])).toThrow(
      'test.csv: column "x" has no value in row 2 (take the rows of completeRows)',
    );
    expect(() => toMatrix(t, ["x"], [9])).toThrow(/row 10/);
    expect(() => toMatrix(t, ["g"], [0])).toThrow(/text in row 1/);
  });

  it("become codes; numbers in ascending order", () => {
    expect(toCodes(t, "g", [3, 1])).toEqual({ codes: Int32Array.of(0, 1), levels: ["a", "b"] });
    expect(toCodes(t, "x", [3, 0, 2])).toEqual({ codes: Int32Array.of(2, 0, 1), levels: ["1", "3", "4"] });
    expect(() => toCodes(t, "g")).toThrow(/no value in row 3/);
    expect(() => toCodes(t, "h")).toThrow(/no such column/);
  });
});
