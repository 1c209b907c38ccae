import { InputError } from "../core/errors.ts";
import type { Estimate, Warning } from "../core/estimate.ts";
import { pacer } from "../core/pace.ts";
import type { LongRunning } from "../core/progress.ts";
import { Random } from "../core/random.ts";
import { asUnit, fromNats, type Unit } from "../core/units.ts";
import type { PointEstimate } from "./estimator.ts";
import { permutationTest } from "./permutation-test.ts";
import { subsampleInterval } from "./subsample.ts";

/** The options that every estimate with an interval and a test takes. */
export interface CertaintyOptions extends LongRunning {
  /** @default "nats" */
  unit?: Unit;
  /** @default 0 */
  seed?: number;
  /** Interval from 20 half-samples; `false` leaves it out. @default { level: 0.95 } */
  interval?: false | { level?: number };
  /** Most permutations of the test; 0 leaves it out. Fewer are run once the answer is decided. @default 200 */
  permutations?: number;
}

/** The options, checked and with defaults filled in. */
export interface Certainty {
  unit: Unit;
  seed: number;
  random: Random;
  level: number | undefined;
  permutations: number;
}

export function certaintyOf(options: CertaintyOptions, where: string): Certainty {
  const seed = options.seed ?? 0;
  const level = options.interval === false ? undefined : (options.interval?.level ?? 0.95);
  const permutations = options.permutations ?? 200;
  if (level !== undefined && !(level > 0 && level < 1)) {
    throw new InputError({
      code: "bad-level",
      where,
      problem: "not a level of confidence",
      expected: "a number between 0 and 1",
      got: level,
    });
  }
  if (!Number.isInteger(permutations) || permutations < 0) {
    throw new InputError({
      code: "bad-permutations",
      where,
      problem: "not a number of permutations",
      expected: "an integer from 0",
      got: permutations,
    });
  }
  return { unit: asUnit(options.unit, where), seed, random: new Random(seed), level, permutations };
}

/** An estimator at work on one question. */
export interface Evidence {
  where: string;
  method: string;
  /** The options that were used, for `Estimate.options`. */
  options: Record<string, unknown>;
  /** How many units half-samples are drawn from: rows, or blocks of a time series. */
  n: number;
  warnings: readonly Warning[];
  diagnostics: Record<string, unknown>;
  /** The estimate on all rows, in nats. */
  point(): PointEstimate;
  /** The value on some of the units, in nats. */
  onUnits(units: Int32Array): number;
  /** A function that draws the value, in nats, under a fresh permutation that breaks the dependence in question. */
  permuted(random: Random): () => number;
}

/** The estimate with what makes it worth something: an interval, a p-value and warnings. */
export async function withCertainty(
  evidence: Evidence,
  { unit, seed, random, level, permutations }: Certainty,
  { signal, onProgress }: LongRunning,
): Promise<Estimate> {
  const { where, n, method } = evidence;
  const between = pacer(signal, where);
  const inUnit = (nats: number) => fromNats(nats, unit);
  const total = 3;
  await between();
  const point = evidence.point();
  onProgress?.({ done: 1, total, label: "value" });
  const interval =
    level === undefined
      ? undefined
      : await subsampleInterval(n, point.value, level, random.split("interval"), evidence.onUnits, between);
  onProgress?.({ done: 2, total, label: "interval" });
  const test =
    permutations === 0
      ? undefined
      : await permutationTest(
          point.value,
          permutations,
          evidence.permuted(random.split("permutations")),
          between,
        );
  onProgress?.({ done: total, total, label: "test" });

  const warnings = [...evidence.warnings, ...point.warnings];
  if (point.value < 0) {
    warnings.push({ code: "negative", message: "slightly below zero: no shared information was seen" });
  }
  if (level !== undefined && !interval) {
    warnings.push({ code: "no-interval", message: `${n} are too few for half-samples` });
  }
  const diagnostics: Record<string, unknown> = { ...evidence.diagnostics, ...point.diagnostics };
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
    method,
    options: { ...evidence.options, permutations, unit, interval: level === undefined ? false : { level } },
    seed,
    warnings,
    diagnostics,
  };
}
