import { InputError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { Table } from "../../data/table.ts";
import type { LabelSpace, RelabelFindings } from "../../decide/loki/loki.ts";
import { columnNames } from "../arguments.ts";

export interface Labels {
  readonly space: LabelSpace;
  readonly observed?: readonly number[];
}

export async function readLabels(path: string): Promise<Labels> {
  const [{ readFile }, { labelSpaceFromJson }, { unreadable }] = await Promise.all([
    import("node:fs/promises"),
    import("../../decide/loki/loki.ts"),
    import("../../data/unreadable.ts"),
  ]);
  const text = await readFile(path, "utf8").catch(async (error) => {
    throw await unreadable(path, error);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const problem = `not JSON (${error instanceof Error ? error.message : error})`;
    throw new InputError({ code: "malformed-json", where: path, problem, expected: "labels as JSON" });
  }
  return labelSpaceFromJson(value, path);
}

export interface Scores {
  readonly p: Matrix;
  readonly observed: readonly number[];
  readonly table?: Table;
  readonly notes: RelabelFindings["notes"];
}

/** An array whose columns are the observed labels in order, or the columns of a table that are named like them. */
export async function readScores(
  file: string,
  { space, observed }: Labels,
  given: readonly string[] | undefined,
  signal?: AbortSignal,
): Promise<Scores> {
  const { labelIndices } = await import("../../decide/loki/loki.ts");
  if (/\.npy$/i.test(file)) {
    const [{ readArray }, { asMatrix }] = await Promise.all([
      import("../../data/arrays.ts"),
      import("../../core/matrix.ts"),
    ]);
    const p = asMatrix(await readArray(file), file);
    const all = p.cols === space.size ? Array.from({ length: p.cols }, (_, y) => y) : undefined;
    const columns = given
      ? labelIndices(space, split(given, space.names), "--observed", "it")
      : (observed ?? all);
    if (columns) return { p, observed: columns, notes: [] };
    throw new InputError({
      code: "unknown-columns",
      where: file,
      problem: `which of the ${space.size} labels are the ${p.cols} columns?`,
      expected: '--observed with their names, or "observed" in the file of labels',
    });
  }
  const { readTable, toMatrix } = await import("../../data/index.ts");
  const table = await readTable(file, { signal });
  const known = new Set(space.names);
  const columns = given
    ? columnNames(given, table)
    : observed
      ? observed.map((y) => space.names[y])
      : table.columns.flatMap(({ name }) => (known.has(name) ? [name] : []));
  if (columns.length === 0) {
    throw new InputError({
      code: "unknown-columns",
      where: file,
      problem: "no column is named like a label",
      expected: `columns such as ${space.names.slice(0, 4).join(", ")}`,
      got: table.columns.map(({ name }) => name).join(", "),
    });
  }
  return {
    p: toMatrix(table, columns),
    observed: labelIndices(space, columns, given ? "--observed" : file, "it"),
    table,
    notes: table.notes,
  };
}

/** Names may hold commas themselves: what is a label as it stands is not taken apart. */
function split(given: readonly string[], known: readonly string[]): string[] {
  const labels = new Set(known);
  return given.flatMap((text) => (labels.has(text) ? [text] : text.split(",").map((name) => name.trim())));
}

/** True labels as numbers, −1 where missing: a column of the table, a table of one column, or an .npy of numbers. */
export async function readTruth(asked: string, { p, table }: Scores, space: LabelSpace): Promise<Int32Array> {
  const { categoriesOf, columnOf, readArray, readTable } = await import("../../data/index.ts").then(
    async (data) => ({
      ...data,
      ...(await import("../../data/table.ts")),
    }),
  );
  if (/\.npy$/i.test(asked)) {
    const { data } = await readArray(asked);
    requireRows(asked, data.length, p.rows);
    return Int32Array.from(data, (label, i) => {
      if (Number.isInteger(label) && label >= -1 && label < space.size) return label;
      throw unknownTruth(
        asked,
        i,
        label,
        `an integer from 0 to ${space.size - 1}, or -1 where it is not known`,
      );
    });
  }
  let from = table;
  let column = asked;
  if (!table?.columns.some(({ name }) => name === asked)) {
    const isFile = /\.(csv|tsv|json|jsonl|parquet)(\.gz)?$/i.test(asked);
    if (!isFile && table) columnOf(table, asked);
    from = await readTable(asked);
    if (from.columns.length !== 1) {
      throw new InputError({
        code: "unknown-columns",
        where: asked,
        problem: "which column are the true labels?",
        expected: "a table with one column",
        got: from.columns.map(({ name }) => name).join(", "),
      });
    }
    column = from.columns[0].name;
  }
  const { codes, levels } = categoriesOf(from!, column);
  requireRows(asked, codes.length, p.rows);
  const index = new Map(space.names.map((name, y) => [name, y]));
  const { didYouMean } = await import("../../core/suggest.ts");
  return codes.map((code, i) => {
    if (code < 0) return -1;
    const label = index.get(levels[code]);
    if (label !== undefined) return label;
    throw unknownTruth(asked, i, levels[code], "a label of the map", didYouMean(levels[code], space.names));
  });
}

function unknownTruth(where: string, i: number, got: unknown, expected: string, hint?: string): InputError {
  const problem = `row ${i + 1} has a true label that is not in the map`;
  return new InputError({ code: "unknown-label", where, problem, expected, got, hint });
}

function requireRows(where: string, got: number, rows: number): void {
  if (got === rows) return;
  const problem = "as many true labels as rows are needed";
  throw new InputError({ code: "unequal-lengths", where, problem, expected: String(rows), got });
}

export function requireComplete(truth: Int32Array, where: string): void {
  const at = truth.indexOf(-1);
  if (at < 0) return;
  const problem = `row ${at + 1} has no true label`;
  throw new InputError({ code: "missing-value", where, problem, expected: "a label for every held-out row" });
}

export function requireSameLabels(
  scores: Scores,
  heldOut: Scores,
  where: string,
  { names: all }: LabelSpace,
): void {
  const list = ({ observed }: Scores) => observed.map((y) => all[y]).join(", ");
  if (list(scores) === list(heldOut)) return;
  const problem = "the held-out rows have other columns";
  throw new InputError({
    code: "unequal-columns",
    where,
    problem,
    expected: list(scores),
    got: list(heldOut),
  });
}
