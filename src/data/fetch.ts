import type { Database } from "./duckdb.ts";
import { GrowingCodes, GrowingFloats, isEmpty } from "./growing.ts";
import type { Leaf } from "./relation.ts";

/** A column as it came from the database; a loose column has both: the numbers, and the texts that are none. */
export interface RawColumn {
  leaf: Leaf;
  numbers?: Float64Array;
  /** How many numbers are NaN because there was none. */
  absent?: number;
  codes?: Int32Array;
  levels?: string[];
}

/** Reads columns of a relation, in the order of its rows. */
export async function fetchColumns(
  database: Database,
  from: string,
  leaves: readonly Leaf[],
): Promise<{ rows: number; columns: RawColumn[] }> {
  const inner: string[] = [];
  const outer: string[] = [];
  const places = leaves.map((leaf, j) => {
    const place: { numbers?: number; texts?: number } = {};
    if (leaf.kind === "text" || leaf.kind === "loose") inner.push(`CAST(${leaf.sql} AS VARCHAR) AS s${j}`);
    if (leaf.kind !== "text") {
      inner.push(`${numberOf(leaf)} AS n${j}`);
      place.numbers = outer.push(`n${j}`) - 1;
    }
    if (leaf.kind === "text") place.texts = outer.push(`s${j}`) - 1;
    if (leaf.kind === "loose") place.texts = outer.push(`CASE WHEN n${j} IS NULL THEN s${j} END`) - 1;
    return place;
  });
  const numbers = places.map((place) => (place.numbers === undefined ? undefined : new GrowingFloats()));
  const texts = places.map((place) => (place.texts === undefined ? undefined : new GrowingCodes()));
  let rows = 0;
  for await (const chunk of database.chunks(outer, `(SELECT ${inner} FROM (${from}))`)) {
    rows += chunk.rows;
    for (let j = 0; j < leaves.length; j++) {
      const { numbers: n, texts: t } = places[j];
      if (n !== undefined) numbers[j]!.append(chunk.floats(n), chunk.validity(n));
      if (t === undefined) continue;
      const validity = chunk.validity(t);
      if (isEmpty(validity)) texts[j]!.skip(chunk.rows);
      else texts[j]!.append(chunk.strings(t), chunk.rows, validity);
    }
  }
  const columns = leaves.map((leaf, j) => ({
    leaf,
    numbers: numbers[j]?.done(),
    absent: numbers[j]?.absent,
    codes: texts[j]?.done(),
    levels: texts[j]?.levels,
  }));
  return { rows, columns };
}

/** The number a value stands for, or NULL. */
function numberOf({ sql, kind }: Leaf): string {
  if (kind === "date") return `CASE WHEN isfinite(${sql}) THEN epoch(${sql}) / 86400 END`;
  if (kind === "seconds") return `epoch(${sql})`;
  return kind === "number" ? `CAST(${sql} AS DOUBLE)` : `TRY_CAST(${sql} AS DOUBLE)`;
}

/**
 * Of columns of text that were read as whole numbers, those whose texts may say more: equally long with zeros in front,
 * or with an underscore, which the database passes over.
 */
export async function findCodes(
  database: Database,
  from: string,
  columns: readonly RawColumn[],
): Promise<Set<Leaf>> {
  const candidates = columns.filter(({ leaf, numbers }) => leaf.kind === "loose" && isWhole(numbers!));
  if (candidates.length === 0) return new Set();
  const facts = candidates.flatMap(({ leaf: { sql } }) => [
    `coalesce(min(strlen(${sql})), 0)::VARCHAR`,
    `coalesce(max(strlen(${sql})), 0)::VARCHAR`,
    `coalesce(bool_or(contains(${sql}, '_')), false)::VARCHAR`,
  ]);
  const [row] = await database.texts(facts, `(${from})`);
  const found = candidates.filter(({ numbers }, i) => {
    const [shortest, longest, hasUnderscore] = row.slice(3 * i);
    const isPadded = shortest === longest && String(smallest(numbers!)).length < Number(longest);
    return isPadded || hasUnderscore === "true";
  });
  return new Set(found.map(({ leaf }) => leaf));
}

function isWhole(numbers: Float64Array): boolean {
  let any = false;
  for (const value of numbers) {
    if (Number.isNaN(value)) continue;
    if (value < 0 || !Number.isInteger(value)) return false;
    any = true;
  }
  return any;
}

function smallest(numbers: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (const value of numbers) if (value < least) least = value;
  return least;
}

/** Copies the chosen rows (ascending, from 0) of a relation into a table of the database. */
export async function keepRows(
  database: Database,
  from: string,
  leaves: readonly Leaf[],
  rows: Int32Array,
): Promise<{ sql: string; leaves: Leaf[] }> {
  const columns = leaves.map(({ sql }, j) => `${sql} AS c${j}`);
  await database.createTable("chosen", "i", rows);
  await database.run(
    `CREATE TABLE kept AS SELECT * FROM (SELECT row_number() OVER () - 1 AS r, ${columns} FROM (${from})) ` +
      "WHERE r IN (SELECT i FROM chosen) ORDER BY r",
  );
  return { sql: "SELECT * FROM kept", leaves: leaves.map((leaf, j) => ({ ...leaf, sql: `c${j}` })) };
}

export async function countRows(database: Database, from: string): Promise<number> {
  const [[count]] = await database.texts(["count(*)::VARCHAR"], `(${from})`);
  return Number(count);
}
