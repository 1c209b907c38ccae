import type { ExperimentRow } from "../../core/card.ts";

/** A claim that numbers equal those of a table, up to the digits it gives. */
export function tableRow(
  claim: string,
  expected: readonly number[],
  found: readonly number[],
  digits: number,
  tolerance = 0.5 * 10 ** -digits,
  because = "half of the last digit reported",
): ExperimentRow {
  const worst = Math.max(...found.map((value, i) => Math.abs(value - expected[i])));
  return {
    claim,
    reported: `${expected.map((value) => value.toFixed(digits)).join(", ")} bits`,
    measured: `${found.map((value) => value.toFixed(digits)).join(", ")} bits`,
    tolerance: `${Number(tolerance.toPrecision(2))}: ${because}`,
    // The numbers of the table are rounded, and so is their difference from ours.
    holds: worst <= tolerance + 1e-9,
  };
}

/** A claim that a number never exceeds a limit. */
export function atMostRow(
  claim: string,
  reported: string,
  measured: string,
  worst: number,
  limit: number,
): ExperimentRow {
  return { claim, reported, measured, tolerance: "1e-9: rounding", holds: worst <= limit + 1e-9 };
}
