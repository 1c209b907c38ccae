import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { mean, quantile } from "../../core/statistics.ts";
import type { Ranking } from "./maximize.ts";
import type { SetFunction } from "./set-function.ts";

/** f after each item: of a selection, and of items drawn at random. */
export interface CoverageCurve {
  /** Numbers of items at which the curves are known, ascending. */
  readonly sizes: number[];
  readonly chosen: number[];
  readonly random: { readonly mean: number[]; readonly low: number[]; readonly high: number[] };
  /** Of the interval: so large a share of random selections lies in it. */
  readonly level: number;
  readonly draws: number;
}

export interface CoverageOptions extends LongRunning {
  /** Random selections. 40 by default. */
  draws?: number;
  /** 0 by default. */
  seed?: number;
  /** Items that both go on from. */
  start?: ArrayLike<number>;
  /** Only these may be drawn; all by default. */
  among?: ArrayLike<number>;
}

const level = 0.95;
const mostSizes = 60;

/**
 * The curve of a ranking beside that of random selections of the same sizes, with the interval that holds 95 % of them.
 *
 * @param f the function that was maximised, or another one by which to judge
 */
export async function coverageCurve(
  f: SetFunction,
  { indices }: Pick<Ranking, "indices">,
  { draws = 40, seed = 0, start = [], among, signal, onProgress }: CoverageOptions = {},
): Promise<CoverageCurve> {
  const k = indices.length;
  const sizes = spread(k);
  const pace = pacer(signal, "coverageCurve");
  const taken = new Set(Array.from(start));
  const pool = Int32Array.from(among ?? Array.from(Array(f.n).keys())).filter((j) => !taken.has(j));
  const along = async (order: ArrayLike<number>) => {
    const selection = f.start();
    for (let i = 0; i < start.length; i++) selection.add(start[i]);
    const values: number[] = [];
    for (let t = 0; t < Math.min(k, order.length); t++) {
      await pace();
      selection.add(order[t]);
      if (t + 1 === sizes[values.length]) values.push(selection.value);
    }
    return values;
  };
  const chosen = await along(indices);
  const random = new Random(seed).split("coverage");
  const drawn: number[][] = [];
  for (let draw = 0; draw < draws; draw++) {
    drawn.push(await along(random.shuffle(pool.slice())));
    onProgress?.({ done: draw + 1, total: draws, label: "random selections" });
  }
  const at = (i: number) => drawn.map((values) => values[i]);
  return {
    sizes,
    chosen,
    random: {
      mean: sizes.map((_, i) => mean(at(i))),
      low: sizes.map((_, i) => quantile(at(i), (1 - level) / 2)),
      high: sizes.map((_, i) => quantile(at(i), (1 + level) / 2)),
    },
    level,
    draws,
  };
}

/** 1 to k in even steps, not too many. */
function spread(k: number): number[] {
  const count = Math.min(k, mostSizes);
  return Array.from({ length: count }, (_, i) => Math.round(1 + (i * (k - 1)) / Math.max(1, count - 1)));
}
