import type { Estimate } from "../core/estimate.ts";
import { pacer } from "../core/pace.ts";
import type { LongRunning } from "../core/progress.ts";
import { fromNats } from "../core/units.ts";
import type { Certainty } from "./certainty.ts";
import type { PointEstimate } from "./estimator.ts";
import { subsampleInterval } from "./subsample.ts";

/** An estimator at work on a question that no permutation test answers. */
export interface Question {
  where: string;
  method: string;
  /** The estimator's options that were used. */
  settings: Record<string, unknown>;
  /** Rows there are. */
  n: number;
  /** The estimate on all rows, in nats. */
  point(): PointEstimate;
  /** The value on some of the rows, in nats. */
  onRows(rows: Int32Array): number;
}

/** The estimate with an interval from half-samples, unless it is unwanted or impossible. */
export async function withInterval(
  { where, method, settings, n, point, onRows }: Question,
  { unit, seed, random, level }: Certainty,
  { signal, onProgress }: LongRunning,
): Promise<Estimate> {
  const between = pacer(signal, where);
  await between();
  const { value, n: used, warnings, diagnostics } = point();
  onProgress?.({ done: 1, total: 2, label: "value" });
  const interval =
    level === undefined
      ? undefined
      : await subsampleInterval(n, value, level, random.split("interval"), onRows, between);
  onProgress?.({ done: 2, total: 2, label: "interval" });
  const missing = { code: "no-interval", message: `${n} rows are too few for half-samples` };
  return {
    value: fromNats(value, unit),
    unit,
    interval: interval && {
      ...interval,
      low: fromNats(interval.low, unit),
      high: fromNats(interval.high, unit),
    },
    n: used,
    method,
    options: { estimator: method, ...settings, unit, interval: level === undefined ? false : { level } },
    seed,
    warnings: level !== undefined && !interval ? [...warnings, missing] : warnings,
    diagnostics,
  };
}
