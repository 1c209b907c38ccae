import type { ExperimentRow } from "../core/card.ts";

/**
 * A claim that the mean of repeated estimates equals a truth: holds within four standard errors, plus a bias that is
 * known and named.
 */
export function meanRow(
  claim: string,
  truth: number,
  values: readonly number[],
  { reported, bias = 0, because = "" }: { reported?: string; bias?: number; because?: string } = {},
): ExperimentRow {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1));
  const tolerance = (4 * sd) / Math.sqrt(n) + bias;
  return {
    claim,
    reported: reported ?? `${truth.toFixed(4)} nats`,
    measured: `${mean.toFixed(4)} nats (sd ${sd.toFixed(4)}, ${n} runs)`,
    tolerance: `${tolerance.toFixed(4)}: 4 standard errors${bias > 0 ? ` + ${bias} ${because}` : ""}`,
    holds: Math.abs(mean - truth) <= tolerance,
  };
}

/** A claim that a share of `of` trials is `expected`: holds within four standard errors of a share. */
export function shareRow(claim: string, expected: number, count: number, of: number): ExperimentRow {
  const slack = 4 * Math.sqrt((expected * (1 - expected)) / of);
  return {
    claim,
    reported: percent(expected),
    measured: `${percent(count / of)} of ${of}`,
    tolerance: `± ${percent(slack)}: 4 standard errors of a share`,
    holds: Math.abs(count / of - expected) <= slack,
  };
}

/** A claim that at most a share of trials raises an alarm: holds up to four standard errors above it. */
export function alarmRow(claim: string, expected: number, count: number, of: number): ExperimentRow {
  const most = Math.ceil(of * expected + 4 * Math.sqrt(expected * (1 - expected) * of));
  return {
    claim,
    reported: percent(expected),
    measured: `${count} of ${of}`,
    tolerance: `at most ${most}: ${percent(expected)} plus 4 standard errors`,
    holds: count <= most,
  };
}

export function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}
