import type { Estimate, Warning } from "../../core/estimate.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { fromNats } from "../../core/units.ts";
import type { Certainty } from "../certainty.ts";
import type { TrainedEstimator, Variable } from "../estimator.ts";
import { permutationTest } from "../permutation-test.ts";

const lowerBound: Warning = {
  code: "lower-bound",
  message: "a lower bound: the true information may be higher, the value lies below it but for the scatter",
};

/**
 * The estimate of an estimator that trains: once, on all rows. Its interval is its own, and its test permutes rows that
 * were not trained on, so that nothing is trained anew.
 */
export async function trainedEstimate(
  estimator: TrainedEstimator,
  { x, y, where, options }: { x: Variable; y: Variable; where: string; options: Record<string, unknown> },
  { unit, seed, random, level, permutations }: Certainty,
  { signal, onProgress }: LongRunning,
): Promise<Estimate> {
  const inUnit = (nats: number) => fromNats(nats, unit);
  const point = await estimator.estimate(x, y, { seed, level, signal, onProgress });
  const { interval } = point;
  const test =
    point.test && permutations > 0
      ? await permutationTest(
          point.test.statistic,
          permutations,
          point.test.permuted(random.split("permutations")),
          pacer(signal, where),
        )
      : undefined;
  const warnings = [...point.warnings];
  if (estimator.bound === "lower") warnings.unshift(lowerBound);
  if (point.value < 0) {
    warnings.push({ code: "negative", message: "slightly below zero: no shared information was seen" });
  }
  if (level !== undefined && !interval) {
    warnings.push({ code: "no-interval", message: `${estimator.name} gives no interval here` });
  }
  const diagnostics: Record<string, unknown> = { reason: "as asked", ...point.diagnostics };
  if (estimator.bound) diagnostics.bound = estimator.bound;
  if (test) {
    const { planned, run, ended, values } = test;
    diagnostics.permutation = { planned, run, ended, values: Array.from(values, inUnit) };
  }
  return {
    value: inUnit(point.value),
    unit,
    interval: interval && { ...interval, low: inUnit(interval.low), high: inUnit(interval.high) },
    pValue: test?.pValue,
    n: point.n,
    method: estimator.name,
    options: {
      estimator: estimator.name,
      ...estimator.defaults,
      ...options,
      permutations,
      unit,
      interval: level === undefined ? false : { level },
    },
    seed,
    warnings,
    diagnostics,
  };
}
