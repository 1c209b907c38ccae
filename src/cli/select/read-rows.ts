import { InputError } from "../../core/errors.ts";
import { type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { readArray } from "../../data/arrays.ts";
import { inferColumns } from "../../data/infer-columns.ts";
import { readTable } from "../../data/read-table.ts";
import { columnOf, completeRows, type Table, type TableNote, toCodes, toMatrix } from "../../data/table.ts";
import { embedSentences, type FeatureRows } from "../../decide/submodular/submodular.ts";
import { columnNames } from "../arguments.ts";
import type { SelectFlags } from "../select.ts";

/** Rows that can be compared, and how they were made so. */
export interface Compared {
  kind: "array" | "text" | "columns";
  /** Absent for an array. */
  table?: Table;
  /** Of the file, from 0. */
  rows: Int32Array;
  totalRows: number;
  features: FeatureRows;
  notes: TableNote[];
  /** In words. */
  comparedBy: string;
  /** Of texts. */
  column?: string;
  /** Of numbers, with what makes them comparable. */
  scaling?: Scaling;
}

interface Scaling {
  names: string[];
  means: Float64Array;
  deviations: Float64Array;
}

/** The rows to choose from. */
export async function readPool(file: string, flags: SelectFlags, run: LongRunning): Promise<Compared> {
  if (/\.npy$/i.test(file)) return readEmbeddings(file, flags);
  const table = await readTable(file, { signal: run.signal });
  const base = { table, totalRows: table.rows };
  if (flags.text !== undefined) {
    if (flags.columns) {
      throw new InputError({
        code: "contradiction",
        where: "select",
        problem: "--text and --columns at once",
        expected: "one of them",
      });
    }
    const { rows, features, notes } = await embedColumn(table, flags.text, run);
    const comparedBy = `sentence embeddings of ${flags.text}`;
    return {
      ...base,
      kind: "text",
      rows,
      features,
      notes: [...table.notes, ...notes],
      comparedBy,
      column: flags.text,
    };
  }
  const { names, notes: left } = numericColumns(table, flags.columns);
  const { rows, notes } = usable(table, names);
  const scaling = scalingOf(toMatrix(table, names, rows), names);
  const comparedBy = scaling.names.length > 4 ? `${scaling.names.length} columns` : scaling.names.join(", ");
  return {
    ...base,
    kind: "columns",
    rows,
    features: scaled(table, rows, scaling),
    notes: [...table.notes, ...left, ...notes],
    comparedBy,
    scaling,
  };
}

/** Examples in the same form as the pool. */
export async function readExamples(
  file: string,
  pool: Compared,
  what: "query" | "avoid",
  run: LongRunning,
): Promise<{ features: FeatureRows; notes: TableNote[] }> {
  const where = `--${what} ${file}`;
  if (pool.kind === "array") {
    const { features, notes } = await readEmbeddings(file, {});
    if (features.cols !== pool.features.cols) {
      throw new InputError({
        code: "shape-mismatch",
        where,
        problem: "the rows have another length",
        expected: `${pool.features.cols} columns`,
        got: features.cols,
      });
    }
    return { features, notes };
  }
  const table = await readTable(file, { signal: run.signal, leastRows: 1 });
  if (pool.kind === "text") {
    const { features, notes } = await embedColumn(table, pool.column ?? "", run);
    return { features, notes };
  }
  const scaling = pool.scaling!;
  const { rows, notes } = usable(table, scaling.names);
  return { features: scaled(table, rows, scaling), notes };
}

async function readEmbeddings(
  file: string,
  flags: Partial<Record<"text" | "columns" | "balance" | "id" | "cost", unknown>>,
): Promise<Compared> {
  for (const option of ["text", "columns", "balance", "id", "cost"] as const) {
    if (flags[option] === undefined) continue;
    throw new InputError({
      code: "no-table",
      where: `--${option}`,
      problem: "an array has no named columns",
      expected: "a table",
      got: file,
    });
  }
  const { shape, data } = await readArray(file);
  const [rows, ...rest] = shape;
  if (rest.length === 0 || rows < 1) {
    throw new InputError({
      code: "shape-mismatch",
      where: file,
      problem: "not rows of numbers",
      expected: "an array [rows, columns]",
      got: shape,
    });
  }
  const cols = rest.reduce((product, length) => product * length, 1);
  const numbers =
    data instanceof Float32Array || data instanceof Float64Array ? data : Float64Array.from(data, Number);
  const all: FeatureRows = { data: numbers, rows, cols };
  const zeros: number[] = [];
  for (let i = 0, at = 0; i < rows; i++) {
    let square = 0;
    for (let c = 0; c < cols; c++, at++) square += numbers[at] * numbers[at];
    if (!Number.isFinite(square)) {
      throw new InputError({
        code: "not-finite",
        where: file,
        problem: `row ${i} is not finite`,
        expected: "finite numbers",
        got: Array.from(numbers.subarray(i * cols, i * cols + Math.min(4, cols))).join(", "),
      });
    }
    if (square === 0) zeros.push(i);
  }
  const left = new Set(zeros);
  const kept = Int32Array.from({ length: rows }, (_, i) => i).filter((i) => !left.has(i));
  if (kept.length === 0) {
    throw new InputError({
      code: "zero-row",
      where: file,
      problem: "all rows are zeros",
      expected: "numbers",
    });
  }
  return {
    kind: "array",
    rows: kept,
    totalRows: rows,
    features: zeros.length === 0 ? all : takeRows(matrix(rows, cols, Float64Array.from(numbers)), kept),
    notes: zeros.length === 0 ? [] : [leftOut(zeros.length, rows, "all zeros, without a direction")],
    comparedBy: `${cols} numbers each`,
  };
}

async function embedColumn(table: Table, name: string, run: LongRunning) {
  const column = columnOf(table, name);
  if (column.type !== "text") {
    throw new InputError({
      code: "not-text",
      where: `--text ${name}`,
      problem: "the column holds no texts",
      expected: "a column of texts",
      got: column.type,
    });
  }
  const { rows, notes } = usable(table, [name]);
  const { codes, levels } = toCodes(table, name, rows);
  // Equal texts are embedded once.
  const used = Array.from(new Set(codes));
  const place = new Map(used.map((code, i) => [code, i]));
  const embedded = await embedSentences(
    used.map((code) => levels[code]),
    run,
  );
  return {
    rows,
    notes,
    features: takeRows(
      embedded,
      codes.map((code) => place.get(code)!),
    ),
  };
}

function numericColumns(table: Table, given: string[] | undefined): { names: string[]; notes: TableNote[] } {
  if (given) return { names: columnNames(given, table), notes: [] };
  const decisions = inferColumns(table);
  const numbers = (name: string) => columnOf(table, name).type !== "text";
  const names = decisions
    .filter(({ name, use }) => (use === "continuous" || use === "discrete") && numbers(name))
    .map(({ name }) => name);
  const others = decisions.filter(({ name }) => !names.includes(name)).map(({ name }) => name);
  if (names.length === 0) {
    const texts = table.columns.flatMap((c) => (c.type === "text" ? [c] : []));
    const longest = texts.sort((a, b) => b.levels.join("").length - a.levels.join("").length)[0];
    throw new InputError({
      code: "nothing-to-compare",
      where: table.name,
      problem: "no column of numbers to compare rows by",
      expected: "--text <column> or --columns <names>",
      hint: longest && `--text ${longest.name}`,
    });
  }
  const message = `Rows were compared by ${names.join(", ")}; not by ${others.join(", ")}.`;
  return {
    names,
    notes:
      others.length === 0 ? [] : [{ code: "columns-left-out", severity: "fact", message, columns: names }],
  };
}

/** Rows without a gap in these columns. */
function usable(table: Table, names: readonly string[]): { rows: Int32Array; notes: TableNote[] } {
  const rows = completeRows(table, names);
  if (rows.length === 0) {
    throw new InputError({
      code: "no-complete-rows",
      where: table.name,
      problem: "every row has a gap in the columns to compare by",
      expected: "rows with all values",
      got: names.join(", "),
    });
  }
  const missing = table.rows - rows.length;
  const notes = missing === 0 ? [] : [leftOut(missing, table.rows, `no value in ${names.join(" or ")}`)];
  return { rows, notes };
}

function leftOut(count: number, of: number, why: string): TableNote {
  const message = `${count} of ${of} rows were left out: ${why}.`;
  return { code: "missing-rows", severity: "hint", message, columns: [] };
}

function scalingOf({ data, rows, cols }: Matrix, names: readonly string[]): Scaling {
  const means = new Float64Array(cols);
  const deviations = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++) means[j] += data[at++] / rows;
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) deviations[j] += (data[at++] - means[j]) ** 2 / rows;
  }
  // Compared exactly: a mean of equal numbers may differ from them by rounding.
  const varying = names
    .map((_, j) => j)
    .filter((j) => data.some((value, at) => at % cols === j && value !== data[j]));
  if (varying.length === 0) {
    throw new InputError({
      code: "constant-columns",
      where: "--columns",
      problem: "all rows are the same there",
      expected: "columns that vary",
      got: names.join(", "),
    });
  }
  return {
    names: varying.map((j) => names[j]),
    means: Float64Array.from(varying, (j) => means[j]),
    deviations: Float64Array.from(varying, (j) => Math.sqrt(deviations[j])),
  };
}

function scaled(table: Table, rows: Int32Array, { names, means, deviations }: Scaling): Matrix {
  const out = toMatrix(table, names, rows);
  for (let at = 0; at < out.data.length; at++) {
    const j = at % names.length;
    out.data[at] = (out.data[at] - means[j]) / deviations[j];
  }
  return out;
}
