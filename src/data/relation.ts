/** Files as a relation of the database: what to select from, and the columns in it. */
import { InputError } from "../core/errors.ts";
import { type Dialect, detectDialect } from "./dialect.ts";
import { type Database, type DescribedColumn, identifier, literal } from "./duckdb.ts";
import { readHead, type SourceFile } from "./source.ts";
import type { TableNote } from "./table.ts";

/** A column of a relation. */
export interface Leaf {
  name: string;
  /** An expression over the relation. */
  sql: string;
  /** `loose` is text that may stand for numbers: nobody declared what it is. */
  kind: "number" | "text" | "date" | "seconds" | "loose";
  /** Values may be nested JSON. */
  isJson?: boolean;
  /** The file separates fields by something else, so 1,234 is a little more than one. */
  commaIsDecimal?: boolean;
}

export interface Relation {
  /** A query. */
  sql: string;
  leaves: Leaf[];
  notes: TableNote[];
}

export async function relationOf(database: Database, files: readonly SourceFile[]): Promise<Relation> {
  const { format } = files[0];
  const relation =
    format === "csv" || format === "tsv"
      ? await csvRelation(files)
      : format === "parquet"
        ? await parquetRelation(database, files)
        : await jsonRelation(database, files);
  requireDistinct(
    relation.leaves.map(({ name }) => name),
    files[0].label,
  );
  return relation;
}

export function requireDistinct(names: readonly string[], where: string): void {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of names) (seen.has(name) ? twice : seen).add(name);
  if (twice.size === 0) return;
  const [first] = twice;
  throw new InputError({
    code: "duplicate-columns",
    where,
    problem:
      twice.size === 1 ? "two columns have the same name" : `${twice.size} column names occur more than once`,
    expected: "different names",
    got: twice.size === 1 ? first : [...twice],
  });
}

const firstLook = 65_536;
const longestLine = 2_000_000;

async function csvRelation(files: readonly SourceFile[]): Promise<Relation> {
  const notes: TableNote[] = [];
  const dialects: Dialect[] = [];
  for (const file of files) {
    const dialect = await dialectOf(file);
    dialects.push(dialect);
    notes.push(...dialectNotes(dialect, file.label));
  }
  const named = dialects.map((dialect, i) => {
    const names = dialect.names.map((name, j) => name ?? `column${j + 1}`);
    requireDistinct(names, files[i].label);
    return names;
  });
  const all = [...new Set(named.flat())];
  const parts = files.map((file, i) => {
    const index = new Map(named[i].map((name, j) => [name, j]));
    const absent = all.filter((name) => !index.has(name));
    if (absent.length > 0) {
      notes.push(
        note(
          "problem",
          "column-absent",
          `${file.label} has no column ${quoted(absent)}: missing there`,
          absent,
        ),
      );
    }
    const columns = all.map(
      (name, j) => `${index.has(name) ? `f${index.get(name)}` : "NULL::VARCHAR"} AS c${j}`,
    );
    return `SELECT ${columns} FROM ${readCsv(file.path, dialects[i])}`;
  });
  const commaIsDecimal = dialects.every(({ delimiter }) => delimiter === ";");
  const leaves = all.map((name, j): Leaf => ({ name, sql: `c${j}`, kind: "loose", commaIsDecimal }));
  return { sql: parts.join(" UNION ALL "), leaves, notes };
}

function readCsv(path: string, { delimiter, skip, hasHeader, names }: Dialect): string {
  const columns = names.map((_, j) => `f${j}: 'VARCHAR'`);
  return (
    `read_csv(${literal(path)}, auto_detect = false, compression = 'none', hive_partitioning = false, ` +
    `delim = ${literal(delimiter)}, quote = '"', escape = '"', skip = ${skip}, header = ${hasHeader}, ` +
    `max_line_size = ${longestLine}, columns = {${columns}})`
  );
}

async function dialectOf({ path, label, format }: SourceFile): Promise<Dialect> {
  let head = await readHead(path, firstLook);
  let isWhole = head.length < firstLook;
  if (!isWhole && lineEnds(head) < 20) {
    head = await readHead(path, longestLine);
    isWhole = head.length < longestLine;
    if (!isWhole && lineEnds(head) === 0) throw longLine(label);
  }
  return detectDialect(new TextDecoder().decode(head), isWhole, label, format === "tsv" ? "\t" : undefined);
}

export function longLine(where: string): InputError {
  return new InputError({
    code: "long-line",
    where,
    problem: "a line is longer than 2 MB",
    hint: "is this one record per line?",
  });
}

function lineEnds(head: Uint8Array): number {
  let count = 0;
  for (const byte of head) if (byte === 10 || byte === 13) count++;
  return count;
}

function dialectNotes({ names, hasHeader, skip }: Dialect, label: string): TableNote[] {
  const notes: TableNote[] = [];
  if (skip > 0)
    notes.push(note("fact", "lines-skipped", `${label}: ${skip} lines before the header were passed over`));
  const blank = names.flatMap((name, j) => (name === undefined ? [`column${j + 1}`] : []));
  if (!hasHeader) {
    const range = names.length === 1 ? "column1" : `column1 … column${names.length}`;
    notes.push(
      note("problem", "no-header", `${label} has no line of column names: they are called ${range}`, blank),
    );
  } else if (blank.length > 0) {
    notes.push(note("fact", "blank-name", `columns without a name are called ${blank.join(", ")}`, blank));
  }
  return notes;
}

async function jsonRelation(database: Database, files: readonly SourceFile[]): Promise<Relation> {
  const paths = files.map(({ path }) => literal(path));
  const options = "compression = 'uncompressed', hive_partitioning = false";
  const found = await database.describe(
    `SELECT * FROM read_json([${paths}], ${options}, union_by_name = true, sample_size = -1, map_inference_threshold = -1)`,
  );
  refuseCapitals(found, files[0].label);
  const usable = found.filter((column) => hasLeaf(column));
  const relation = flatten(usable, found, "loose", files[0].label);
  const columns = usable.map((column) => `${identifier(column.name)}: ${literal(jsonType(column))}`);
  return { ...relation, sql: `SELECT * FROM read_json([${paths}], ${options}, columns = {${columns}})` };
}

/** The database takes x and X for the same name and calls the second X_1, under which nothing would be found. */
function refuseCapitals(columns: readonly DescribedColumn[], where: string): void {
  const names = new Map(columns.map(({ name }) => [name.toLowerCase(), name]));
  for (const { name } of columns) {
    const [, base] = /^(.*)_\d+$/.exec(name) ?? [];
    const other = base === undefined ? undefined : names.get(base.toLowerCase());
    if (other === undefined || other === base) continue;
    throw new InputError({
      code: "duplicate-columns",
      where,
      problem: "two names differ in capitals only",
      expected: "different names",
      got: [other, base],
    });
  }
}

/** The type to read a JSON value as: numbers as such, all else as the text it is written in. */
function jsonType({ kind, fields }: DescribedColumn): string {
  if (kind !== "struct") return kind === "number" ? "DOUBLE" : "VARCHAR";
  return `STRUCT(${fields.map((field) => `${identifier(field.name)} ${jsonType(field)}`).join(", ")})`;
}

async function parquetRelation(database: Database, files: readonly SourceFile[]): Promise<Relation> {
  const paths = files.map(({ path }) => literal(path));
  const sql = `SELECT * FROM read_parquet([${paths}], hive_partitioning = false, union_by_name = true)`;
  const found = await database.describe(sql);
  const names = files.length === 1 ? await parquetNames(database, files[0].path) : [];
  const relation = flatten(
    found.filter((column) => hasLeaf(column)),
    found,
    "text",
    files[0].label,
    names.length === found.length ? new Map(found.map(({ name }, j) => [name, names[j]])) : undefined,
  );
  return { ...relation, sql };
}

/** Names of the columns as the file has them: the database renames those that differ in capitals only. */
async function parquetNames(database: Database, path: string): Promise<string[]> {
  const children = "coalesce(num_children, 0)::VARCHAR";
  const nodes = await database.texts(["name", children], `parquet_schema(${literal(path)})`);
  const names: string[] = [];
  const nodeAfter = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < Number(nodes[at]?.[1] ?? 0); child++) next = nodeAfter(next);
    return next;
  };
  for (let at = 1; at < nodes.length; at = nodeAfter(at)) names.push(nodes[at][0]);
  return names;
}

/** The columns of a relation: fields of structs become columns of their own; lists and the like are left out. */
function flatten(
  usable: readonly DescribedColumn[],
  found: readonly DescribedColumn[],
  text: "loose" | "text",
  where: string,
  realNames?: ReadonlyMap<string, string>,
): Relation {
  const leaves: Leaf[] = [];
  const left: string[] = [];
  const visit = (column: DescribedColumn, name: string, sql: string) => {
    if (column.kind === "nested") left.push(name);
    else if (column.kind === "struct") {
      for (const field of column.fields) {
        visit(field, `${name}.${field.name}`, `struct_extract(${sql}, ${literal(field.name)})`);
      }
    } else {
      const kind =
        column.kind === "text" || (text === "loose" && column.kind !== "number") ? text : column.kind;
      leaves.push({ name, sql, kind, isJson: column.isJson });
    }
  };
  for (const column of usable)
    visit(column, realNames?.get(column.name) ?? column.name, identifier(column.name));
  for (const column of found)
    if (!usable.includes(column)) left.push(realNames?.get(column.name) ?? column.name);
  if (leaves.length === 0) throw nothingFlat(where, left);
  const notes = left.length > 0 ? [nestedNote(left)] : [];
  return { sql: "", leaves, notes };
}

export function nestedNote(names: string[]): TableNote {
  return note("hint", "nested-ignored", `lists and nested values are not read: ${names.join(", ")}`, names);
}

export function nothingFlat(where: string, names: readonly string[]): InputError {
  return new InputError({
    code: "nested-data",
    where,
    problem: `no column holds plain values: ${names.map((name) => JSON.stringify(name)).join(", ")} holds lists or nested values`,
    expected: "one record for each row, with numbers or texts in it",
  });
}

function hasLeaf({ kind, fields }: DescribedColumn): boolean {
  return kind === "struct" ? fields.some(hasLeaf) : kind !== "nested";
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}

function note(
  severity: TableNote["severity"],
  code: string,
  message: string,
  columns: string[] = [],
): TableNote {
  return { code, severity, message, columns };
}
