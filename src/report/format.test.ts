import { describe, expect, it } from "vitest";
import {
  formatDuration,
  formatInterval,
  formatNumber,
  formatP,
  formatShare,
  listWords,
  plural,
} from "./format.ts";

describe("numbers in reports", () => {
  it("have three decimals, keep their sign and never read -0.000", () => {
    expect([0.64123, -0.0021, -0.0004, 12, 0].map((v) => formatNumber(v))).toEqual([
      "0.641",
      "-0.002",
      "0.000",
      "12.000",
      "0.000",
    ]);
    expect(
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, undefined, null].map((v) =>
        formatNumber(v),
      ),
    ).toEqual(["∞", "-∞", "—", "—", "—"]);
    expect(formatInterval({ low: -0.006, high: 0.002 })).toBe("[-0.006, 0.002]");
  });

  it("show a p-value at the limit of the permutations as a bound that is true", () => {
    expect(formatP(1 / 201, 200)).toBe("p<0.005");
    expect(formatP(1 / 200, 199)).toBe("p≤0.005");
    expect(formatP(1 / 1001, 1000)).toBe("p<0.001");
    expect(formatP(1 / 20, 19)).toBe("p≤0.05");
  });

  it("show other p-values with two significant digits", () => {
    expect([0.41234, 0.0343, 0.00519, 1].map((p) => formatP(p, 1000))).toEqual([
      "p=0.41",
      "p=0.034",
      "p=0.0052",
      "p=1",
    ]);
    expect(formatP(undefined, 200)).toBe("");
  });

  it("are read out as shares, counts, lists and durations", () => {
    expect([0.6123, 0.0312, -0.002].map(formatShare)).toEqual(["61\u00a0%", "3.1\u00a0%", "-0.2\u00a0%"]);
    expect([plural(1, "column"), plural(7043, "row")]).toEqual(["1 column", "7,043 rows"]);
    expect(listWords([])).toBe("");
    expect(listWords(["a", "b", "c"])).toBe("a, b and c");
    expect(listWords(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
    expect([formatDuration(1240), formatDuration(125_000)]).toEqual(["1.2 s", "2 min 5 s"]);
  });
});
