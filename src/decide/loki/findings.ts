import { StoppedError } from "../../core/errors.ts";
import type { Interval } from "../../core/estimate.ts";
import type { LongRunning } from "../../core/progress.ts";
import { studentQuantile } from "../../core/special/student.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import type { TableNote } from "../../data/table.ts";
import { type LabelMap, labelMap } from "./label-map.ts";
import type { LabelSpace } from "./label-space.ts";
import { type Locus, type LocusOptions, locus } from "./locus.ts";
import { nextClasses } from "./next-classes.ts";
import { labelSquaredDistances, type Relabelled } from "./relabel.ts";
import type { ScoreKind } from "./weights.ts";

/** A number of the classifier alone, and of Loki. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** What `surprisal relabel` found out, but for the labels of the rows themselves: plain JSON. */
export interface RelabelFindings {
  readonly rows: number;
  readonly space: { readonly kind: LabelSpace["kind"]; readonly labels: number };
  /** The labels that the classifier knows, in the order of its columns. */
  readonly observed: readonly string[];
  readonly input: ScoreKind;
  readonly temperature: number;
  /** Where the temperature was fitted: the mean squared distance on held-out rows. */
  readonly temperatures?: readonly { readonly temperature: number; readonly value: number }[];
  /** Rows whose label is another one now. */
  readonly changed: number;
  /** Rows whose label is now one that was never observed. */
  readonly unseen: number;
  /** Rows in which several labels have least variance. */
  readonly tied: number;
  /** Mean expected squared distance under the classifier's own weights. */
  readonly expected: BeforeAfter;
  /** Against true labels, where they are known. */
  readonly truth?: {
    readonly rows: number;
    readonly squaredDistance: BeforeAfter & { readonly difference: Interval & { readonly value: number } };
    readonly accuracy: BeforeAfter;
  };
  /** The most frequent changes. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly rows: number }[];
  /**
   * How often each label was and is predicted and true, and whether it can be predicted at all. Of more than 2,000
   * labels those that are observed or occur.
   */
  readonly labels: readonly LabelCount[];
  /** Missing when the search was stopped. */
  readonly locus?: {
    readonly method: Locus["method"];
    readonly exact: boolean;
    readonly reachable: number;
    readonly identifiable: number;
  };
  /** Classes worth observing next, in order. */
  readonly next: readonly { readonly label: string; readonly gain: number; readonly reachable: number }[];
  readonly map?: LabelMap;
  readonly notes: readonly TableNote[];
}

export interface LabelCount {
  readonly name: string;
  /** Missing where the locus was not found. */
  readonly standing?: "observed" | "identifiable" | "reachable" | "unreachable";
  readonly before: number;
  readonly after: number;
  readonly truth?: number;
}

export interface FindingsOptions extends LongRunning {
  input?: ScoreKind;
  temperature?: number;
  temperatures?: RelabelFindings["temperatures"];
  /** The true label of each row, −1 where unknown. */
  truth?: ArrayLike<number>;
  /** How the locus is found. Default `"auto"`. */
  locus?: LocusOptions["method"];
  /** How many next classes to look for. Default 5. */
  next?: number;
}

const mostMoves = 30;
const mostListed = 2000;

/**
 * What changed, how far the labels are from the truth, which labels can be predicted and which to observe next.
 * Where the signal fires, what was not found yet is left out.
 *
 * @throws InputError as the functions it calls do
 * @example
 * import { labelSpaceFromOrder, relabel, relabelFindings } from "surprisal/decide";
 * const stars = labelSpaceFromOrder(7);
 * const relabelled = await relabel(stars, [0, 6], [[0.9, 0.1], [0.5, 0.5]]);
 * const { changed, expected, locus } = await relabelFindings(stars, [0, 6], relabelled);
 * // 2 rows changed; expected squared distance 10.8 → 6.2; all 7 labels are reachable
 */
export async function relabelFindings(
  space: LabelSpace,
  observed: ArrayLike<number>,
  relabelled: Relabelled,
  options: FindingsOptions = {},
): Promise<RelabelFindings> {
  const { labels, before, variance, varianceBefore, ties } = relabelled;
  const { input = "probabilities", temperature = 1, temperatures, truth, next: count = 5 } = options;
  const run = { signal: options.signal, onProgress: options.onProgress };
  const known = new Set(Array.from(observed));
  const found = await unlessStopped(() => locus(space, observed, { method: options.locus, ...run }));
  const picks =
    found && count > 0 ? await unlessStopped(() => nextClasses(space, observed, count, run)) : undefined;
  const compared = truth && compare(space, relabelled, truth);
  const map = labelMap(space);
  const findings: Omit<RelabelFindings, "notes"> = {
    rows: labels.length,
    space: { kind: space.kind, labels: space.size },
    observed: Array.from(observed, (label) => space.names[label]),
    input,
    temperature,
    ...(temperatures ? { temperatures } : {}),
    changed: countWhere(labels, (label, i) => label !== before[i]),
    unseen: countWhere(labels, (label) => !known.has(label)),
    tied: countWhere(ties, (number) => number > 1),
    expected: { before: mean(varianceBefore), after: mean(variance) },
    ...(compared ? { truth: compared } : {}),
    moves: movesOf(space, relabelled),
    labels: countsOf(space, known, relabelled, found, truth),
    ...(found
      ? {
          locus: {
            method: found.method,
            exact: found.exact,
            reachable: found.reachable.length,
            identifiable: found.identifiable.length,
          },
        }
      : {}),
    next: (picks ?? []).map(({ label, ...rest }) => ({ label: space.names[label], ...rest })),
    ...(map ? { map } : {}),
  };
  return { ...findings, notes: notesOf(space, findings) };
}

async function unlessStopped<T>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    throw error;
  }
}

function compare(
  space: LabelSpace,
  { labels, before }: Relabelled,
  truth: ArrayLike<number>,
): RelabelFindings["truth"] {
  const rows = Int32Array.from(labels.keys()).filter((i) => truth[i] >= 0);
  if (rows.length < 2) return undefined;
  const take = (values: ArrayLike<number>) => Int32Array.from(rows, (i) => values[i]);
  const [own, old, right] = [take(labels), take(before), take(truth)];
  const after = labelSquaredDistances(space, own, right);
  const earlier = labelSquaredDistances(space, old, right);
  const paired = after.map((value, i) => value - earlier[i]);
  const n = rows.length;
  const value = mean(paired);
  const half = studentQuantile(0.975, n - 1) * (standardDeviation(paired) / Math.sqrt(n - 1));
  const how = `Student's interval of paired differences over ${n} rows`;
  return {
    rows: n,
    squaredDistance: {
      before: mean(earlier),
      after: mean(after),
      difference: { value, low: value - half, high: value + half, level: 0.95, how },
    },
    accuracy: {
      before: countWhere(old, (label, i) => label === right[i]) / n,
      after: countWhere(own, (label, i) => label === right[i]) / n,
    },
  };
}

function movesOf({ names, size }: LabelSpace, { labels, before }: Relabelled): RelabelFindings["moves"] {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === before[i]) continue;
    const key = before[i] * size + labels[i];
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, mostMoves)
    .map(([key, rows]) => ({ from: names[Math.floor(key / size)], to: names[key % size], rows }));
}

function countsOf(
  { names, size }: LabelSpace,
  observed: ReadonlySet<number>,
  { labels, before }: Relabelled,
  found: Locus | undefined,
  truth: ArrayLike<number> | undefined,
): LabelCount[] {
  const count = (values: ArrayLike<number>) => {
    const counts = new Int32Array(size);
    for (let i = 0; i < values.length; i++) if (values[i] >= 0) counts[values[i]]++;
    return counts;
  };
  const [old, now, right] = [count(before), count(labels), truth && count(truth)];
  const [reachable, alone] = [new Set(found?.reachable), new Set(found?.identifiable)];
  const standing = (y: number) => {
    if (observed.has(y)) return "observed";
    return alone.has(y) ? "identifiable" : reachable.has(y) ? "reachable" : "unreachable";
  };
  const listed = (y: number) =>
    size <= mostListed || observed.has(y) || old[y] + now[y] + (right?.[y] ?? 0) > 0;
  return names.flatMap((name, y): LabelCount[] =>
    listed(y)
      ? [
          {
            name,
            ...(found ? { standing: standing(y) } : {}),
            before: old[y],
            after: now[y],
            ...(right ? { truth: right[y] } : {}),
          },
        ]
      : [],
  );
}

/** Of rows with ties above which a reader should know. */
const manyTies = 0.05;

function notesOf(space: LabelSpace, f: Omit<RelabelFindings, "notes">): TableNote[] {
  const notes: TableNote[] = [];
  const note = (code: string, severity: TableNote["severity"], message: string) =>
    notes.push({ code, severity, message, columns: [] });
  for (const { code, message } of space.warnings) note(code, "problem", message);
  const { truth, locus: found } = f;
  if (truth && truth.squaredDistance.difference.low > 0) {
    note(
      "farther",
      "problem",
      "the new labels are farther from the truth than the old ones: the probabilities are probably too smooth; fit a temperature on held-out rows",
    );
  } else if (truth && truth.accuracy.after < truth.accuracy.before) {
    note(
      "less-accurate",
      "hint",
      "fewer labels are exactly right than before: the rule lowers squared distance, not the number of errors",
    );
  }
  if (!truth) {
    note(
      "own-belief",
      "fact",
      "expected distances are what the classifier itself believes; true labels (--truth) would tell how far they are right",
    );
  }
  if (truth && truth.rows < f.rows) {
    note("missing-truth", "fact", `${f.rows - truth.rows} rows have no true label and were not compared`);
  }
  if (f.tied > manyTies * f.rows) {
    note(
      "ties",
      "fact",
      `in ${f.tied} rows several labels have the same expected distance; the first was taken`,
    );
  }
  if (found && found.reachable === f.observed.length) {
    note(
      "nothing-new",
      "hint",
      "with these distances only observed labels can be predicted: the result is that of the largest probability or near it",
    );
  }
  if (found && !found.exact) {
    note(
      "lower-bound",
      "fact",
      "the locus is that of weights on two labels; more labels may be within reach",
    );
  }
  return notes;
}

function countWhere(values: Int32Array, is: (value: number, i: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (is(values[i], i)) count++;
  return count;
}
