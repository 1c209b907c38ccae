import { InputError, throwIfStopped } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { gameValue } from "./game.ts";
import type { Graph } from "./graph.ts";
import type { LabelSpace } from "./label-space.ts";
import { identifiable, markPair, reachable, tolerance } from "./pair-envelope.ts";
import { requireObserved, rowOf, squaredDistances } from "./squared.ts";

/** Which labels can ever be predicted from the observed ones. */
export interface Locus {
  /** Labels of least variance for some weights, ascending. */
  readonly reachable: Int32Array;
  /** Labels that are the only ones of least variance for some weights, ascending. */
  readonly identifiable: Int32Array;
  readonly method: "tree" | "lp" | "pairs";
  /** False where only weights on two labels were looked at: there may be more. */
  readonly exact: boolean;
}

export interface LocusOptions extends LongRunning {
  /**
   * `"tree"`: the hull of the observed nodes, O(N), for trees with equal edges; `"lp"`: one linear program a label,
   * exact for any distances; `"pairs"`: weights on two labels only, O(K² N log N). Default `"auto"`: the first of
   * these that is exact and affordable, else pairs.
   */
  method?: "auto" | "tree" | "lp" | "pairs";
}

/** K² N² up to which linear programs are affordable: about ten seconds. */
const affordable = 4e9;

/**
 * The locus of a set of observed labels: all Fréchet means of distributions on them.
 *
 * @param observed the labels that the classifier knows, each once
 * @throws InputError for labels that do not exist or come twice, and `"tree"` where there is none with equal edges
 * @throws StoppedError when the signal fires
 * Source: Roberts et al. 2023, Π(Λ); the linear program and the hull are derived in `loki.ts`.
 * @example
 * import { labelSpaceFromOrder, locus } from "surprisal/decide";
 * const { reachable } = await locus(labelSpaceFromOrder(7), [1, 4]);
 * // 1, 2, 3, 4
 */
export async function locus(
  space: LabelSpace,
  observed: ArrayLike<number>,
  options: LocusOptions = {},
): Promise<Locus> {
  throwIfStopped(options.signal, "locus");
  const method = chosenMethod(space, observed.length, options.method ?? "auto");
  if (method === "tree") {
    requireObserved("locus", space, observed);
    const hull = treeHull(space.graph!, observed);
    return { reachable: hull, identifiable: hull, method, exact: true };
  }
  const marks = await locusMarks(space, observed, method, options);
  return {
    reachable: labelsWith(marks, reachable),
    identifiable: labelsWith(marks, identifiable),
    method,
    exact: method === "lp",
  };
}

export function isUnitTree({ graph }: LabelSpace): boolean {
  return graph?.isTree === true && graph.unit !== undefined;
}

function chosenMethod(space: LabelSpace, K: number, asked: string): Locus["method"] {
  if (asked === "lp" || asked === "pairs") return asked;
  if (asked === "tree" || asked === "auto") {
    if (isUnitTree(space)) return "tree";
    if (asked === "auto") return (K * space.size) ** 2 <= affordable ? "lp" : "pairs";
    throw new InputError({
      code: "not-a-tree",
      where: "locus",
      problem: "the labels are not the nodes of a tree with equal edges",
      expected: 'method "lp" or "pairs"',
      got: space.kind,
    });
  }
  throw new InputError({
    code: "unknown-method",
    where: "locus",
    problem: "unknown method",
    expected: '"auto", "tree", "lp" or "pairs"',
    got: asked,
  });
}

async function locusMarks(
  space: LabelSpace,
  observed: ArrayLike<number>,
  method: "lp" | "pairs",
  { signal, onProgress }: LongRunning,
): Promise<Uint8Array> {
  const pause = pacer(signal, "locus");
  const squared = squaredDistances("locus", space, observed);
  const marks = new Uint8Array(space.size);
  const K = observed.length;
  for (let k = 0; k < K; k++) {
    onProgress?.({ done: k, total: K, label: "pairs of observed labels" });
    markPoint(rowOf(squared, k), observed[k], marks);
    for (let l = 0; l < k; l++) {
      markPair(rowOf(squared, l), rowOf(squared, k), squared.data[l * space.size + observed[k]], marks);
      await pause();
    }
  }
  if (method === "pairs") return marks;
  const solve = labelProgram(squared);
  for (let y = 0; y < space.size; y++) {
    onProgress?.({ done: y, total: space.size, label: "linear programs" });
    if (marks[y] !== identifiable) marks[y] = Math.max(marks[y], solve(y));
    await pause();
  }
  return marks;
}

/** An observed label alone: the mean is itself, and whatever is at distance 0. Returns how many became reachable. */
export function markPoint(squared: Float64Array, label: number, marks: Uint8Array): number {
  let same = 0;
  let added = 0;
  for (let y = 0; y < squared.length; y++) {
    if (squared[y] > 0) continue;
    same++;
    if (marks[y] > 0) continue;
    marks[y] = reachable;
    added++;
  }
  if (same === 1) marks[label] = identifiable;
  return added;
}

/**
 * Whether label y has least variance for some w ∈ Δ: max t with Σ_j w_j (d²(y, λ_j) − d²(y′, λ_j)) + t ≤ 0 for all
 * y′ ≠ y. That t is the value of the game in which one side mixes observed labels and the other picks y′.
 */
function labelProgram({ data, rows: K, cols: N }: Matrix): (y: number) => number {
  const payoff = new Float64Array(K * (N - 1));
  const scale = 1 / data.reduce((most, value) => Math.max(most, value), Number.MIN_VALUE);
  return (y) => {
    if (N === 1) return identifiable;
    if (isBeaten(data, K, N, y, tolerance / scale)) return 0;
    for (let k = 0, at = 0; k < K; k++) {
      const own = data[k * N + y];
      for (let other = 0; other < N; other++) {
        if (other !== y) payoff[at++] = (data[k * N + other] - own) * scale;
      }
    }
    const value = gameValue(payoff, K, N - 1, -tolerance);
    return value > tolerance ? identifiable : value >= -tolerance ? reachable : 0;
  };
}

/** Whether some label is nearer to every observed one: no weights help then, and no program is needed. */
function isBeaten(data: Float64Array, K: number, N: number, y: number, slack: number): boolean {
  for (let other = 0; other < N; other++) {
    let k = 0;
    while (k < K && data[k * N + other] < data[k * N + y] - slack) k++;
    if (k === K) return true;
  }
  return false;
}

/** The nodes on paths between observed ones: what remains when leaves that are not observed are taken off. */
function treeHull({ nodes, offsets, targets }: Graph, observed: ArrayLike<number>): Int32Array {
  const isObserved = new Uint8Array(nodes);
  for (let k = 0; k < observed.length; k++) isObserved[observed[k]] = 1;
  const degree = Int32Array.from({ length: nodes }, (_, i) => offsets[i + 1] - offsets[i]);
  const gone = new Uint8Array(nodes);
  const pending: number[] = [];
  for (let i = 0; i < nodes; i++) if (degree[i] <= 1 && isObserved[i] === 0) pending.push(i);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    gone[node] = 1;
    for (let e = offsets[node]; e < offsets[node + 1]; e++) {
      const to = targets[e];
      if (--degree[to] === 1 && isObserved[to] === 0 && gone[to] === 0) pending.push(to);
    }
  }
  return labelsWith(
    gone.map((is) => 1 - is),
    1,
  );
}

export function labelsWith(marks: Uint8Array, least: number): Int32Array {
  const out = new Int32Array(marks.reduce((count, mark) => count + (mark >= least ? 1 : 0), 0));
  let size = 0;
  for (let y = 0; y < marks.length; y++) if (marks[y] >= least) out[size++] = y;
  return out;
}
