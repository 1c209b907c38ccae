import { InputError } from "../../core/errors.ts";
import { asMatrix, type MatrixLike, matrix, takeRows } from "../../core/matrix.ts";
import { type Executor, inline, shareFloats } from "../../core/parallel/index.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { facilityLocation } from "./facility-location.ts";
import { type SimilarityMetric, similarities } from "./feature-similarities.ts";
import { maximize, type Optimizer, type Ranking } from "./maximize.ts";
import { type Part, selectInPart } from "./part-selection.ts";

export interface DistributedOptions extends LongRunning {
  /** Parts of about equal size, filled at random. As many as make parts of at most 2,000 rows, by default. */
  parts?: number;
  /** Rows drawn at random that the second round represents. 2,000 by default. */
  represented?: number;
  /** `"cosine"` by default. */
  metric?: SimilarityMetric;
  /** `"lazy"` by default. */
  optimizer?: Optimizer;
  /** Of the optimizers that sample. 0.1 by default. */
  epsilon?: number;
  /** 0 by default. */
  seed?: number;
  /** Where the parts are worked on. One after the other by default; `threads()` uses all cores. */
  executor?: Executor;
}

export interface DistributedRanking extends Ranking {
  readonly parts: number;
  /** `"merged"` or the number of the part whose own selection was better. */
  readonly from: "merged" | number;
  /** One sentence on what is approximated. */
  readonly approximation: string;
}

/**
 * Facility location in two rounds (GreeDi with random parts): k rows are chosen in each part, then k of all these; the
 * better of that selection and the best part's own is the answer. Values are of a random sample of rows, as a mean over
 * rows times n, so that no table of all pairs is ever needed.
 *
 * O(n² d / parts) time over all parts, 8 (n / parts)² bytes for each part at work; the second round takes
 * 8 · represented · parts · k bytes.
 *
 * @param rows n × d
 * @throws InputError as `maximize` and `similarities`, and for parts of fewer than k rows
 * @see Mirzasoleiman et al. 2013 (GreeDi); Barbosa et al. 2015 (random parts)
 * @example
 * import { inline } from "surprisal/core";
 * import { maximizeDistributed } from "surprisal/decide";
 * const rows = Array.from({ length: 60 }, (_, i) => [Math.cos(i), Math.sin(i), i % 5]);
 * const { indices, from } = await maximizeDistributed(rows, 4, { parts: 3, executor: inline() });
 */
export async function maximizeDistributed(
  rows: MatrixLike,
  k: number,
  options: DistributedOptions = {},
): Promise<DistributedRanking> {
  const x = asMatrix(rows, "maximizeDistributed");
  const n = x.rows;
  const { metric = "cosine", optimizer = "lazy", epsilon = 0.1, seed = 0, executor = inline() } = options;
  const { parts = Math.ceil(n / 2000), represented = 2000, signal, onProgress } = options;
  requireWhole(k, 1, n, "k");
  requireWhole(parts, 1, Math.max(1, Math.floor(n / k)), "parts");
  requireWhole(represented, 1, Number.MAX_SAFE_INTEGER, "represented");
  const random = new Random(seed).split("parts");
  const order = random.permutation(n);
  const units = Array.from({ length: parts }, (_, p): Part => {
    const members = order.slice(Math.floor((p * n) / parts), Math.floor(((p + 1) * n) / parts)).sort();
    return { rows: members, k, seed, metric, optimizer, epsilon };
  });
  const shared = executor.workers > 1 ? matrix(n, x.cols, shareFloats(x.data)) : x;
  const found = await executor.map(selectInPart, units, { shared, signal, onProgress });

  const merged = Int32Array.from(found.flatMap((chosen) => Array.from(chosen))).sort();
  const sample = random.subsample(n, Math.min(n, represented));
  const table = similarities(takeRows(x, sample), { items: takeRows(x, merged), metric });
  const f = facilityLocation(table);
  const scale = n / sample.length;
  const second = await maximize(f, k, { optimizer, epsilon, seed, signal });
  const place = new Map(Array.from(merged, (row, i) => [row, i]));
  let best: { value: number; from: "merged" | number; places: Int32Array; gains: Float64Array } = {
    value: second.value,
    from: "merged",
    places: second.indices,
    gains: second.gains,
  };
  for (const [part, chosen] of found.entries()) {
    const selection = f.start();
    const gains = new Float64Array(chosen.length);
    const places = chosen.map((row) => place.get(row)!);
    places.forEach((j, t) => {
      gains[t] = selection.gain(j);
      selection.add(j);
    });
    if (selection.value > best.value) best = { value: selection.value, from: part, places, gains };
  }
  const sampled = sample.length < n;
  return {
    indices: best.places.map((j) => merged[j]),
    gains: best.gains.map((gain) => scale * gain),
    value: scale * best.value,
    startValue: 0,
    evaluations: second.evaluations,
    parts,
    from: best.from,
    approximation:
      `rows chosen in ${parts} random parts, each representing itself, then among these` +
      (sampled ? `; values are of ${sample.length} random rows of ${n}` : ""),
    guarantee: {
      factor: (1 - Math.exp(-1)) / 2,
      inExpectation: true,
      because:
        "two rounds over random parts: on average at least (1 − 1/e)/2 (Barbosa et al. 2015), up to the error of " +
        "representing each part by itself and all rows by a sample",
    },
  };
}

function requireWhole(value: number, least: number, most: number, option: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new InputError({
    code: "bad-option",
    where: `maximizeDistributed: ${option}`,
    problem: "not usable",
    expected: `a whole number from ${least} to ${most}`,
    got: value,
  });
}
