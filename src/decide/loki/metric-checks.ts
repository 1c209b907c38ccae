import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import type { Matrix } from "../../core/matrix.ts";

/** How far entries mirrored at the diagonal may differ, and the diagonal from 0, relative to the largest. */
const symmetryTolerance = 1e-9;

/** Refuses distances that are negative, not symmetric, or not 0 on the diagonal. Row `rowOf(i)` is that of label i. */
export function requireMetricEntries(
  where: string,
  { data, cols }: Matrix,
  rowOf: ReadonlyMap<number, number>,
  names: readonly string[],
): void {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const tolerance = symmetryTolerance * largest;
  for (const [i, r] of rowOf) {
    for (let y = 0; y < cols; y++) {
      const value = data[r * cols + y];
      const between = `between ${quote(names[i])} and ${quote(names[y])}`;
      if (value < 0) {
        const problem = `a negative distance ${between}`;
        throw new InputError({
          code: "negative-distance",
          where,
          problem,
          expected: "0 or more",
          got: value,
        });
      }
      if (i === y && value > tolerance) {
        const problem = `${quote(names[i])} is not at distance 0 from itself`;
        throw new InputError({ code: "not-zero-diagonal", where, problem, expected: "0", got: value });
      }
      const mirrored = rowOf.get(y);
      if (mirrored === undefined) continue;
      const back = data[mirrored * cols + i];
      if (Math.abs(value - back) <= tolerance) continue;
      throw new InputError({
        code: "not-symmetric",
        where,
        problem: `the distances ${between} differ by direction`,
        expected: `equal within ${symmetryTolerance} of the largest distance`,
        got: `${value} and ${back}`,
      });
    }
  }
}

/** Triples of labels that are looked at: all of up to about 600 labels, else all pairs with evenly spread middles. */
const mostTriples = 1e8;

type Triple = readonly [from: number, over: number, to: number];

/** Labels a, b, c with d(a, c) > d(a, b) + d(b, c), the worst of those looked at. */
export function triangleViolation({ data, rows: n }: Matrix): Triple | undefined {
  let worst: Triple | undefined;
  let excess = 1e-9 * data.reduce((most, value) => Math.max(most, value), 0);
  const step = Math.ceil(n ** 3 / 2 / mostTriples);
  for (let b = 0; b < n; b += step) {
    for (let a = 0; a < n; a++) {
      const ab = data[a * n + b];
      for (let c = 0; c < a; c++) {
        const more = data[a * n + c] - ab - data[b * n + c];
        if (more <= excess) continue;
        excess = more;
        worst = [a, b, c];
      }
    }
  }
  return worst;
}

export function triangleWarning(
  { data, cols }: Matrix,
  [a, b, c]: Triple,
  names: readonly string[],
): Warning {
  const [direct, first, second] = [data[a * cols + c], data[a * cols + b], data[b * cols + c]];
  const [from, over, to] = [a, b, c].map((i) => quote(names[i]));
  return {
    code: "not-a-metric",
    message: `the way from ${from} to ${to} is shorter over ${over} (${first} + ${second} instead of ${direct}): not a metric, the rule still minimises expected squared distance`,
  };
}

export function quote(name: string): string {
  return JSON.stringify(name);
}
