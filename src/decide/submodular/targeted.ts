/**
 * Submodular information measures: selections that look for some examples and stay away from others.
 *
 * For a set function f over pool, queries Q and avoided P: mutual information I(A;Q) = f(A) + f(Q) − f(A∪Q), conditional
 * gain f(A|P) = f(A∪P) − f(P), conditional mutual information I(A;Q|P) = f(A∪P) + f(Q∪P) − f(A∪Q∪P) − f(P). Closed
 * forms of Iyer et al. 2021 and Majee et al. 2024 (SMILe), section A of its measures; in those of the facility location
 * family a maximum over nothing is 0.
 */
import { InputError } from "../../core/errors.ts";
import { boundedFacilityLocation, facilityLocation } from "./facility-location.ts";
import { type Concave, concaves } from "./feature-based.ts";
import { graphCut } from "./graph-cut.ts";
import { logDeterminantOf } from "./log-determinant.ts";
import { mixture } from "./mixture.ts";
import { modular } from "./modular.ts";
import { requireItems, requireNotNegative, requireRepresented, requireSquare } from "./refusals.ts";
import { beyond } from "./schur-complement.ts";
import type { SetFunction } from "./set-function.ts";
import type { Similarities } from "./similarities.ts";

/** What the pool is compared with. Every table has the pool as its items, except those within and between the others. */
export interface TargetTables {
  /** Pool × pool; not needed by `flqmi`, `gcmi` and `com`. */
  pool?: Similarities;
  /** Queries × pool. */
  queries?: Similarities;
  /** Queries × queries; for log-determinants. */
  withinQueries?: Similarities;
  /** Avoided × pool. */
  avoided?: Similarities;
  /** Avoided × avoided; for log-determinants. */
  withinAvoided?: Similarities;
  /** Queries × avoided; for the conditional mutual information of log-determinants. */
  between?: Similarities;
}

export interface TargetOptions {
  /** η: how much relevance to the queries counts. 1 by default. */
  queryRelevance?: number;
  /** ν: how strictly the avoided are avoided. 1 by default. */
  privacyHardness?: number;
  /** Added to the diagonals of log-determinants. 1 by default. */
  ridge?: number;
  /** λ of graph cuts. 0.5 by default. */
  lambda?: number;
  /** ψ of COM. `"sqrt"` by default. */
  concave?: Concave;
}

export type MutualInformationKind = "flvmi" | "flqmi" | "gcmi" | "logdetmi" | "com";

/**
 * How much chosen items say about the queries:
 * - `flvmi` Σᵢ∈V min(max_A sᵢⱼ, η max_Q sᵢ_q): what the queries represent, covered; saturates
 * - `flqmi` Σ_q max_A s_qⱼ + η Σⱼ∈A max_Q sⱼ_q: every query answered, every item relevant
 * - `gcmi` 2λ Σⱼ∈A Σ_q sⱼ_q: plain retrieval
 * - `logdetmi` ln det S_A − ln det(S_A − η² S_AQ S_Q⁻¹ S_QA): not submodular
 * - `com` η Σⱼ∈A ψ(Σ_q sⱼ_q) + Σ_q ψ(Σⱼ∈A sⱼ_q)
 *
 * @throws InputError when a table is missing or the tables do not fit
 * @see Majee et al. 2024 (SMILe); Kothawade et al. 2022
 * @example
 * import { maximize, similarities, submodularMutualInformation } from "surprisal/decide";
 * const rows = [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8], [0.6, -0.8]];
 * const queries = similarities([[0.6, 0.8]], { items: rows });
 * const { indices } = await maximize(submodularMutualInformation("flqmi", { queries }), 2);
 * // indices is [1, 2]
 */
export function submodularMutualInformation(
  kind: MutualInformationKind,
  tables: TargetTables,
  options: TargetOptions = {},
): SetFunction {
  const where = "submodularMutualInformation";
  const queries = given(tables.queries, "queries", where);
  const { queryRelevance: eta = 1, lambda = 0.5, ridge = 1, concave = "sqrt" } = checked(options, where);
  switch (kind) {
    case "flvmi": {
      const pool = poolOf(tables, queries, where);
      return boundedFacilityLocation(pool, { cap: scaled(largest(queries), eta) }, "FLVMI");
    }
    case "flqmi": {
      const relevance = modular(scaled(largest(queries), eta));
      const parts = [facilityLocation(queries), relevance].map((f) => ({ f, weight: 1 }));
      return mixture(parts, "FLQMI");
    }
    case "gcmi":
      return modular(scaled(sums(queries), 2 * lambda), "GCMI");
    case "com": {
      const psi = concaves[concave];
      const relevance = modular(scaled(sums(queries).map(psi), eta));
      const parts = [concaveCoverage(queries, psi), relevance].map((f) => ({ f, weight: 1 }));
      return mixture(parts, "COM");
    }
    case "logdetmi": {
      const pool = poolOf(tables, queries, where);
      const within = given(tables.withinQueries, "withinQueries", where);
      const rest = beyond(pool, [{ table: queries, within, scale: eta }], { ridge, where });
      return information(
        logDeterminantOf(pool, ridge, "LogDetMI"),
        logDeterminantOf(rest, ridge, "LogDetMI"),
      );
    }
    default:
      throw unknownKind(where, kind, "flvmi, flqmi, gcmi, logdetmi or com");
  }
}

export type ConditionalKind = "fl" | "gc" | "logdet";

/**
 * What chosen items add to the avoided ones:
 * - `fl` Σᵢ∈V max(0, max_A sᵢⱼ − ν max_P sᵢ_p)
 * - `gc` graph cut − 2λν Σⱼ∈A Σ_p sⱼ_p
 * - `logdet` ln det(S_A − ν² S_AP S_P⁻¹ S_PA)
 *
 * @throws InputError when a table is missing or the tables do not fit
 * @see Majee et al. 2024 (SMILe); Kothawade et al. 2022
 * @example
 * import { conditionalGain, maximize, similarities } from "surprisal/decide";
 * const rows = [[1, 0], [0.9, 0.1], [0, 1]];
 * const avoided = similarities([[1, 0.05]], { items: rows });
 * const { indices } = await maximize(conditionalGain("fl", { pool: similarities(rows), avoided }), 1);
 * // indices is [2]
 */
export function conditionalGain(
  kind: ConditionalKind,
  tables: TargetTables,
  options: TargetOptions = {},
): SetFunction {
  const where = "conditionalGain";
  const avoided = given(tables.avoided, "avoided", where);
  const { privacyHardness: nu = 1, lambda = 0.5, ridge = 1 } = checked(options, where);
  const pool = poolOf(tables, avoided, where);
  switch (kind) {
    case "fl":
      return boundedFacilityLocation(pool, { floor: scaled(largest(avoided), nu) }, "FLCG");
    case "gc": {
      const penalty = modular(scaled(sums(avoided), -2 * lambda * nu));
      const parts = [graphCut(pool, { lambda }), penalty].map((f) => ({ f, weight: 1 }));
      return mixture(parts, "GCCG");
    }
    case "logdet": {
      const within = given(tables.withinAvoided, "withinAvoided", where);
      const rest = beyond(pool, [{ table: avoided, within, scale: nu }], { ridge, where });
      return logDeterminantOf(rest, ridge, "LogDetCG");
    }
    default:
      throw unknownKind(where, kind, "fl, gc or logdet");
  }
}

/**
 * What chosen items say about the queries that the avoided do not say:
 * - `fl` Σᵢ∈V max(0, min(max_A sᵢⱼ, η max_Q sᵢ_q) − ν max_P sᵢ_p)
 * - `logdet` ln det(S_A − ν² S_AP S_P⁻¹ S_PA) − ln det(S_A − S_AR S_R⁻¹ S_RA), R the queries (times η) and the avoided
 *   (times ν); not submodular
 *
 * @throws InputError when a table is missing or the tables do not fit
 * @see Majee et al. 2024 (SMILe); Kothawade et al. 2022
 */
export function conditionalMutualInformation(
  kind: "fl" | "logdet",
  tables: TargetTables,
  options: TargetOptions = {},
): SetFunction {
  const where = "conditionalMutualInformation";
  const queries = given(tables.queries, "queries", where);
  const avoided = given(tables.avoided, "avoided", where);
  const { queryRelevance: eta = 1, privacyHardness: nu = 1, ridge = 1 } = checked(options, where);
  const pool = poolOf(tables, queries, where);
  requireItems(avoided, pool.items, `${where}: avoided`);
  if (kind === "fl") {
    const bounds = { cap: scaled(largest(queries), eta), floor: scaled(largest(avoided), nu) };
    return boundedFacilityLocation(pool, bounds, "FLCMI");
  }
  if (kind !== "logdet") throw unknownKind(where, kind, "fl or logdet");
  const between = given(tables.between, "between", where);
  const asked = { table: queries, within: given(tables.withinQueries, "withinQueries", where), scale: eta };
  const shunned = { table: avoided, within: given(tables.withinAvoided, "withinAvoided", where), scale: nu };
  const withoutAvoided = beyond(pool, [shunned], { ridge, where });
  const withoutBoth = beyond(pool, [asked, shunned], { between, ridge, where });
  return information(
    logDeterminantOf(withoutAvoided, ridge, "LogDetCMI"),
    logDeterminantOf(withoutBoth, ridge, "LogDetCMI"),
  );
}

/** f(A) − g(A), of log-determinants where nothing known lies beside what g knows: grows with A, but not submodular. */
function information(f: SetFunction, g: SetFunction): SetFunction {
  const difference = mixture(
    [
      { f, weight: 1 },
      { f: g, weight: -1 },
    ],
    f.name,
  );
  return { ...difference, monotone: true };
}

/** Σ_q ψ(Σⱼ∈A s_qⱼ) */
function concaveCoverage(queries: Similarities, psi: (x: number) => number): SetFunction {
  return {
    name: "concave over modular",
    n: queries.items,
    monotone: true,
    submodular: true,
    start() {
      let value = 0;
      const reached = new Float64Array(queries.represented);
      const gain = (j: number): number => {
        const { values, from, to, rows } = queries.column(j);
        let sum = 0;
        for (let at = from; at < to; at++) {
          const q = rows ? rows[at] : at - from;
          sum += psi(reached[q] + values[at]) - psi(reached[q]);
        }
        return sum;
      };
      return {
        get value() {
          return value;
        },
        gain,
        add(j) {
          value += gain(j);
          const { values, from, to, rows } = queries.column(j);
          for (let at = from; at < to; at++) reached[rows ? rows[at] : at - from] += values[at];
        },
      };
    },
  };
}

/** The largest similarity of each item to any row of the table, at least 0. */
function largest(table: Similarities): Float64Array {
  return perItem(table, Math.max);
}

function sums(table: Similarities): Float64Array {
  return perItem(table, (sum, value) => sum + value);
}

function perItem(table: Similarities, fold: (soFar: number, value: number) => number): Float64Array {
  const out = new Float64Array(table.items);
  for (let j = 0; j < table.items; j++) {
    const { values, from, to } = table.column(j);
    for (let at = from; at < to; at++) out[j] = fold(out[j], values[at]);
  }
  return out;
}

function scaled(values: Float64Array, factor: number): Float64Array {
  return values.map((value) => factor * value);
}

function poolOf(tables: TargetTables, other: Similarities, where: string): Similarities {
  const pool = given(tables.pool, "pool", where);
  requireSquare(pool, `${where}: pool`);
  requireItems(other, pool.items, where);
  if (tables.withinQueries && tables.queries) {
    requireRepresented(tables.withinQueries, tables.queries.represented, `${where}: withinQueries`);
  }
  if (tables.withinAvoided && tables.avoided) {
    requireRepresented(tables.withinAvoided, tables.avoided.represented, `${where}: withinAvoided`);
  }
  return pool;
}

function given(table: Similarities | undefined, name: string, where: string): Similarities {
  if (table && table.represented > 0) return table;
  throw new InputError({
    code: "missing-table",
    where,
    problem: `needs the similarities "${name}"`,
    expected: "at least one row of them",
    got: table ? "an empty table" : "nothing",
  });
}

function checked(options: TargetOptions, where: string): TargetOptions {
  for (const name of ["queryRelevance", "privacyHardness", "ridge", "lambda"] as const) {
    if (options[name] !== undefined) requireNotNegative(options[name], `${where}: ${name}`);
  }
  return options;
}

function unknownKind(where: string, kind: never, expected: string): InputError {
  return new InputError({
    code: "unknown-kind",
    where: `${where}: kind`,
    problem: "unknown",
    expected,
    got: kind,
  });
}
