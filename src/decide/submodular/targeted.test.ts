import { describe, expect, test } from "vitest";
import { bestSubset } from "./brute-force.ts";
import {
  conditionalGain,
  conditionalMutualInformation,
  evaluate,
  facilityLocation,
  logDeterminant,
  maximize,
  type SetFunction,
  similarities,
  similarityMatrix,
  submodularMutualInformation,
  type TargetTables,
} from "./submodular.ts";

const v = [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8], [0.6, -0.8]]; // biome-ignore format: a table
const q = [[0.6, 0.8], [1, 0]]; // biome-ignore format: a table
const p = [[-1, 0]];
const metric = "shifted-cosine";
const between = (rows: number[][], items: number[][]) => similarities(rows, { items, metric });
const tables: Required<TargetTables> = {
  pool: similarities(v, { metric }),
  queries: between(q, v),
  withinQueries: similarities(q, { metric }),
  avoided: between(p, v),
  withinAvoided: between(p, p),
  between: between(q, p),
};
const mi = (kind: Parameters<typeof submodularMutualInformation>[0]) =>
  submodularMutualInformation(kind, tables);

const greedyTable: [string, SetFunction, [number[], number, number[] | undefined, number][]][] = [
  ["FLVMI", mi("flvmi"), [[[1], 3.68, [1], 3.68], [[1, 0], 4.08, [0, 2], 4.24], [[], 4.32, undefined, 4.32]]],
  ["FLQMI", mi("flqmi"), [[[1], 2.86, [1], 2.86], [[1, 0], 3.96, undefined, 3.96], [[], 4.86, [0, 1, 2], 4.86]]],
  ["GCMI", mi("gcmi"), [[[1], 1.88, [1], 1.88], [[], 3.68, undefined, 3.68], [[], 5.08, undefined, 5.08]]],
  ["LogDetMI", mi("logdetmi"), [[[1], 0.381121, [1], 0.381121], [[], 0.556942, [0, 1], 0.556942], [[], 0.656415, [0, 1, 2], 0.656415]]],
  ["FLCG", conditionalGain("fl", tables), [[[0], 2.4, [0], 2.4], [[0, 2], 3, undefined, 3], [[0, 2, 4], 3.2, undefined, 3.2]]],
  ["FLCMI", conditionalMutualInformation("fl", tables), [[[0], 2.4, [0], 2.4], [[0, 2], 2.8, undefined, 2.8], [[], 2.88, undefined, 2.88]]],
]; // biome-ignore format: a table

describe.each(greedyTable)("%s on the instance of the sheet", (name, f, rows) => {
  test.each(rows.map((row, i) => [i + 1, ...row] as const))(
    "greedy and optimum for k = %i are those of the table",
    async (k, chosen, value, optimal, optimum) => {
      expect(f.name).toBe(name);
      const greedy = await maximize(f, k);
      if (chosen.length > 0) expect([...greedy.indices]).toEqual(chosen);
      expect(greedy.value).toBeCloseTo(value, 6);
      const best = bestSubset(f, k);
      expect(best.value).toBeCloseTo(optimum, 6);
      if (optimal) expect(best.items).toEqual(optimal);
    },
  );
});

test.each([
  [[0], 3.4, 0.353279, 2.8, 1.8],
  [[2, 3], 2.94, 0.260198, 2.94, 2.24],
  [[1, 4], 3.98, 0.498364, 3.66, 3.04],
])("the set %j has the values of the table", (items, flvmi, logdetmi, flqmi, gcmi) => {
  const values = (["flvmi", "logdetmi", "flqmi", "gcmi"] as const).map((kind) => evaluate(mi(kind), items));
  for (const [i, expected] of [flvmi, logdetmi, flqmi, gcmi].entries())
    expect(values[i]).toBeCloseTo(expected, 6);
});

describe("the closed forms are what the definitions give", () => {
  const all = [...v, ...q, ...p];
  const joint = similarities(all, { metric });
  const [queries, avoided] = [[5, 6], [7]];
  const sets = [[], [0], [1, 4], [3, 2], [0, 1, 2, 3, 4]];
  const identity = (f: SetFunction, kind: "mi" | "cg" | "cmi") => (a: number[]) => {
    const value = (...parts: number[][]) => evaluate(f, parts.flat());
    if (kind === "mi") return value(a) + value(queries) - value(a, queries);
    if (kind === "cg") return value(a, avoided) - value(avoided);
    return value(a, avoided) + value(queries, avoided) - value(a, queries, avoided) - value(avoided);
  };
  const represented = facilityLocation(similarities(v, { items: all, metric }));
  /** Similarities within the pool and within the queries replaced by the identity. */
  const crossing = similarityMatrix(
    all
      .slice(0, 7)
      .map((_, i) => all.slice(0, 7).map((_, j) => (i < 5 !== j < 5 ? joint.entry(i, j) : i === j ? 1 : 0))),
  );
  const cases: [string, SetFunction, (a: number[]) => number][] = [
    ["FLVMI", mi("flvmi"), identity(represented, "mi")],
    ["FLQMI", mi("flqmi"), identity(facilityLocation(crossing), "mi")],
    ["LogDetMI", mi("logdetmi"), identity(logDeterminant(joint), "mi")],
    ["FLCG", conditionalGain("fl", tables), identity(represented, "cg")],
    ["LogDetCG", conditionalGain("logdet", tables), identity(logDeterminant(joint), "cg")],
    ["FLCMI", conditionalMutualInformation("fl", tables), identity(represented, "cmi")],
    ["LogDetCMI", conditionalMutualInformation("logdet", tables), identity(logDeterminant(joint), "cmi")],
  ];
  test.each(cases)("%s", (_, closed, defined) => {
    for (const set of sets) expect(evaluate(closed, set)).toBeCloseTo(defined(set), 9);
  });

  test("GCMI and GCCG, by hand", () => {
    const sum = (rows: number[], items: number[]) =>
      rows.reduce((total, i) => total + items.reduce((part, j) => part + joint.entry(i, j), 0), 0);
    for (const a of sets) {
      expect(evaluate(mi("gcmi"), a)).toBeCloseTo(sum(queries, a), 9);
      expect(evaluate(conditionalGain("gc", tables), a)).toBeCloseTo(
        sum([0, 1, 2, 3, 4], a) - 0.5 * sum(a, a) - sum(avoided, a),
        9,
      );
    }
  });

  test("COM, by hand", () => {
    expect(evaluate(mi("com"), [1, 4])).toBeCloseTo(
      Math.sqrt(1.88) + Math.sqrt(1.16) + Math.sqrt(0.98 + 0.36) + Math.sqrt(0.9 + 0.8),
      9,
    );
  });
});

test("FLVMI saturates at what the queries cover, and does not change when a query occurs twice", () => {
  const f = mi("flvmi");
  expect(evaluate(f, [0, 1, 2, 3, 4])).toBeCloseTo(4.32, 9);
  const twice = submodularMutualInformation("flvmi", {
    pool: tables.pool,
    queries: between([...q, q[0]], v),
  });
  for (const set of [[0], [2, 3], [1, 4]]) expect(evaluate(twice, set)).toBe(evaluate(f, set));
});

test("LogDetMI is not submodular on this instance, says so, and is not evaluated lazily", async () => {
  const f = mi("logdetmi");
  expect(evaluate(f, [4])).toBeCloseTo(0.1749, 4);
  expect(evaluate(f, [2, 4]) - evaluate(f, [2])).toBeCloseTo(0.1776, 4);
  expect(f.submodular).toBe(false);
  await expect(maximize(f, 2, { optimizer: "lazy" })).rejects.toThrow(
    'maximize: optimizer: LogDetMI is not submodular, so an old gain does not bound a new one; expected "naive" or "stochastic", got "lazy"',
  );
  expect((await maximize(f, 2)).guarantee.factor).toBeUndefined();
});

test("missing and unfitting tables are refused", () => {
  expect(() => submodularMutualInformation("flqmi", {})).toThrow(
    'submodularMutualInformation: needs the similarities "queries"; expected at least one row of them, got "nothing"',
  );
  expect(() => submodularMutualInformation("flvmi", { queries: tables.queries })).toThrow(
    'needs the similarities "pool"',
  );
  expect(() => conditionalGain("fl", { ...tables, avoided: between(p, v.slice(1)) })).toThrow(
    "conditionalGain: the tables do not fit together; expected 5 items, got 4",
  );
});
