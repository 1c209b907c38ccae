import { InputError } from "../../core/errors.ts";
import { hashFile, inferColumns, readTable } from "../../data/index.ts";
import {
  type Column,
  type ColumnDecision,
  categoriesOf,
  columnOf,
  type Table,
  type TableNote,
} from "../../data/table.ts";
import type { Cell } from "../../language/pursuit/pursuit.ts";
import { columnNames } from "../arguments.ts";

/** Things by yes/no questions. */
export interface Entities {
  readonly name: string;
  /** What one of them is called: the column's name. */
  readonly entity: string;
  readonly labels: readonly string[];
  readonly queries: readonly string[];
  readonly values: readonly (readonly Cell[])[];
  readonly notes: readonly TableNote[];
  readonly hash?: string;
}

interface EntityOptions {
  readonly entity?: string;
  /** Ask about these columns only. */
  readonly columns?: string[];
  readonly ignore?: string[];
}

/** Thresholds of a column of numbers: the values at so many even shares. */
const mostCuts = 7;
/** Values of a column of text that are asked about, the commonest. */
const mostLevels = 24;
const mostCells = 20_000_000;

/** A yes/no question about a row: 1 yes, 0 no, −1 unknown. */
interface Question {
  readonly text: string;
  readonly column: string;
  readonly answer: (row: number) => number;
}

/**
 * Reads a table of entities by attributes as yes/no questions: numbers by thresholds, categories one by one. Rows with the
 * same entity are taken together; what is missing is unknown.
 */
export async function readEntities(
  file: string,
  options: EntityOptions,
  signal: AbortSignal,
): Promise<Entities> {
  const table = await readTable(file, { signal });
  const given = (names?: string[]) => names && columnNames(names, table);
  const wanted = given(options.columns);
  for (const name of wanted ?? []) columnOf(table, name);
  const decisions = inferColumns(table, { ignore: given(options.ignore) });
  const entity = entityColumn(table, decisions, options.entity);
  const notes: TableNote[] = [...table.notes];
  const note = (code: string, severity: TableNote["severity"], message: string, columns: string[] = []) =>
    notes.push({ code, severity, message, columns });
  if (options.entity === undefined) {
    note("entity-column", "fact", `the entities are the values of ${entity}; --entity names another column`, [
      entity,
    ]);
  }

  const { labels, rowsOf } = groups(table, entity);
  const used = wanted ?? decisions.filter((decision) => isUseful(table, decision)).map(({ name }) => name);
  const questions = used
    .filter((name) => name !== entity)
    .flatMap((name) => questionsOf(columnOf(table, name)));
  if (questions.length === 0) {
    throw new InputError({
      code: "no-queries",
      where: table.name,
      problem: "no column can be asked about",
      expected: "columns of numbers, of yes and no, or of texts that repeat",
      got: decisions.map(({ name, because }) => `${name}: ${because}`).join("; "),
    });
  }
  if (labels.length * questions.length > mostCells) {
    throw new InputError({
      code: "too-large",
      where: table.name,
      problem: "too many entities and questions",
      expected: `at most ${mostCells} cells; --columns names fewer`,
      got: `${labels.length} × ${questions.length}`,
    });
  }
  const values = rowsOf.map((rows) => questions.map((question) => cellOf(question, rows)));
  const several = rowsOf.filter((rows) => rows.length > 1).length;
  if (several > 0) {
    const how = "their rows are taken together, with probabilities of yes";
    note("repeated-entities", "hint", `${several} of ${labels.length} entities are in several rows: ${how}`, [
      entity,
    ]);
  }
  const missing = values.reduce((sum, row) => sum + row.filter((cell) => cell === null).length, 0);
  const nameless = columnOf(table, entity).missing;
  if (nameless > 0) {
    note("nameless-rows", "hint", `${nameless} of ${table.rows} rows have no ${entity}: they are left out`, [
      entity,
    ]);
  }
  if (missing > 0) {
    const of = labels.length * questions.length;
    note(
      "unknown-cells",
      "fact",
      `${missing} of ${of} answers are unknown: they count as likely as elsewhere in the column`,
    );
  }
  return {
    name: table.name,
    entity,
    labels,
    queries: questions.map(({ text }) => text),
    values,
    notes,
    hash: file === "-" || /[*?[]/.test(file) ? undefined : await hashFile(file),
  };
}

/** Yes and no in a table of two rows are no identifier. */
function isUseful(table: Table, { name, use }: ColumnDecision): boolean {
  return (
    use === "continuous" || use === "discrete" || (use === "identifier" && isYesNo(columnOf(table, name)))
  );
}

function isYesNo({ levels }: Column): boolean {
  return levels?.every((level) => truthOf(level) !== undefined) === true;
}

function entityColumn(table: Table, decisions: readonly ColumnDecision[], asked?: string): string {
  if (asked !== undefined) return columnOf(table, asked).name;
  const isText = ({ name, use }: ColumnDecision) => {
    const column = columnOf(table, name);
    return column.type === "text" && !isYesNo(column) && use !== "ignored" && use !== "empty";
  };
  const texts = decisions.filter(isText);
  const found = texts.find(({ use }) => use === "identifier") ?? texts[0];
  if (found) return found.name;
  throw new InputError({
    code: "no-entity",
    where: table.name,
    problem: "no column of text names the entities",
    expected: "--entity <column>",
    got: decisions.map(({ name }) => name).join(", "),
  });
}

/** The rows of each entity. */
function groups(table: Table, entity: string): { labels: string[]; rowsOf: number[][] } {
  const { codes, levels } = categoriesOf(table, entity);
  const byCode = new Map<number, number[]>();
  codes.forEach((code, row) => {
    if (code < 0) return;
    const rows = byCode.get(code);
    if (rows) rows.push(row);
    else byCode.set(code, [row]);
  });
  if (byCode.size < 2) {
    throw new InputError({
      code: "too-few-labels",
      where: `${table.name}: column ${JSON.stringify(entity)}`,
      problem: "there is nothing to choose between",
      expected: "at least 2 entities",
      got: byCode.size,
    });
  }
  const codesUsed = [...byCode.keys()];
  return {
    labels: codesUsed.map((code) => levels[code]),
    rowsOf: codesUsed.map((code) => byCode.get(code)!),
  };
}

function cellOf({ answer }: Question, rows: readonly number[]): Cell {
  let yes = 0;
  let known = 0;
  for (const row of rows) {
    const value = answer(row);
    if (value < 0) continue;
    known++;
    yes += value;
  }
  if (known === 0) return null;
  if (yes === 0 || yes === known) return yes > 0;
  return { yes: yes / known, no: 1 - yes / known };
}

function questionsOf(column: Column): Question[] {
  const { name } = column;
  if (column.numbers) return numberQuestions(name, column.numbers, column.type === "date");
  const { codes, levels } = column;
  const truths = levels.map((level) => truthOf(level));
  const counts = new Int32Array(levels.length);
  for (const code of codes) if (code >= 0) counts[code]++;
  const occurring = [...levels.keys()].filter((code) => counts[code] > 0);
  if (occurring.every((code) => truths[code] !== undefined)) {
    return [
      { text: asQuestion(name), column: name, answer: (row) => (codes[row] < 0 ? -1 : truths[codes[row]]!) },
    ];
  }
  // With two levels one question says it all.
  const asked = occurring.length === 2 ? occurring.slice(0, 1) : occurring;
  return asked
    .sort((a, b) => counts[b] - counts[a] || a - b)
    .slice(0, mostLevels)
    .map((code) => ({
      text: `Is ${name} ${levels[code]}?`,
      column: name,
      answer: (row) => (codes[row] < 0 ? -1 : Number(codes[row] === code)),
    }));
}

function truthOf(level: string): number | undefined {
  const word = level.toLowerCase();
  if (/^(yes|y|true|t|1)$/.test(word)) return 1;
  return /^(no|n|false|f|0)$/.test(word) ? 0 : undefined;
}

/** A column may be called as a question already. */
function asQuestion(name: string): string {
  return name.trimEnd().endsWith("?") ? name : `${name}?`;
}

function numberQuestions(name: string, numbers: Float64Array, isDate: boolean): Question[] {
  const sorted = numbers.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return [];
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  if (!isDate && sorted.every((value) => value === 0 || value === 1)) {
    const answer = (row: number) => (Number.isNaN(numbers[row]) ? -1 : numbers[row]);
    return low === high ? [] : [{ text: asQuestion(name), column: name, answer }];
  }
  const cuts = new Set<number>();
  for (let i = 1; i <= mostCuts; i++) {
    const at = sorted[Math.floor((i * sorted.length) / (mostCuts + 1))];
    const below = largestBelow(sorted, at) ?? at;
    const above = at > below ? at : smallestAbove(sorted, at);
    if (above === undefined) continue;
    cuts.add(isDate ? below : roundest(below, above));
  }
  return [...cuts]
    .filter((cut) => cut >= low && cut < high)
    .map((cut) => ({
      text: `Is ${name} ${isDate ? `after ${isoDate(cut)}` : `more than ${cut}`}?`,
      column: name,
      answer: (row) => (Number.isNaN(numbers[row]) ? -1 : Number(numbers[row] > cut)),
    }));
}

function largestBelow(sorted: Float64Array, value: number): number | undefined {
  for (let i = sorted.length - 1; i >= 0; i--) if (sorted[i] < value) return sorted[i];
  return undefined;
}

function smallestAbove(sorted: Float64Array, value: number): number | undefined {
  return sorted.find((other) => other > value);
}

/** The number with fewest digits from a to below b: thresholds are read by people. */
function roundest(a: number, b: number): number {
  for (let digits = 1; digits <= 15; digits++) {
    const size = Math.max(Math.abs(a), Math.abs(b));
    const unit = 10 ** (Math.floor(Math.log10(size)) + 1 - digits);
    const candidate = Number((Math.ceil(a / unit - 1e-9) * unit).toPrecision(15));
    if (candidate >= a && candidate < b) return candidate;
  }
  return a;
}

function isoDate(days: number): string {
  const text = new Date(Math.round(days * 86_400_000)).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.replace(/\.000Z$/, "Z");
}
