import { InputError, throwIfStopped } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import { arrayColumn, arrayColumns } from "./array-table.ts";
import { openDatabase } from "./duckdb.ts";
import { explain } from "./explain.ts";
import { countRows, fetchColumns, findCodes, keepRows, type RawColumn } from "./fetch.ts";
import { ReadingNotes } from "./reading-notes.ts";
import { type Leaf, nestedNote, nothingFlat, relationOf, requireDistinct } from "./relation.ts";
import { settleColumn } from "./settle-column.ts";
import { type Format, openSource, type Source } from "./source.ts";
import { type Column, type Table, type TableNote, unknownColumn } from "./table.ts";

export interface ReadTableOptions {
  /** Read this many rows, drawn at random; all by default. */
  sample?: number;
  /** Of the sample: same seed, same rows. 0 by default. */
  seed?: number;
  /** Read only these columns, in this order. */
  columns?: readonly string[];
  /** Refuse fewer rows; 2 by default. */
  leastRows?: number;
  /** What the files are; by default told from their content and name. */
  format?: Format;
  signal?: AbortSignal;
}

/**
 * Reads a table from CSV, TSV, JSON, JSON lines or Parquet files, from `.npy` or `.npz` arrays, compressed with gzip or
 * not, or from standard input.
 *
 * Text files are read strictly (RFC 4180 with any of `,` `;` `|` and tab between fields); the first line names the
 * columns unless it holds numbers. Blanks, NA, N/A, NaN, null, ? and a lone dot are missing values, and None among numbers. Columns of
 * numbers, also with decimal commas, become numbers; dates become days since 1970-01-01; the rest is text. Fields of
 * nested records become columns `outer.inner`; lists are left out. Everything of that kind is said in `notes`.
 *
 * Nothing but the named files is opened, and nothing is downloaded. Compressed files and standard input are copied to
 * a temporary folder first. With `sample` only the sample is held in memory.
 *
 * @param source a path, a pattern such as `data/*.csv`, `-` for standard input, or several of them with the same columns
 * @throws InputError one line that names the file: `missing-file`, `no-files`, `is-a-folder`, `empty-file`,
 * `binary-file`, `not-gzip`, `not-utf8`, `malformed-csv`, `ragged-rows`, `unclosed-quote`, `long-line`,
 * `malformed-json`, `nested-data`, `malformed-parquet`, `malformed-array`, `mixed-formats`, `duplicate-columns`,
 * `unknown-column`, `too-few-rows`
 * @throws ReachError when a file cannot be read
 * @throws StoppedError when the signal fires
 * @example
 * import { readTable } from "surprisal/data";
 * const penguins = await readTable("node_modules/vega-datasets/data/penguins.json");
 * penguins.rows; // 344
 * penguins.columns.map((column) => column.type);
 * // ["text", "text", "number", "number", "number", "number", "text"]
 */
export async function readTable(
  source: string | readonly string[],
  options: ReadTableOptions = {},
): Promise<Table> {
  const { sample, format, signal } = options;
  requireWhole(sample ?? 2, "sample", 2);
  throwIfStopped(signal, "readTable");
  const opened = await openSource(source, format, signal);
  try {
    const isArray = opened.files[0].format === "npy" || opened.files[0].format === "npz";
    const table = isArray
      ? await readArrayTable(opened, options)
      : await readWithDatabase(opened, options).catch((error) => {
          throw explain(error, opened);
        });
    requireRows(table.rows, opened.label, options.leastRows ?? 2);
    return table;
  } finally {
    await opened.dispose();
  }
}

async function readWithDatabase(
  source: Source,
  { sample, seed = 0, columns: wanted, signal }: ReadTableOptions,
): Promise<Table> {
  const paths = source.files.map(({ path }) => path);
  const database = await openDatabase(paths, source.label, signal);
  try {
    const relation = await relationOf(database, source.files);
    let leaves = wanted ? select(relation.leaves, wanted, source.label) : relation.leaves;
    let from = relation.sql;
    let totalRows: number | undefined;
    const notes: TableNote[] = [...source.notes, ...relation.notes];
    if (sample !== undefined) {
      totalRows = await countRows(database, from);
      if (totalRows > sample) {
        const rows = new Random(seed).subsample(totalRows, sample);
        ({ sql: from, leaves } = await keepRows(database, from, leaves, rows));
        notes.push(sampleNote(sample, totalRows));
      }
    }
    const { rows, columns: raw } = await fetchColumns(database, from, leaves);
    const codes = await findCodes(database, from, raw);
    const columns = await settleAll(raw, codes, notes, source.label, async (mixed) => {
      const asText = mixed.map((leaf): Leaf => ({ ...leaf, kind: "text" }));
      return (await fetchColumns(database, from, asText)).columns;
    });
    return { name: source.name, rows, totalRows: totalRows ?? rows, columns, notes };
  } finally {
    database.close();
  }
}

async function readArrayTable(
  source: Source,
  { sample, seed = 0, columns: wanted, signal }: ReadTableOptions,
): Promise<Table> {
  if (source.files.length > 1) {
    throw new InputError({
      code: "several-arrays",
      where: source.label,
      problem: "arrays from several files cannot be one table",
      expected: "one .npy or .npz file",
      got: source.files.length,
    });
  }
  const { rows: totalRows, columns: found } = await arrayColumns(source.files[0]);
  const chosen = wanted ? select(found, wanted, source.label) : found;
  throwIfStopped(signal, source.label);
  const rows = new Random(seed).subsample(totalRows, Math.min(sample ?? totalRows, totalRows));
  const notes = new ReadingNotes();
  const columns = chosen.map((column) => arrayColumn(column, rows, source.label, notes));
  const sampled = rows.length < totalRows ? [sampleNote(rows.length, totalRows)] : [];
  return {
    name: source.name,
    rows: rows.length,
    totalRows,
    columns,
    notes: [...source.notes, ...sampled, ...notes.list()],
  };
}

/** Decides all types; columns in which numbers and texts are mixed are read a second time, as text. */
async function settleAll(
  raw: readonly RawColumn[],
  codes: ReadonlySet<Leaf>,
  notes: TableNote[],
  where: string,
  readAsText: (mixed: readonly Leaf[]) => Promise<RawColumn[]>,
): Promise<Column[]> {
  const found = new ReadingNotes();
  const settled = raw.map((column) => settleColumn(column, found, codes.has(column.leaf)));
  const mixed = raw.filter((_, j) => settled[j] === "as-text").map(({ leaf }) => leaf);
  const again = mixed.length > 0 ? await readAsText(mixed) : [];
  const nested: string[] = [];
  const columns = settled.flatMap((column, j): Column[] => {
    const { leaf } = raw[j];
    const result = column === "as-text" ? settleColumn({ ...again.shift()!, leaf }, found) : column;
    if (typeof result === "object") return [result];
    nested.push(leaf.name);
    return [];
  });
  if (columns.length === 0) throw nothingFlat(where, nested);
  if (nested.length > 0) notes.push(nestedNote(nested));
  notes.push(...found.list());
  return columns;
}

function select<T extends { name: string }>(
  found: readonly T[],
  wanted: readonly string[],
  where: string,
): T[] {
  requireDistinct(wanted, "readTable: columns");
  return wanted.map((name) => {
    const column = found.find((candidate) => candidate.name === name);
    if (column) return column;
    throw unknownColumn(
      where,
      name,
      found.map((candidate) => candidate.name),
    );
  });
}

function sampleNote(sample: number, total: number): TableNote {
  const message = `${sample} of ${total} rows were drawn at random`;
  return { code: "sampled", severity: "fact", message, columns: [] };
}

function requireRows(value: number, where: string, least: number): void {
  if (value >= least) return;
  throw new InputError({
    code: "too-few-rows",
    where,
    problem: value === 0 ? "no row of data in it" : "one row of data only",
    expected: least === 1 ? "at least 1 row" : `at least ${least} rows`,
    got: value,
  });
}

function requireWhole(value: number, option: string, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new InputError({
    code: "bad-option",
    where: "readTable",
    problem: `${option} is not usable`,
    expected: `a whole number from ${least}`,
    got: value,
  });
}
