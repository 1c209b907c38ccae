import { InputError } from "../../core/errors.ts";
import { matrix } from "../../core/matrix.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { type FeatureRows, type SimilarityMetric, similarities, spread } from "./feature-similarities.ts";
import { splitIntoLeaves } from "./projection-tree.ts";
import type { Similarities, SimilarityColumn } from "./similarities.ts";

export interface NeighbourOptions extends LongRunning {
  /** `"cosine"` by default. */
  metric?: SimilarityMetric;
  /** σ of `rbf`; by default as in `similarities`, of all rows. */
  bandwidth?: number;
  /** Most similar rows kept for each row, itself included. 32 by default. */
  neighbours?: number;
  /** Random partitions in which neighbours are looked for. 3 by default. */
  trees?: number;
  /** Largest part of a partition, within which all pairs are compared. 256 by default. */
  leafSize?: number;
  /** 0 by default. */
  seed?: number;
}

/** Similarities of which only the largest are kept. */
export interface NeighbourSimilarities extends Similarities {
  /** True when all pairs were compared. */
  readonly isExact: boolean;
  /** Similarities in memory, of items² in all. */
  readonly kept: number;
  /** One sentence on what is approximated. */
  readonly approximation: string;
}

/**
 * Similarities between rows and their nearest neighbours only: what facility location needs for a million rows. A pair is kept when either row is among the most similar of the other; all others count as 0, so that f
 * of any set is at most what all similarities would give.
 *
 * Neighbours are looked for within the leaves of random projection trees (Dasgupta, Freund 2008), in which all pairs are
 * compared: O(trees · n · leafSize · d) time. Memory beside the rows: 8 bytes · n · neighbours for the search and up to
 * twice that for the result. Up to 2 · leafSize rows are compared all with all, exactly.
 *
 * @throws InputError for a row of zeros, numbers that are not finite, options that are not counts
 * @example
 * import { facilityLocation, maximize, neighbourSimilarities } from "surprisal/decide";
 * const rows = { data: Float32Array.of(1, 0, 0.9, 0.1, 0, 1, 0.1, 0.9), rows: 4, cols: 2 };
 * const s = await neighbourSimilarities(rows, { neighbours: 2 });
 * const { indices } = await maximize(facilityLocation(s), 2);
 */
export async function neighbourSimilarities(
  features: FeatureRows,
  options: NeighbourOptions = {},
): Promise<NeighbourSimilarities> {
  const { rows: n } = features;
  const {
    metric = "cosine",
    neighbours = 32,
    trees = 3,
    leafSize = 256,
    seed = 0,
    signal,
    onProgress,
  } = options;
  requireCount(neighbours, 1, "neighbours");
  requireCount(trees, 1, "trees");
  requireCount(leafSize, 2, "leafSize");
  requireUsable(features, metric);
  const bandwidth =
    metric === "rbf" ? (options.bandwidth ?? spread(features, "neighbourSimilarities")) : undefined;
  const k = Math.min(neighbours, n);
  const isExact = n <= 2 * leafSize;
  const pace = pacer(signal, "neighbourSimilarities");
  const lists: Lists = { k, items: new Int32Array(n * k).fill(-1), values: new Float32Array(n * k).fill(-1) };
  const rounds = isExact ? 1 : trees;
  const random = new Random(seed).split("neighbours");
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    const leaves = isExact
      ? [Int32Array.from({ length: n }, (_, i) => i)]
      : await splitIntoLeaves(features, {
          leafSize,
          byAngle: metric.endsWith("cosine"),
          random: random.split(round),
          pace,
        });
    for (const leaf of leaves) {
      await pace();
      compareWithin(features, leaf, lists, { metric, bandwidth });
      done += leaf.length;
      onProgress?.({ done, total: rounds * n, label: "neighbours" });
    }
  }
  const table = symmetric(lists, n);
  const approximation = isExact
    ? `exact for the ${k} most similar rows of each row, 0 beyond`
    : `the ${k} most similar rows found for each row in ${trees} random projection trees with leaves of at most ${leafSize}; 0 beyond`;
  return { ...table, isExact, approximation };
}

/** The k most similar items found for each row, most similar first. */
interface Lists {
  k: number;
  items: Int32Array;
  values: Float32Array;
}

function compareWithin(
  { data, cols }: FeatureRows,
  leaf: Int32Array,
  lists: Lists,
  options: { metric: SimilarityMetric; bandwidth?: number },
): void {
  const m = leaf.length;
  const block = matrix(m, cols);
  for (let i = 0, to = 0; i < m; i++) {
    for (let c = 0, from = leaf[i] * cols; c < cols; c++) block.data[to++] = data[from++];
  }
  const s = similarities(block, options);
  for (let j = 0; j < m; j++) {
    const { values, from } = s.column(j);
    const last = (leaf[j] + 1) * lists.k - 1;
    for (let i = 0; i < m; i++) {
      if (values[from + i] > lists.values[last]) insert(lists, leaf[j], leaf[i], values[from + i]);
    }
  }
}

/** Puts an item into the list of a row, unless it is there from another tree. */
function insert({ k, items, values }: Lists, row: number, item: number, value: number): void {
  const first = row * k;
  for (let at = first; at < first + k; at++) if (items[at] === item) return;
  let place = first + k - 1;
  while (place > first && values[place - 1] < value) {
    values[place] = values[place - 1];
    items[place] = items[place - 1];
    place--;
  }
  values[place] = value;
  items[place] = item;
}

/** The table of all pairs (i, j) where j is in the list of i or i in the list of j; similarities up to 0 are left out. */
function symmetric({ k, items, values }: Lists, n: number): Similarities & { kept: number } {
  const isListed = (row: number, item: number) => {
    for (let at = row * k; at < (row + 1) * k; at++) if (items[at] === item) return true;
    return false;
  };
  const starts = new Float64Array(n + 1);
  const eachPair = (visit: (i: number, j: number, value: number) => void) => {
    for (let i = 0, at = 0; i < n; i++) {
      for (let t = 0; t < k; t++, at++) {
        const j = items[at];
        if (j < 0 || !(values[at] > 0)) continue;
        visit(i, j, values[at]);
        if (i !== j && !isListed(j, i)) visit(j, i, values[at]);
      }
    }
  };
  eachPair((_, j) => starts[j + 1]++);
  for (let j = 0; j < n; j++) starts[j + 1] += starts[j];
  const rows = new Int32Array(starts[n]);
  const similar = new Float32Array(starts[n]);
  const next = starts.slice();
  eachPair((i, j, value) => {
    rows[next[j]] = i;
    similar[next[j]++] = value;
  });
  const found: SimilarityColumn = { values: similar, from: 0, to: 0, rows };
  return {
    represented: n,
    items: n,
    kept: starts[n],
    column(j) {
      found.from = starts[j];
      found.to = starts[j + 1];
      return found;
    },
    entry(i, j) {
      for (let at = starts[j]; at < starts[j + 1]; at++) if (rows[at] === i) return similar[at];
      return 0;
    },
  };
}

function requireUsable({ data, rows, cols }: FeatureRows, metric: SimilarityMetric): void {
  const needsDirection = metric.endsWith("cosine");
  if (rows < 1 || cols < 1 || data.length !== rows * cols) {
    throw new InputError({
      code: "shape-mismatch",
      where: "neighbourSimilarities",
      problem: "the numbers do not fill rows and columns",
      expected: `${rows} × ${cols} numbers`,
      got: data.length,
    });
  }
  for (let i = 0, at = 0; i < rows; i++) {
    let square = 0;
    for (const end = at + cols; at < end; at++) square += data[at] * data[at];
    if ((square > 0 || (square === 0 && !needsDirection)) && square < Number.POSITIVE_INFINITY) continue;
    throw new InputError({
      code: square === 0 ? "zero-row" : "not-finite",
      where: "neighbourSimilarities",
      problem: square === 0 ? `row ${i} is all zeros, so it has no direction` : `row ${i} is not finite`,
      expected: "finite numbers, not all zero",
      got: Array.from(data.subarray(i * cols, Math.min(at, i * cols + 4))),
    });
  }
}

function requireCount(value: number, least: number, option: string): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new InputError({
    code: "bad-option",
    where: `neighbourSimilarities: ${option}`,
    problem: "not a count",
    expected: `a whole number from ${least}`,
    got: value,
  });
}
