import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { asMatrix, type Matrix, type MatrixLike } from "../../core/matrix.ts";
import { type Executor, inline, shareFloats } from "../../core/parallel/index.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import type { Optimizer, SimilarityMetric } from "../submodular/submodular.ts";
import { type ImportanceFunction, partGains } from "./part-gains.ts";
import { taylorSoftmax } from "./taylor-softmax.ts";
import { weightedSample } from "./weighted-sample.ts";

export interface SubsetOptions {
  /** Share of the rows in a subset, between 0 and 1. Default 0.25. */
  fraction?: number;
  /** Number of random parts; similarities are computed inside them only. Default: as few as keep parts to 2,000 rows. */
  partitions?: number;
  /** T of the Taylor softmax: smaller keeps to the rows that represent most. Default 1. */
  temperature?: number;
  /** How rows are compared; cosines are clipped at 0. Default `"cosine"`. */
  metric?: Exclude<SimilarityMetric, "dot">;
  /** Default `"facility-location"`. */
  setFunction?: ImportanceFunction;
  /** How a part is ranked. Default `"lazy"`: exact greedy. */
  optimizer?: Optimizer;
  /** Of the optimizers that sample: about ln(1/epsilon) candidates a step, rounded up. Default 0.1. */
  epsilon?: number;
  /** Of the parts and of all subsets. Default 0. */
  seed?: number;
}

/** Draws subsets of rows in proportion to how much they represent. */
export interface SubsetSampler {
  /** Rows in a subset. */
  readonly size: number;
  /** The rows of each part, ascending. */
  readonly parts: readonly Int32Array[];
  /** What each row added when its part was ranked greedily, in units of similarity. */
  readonly gains: Float64Array;
  /** The weight of each row in its part, summing to 1 over the part. */
  readonly importance: Float64Array;
  /** (Σ w)² / Σ w², summed over parts: small where a few rows have most of the weight, and are in nearly every subset. */
  readonly effectiveRows: number;
  readonly warnings: readonly Warning[];
  /** The rows of a phase, ascending; the same for the same phase. */
  sample(phase: number): Int32Array;
}

/** Of similarities in one part: 3.2 GB. */
const mostRows = 20_000;
const usualPart = 2000;

/**
 * The importance of every row for representing all rows, and subsets drawn by it: rows are put into random parts, each
 * part is ranked by greedy facility location, gains become weights by {@link taylorSoftmax}, and each part gives its
 * share of the subset, drawn without replacement.
 *
 * @param features n × d, for instance mean hidden states of a model that was trained a little
 * @param options also `executor`, which ranks parts at once: see {@link SubsetOptions}
 * @throws InputError for features that are not finite, a row of zeros under a cosine, a fraction that is not between 0
 * and 1, more parts than half the rows, parts of more than 20,000 rows
 * @throws StoppedError when the signal fires, between parts
 * @see Renduchintala et al. 2023 (INGENIOUS), algorithm 1
 * @example
 * import { subsetSampler } from "surprisal/decide";
 * const rows = Array.from({ length: 60 }, (_, i) => [Math.cos(i % 7), Math.sin(i % 7), 1]);
 * const sampler = await subsetSampler(rows, { fraction: 0.2, seed: 1 });
 * const first = sampler.sample(1);
 * // 12 of 60 rows
 */
export async function subsetSampler(
  features: MatrixLike,
  options: SubsetOptions & LongRunning & { executor?: Executor } = {},
): Promise<SubsetSampler> {
  const where = "subsetSampler";
  const x = asMatrix(features, where);
  const { fraction = 0.25, temperature = 1, metric = "cosine", seed = 0 } = options;
  const partitions = options.partitions ?? Math.ceil(x.rows / usualPart);
  const size = subsetSize(where, x.rows, fraction);
  requirePartitions(where, x.rows, partitions);
  if (metric !== "rbf") requireDirections(where, x);
  // Refuses the temperature before the work.
  taylorSoftmax([1], { temperature });
  const random = new Random(seed);
  const parts = randomParts(x.rows, partitions, random.split("parts"));
  const ranked = await (options.executor ?? inline()).map(
    partGains,
    parts.map((rows, p) => ({ rows, seed: p })),
    {
      shared: {
        data: options.executor ? shareFloats(x.data) : x.data,
        rows: x.rows,
        cols: x.cols,
        metric,
        setFunction: options.setFunction ?? "facility-location",
        optimizer: options.optimizer ?? "lazy",
        epsilon: options.epsilon ?? 0.1,
      },
      signal: options.signal,
      onProgress: options.onProgress,
    },
  );
  const gains = new Float64Array(x.rows);
  const importance = new Float64Array(x.rows);
  const weights = ranked.map((some) => taylorSoftmax(some, { temperature }));
  let effectiveRows = 0;
  for (const [p, rows] of parts.entries()) {
    for (let i = 0; i < rows.length; i++) {
      gains[rows[i]] = ranked[p][i];
      importance[rows[i]] = weights[p][i];
    }
    effectiveRows += 1 / weights[p].reduce((sum, w) => sum + w * w, 0);
  }
  const shares = sharesOf(size, parts, x.rows);
  return {
    size,
    parts,
    gains,
    importance,
    effectiveRows,
    warnings: warningsOf(temperature, Math.ceil(x.rows / partitions)),
    sample(phase) {
      const stream = random.split("subset").split(phase);
      const rows = new Int32Array(size);
      let at = 0;
      for (const [p, part] of parts.entries()) {
        for (const i of weightedSample(weights[p], shares[p], stream)) rows[at++] = part[i];
      }
      return rows.sort();
    },
  };
}

/** Random parts whose sizes differ by at most one, each ascending. */
function randomParts(n: number, partitions: number, random: Random): Int32Array[] {
  const order = random.permutation(n);
  return Array.from({ length: partitions }, (_, p) =>
    order.slice(Math.floor((p * n) / partitions), Math.floor(((p + 1) * n) / partitions)).sort(),
  );
}

/** How many rows each part gives, in proportion to its size and `size` in all. */
function sharesOf(size: number, parts: readonly Int32Array[], n: number): number[] {
  let rows = 0;
  let given = 0;
  return parts.map((part) => {
    rows += part.length;
    const share = Math.round((rows * size) / n) - given;
    given += share;
    return share;
  });
}

function subsetSize(where: string, n: number, fraction: number): number {
  if (!(fraction > 0 && fraction < 1)) {
    throw new InputError({
      code: "bad-fraction",
      where,
      problem: "the fraction is not a share of the rows",
      expected: "a number between 0 and 1",
      got: fraction,
    });
  }
  return Math.max(1, Math.round(fraction * n));
}

function requirePartitions(where: string, n: number, partitions: number): void {
  if (n < 2) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "too few rows",
      expected: "at least 2",
      got: n,
    });
  }
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > n / 2) {
    throw new InputError({
      code: "bad-count",
      where,
      problem: "not a number of parts",
      expected: `an integer from 1 to ${Math.floor(n / 2)}, half the rows`,
      got: partitions,
    });
  }
  if (Math.ceil(n / partitions) <= mostRows) return;
  throw new InputError({
    code: "too-many-rows",
    where,
    problem: `all similarities inside parts of ${Math.ceil(n / partitions)} rows do not fit into memory`,
    expected: `at most ${mostRows} rows a part`,
    got: partitions,
    hint: `partitions: ${Math.ceil(n / usualPart)}`,
  });
}

function requireDirections(where: string, { data, rows, cols }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    let j = 0;
    while (j < cols && data[i * cols + j] === 0) j++;
    if (j < cols) continue;
    throw new InputError({
      code: "zero-row",
      where,
      problem: `row ${i} is all zeros, so it has no direction`,
      expected: "rows that are not zero under a cosine",
      hint: 'leave it out, or use metric: "rbf"',
    });
  }
}

/** Gains grow with the part: in smaller ones at T = 1 all but a few weights are close to that of a gain of 0. */
const evenPart = 1000;

function warningsOf(temperature: number, partRows: number): Warning[] {
  if (partRows >= evenPart || temperature < 1) return [];
  return [
    {
      code: "nearly-even",
      message: `in parts of ${partRows} rows at temperature ${temperature} most weights are nearly even, and subsets nearly random: lower the temperature, or use fewer parts`,
    },
  ];
}
