/**
 * The main job: what do the columns of a table say about a target, about each other, or about the future of
 * another series? Pairs are independent tasks for the executor; what is known after them (overlap, trust, notes)
 * is put together here.
 *
 * Cost: one estimate with interval and test per pair asked for, plus a value on at most 1,000 rows for each pair
 * among at most 100 columns.
 */
import { availableParallelism } from "node:os";
import { InputError, StoppedError, throwIfStopped } from "../../core/errors.ts";
import { type Executor, inline, threads } from "../../core/parallel/index.ts";
import type { LongRunning, Progress } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { type ColumnDecision, categoriesOf, numbersOf, type Table } from "../../data/table.ts";
import { trainedEstimators } from "../mutual-information/mutual-information.ts";
import { type Frame, type FrameColumn, frameOf, frameRows } from "./frame.ts";
import type { ColumnSummary, MistOpinion, PairEstimate, TableMeasurement } from "./measurement.ts";
import { mistOpinions } from "./mist-opinions.ts";
import { notesOf } from "./notes.ts";
import { redundancyGroups } from "./overlap.ts";
import { answerPair, measurePair, type PairAnswer, type PairOptions, type PairUnit } from "./pair-task.ts";
import { histogramOf, pairPicture } from "./pictures.ts";
import { type Question, questionOf, type TableRequest } from "./question.ts";
import { columnEntropy } from "./summaries.ts";
import { trustTask } from "./trust.ts";

const overlapRows = 1_000;
const overlapColumns = 100;
const keptPairs = 24;
const keptNulls = 8;
const pictureCount = 8;
/** Rows × pairs × repetitions above which threads are worth their start. */
const smallWork = 5e6;
/** Rows × pairs of a pair matrix above which each pair is measured on a sample of the rows. */
const largeMatrix = 2e6;

/**
 * Measures the columns of a table.
 *
 * @param decisions what each column is used as, see `inferColumns`
 * @returns everything that was found, as plain JSON; when stopped by the signal, what was finished until then: the
 *   estimates that were done, without overlap and trust
 * @throws InputError for unknown or unusable columns, and when no pair could be measured
 */
export async function measureTable(
  table: Table,
  decisions: readonly ColumnDecision[],
  request: TableRequest,
  { signal, onProgress }: LongRunning = {},
): Promise<Omit<TableMeasurement, "command" | "environment">> {
  const options: PairOptions = {
    estimator: request.estimator,
    k: request.k,
    bins: request.bins,
    correction: request.correction,
    preprocess: request.preprocess,
    ties: request.ties,
    unit: request.unit ?? "nats",
    seed: request.seed ?? 0,
    level: request.level ?? 0.95,
    permutations: request.permutations ?? 200,
  };
  const frame = frameOf(table.rows, usable(table, decisions));
  const question = questionOf(decisions, request);
  if (question.kind === "transfer" && table.rows < table.totalRows) {
    throw new InputError({
      code: "sampled-series",
      where: "transfer entropy",
      problem: "a sample of the rows tears a time series apart",
      expected: `all ${table.totalRows} rows`,
      got: table.rows,
      hint: "leave out --sample",
    });
  }
  const units: PairUnit[] = question.pairs.map((pair) => ({ ...pair, options }));
  const isMatrix = question.kind === "pairs" && units.length * table.rows > largeMatrix;
  if (isMatrix) {
    const mostRows = Math.max(1_000, Math.round(largeMatrix / units.length));
    for (const unit of units) unit.mostRows = mostRows;
  }

  const isTrained = trainedEstimators.has(options.estimator ?? "auto");
  const work = units.length * table.rows * (options.permutations + 20);
  const executor =
    (work > smallWork && !isTrained) || request.threads !== undefined
      ? threads(request.threads ?? availableParallelism())
      : inline();
  const asksMist =
    request.mist === true &&
    options.estimator !== "mist" &&
    (question.kind === "target" || question.kind === "groups") &&
    question.pairs.every(({ given }) => !given);
  // Loading the network takes as long as measuring a small table, so it goes on beside.
  const beside = asksMist ? threads(1) : undefined;
  const opinions = beside
    ?.map(mistOpinions, [{ pairs: question.pairs, unit: options.unit, seed: options.seed }], {
      shared: frame,
      signal,
    })
    .then(([answers]) => answers);
  // Its failure is heard where it is awaited.
  opinions?.catch(() => {});
  try {
    return await run();
  } finally {
    await executor.close();
    await beside?.close();
  }

  async function run() {
    const answers: PairAnswer[] = [];
    let stopped: TableMeasurement["stopped"];
    try {
      if (isTrained) await answerInTurn(answers);
      else {
        await executor.map(measurePair, units, {
          shared: frame,
          signal,
          onProgress: (progress) => onProgress?.({ ...progress, label: "pairs" }),
          onResult: (answer) => answers.push(answer),
        });
      }
    } catch (error) {
      if (!(error instanceof StoppedError) || answers.length === 0) throw error;
      stopped = { done: answers.length, total: units.length };
    }
    const estimates = answers
      .flatMap((answer) => (answer.refused ? [] : [answer.estimate]))
      .sort((a, b) => b.value - a.value || compareNames(a, b));
    refuseIfNothing(answers, estimates);
    answers.sort(byName);

    const background = stopped
      ? undefined
      : await measureBackground(executor, question, estimates).catch((error) => {
          if (!(error instanceof StoppedError)) throw error;
          stopped = { done: units.length, total: units.length };
          return undefined;
        });
    const heard = await opinions?.catch((error: Error): MistOpinion[] | undefined => {
      if (!(error instanceof StoppedError)) return question.pairs.map(() => ({ absent: error.message }));
      stopped ??= { done: units.length, total: units.length };
      return undefined;
    });
    const columns = summaries(background?.entropies);
    const groups = background ? groupsOf(question, estimates, background.overlap, frame) : [];
    const measured = {
      file: table.name,
      n: table.rows,
      unit: options.unit,
      seed: options.seed,
      level: options.level,
      permutations: options.permutations,
      question: question.kind,
      target: question.target,
      estimates: estimates.map((estimate, i) => ({
        ...estimate,
        ...(heard && { mist: opinionOn(estimate, question, heard) }),
        nullValues: i < keptNulls ? estimate.nullValues : undefined,
      })),
      notes: notesOf({
        n: table.rows,
        unit: options.unit,
        target: question.target,
        columns,
        answers,
        overlap: background?.overlap ?? [],
        groups,
        frame,
      }),
      columns,
      groups,
      pairs: background ? strongestPairs(background.overlap, estimates) : [],
      pictures: estimates
        .filter(({ x, y, given }) => x.length === 1 && y.length === 1 && !given)
        .slice(0, pictureCount)
        .map(({ x, y }) => pairPicture(frame, x[0], y[0])),
      trust: background?.trust,
      stopped,
    };
    measured.notes.push(...table.notes, ...decisions.flatMap(({ note }) => note ?? []));
    if (units[0]?.mostRows !== undefined && units[0].mostRows < table.rows) {
      const message = `each pair was measured on ${units[0].mostRows} of the ${table.rows} rows, drawn at random`;
      measured.notes.push({ code: "rows-sampled", severity: "fact", message, columns: [] });
    }
    return measured;
  }

  /** Training takes all cores by itself, so pairs follow one another. */
  async function answerInTurn(answers: PairAnswer[]): Promise<void> {
    for (const [i, unit] of units.entries()) {
      throwIfStopped(signal, "measure");
      const label = `training for ${unit.x.join(", ")} (${i + 1} of ${units.length})`;
      const told = onProgress && ((progress: Progress) => onProgress({ ...progress, label }));
      answers.push(await answerPair(unit, frame, { signal, onProgress: told }));
    }
  }

  /** Entropies, the overlap of the columns and the trust in the strongest estimate. */
  async function measureBackground(
    executor: Executor,
    question: Question,
    estimates: readonly PairEstimate[],
  ) {
    const shared = frame;
    const names = Object.keys(frame.columns);
    const entropies = await executor.map(
      columnEntropy,
      names.map((name) => ({ name, unit: options.unit, seed: options.seed })),
      { shared, signal, onProgress: (progress) => onProgress?.({ ...progress, label: "entropies" }) },
    );
    const overlap = await measureOverlap(executor, overlapNames(question, estimates, names));
    const first = estimates.find((estimate) => !estimate.given && question.kind !== "transfer");
    const [trust] = first
      ? await executor.map(trustTask, [{ pair: first, options }], { shared, signal })
      : [];
    return { entropies: new Map(names.map((name, i) => [name, entropies[i]])), overlap, trust };
  }

  async function measureOverlap(executor: Executor, names: readonly string[]): Promise<PairEstimate[]> {
    const few = table.rows > overlapRows ? sampled(overlapRows) : frame;
    const units = names.flatMap((x, i) =>
      names.slice(i + 1).map((y) => ({
        x: [x],
        y: [y],
        options: { ...options, k: undefined, ...quickEstimator(frame.columns[x], frame.columns[y]) },
        valueOnly: true,
      })),
    );
    const answers = await executor.map(measurePair, units, {
      shared: few,
      signal,
      onProgress: (progress) => onProgress?.({ ...progress, label: "overlap" }),
    });
    return answers
      .flatMap((answer) => (answer.refused ? [] : [answer.estimate]))
      .sort((a, b) => b.value - a.value);
  }

  function sampled(count: number): Frame {
    return frameRows(frame, new Random(options.seed).split("overlap").subsample(table.rows, count));
  }

  function summaries(entropies?: ReadonlyMap<string, number | undefined>): ColumnSummary[] {
    return decisions.map(({ name, use, because, missing, distinct }) => ({
      name,
      use,
      because,
      missing,
      distinct,
      entropy: entropies?.get(name),
      histogram: frame.columns[name] && histogramOf(frame, name),
    }));
  }
}

/** What `"auto"` would take for two columns, without looking at their rows. */
function quickEstimator(x: FrameColumn, y: FrameColumn): { estimator: string; ties: "jitter" } {
  const discrete = [x, y].filter(({ kind }) => kind === "discrete").length;
  return { estimator: ["ksg1", "ross", "discrete"][discrete], ties: "jitter" };
}

/** The columns that can be measured, as threads see them. */
function usable(table: Table, decisions: readonly ColumnDecision[]): FrameColumn[] {
  return decisions.flatMap(({ name, use }): FrameColumn[] => {
    if (use !== "continuous" && use !== "discrete") return [];
    if (use === "continuous") return [{ name, kind: "continuous", values: numbersOf(table, name) }];
    return [{ name, kind: "discrete", ...categoriesOf(table, name) }];
  });
}

function overlapNames(
  question: Question,
  estimates: readonly PairEstimate[],
  names: readonly string[],
): string[] {
  if (question.kind !== "target") return [];
  const ranked = estimates.flatMap(({ x }) => x);
  const known = new Set(names);
  return [...new Set(ranked)]
    .filter((name) => known.has(name) && name !== question.target)
    .slice(0, overlapColumns);
}

function groupsOf(
  question: Question,
  estimates: readonly PairEstimate[],
  overlap: readonly PairEstimate[],
  frame: Frame,
) {
  const isMatrix = question.kind === "pairs";
  const pairs = isMatrix ? estimates : overlap;
  const worth = new Map<string, number>();
  for (const { x, y, value } of estimates) {
    worth.set(x[0], (worth.get(x[0]) ?? 0) + value);
    if (isMatrix) worth.set(y[0], (worth.get(y[0]) ?? 0) + value);
  }
  return redundancyGroups(pairs, frame, (name) => worth.get(name) ?? 0);
}

/** All pairs among the columns with most to say: enough for a picture, small enough for a page. */
function strongestPairs(
  overlap: readonly PairEstimate[],
  estimates: readonly PairEstimate[],
): PairEstimate[] {
  const strongest = new Set(estimates.flatMap(({ x }) => x).slice(0, keptPairs));
  return overlap.filter(({ x, y }) => strongest.has(x[0]) && strongest.has(y[0]));
}

function refuseIfNothing(answers: readonly PairAnswer[], estimates: readonly PairEstimate[]): void {
  if (estimates.length > 0) return;
  const first = answers.find((answer) => answer.refused);
  if (!first?.refused) return;
  throw new InputError({
    code: first.refused.code,
    where: first.unit.x.join(", "),
    problem: first.refused.message,
  });
}

function opinionOn(
  { x, y }: PairEstimate,
  { pairs }: Question,
  opinions: readonly MistOpinion[],
): MistOpinion | undefined {
  return opinions[pairs.findIndex((pair) => compareNames(pair, { x, y }) === 0)];
}

function byName(a: PairAnswer, b: PairAnswer): number {
  return compareNames(a.refused ? a.unit : a.estimate, b.refused ? b.unit : b.estimate);
}

function compareNames(a: { x: string[]; y: string[] }, b: { x: string[]; y: string[] }): number {
  const [left, right] = [[...a.x, ...a.y].join("\n"), [...b.x, ...b.y].join("\n")];
  return left < right ? -1 : left > right ? 1 : 0;
}
