import { describe, expect, test } from "vitest";
import { Random } from "../../core/random.ts";
import { inferColumns } from "../../data/index.ts";
import type { Table } from "../../data/table.ts";
import { rowsOf, type Variable } from "../estimator.ts";
import { measureTable } from "./measure-table.ts";
import { twinsOf } from "./twins.ts";

const random = new Random(6);
const n = 200;
const a = Float64Array.from({ length: n }, () => random.normal());
const b = a.map((v) => v + random.normal());
const c = a.map((v) => v + random.normal());
const table = tableOf(n);
const request = { target: "c", permutations: 19 };

describe("measureTable", () => {
  test("keeps the estimates when it is stopped after them, without overlap and trust", async () => {
    const whole = await measureTable(table, inferColumns(table), request);
    const stop = new AbortController();
    const stopped = await measureTable(table, inferColumns(table), request, {
      signal: stop.signal,
      onProgress: ({ label }) => {
        if (label === "entropies") stop.abort();
      },
    });
    expect(stopped.stopped).toEqual({ done: 2, total: 2 });
    expect(stopped.estimates).toEqual(whole.estimates);
    expect([stopped.trust, stopped.pairs]).toEqual([undefined, []]);
    expect(whole.stopped).toBeUndefined();
    expect(whole.trust!.twin).toHaveLength(2);
  });

  test("trains for one pair after the other, says which, and keeps what was done when stopped", async () => {
    const small = tableOf(48);
    const trained = { ...request, estimator: "infonce" };
    const stop = new AbortController();
    const labels = new Set<string>();
    const stopped = await measureTable(small, inferColumns(small), trained, {
      signal: stop.signal,
      onProgress: ({ label }) => {
        labels.add(label!);
        if (label === "training for b (2 of 2)") stop.abort();
      },
    });
    expect([...labels].slice(0, 2)).toEqual(["training for a (1 of 2)", "training for b (2 of 2)"]);
    expect(stopped.stopped).toEqual({ done: 1, total: 2 });
    const [{ method, second, warnings, pValue }] = stopped.estimates;
    expect([method, second!.method]).toEqual(["infonce", "ksg1"]);
    expect(warnings.map(({ code }) => code)).toContain("lower-bound");
    expect(pValue).toBeLessThan(1);
  });

  test("refuses a sampled time series", async () => {
    const sampled = { ...table, totalRows: 1000 };
    await expect(
      measureTable(sampled, inferColumns(sampled), { x: ["a"], y: ["b"], lag: 1 }),
    ).rejects.toThrow(
      "transfer entropy: a sample of the rows tears a time series apart; expected all 1000 rows, got 200",
    );
  });
});

describe("twinsOf", () => {
  const numbers: Variable = { data: a, rows: n, cols: 1 };
  const classes: Variable = {
    codes: Int32Array.from({ length: n }, (_, i) => i % 3),
    levels: ["p", "q", "r"],
  };

  test("makes data that share as much as asked, or nothing", () => {
    for (const [x, y] of [
      [numbers, numbers],
      [numbers, classes],
      [classes, numbers],
    ]) {
      const [dependent, independent] = twinsOf(x, y, 0.4);
      // Bisection and the trapezoid rule are exact far beyond this.
      expect(dependent.truth).toBeCloseTo(0.4, 6);
      expect(independent.truth).toBe(0);
      const sample = dependent.sample(50, new Random(1));
      expect([rowsOf(sample.x), rowsOf(sample.y)]).toEqual([50, 50]);
    }
  });

  test("takes the observed table of two discrete columns for the truth", () => {
    const [dependent] = twinsOf(classes, classes, 0.1);
    const p = [67, 67, 66].map((count) => count / n);
    expect(dependent.truth).toBeCloseTo(-p.reduce((sum, v) => sum + v * Math.log(v), 0), 12);
  });
});

/** The first rows of a, b and c. */
function tableOf(rows: number): Table {
  return {
    name: "numbers",
    rows,
    totalRows: rows,
    columns: Object.entries({ a, b, c }).map(([name, numbers]) => ({
      name,
      type: "number",
      numbers: numbers.slice(0, rows),
      missing: 0,
    })),
    notes: [],
  };
}
