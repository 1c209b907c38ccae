import { describe, expect, test } from "vitest";
import type { ExperimentRow } from "../../src/core/card.ts";
import { listMethods, runExperiment, showMethod } from "../../src/papers/index.ts";

/**
 * Every experiment runs in its small version, and a claim that fails there is one that the recorded full run also
 * reports as failing: a method that got worse since it was recorded is noticed, a claim that never held is not an
 * error.
 */
describe.each(listMethods().map(({ card }) => card.id))("experiment %s", (id) => {
  test("holds wherever the recorded run holds", async () => {
    const { recorded } = await showMethod(id);
    const knownToFail = new Set(recorded?.rows.filter((row) => !row.holds).map(atAnySize));
    const { rows } = await runExperiment(id, { quick: true });

    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) requireComplete(row);
    expect(new Set(rows.map((row) => row.claim)).size, "each claim once").toBe(rows.length);
    const failing = rows.filter((row) => !row.holds && !knownToFail.has(atAnySize(row)));
    expect(failing).toEqual([]);
  });

  test("has a recorded full run", async () => {
    const { recorded } = await showMethod(id);
    expect(recorded, `npm run experiments -- ${id} && npm run generate`).toBeDefined();
    expect(recorded).toMatchObject({ id, quick: false });
    for (const row of recorded?.rows ?? []) requireComplete(row);
  });
});

/** The claim without its number of rows, which the small version may lower. */
function atAnySize({ claim }: ExperimentRow): string {
  return claim.replace(/\bn = [\d,]+/g, "n");
}

/** Nothing is left open: a claim, what was reported and measured, and a tolerance with its reason. */
function requireComplete(row: ExperimentRow): void {
  for (const field of ["claim", "reported", "measured", "tolerance"] as const) {
    expect(row[field].trim(), `${field} of "${row.claim}"`).not.toBe("");
  }
  expect(row.measured, row.claim).not.toMatch(/NaN|undefined|Infinity/);
  expect(typeof row.holds, row.claim).toBe("boolean");
}
