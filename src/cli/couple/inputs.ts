import { InputError } from "../../core/errors.ts";
import { hashFile, readTable } from "../../data/index.ts";
import { categoriesOf, columnOf, numbersOf, type Table, type TableNote } from "../../data/table.ts";
import { asDistribution } from "../../decide/coupling/coupling.ts";
import { columnNames, quoted } from "../arguments.ts";

/** A distribution of a file. */
export interface Side {
  readonly file: string;
  readonly p: Float64Array;
  readonly ids: readonly string[];
  /** The column of names; undefined when rows are numbered. */
  readonly names?: string;
  readonly probabilities: string;
  /** Before it was divided out. */
  readonly sum: number;
  readonly notes: readonly TableNote[];
  readonly hash?: string;
}

/**
 * Reads outcomes and their probabilities from two columns of a table, or probabilities from its only column.
 *
 * @param option "--x" or "--y": how the columns can be named
 */
export async function readSide(
  file: string,
  option: "--x" | "--y",
  given: readonly string[] | undefined,
  normalize: boolean,
  signal: AbortSignal,
): Promise<Side> {
  const table = await readTable(file, { signal });
  const { names, probabilities } = columnsOf(table, option, given);
  const values = numbersOf(table, probabilities);
  const missing = values.findIndex(Number.isNaN);
  if (missing >= 0) {
    throw new InputError({
      code: "missing-value",
      where: table.name,
      problem: `column ${JSON.stringify(probabilities)} has no number in row ${missing + 1}`,
      expected: "a probability in every row",
      got: "nothing",
    });
  }
  const { p, warnings } = asDistribution(values, table.name, {
    normalize,
    option: "--normalize",
    name: (row) => `column ${JSON.stringify(probabilities)}, row ${row + 1}`,
  });
  const ids = names === undefined ? Array.from(p, (_, row) => String(row + 1)) : idsOf(table, names);
  const zeros = p.reduce((count, value) => (value === 0 ? count + 1 : count), 0);
  const notes: TableNote[] = warnings.map(({ code, message }) => ({
    code,
    severity: "hint" as const,
    message,
    columns: [],
  }));
  if (zeros > 0) {
    notes.push({
      code: "zero-probabilities",
      severity: "fact",
      message: `${zeros} of ${p.length} outcomes of ${table.name} ${zeros === 1 ? "has probability 0: it is" : "have probability 0: they are"} in no cell`,
      columns: [],
    });
  }
  return {
    file: table.name,
    p,
    ids,
    names,
    probabilities,
    sum: values.reduce((a, b) => a + b),
    notes: [...table.notes.filter(matters), ...notes],
    hash: file === "-" || /[*?[]/.test(file) ? undefined : await hashFile(file),
  };
}

/** A file of bare numbers needs no names of columns. */
function matters({ code, severity }: TableNote): boolean {
  return severity === "problem" && code !== "no-header";
}

function columnsOf(
  table: Table,
  option: string,
  given: readonly string[] | undefined,
): { names?: string; probabilities: string } {
  const all = table.columns.map(({ name }) => name);
  if (given) {
    const wanted = columnNames(given, table);
    if (wanted.length === 1) return { probabilities: columnOf(table, wanted[0]).name };
    if (wanted.length === 2) {
      const [names, probabilities] = wanted.map((name) => columnOf(table, name).name);
      return { names, probabilities };
    }
    throw refused(option, "too many columns", "<names>,<probabilities>", wanted.join(","));
  }
  if (all.length === 1) return { probabilities: all[0] };
  const isNumeric = (name: string) => columnOf(table, name).type === "number";
  if (all.length === 2) {
    const [first, second] = all;
    return isNumeric(first) && !isNumeric(second)
      ? { names: second, probabilities: first }
      : { names: first, probabilities: second };
  }
  const names = all.find((name) => !isNumeric(name)) ?? all[0];
  const probabilities = all.find((name) => name !== names && isNumeric(name)) ?? all[1];
  throw refused(
    table.name,
    "it is not said which columns are the outcomes and their probabilities",
    `for instance ${option} ${quoted(`${names},${probabilities}`)}`,
    `${all.length} columns: ${all.join(", ")}`,
  );
}

/** Names of the outcomes, each once. */
function idsOf(table: Table, column: string): string[] {
  const { type } = columnOf(table, column);
  const { codes, levels } = categoriesOf(table, column);
  const shown = type === "date" ? levels.map((day) => isoDate(Number(day))) : levels;
  const firstRow = new Map<number, number>();
  return Array.from(codes, (code, row) => {
    const where = `${table.name}: column ${JSON.stringify(column)}`;
    if (code < 0) throw refused(where, `row ${row + 1} has no name`, "a name in every row", "nothing");
    const earlier = firstRow.get(code);
    if (earlier !== undefined) {
      const problem = `the same outcome in rows ${earlier + 1} and ${row + 1}`;
      throw refused(where, problem, "each outcome once", shown[code], "add up its rows first");
    }
    firstRow.set(code, row);
    return shown[code];
  });
}

/** Days since 1970-01-01 as a date, with the time where there is one. */
function isoDate(days: number): string {
  const text = new Date(Math.round(days * 86_400_000)).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.replace(/\.000Z$/, "Z");
}

function refused(where: string, problem: string, expected: string, got: string, hint?: string): InputError {
  return new InputError({ code: "bad-columns", where, problem, expected, got, hint });
}
