import { throwIfStopped } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { mean, quantile } from "../../core/statistics.ts";
import { optimumBound } from "./bound.ts";
import { coverageCurve } from "./coverage.ts";
import { facilityLocation } from "./facility-location.ts";
import { type FeatureRows, similarities, spread } from "./feature-similarities.ts";
import { type MaximizeOptions, maximize, type Optimizer } from "./maximize.ts";
import { gather, type ObjectiveOptions, type ObjectiveRows, objectiveFor, tableOf } from "./objectives.ts";
import type { JudgedCurve, Redundancy, SelectionFindings, Targets } from "./report-data.ts";
import type { SetFunction } from "./set-function.ts";

export interface SelectRequest
  extends ObjectiveOptions,
    Pick<MaximizeOptions, "costs" | "budget" | "groups" | "limits" | "epsilon"> {
  k: number;
  optimizer?: Optimizer;
}

/** Rows by which a selection from many is judged. */
const mostJudges = 1000;
const mostCompared = 400;
const mostDrawable = 4000;
const draws = 40;
const drawsCompared = 20;
const level = 0.95;
const nearness = [0.95, 0.9, 0.8, 0.6, 0.4];

/**
 * Chooses rows and says how good the choice is: what each row added, the curve beside random selections, a bound on the
 * best possible, and how much of what was left the chosen rows repeat.
 *
 * @throws InputError as the objective and `maximize` do
 */
export async function selectRows(rows: ObjectiveRows, request: SelectRequest): Promise<SelectionFindings> {
  const { pool } = rows;
  const { k, seed, signal, metric, onProgress } = request;
  // One scale for all tables, also those of queries.
  const bandwidth = metric === "rbf" ? (request.bandwidth ?? spread(pool)) : undefined;
  const objective = await objectiveFor(rows, { ...request, bandwidth });
  const { f } = objective;
  const optimizer = request.optimizer ?? (f.submodular ? "lazy" : "naive");
  const ranking = await maximize(f, k, {
    ...request,
    optimizer,
    onProgress: (progress) => onProgress?.({ ...progress, label: "rows chosen" }),
  });
  throwIfStopped(signal, "selectRows");
  const hasOnlyCardinality = !request.costs && !request.groups;
  const bound = hasOnlyCardinality ? optimumBound(f, ranking.indices, k) : Number.NaN;
  return {
    objective: f.name,
    meaning: objective.meaning,
    optimizer,
    metric,
    rows: pool.rows,
    columns: pool.cols,
    seed,
    indices: Array.from(ranking.indices),
    gains: Array.from(ranking.gains),
    value: ranking.value,
    evaluations: ranking.evaluations,
    guarantee: ranking.guarantee,
    certified: bound > 0 ? Math.min(1, ranking.value / bound) : undefined,
    curve: await judgedCurve(rows, f, ranking.indices, objective.id, {
      ...request,
      isSparse: objective.isSparse,
    }),
    redundancy: redundancyOf(pool, ranking.indices, { metric, bandwidth, seed }),
    targets: targetsOf(rows, ranking.indices, { metric, bandwidth }),
    approximation: objective.approximation,
  };
}

type Compared = Pick<SelectRequest, "metric" | "bandwidth"> & { seed: number };

/** By the objective itself, or by how well random rows are represented where the objective knows neighbours only. */
async function judgedCurve(
  rows: ObjectiveRows,
  f: SetFunction,
  indices: Int32Array,
  id: string,
  options: Compared & LongRunning & { isSparse: boolean },
): Promise<JudgedCurve> {
  const { pool } = rows;
  const { metric, bandwidth, seed, signal, onProgress } = options;
  const isRepresentation = id === "facility-location" && !rows.queries && !rows.avoided;
  const representation = "mean similarity of a row to the chosen row most similar to it";
  if (!isRepresentation || !options.isSparse) {
    const curve = await coverageCurve(f, { indices }, { draws, seed, signal, onProgress });
    const scale = isRepresentation ? 1 / pool.rows : 1;
    return {
      ...scaled(curve, scale),
      what: isRepresentation ? representation : `${f.name} of the selection`,
    };
  }
  const random = new Random(seed).split("judges");
  const judges = random.subsample(pool.rows, Math.min(pool.rows, mostJudges));
  // Random selections come from a random part of the rows, whose similarities are computed once.
  const drawable = random.subsample(
    pool.rows,
    Math.min(pool.rows, Math.max(2 * indices.length, mostDrawable)),
  );
  const items = Int32Array.from(new Set([...indices, ...drawable]));
  const place = new Map(Array.from(items, (row, i) => [row, i]));
  const judge = facilityLocation(
    similarities(gather(pool, judges), { metric, bandwidth, items: gather(pool, items) }),
  );
  const chosen = indices.map((row) => place.get(row)!);
  const among = drawable.map((row) => place.get(row)!);
  const curve = await coverageCurve(judge, { indices: chosen }, { draws, seed, among, signal, onProgress });
  return { ...scaled(curve, 1 / judges.length), what: representation, judges: judges.length };
}

function scaled<T extends { chosen: number[]; random: { mean: number[]; low: number[]; high: number[] } }>(
  curve: T,
  factor: number,
): T {
  const times = (values: number[]) => values.map((value) => factor * value);
  const { mean, low, high } = curve.random;
  return {
    ...curve,
    chosen: times(curve.chosen),
    random: { mean: times(mean), low: times(low), high: times(high) },
  };
}

function redundancyOf(
  pool: FeatureRows,
  indices: Int32Array,
  { metric, bandwidth, seed }: Compared,
): Redundancy {
  const random = new Random(seed).split("redundancy");
  const few = indices.slice(0, mostCompared);
  const options = { metric, bandwidth };
  const nearest = (rows: Int32Array) => mean(nearestOthers(gather(pool, rows), options));
  const compared = Array.from({ length: few.length > 1 ? drawsCompared : 0 }, () =>
    nearest(random.subsample(pool.rows, few.length)),
  );
  const chosen = new Set(indices);
  const left = Int32Array.from({ length: pool.rows }, (_, i) => i).filter((i) => !chosen.has(i));
  const sample = random.subsample(left.length, Math.min(left.length, mostJudges)).map((at) => left[at]);
  const best = sample.length > 0 ? largest(pool, sample, indices, options) : new Float64Array(0);
  return {
    chosen: few.length > 1 ? nearest(few) : 0,
    random: {
      mean: compared.length > 0 ? mean(compared) : 0,
      low: compared.length > 0 ? quantile(compared, (1 - level) / 2) : 0,
      high: compared.length > 0 ? quantile(compared, (1 + level) / 2) : 0,
    },
    measured: few.length,
    near: nearness.map((similarity) => ({
      similarity,
      share: best.filter((value) => value >= similarity).length / Math.max(1, best.length),
    })),
    left: sample.length,
  };
}

/** Of each row, the similarity to the other row most similar to it. */
function nearestOthers(rows: FeatureRows, options: Pick<Compared, "metric" | "bandwidth">): Float64Array {
  const s = tableOf(rows, rows, options);
  const out = new Float64Array(rows.rows);
  for (let j = 0; j < rows.rows; j++) {
    for (let i = 0; i < rows.rows; i++) if (i !== j) out[j] = Math.max(out[j], s.entry(i, j));
  }
  return out;
}

/** Of each of some rows, the similarity to the item most similar to it. */
function largest(
  pool: FeatureRows,
  rows: Int32Array,
  items: Int32Array,
  options: Pick<Compared, "metric" | "bandwidth">,
): Float64Array {
  const s = tableOf(gather(pool, items), gather(pool, rows), options);
  return Float64Array.from(rows, (_, j) => {
    const { values, from, to } = s.column(j);
    let best = 0;
    for (let at = from; at < to; at++) best = Math.max(best, values[at]);
    return best;
  });
}

function targetsOf(
  { pool, queries, avoided }: ObjectiveRows,
  indices: Int32Array,
  options: Pick<Compared, "metric" | "bandwidth">,
): Targets | undefined {
  if (!queries && !avoided) return undefined;
  const nearTo = (examples: FeatureRows | undefined) => {
    if (!examples) return undefined;
    const s = tableOf(examples, pool, options);
    const best = Float64Array.from({ length: pool.rows }, (_, j) => {
      const { values, from, to } = s.column(j);
      let most = 0;
      for (let at = from; at < to; at++) most = Math.max(most, values[at]);
      return most;
    });
    const chosen = Array.from(indices, (j) => best[j]);
    return { count: examples.rows, chosen: mean(chosen), pool: mean(best) };
  };
  return { queries: nearTo(queries), avoided: nearTo(avoided) };
}
