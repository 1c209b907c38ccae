import { defineTask } from "../../core/parallel/index.ts";
import { Random } from "../../core/random.ts";
import type { Unit } from "../../core/units.ts";
import { entropy } from "../entropy/entropy.ts";
import { completeRows, type Frame, variableOf } from "./frame.ts";

const mostRows = 10_000;

/**
 * Entropy of one column. Numbers that were rounded (equal values occur) get uniform noise of one rounding step,
 * so that the result is the density's at the resolution of the data.
 */
export const columnEntropy = defineTask(
  import.meta.url,
  "columnEntropy",
  async (
    { name, unit, seed }: { name: string; unit: Unit; seed: number },
    frame: Frame,
  ): Promise<number | undefined> => {
    let rows = completeRows(frame, [name]);
    const random = new Random(seed).split("entropy").split(name);
    if (rows.length > mostRows) rows = random.subsample(rows.length, mostRows).map((i) => rows[i]);
    if (rows.length < 8) return undefined;
    const { variable } = variableOf(frame, [name], rows);
    if ("data" in variable) {
      const step = roundingStep(variable.data);
      if (step > 0)
        for (let i = 0; i < variable.data.length; i++) variable.data[i] += step * (random.uniform() - 0.5);
    }
    return (await entropy(variable, { unit, seed, interval: false })).value;
  },
);

/** The smallest distance of different values when some are equal, else 0. */
function roundingStep(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  let smallest = Number.POSITIVE_INFINITY;
  let equal = false;
  for (let i = 1; i < sorted.length; i++) {
    const step = sorted[i] - sorted[i - 1];
    if (step === 0) equal = true;
    else if (step < smallest) smallest = step;
  }
  return equal && Number.isFinite(smallest) ? smallest : 0;
}
