import { InputError } from "../../core/errors.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { distancesToSet } from "./graph.ts";
import type { LabelSpace } from "./label-space.ts";
import { isUnitTree, labelsWith, locus, markPoint } from "./locus.ts";
import { markPair, reachable } from "./pair-envelope.ts";
import { writeSquared } from "./squared.ts";

/** A class worth observing next. */
export interface NextClass {
  readonly label: number;
  /** Labels that can be predicted once it is observed, and could not before. */
  readonly gain: number;
  /** Labels that can be predicted then. */
  readonly reachable: number;
}

export interface NextClassOptions extends LongRunning {
  /** Labels tried at each pick, those farthest from the locus first; not used for trees with equal edges. Default 200. */
  candidates?: number;
}

/**
 * The classes that are worth observing next, greedily, so that as many labels as possible can be predicted.
 *
 * In a tree with equal edges the pick is the node farthest from the locus, which enlarges it by that distance; picking
 * so is optimal for any number of picks. Elsewhere it is the candidate with the largest locus by pairs, then the
 * farthest, then the first.
 *
 * @param count how many at most; fewer come back once every label can be predicted
 * @throws InputError for a count below 1 and observed labels that do not exist or come twice
 * @throws StoppedError when the signal fires
 * Source: Roberts et al. 2023, active learning of the next class.
 * @example
 * import { labelSpaceFromGraph, nextClasses } from "surprisal/decide";
 * const tree = labelSpaceFromGraph(7, [[0, 1], [1, 2], [1, 3], [3, 4], [3, 5], [5, 6]]);
 * const [first] = await nextClasses(tree, [0, 4], 1);
 * // first is {label: 6, gain: 2, reachable: 6}
 */
export async function nextClasses(
  space: LabelSpace,
  observed: ArrayLike<number>,
  count: number,
  { candidates = 200, ...run }: NextClassOptions = {},
): Promise<NextClass[]> {
  requireCount("nextClasses", "count", count);
  requireCount("nextClasses", "candidates", candidates);
  const picks: NextClass[] = [];
  const pause = pacer(run.signal, "nextClasses");
  const marks = new Uint8Array(space.size);
  for (const label of (await locus(space, observed, run)).reachable) marks[label] = reachable;
  let size = marks.reduce((sum, mark) => sum + mark, 0);
  const away = new Float64Array(space.size).fill(Number.POSITIVE_INFINITY);
  const lowerAway = distanceUpdater(space, away);
  await lowerAway(labelsWith(marks, reachable), pause);
  const isTree = isUnitTree(space);
  const most = Math.min(count, space.size - size);
  const seen = isTree ? [] : Array.from(observed, (label) => observedLabel(space, label));

  while (picks.length < most && size < space.size) {
    run.onProgress?.({ done: picks.length, total: most, label: "next classes" });
    const before = marks.slice();
    let label = farthest(away, 1)[0];
    if (isTree) {
      for (const node of pathToLocus(space, label, away)) marks[node] = reachable;
    } else {
      const pick = await largestGain(space, seen, marks, farthest(away, candidates), pause);
      label = pick.label;
      addPairs(seen, pick, marks);
      seen.push(pick);
    }
    const added = labelsWith(
      marks.map((mark, y) => (mark > 0 && before[y] === 0 ? 1 : 0)),
      1,
    );
    size += added.length;
    picks.push({ label, gain: added.length, reachable: size });
    await lowerAway(added, pause);
  }
  return picks;
}

type Pause = () => Promise<void> | undefined;

/** Keeps the distance of every label to the nearest label that can be predicted. */
function distanceUpdater({ graph, size, distancesFrom }: LabelSpace, away: Float64Array) {
  const row = new Float64Array(size);
  return async (added: Int32Array, pause: Pause): Promise<void> => {
    if (graph) {
      distancesToSet(graph, added, row);
      for (let y = 0; y < size; y++) if (row[y] < away[y]) away[y] = row[y];
      return;
    }
    for (const label of added) {
      distancesFrom(label, row);
      for (let y = 0; y < size; y++) if (row[y] < away[y]) away[y] = row[y];
      await pause();
    }
  };
}

/** Labels outside the locus, the farthest first, equally far ones in order. */
function farthest(away: Float64Array, count: number): number[] {
  if (count === 1) {
    let best = 0;
    for (let y = 1; y < away.length; y++) if (away[y] > away[best]) best = y;
    return [best];
  }
  const outside = Array.from(away.keys()).filter((y) => away[y] > 0);
  return outside.sort((y, z) => away[z] - away[y] || y - z).slice(0, count);
}

/** A label and its squared distances to all. */
interface Observed {
  readonly label: number;
  readonly squared: Float64Array;
}

function observedLabel(space: LabelSpace, label: number): Observed {
  return { label, squared: writeSquared(space, label, new Float64Array(space.size)) };
}

async function largestGain(
  space: LabelSpace,
  seen: readonly Observed[],
  marks: Uint8Array,
  candidates: readonly number[],
  pause: Pause,
): Promise<Observed> {
  let best: Observed | undefined;
  let most = -1;
  for (const label of candidates) {
    const candidate = observedLabel(space, label);
    const gain = addPairs(seen, candidate, marks.slice());
    if (gain > most) {
      most = gain;
      best = candidate;
    }
    await pause();
  }
  return best!;
}

/** Marks what one more observed label makes reachable, and counts it. */
function addPairs(seen: readonly Observed[], { label, squared }: Observed, marks: Uint8Array): number {
  return seen.reduce(
    (sum, other) => sum + markPair(other.squared, squared, squared[other.label], marks),
    markPoint(squared, label, marks),
  );
}

/** The nodes from a label to the locus, down the distances to it. */
function pathToLocus({ graph }: LabelSpace, label: number, away: Float64Array): number[] {
  const { offsets, targets } = graph!;
  const path = [label];
  for (let node = label; away[node] > 0; ) {
    let next = node;
    for (let e = offsets[node]; e < offsets[node + 1]; e++)
      if (away[targets[e]] < away[next]) next = targets[e];
    path.push(next);
    node = next;
  }
  return path;
}

/** Labels from which every label can be predicted. */
export interface LocusCover {
  readonly labels: Int32Array;
  /** Whether no smaller set does; known for trees with equal edges only. */
  readonly smallest: boolean;
}

/**
 * Labels to observe so that every label can be predicted: in a tree with equal edges its leaves, the smallest such
 * set; elsewhere greedily from two far ends.
 *
 * @throws StoppedError when the signal fires
 * Source: Roberts et al. 2023, locus cover.
 * @example
 * import { labelSpaceFromOrder, locusCover } from "surprisal/decide";
 * const { labels } = await locusCover(labelSpaceFromOrder(100));
 * // 0 and 99
 */
export async function locusCover(space: LabelSpace, options: NextClassOptions = {}): Promise<LocusCover> {
  if (isUnitTree(space)) {
    const { offsets, nodes } = space.graph!;
    const isLeaf = Uint8Array.from({ length: nodes }, (_, i) => (offsets[i + 1] - offsets[i] <= 1 ? 1 : 0));
    return { labels: labelsWith(isLeaf, 1), smallest: true };
  }
  const [first] = farthest(space.distancesFrom(0), 1);
  const more = await nextClasses(space, [first], space.size, options);
  return { labels: Int32Array.from([first, ...more.map(({ label }) => label)]).sort(), smallest: false };
}

/**
 * Classes to begin with, drawn around the centre of the label space: K labels without replacement, with probability
 * ∝ exp(−θ d(v, centre)), the centre being the Fréchet mean of all labels. The locus shrinks as θ grows. O(N²).
 *
 * @param options.concentration θ; 0 draws evenly. Default 0
 * @param options.seed default 0
 * @returns ascending
 * @throws InputError when count is not from 1 to the number of labels
 * Source: the reference experiments of Roberts et al. 2023.
 * @example
 * import { concentratedClasses, labelSpaceFromOrder } from "surprisal/decide";
 * concentratedClasses(labelSpaceFromOrder(100), 5, { concentration: 1 }); // five labels near 49
 */
export function concentratedClasses(
  space: LabelSpace,
  count: number,
  { concentration = 0, seed = 0 }: { concentration?: number; seed?: number } = {},
): Int32Array {
  requireCount("concentratedClasses", "count", count, space.size);
  const random = new Random(seed);
  const row = new Float64Array(space.size);
  const sums = new Float64Array(space.size);
  for (let v = 0; v < space.size; v++) {
    writeSquared(space, v, row);
    for (let y = 0; y < row.length; y++) sums[y] += row[y];
  }
  let centre = 0;
  for (let y = 1; y < sums.length; y++) if (sums[y] < sums[centre]) centre = y;
  const distances = space.distancesFrom(centre);
  // Exponential races: the smallest E / w are a draw without replacement; logarithms keep tiny weights apart.
  const keys = distances.map((distance) => Math.log(random.exponential()) + concentration * distance);
  const order = Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b]);
  return Int32Array.from(order.slice(0, count)).sort();
}

function requireCount(where: string, what: string, value: number, most = Number.POSITIVE_INFINITY): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new InputError({
    code: "bad-count",
    where,
    problem: `${what} is not usable`,
    expected: most === Number.POSITIVE_INFINITY ? "an integer from 1" : `an integer from 1 to ${most}`,
    got: value,
  });
}
