import { InputError } from "../../core/errors.ts";
import { asMatrix, type Matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { didYouMean } from "../../core/suggest.ts";
import { facilityLocation } from "./facility-location.ts";
import { featureBased } from "./feature-based.ts";
import { type FeatureRows, type SimilarityMetric, similarities } from "./feature-similarities.ts";
import { graphCut, sumRedundancy } from "./graph-cut.ts";
import { logDeterminant } from "./log-determinant.ts";
import { neighbourSimilarities } from "./neighbour-similarities.ts";
import { saturatedCoverage } from "./saturated-coverage.ts";
import type { SetFunction } from "./set-function.ts";
import { denseColumns, type Similarities } from "./similarities.ts";
import {
  conditionalGain,
  conditionalMutualInformation,
  type MutualInformationKind,
  submodularMutualInformation,
  type TargetTables,
} from "./targeted.ts";

/** Up to so many rows all similarities are kept: 200 MB. */
const mostDenseRows = 5000;
const blockRows = 4096;

export interface ObjectiveRows {
  pool: FeatureRows;
  queries?: FeatureRows;
  avoided?: FeatureRows;
}

export interface ObjectiveOptions extends LongRunning {
  /** By default facility location, with queries alone `flqmi`. */
  objective?: string;
  metric: SimilarityMetric;
  bandwidth?: number;
  /** Keep so many neighbours of each row; by default only above 5,000 rows, and then 32. */
  neighbours?: number;
  seed: number;
}

export interface Objective {
  f: SetFunction;
  /** As on the command line. */
  id: string;
  /** What it rewards, in a sentence. */
  meaning: string;
  /** What is approximated, in a sentence. */
  approximation?: string;
  /** True when f knows neighbours only. */
  isSparse: boolean;
}

const meanings: Record<string, string> = {
  "facility-location": "every row has a chosen row that is like it",
  "saturated-coverage": "every row has enough chosen rows that are like it",
  "graph-cut": "chosen rows are near all rows, and apart from each other",
  "log-determinant": "chosen rows span as much as possible",
  "feature-based": "every column is filled, with less return the fuller it is",
  "sum-redundancy": "chosen rows are as unlike each other as possible",
  flqmi: "every query is answered by a chosen row, and every chosen row answers a query",
  flvmi: "what the queries represent is represented by chosen rows",
  gcmi: "chosen rows are like the queries",
  logdetmi: "chosen rows span what the queries span",
  com: "queries are answered by several chosen rows each, with less return the more there are",
};

const withQueries = ["flqmi", "flvmi", "gcmi", "logdetmi", "com"];
const plain = Object.keys(meanings).filter((id) => !withQueries.includes(id));
const withAvoided = ["facility-location", "graph-cut", "log-determinant"];
const withBoth = ["facility-location", "log-determinant"];

/** The objectives there are for what is given. */
function objectivesFor({ queries, avoided }: Pick<ObjectiveRows, "queries" | "avoided">): string[] {
  if (queries && avoided) return withBoth;
  if (queries) return withQueries;
  return avoided ? withAvoided : plain;
}

/**
 * The set function for rows, with the similarities it needs: all of them up to 5,000 rows, of neighbours above.
 *
 * @throws InputError for an objective that does not go with what is given
 */
export async function objectiveFor(rows: ObjectiveRows, options: ObjectiveOptions): Promise<Objective> {
  const known = objectivesFor(rows);
  const id = options.objective ?? known[0];
  if (!known.includes(id)) {
    throw new InputError({
      code: "unknown-objective",
      where: "--objective",
      problem: meanings[id] ? "does not go with what is given" : "unknown",
      expected: known.join(", "),
      got: id,
      hint: didYouMean(id, known),
    });
  }
  const { pool } = rows;
  const isSparse = options.neighbours !== undefined || pool.rows > mostDenseRows;
  const parts: { s?: Similarities; approximation?: string } = {};
  const needsPool = !["flqmi", "gcmi", "com", "feature-based"].includes(id);
  if (needsPool && id.startsWith("log")) {
    parts.s = similarities(asDouble(pool), { ...options, storage: isSparse ? "computed" : "dense" });
  } else if (needsPool && isSparse) {
    const s = await neighbourSimilarities(pool, options);
    parts.s = s;
    parts.approximation = s.approximation;
  } else if (needsPool) {
    parts.s = similarities(asDouble(pool), options);
  }
  const f = targetedOrPlain(id, rows, parts.s, options);
  const beside = rows.avoided ? ", beside what the avoided rows have" : "";
  const asked = rows.avoided && rows.queries ? " of what the queries have" : "";
  return {
    f,
    id,
    meaning: `${meanings[id]}${asked}${beside}`,
    approximation: parts.approximation,
    isSparse: parts.approximation !== undefined,
  };
}

function targetedOrPlain(
  id: string,
  { pool, queries, avoided }: ObjectiveRows,
  s: Similarities | undefined,
  options: ObjectiveOptions,
): SetFunction {
  if (!queries && !avoided) return plainFunction(id, pool, s!);
  const among = (a: FeatureRows, b: FeatureRows) => tableOf(a, b, options);
  const needsWithin = id.startsWith("log");
  const tables: TargetTables = {
    pool: s,
    queries: queries && among(queries, pool),
    avoided: avoided && among(avoided, pool),
    withinQueries: queries && needsWithin ? among(queries, queries) : undefined,
    withinAvoided: avoided && needsWithin ? among(avoided, avoided) : undefined,
    between: queries && avoided && needsWithin ? among(queries, avoided) : undefined,
  };
  if (queries && avoided)
    return conditionalMutualInformation(id === "log-determinant" ? "logdet" : "fl", tables);
  if (queries) return submodularMutualInformation(id as MutualInformationKind, tables);
  return conditionalGain(id === "log-determinant" ? "logdet" : id === "graph-cut" ? "gc" : "fl", tables);
}

function plainFunction(id: string, pool: FeatureRows, s: Similarities): SetFunction {
  if (id === "saturated-coverage") return saturatedCoverage(s);
  if (id === "graph-cut") return graphCut(s);
  if (id === "log-determinant") return logDeterminant(s);
  if (id === "sum-redundancy") return sumRedundancy(s);
  if (id === "feature-based") return featureBased(asDouble(pool));
  return facilityLocation(s);
}

/** All similarities of some rows to items, a block of items at a time: `rows · items` numbers are kept. */
export function tableOf(
  rows: FeatureRows,
  items: FeatureRows,
  { metric, bandwidth }: Pick<ObjectiveOptions, "metric" | "bandwidth">,
): Similarities {
  const x = asDouble(rows);
  const data = new Float64Array(rows.rows * items.rows);
  for (let from = 0; from < items.rows; from += blockRows) {
    const count = Math.min(blockRows, items.rows - from);
    const block = gather(
      items,
      Int32Array.from({ length: count }, (_, i) => from + i),
    );
    const s = similarities(x, { metric, bandwidth, items: block });
    for (let j = 0; j < count; j++) {
      const { values, from: begin, to } = s.column(j);
      data.set(values.subarray(begin, to), (from + j) * rows.rows);
    }
  }
  return denseColumns(data, rows.rows, items.rows);
}

/** Some rows, in double precision. */
export function gather({ data, cols }: FeatureRows, rows: ArrayLike<number>): Matrix {
  const out = new Float64Array(rows.length * cols);
  for (let i = 0, to = 0; i < rows.length; i++) {
    for (let c = 0, from = rows[i] * cols; c < cols; c++) out[to++] = data[from++];
  }
  return { data: out, rows: rows.length, cols };
}

function asDouble({ data, rows, cols }: FeatureRows): Matrix {
  return asMatrix({ data, shape: [rows, cols] }, "rows");
}
