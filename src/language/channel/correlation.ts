import { InputError } from "../../core/errors.ts";
import type { Interval } from "../../core/estimate.ts";
import { Random } from "../../core/random.ts";
import { correlation, distinctCount, mean, quantile, ranks } from "../../core/statistics.ts";

const level = 0.95;

/** A number with its interval over resamples. */
export interface Resampled {
  readonly value: number;
  readonly interval: Interval;
}

export interface ResamplingOptions {
  /** @default 1000 */
  bootstrap?: number;
  /** @default 0 */
  seed?: number;
}

/**
 * Pearson's and Spearman's correlation of two numbers over cells, for instance bits and accuracy over (compressor,
 * setting), with 95 % bootstrap intervals over cells.
 *
 * @throws InputError for fewer than 4 cells, unequal lengths, numbers that are not finite or do not vary
 * @example
 * import { correlateCells } from "surprisal/language";
 * const { spearman } = correlateCells([0.9, 2.3, 4.4, 6.9], [0.41, 0.56, 0.75, 0.94]);
 * // spearman.value is 1
 */
export function correlateCells(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { bootstrap = 1000, seed = 0 }: ResamplingOptions = {},
): { pearson: Resampled; spearman: Resampled; cells: number } {
  const where = "correlateCells";
  requireCells(x, y, 4, where);
  const n = x.length;
  const random = new Random(seed);
  const [pearson, spearman]: [number[], number[]] = [[], []];
  for (let b = 0; b < bootstrap; b++) {
    const rows = random.bootstrap(n);
    const [u, v] = [Float64Array.from(rows, (i) => x[i]), Float64Array.from(rows, (i) => y[i])];
    // A resample of one cell only has no correlation.
    if (distinctCount(u) < 2 || distinctCount(v) < 2) continue;
    pearson.push(correlation(u, v));
    spearman.push(correlation(ranks(u), ranks(v)));
  }
  const how = `percentiles over ${bootstrap} resamples of ${n} cells`;
  return {
    pearson: { value: correlation(x, y), interval: percentileInterval(pearson, how) },
    spearman: { value: correlation(ranks(x), ranks(y)), interval: percentileInterval(spearman, how) },
    cells: n,
  };
}

/** What a further bit is worth: score = intercept + slope · bits. */
export interface ScoreRegression {
  /** Score for each bit, with an interval that resamples contexts. */
  readonly slope: Resampled;
  readonly intercept: number;
  /** Share of the variance of the scores that bits explain. */
  readonly r2: number;
  readonly items: number;
  readonly contexts: number;
}

/**
 * Least squares of a downstream score on the bits of each compression; items of one context are resampled together.
 *
 * @param context which context each item belongs to
 * @param bits of each item: its term of {@link estimateCompressionMI}
 * @param score of each item, on any scale
 * @throws InputError for fewer than 4 items or 2 contexts, unequal lengths, numbers that are not finite or do not vary
 * @example
 * import { regressScore } from "surprisal/language";
 * const { slope } = regressScore([0, 0, 1, 1], [1, 3, 2, 4], [0.2, 0.6, 0.4, 0.8]);
 * // slope.value is 0.2 a bit
 */
export function regressScore(
  context: ArrayLike<number>,
  bits: ArrayLike<number>,
  score: ArrayLike<number>,
  { bootstrap = 1000, seed = 0 }: ResamplingOptions = {},
): ScoreRegression {
  const where = "regressScore";
  requireCells(bits, score, 4, where);
  const members = new Map<number, number[]>();
  for (let i = 0; i < bits.length; i++) {
    const group = members.get(context[i]) ?? [];
    group.push(i);
    members.set(context[i], group);
  }
  const groups = [...members.values()];
  if (groups.length < 2 || context.length !== bits.length) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "items of several contexts are needed",
      expected: `${bits.length} items of at least 2 contexts`,
      got: `${context.length} of ${groups.length}`,
    });
  }
  const all = lineThrough(
    Array.from(bits, (_, i) => i),
    bits,
    score,
  );
  const random = new Random(seed);
  const slopes: number[] = [];
  for (let b = 0; b < bootstrap; b++) {
    const rows = Array.from(random.bootstrap(groups.length)).flatMap((g) => groups[g]);
    const { slope } = lineThrough(rows, bits, score);
    if (Number.isFinite(slope)) slopes.push(slope);
  }
  const how = `percentiles over ${bootstrap} resamples of ${groups.length} contexts`;
  return {
    slope: { value: all.slope, interval: percentileInterval(slopes, how) },
    intercept: all.intercept,
    r2: all.r2,
    items: bits.length,
    contexts: groups.length,
  };
}

function lineThrough(rows: readonly number[], x: ArrayLike<number>, y: ArrayLike<number>) {
  const [u, v] = [rows.map((i) => x[i]), rows.map((i) => y[i])];
  const [meanU, meanV] = [mean(u), mean(v)];
  let uu = 0;
  let uv = 0;
  let vv = 0;
  for (let k = 0; k < rows.length; k++) {
    uu += (u[k] - meanU) ** 2;
    uv += (u[k] - meanU) * (v[k] - meanV);
    vv += (v[k] - meanV) ** 2;
  }
  const slope = uv / uu;
  return { slope, intercept: meanV - slope * meanU, r2: (uv * uv) / uu / vv };
}

function percentileInterval(values: readonly number[], how: string): Interval {
  return {
    low: quantile(values, (1 - level) / 2),
    high: quantile(values, (1 + level) / 2),
    level,
    how,
  };
}

function requireCells(x: ArrayLike<number>, y: ArrayLike<number>, least: number, where: string): void {
  if (x.length !== y.length || x.length < least) {
    throw new InputError({
      code: x.length === y.length ? "too-few-rows" : "unequal-lengths",
      where,
      problem: "too few cells, or two numbers of them",
      expected: `at least ${least}, as many of both`,
      got: `${x.length} and ${y.length}`,
    });
  }
  for (const values of [x, y]) {
    const bad = Array.from(values).find((value) => !Number.isFinite(value));
    if (bad !== undefined) {
      throw new InputError({
        code: "not-finite",
        where,
        problem: "a value cannot be used",
        expected: "finite numbers",
        got: bad,
      });
    }
    if (distinctCount(values) >= 2) continue;
    throw new InputError({ code: "constant-column", where, problem: "all values are equal", got: values[0] });
  }
}
