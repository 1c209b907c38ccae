import { InputError } from "../../core/errors.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { type Constraint, type ConstraintOptions, constraintOf } from "./constraint.ts";
import { type Guarantee, guaranteeOf } from "./guarantee.ts";
import { lazyPicker } from "./lazy-picker.ts";
import { naivePicker } from "./naive-picker.ts";
import { nothing, type Picker, unfinished } from "./picker.ts";
import { samplePicker } from "./sample-picker.ts";
import { checkItems, type SetFunction } from "./set-function.ts";

/**
 * How the next item is found.
 * - `naive`: the best of all remaining ones
 * - `lazy`: the same, re-evaluating only items whose last known gain could still win (Minoux 1978)
 * - `stochastic`: the best of a fresh random sample (Mirzasoleiman et al. 2015)
 * - `lazier-than-lazy`: the same, with lazy evaluation inside the sample
 */
export type Optimizer = "naive" | "lazy" | "stochastic" | "lazier-than-lazy";

export interface MaximizeOptions extends ConstraintOptions, LongRunning {
  /** `"lazy"` by default for submodular functions, otherwise `"naive"`. */
  optimizer?: Optimizer;
  /** Of the two that sample: n/k · ln(1/epsilon) items are looked at in each step. 0.1 by default. */
  epsilon?: number;
  /** Items that are chosen already: gains and values count what is added to them. */
  start?: ArrayLike<number>;
  /** Of the sampling. 0 by default. */
  seed?: number;
}

/** Items in the order they were chosen. */
export interface Ranking {
  readonly indices: Int32Array;
  /** What each added to those before it. */
  readonly gains: Float64Array;
  /** f of the start set and all chosen items. */
  readonly value: number;
  /** f of the start set. */
  readonly startValue: number;
  /** How many gains were computed. */
  readonly evaluations: number;
  /** What the literature promises for this function, way of choosing and constraint. */
  readonly guarantee: Guarantee;
}

/**
 * Chooses up to k items greedily so that f is large. Of equal gains the smallest index wins.
 *
 * @param f any set function
 * @param k from 1 to f.n
 * @param options also `costs` with a `budget`, `groups` with `limits`, a `start` set; see {@link MaximizeOptions}
 * @returns fewer than k items only where a constraint leaves nothing more to choose
 * @throws InputError for k out of range, a lazy optimizer on a function that is not submodular, bad constraints
 * @see Nemhauser, Wolsey, Fisher 1978; Minoux 1978; Mirzasoleiman et al. 2015
 * @example
 * import { facilityLocation, maximize, similarityMatrix } from "surprisal/decide";
 * const points = [0, 1, 2, 6, 10, 11, 12];
 * const s = similarityMatrix(points.map((a) => points.map((b) => 1 / (1 + Math.abs(a - b)))));
 * const { indices, gains, guarantee } = await maximize(facilityLocation(s), 3);
 * // indices is [1, 5, 3]
 */
export async function maximize(f: SetFunction, k: number, options: MaximizeOptions = {}): Promise<Ranking> {
  const { epsilon = 0.1, start = [], seed = 0, signal, onProgress } = options;
  const optimizer = options.optimizer ?? (f.submodular ? "lazy" : "naive");
  checkItems(start, f.n, "maximize: start");
  check(f, k, { optimizer, epsilon, most: f.n - start.length });
  const constraint = constraintOf(f.n, options);
  const selection = f.start();
  const taken = new Uint8Array(f.n);
  for (let i = 0; i < start.length; i++) {
    selection.add(start[i]);
    constraint.take(start[i]);
    taken[start[i]] = 1;
  }
  const startValue = selection.value;
  const open = Int32Array.from({ length: f.n }, (_, j) => j).filter((j) => taken[j] === 0);
  const picker = pickerOf(optimizer, open, { f, k, epsilon, random: new Random(seed), constraint });
  const pace = pacer(signal, "maximize");
  const indices: number[] = [];
  const gains: number[] = [];
  while (indices.length < k) {
    const j = picker.pick(selection);
    const turn = pace();
    if (turn) await turn;
    if (j === unfinished) continue;
    if (j === nothing) break;
    const before = selection.value;
    selection.add(j);
    constraint.take(j);
    indices.push(j);
    gains.push(selection.value - before);
    onProgress?.({ done: indices.length, total: k });
  }
  const ranking: Ranking = {
    indices: Int32Array.from(indices),
    gains: Float64Array.from(gains),
    value: selection.value,
    startValue,
    evaluations: picker.evaluations,
    guarantee: guaranteeOf(f, { k, optimizer, epsilon, constraint: constraint.kind }),
  };
  return constraint.kind === "knapsack" ? orSingle(f, ranking, open, start, options) : ranking;
}

/** The ranking, or the best single item within the budget where that is worth more. */
function orSingle(
  f: SetFunction,
  ranking: Ranking,
  open: Int32Array,
  start: ArrayLike<number>,
  options: ConstraintOptions,
): Ranking {
  const constraint = constraintOf(f.n, options);
  const selection = f.start();
  for (let i = 0; i < start.length; i++) {
    selection.add(start[i]);
    constraint.take(start[i]);
  }
  let best = -1;
  let most = ranking.value - ranking.startValue;
  for (const j of open) {
    if (!constraint.admits(j)) continue;
    const gain = selection.gain(j);
    if (gain > most) {
      most = gain;
      best = j;
    }
  }
  const evaluations = ranking.evaluations + open.length;
  if (best < 0) return { ...ranking, evaluations };
  selection.add(best);
  return {
    ...ranking,
    indices: Int32Array.of(best),
    gains: Float64Array.of(most),
    value: selection.value,
    evaluations,
  };
}

interface PickerNeeds {
  f: SetFunction;
  k: number;
  epsilon: number;
  random: Random;
  constraint: Constraint;
}

function pickerOf(
  optimizer: Optimizer,
  open: Int32Array,
  { f, k, epsilon, random, constraint }: PickerNeeds,
): Picker {
  if (optimizer === "naive") return naivePicker(open, constraint);
  if (optimizer === "lazy") return lazyPicker(open, f.n, constraint);
  const size = Math.ceil((open.length / k) * Math.log(1 / epsilon));
  return samplePicker(open, f.n, { size, random, constraint, lazy: optimizer === "lazier-than-lazy" });
}

interface Checked {
  optimizer: Optimizer;
  epsilon: number;
  /** Items beside the start set. */
  most: number;
}

function check(f: SetFunction, k: number, { optimizer, epsilon, most }: Checked): void {
  if (!Number.isInteger(k) || k < 1 || k > most) {
    const tooMany =
      most < f.n ? "k is more than the items left beside the start set" : "k is more than there are items";
    throw new InputError({
      code: "bad-k",
      where: "maximize",
      problem: k > most ? tooMany : "k is not a number of items",
      expected: `a whole number from 1 to ${most}`,
      got: k,
    });
  }
  if (!f.submodular && (optimizer === "lazy" || optimizer === "lazier-than-lazy")) {
    throw new InputError({
      code: "not-submodular",
      where: "maximize: optimizer",
      problem: `${f.name} is not submodular, so an old gain does not bound a new one`,
      expected: '"naive" or "stochastic"',
      got: optimizer,
    });
  }
  if (!(epsilon > 0 && epsilon < 1)) {
    throw new InputError({
      code: "bad-option",
      where: "maximize: epsilon",
      problem: "not a share",
      expected: "a number between 0 and 1",
      got: epsilon,
    });
  }
}
