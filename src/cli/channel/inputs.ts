import type { Stats } from "node:fs";
import { InputError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import type { TableNote } from "../../data/table.ts";
import type { ChannelContext, CompressorOutputs } from "../../language/channel/channel.ts";

/** Fields of a line as text; numbers count as text where a text is wanted. */
type Line = Readonly<Record<string, unknown>>;

interface Lines {
  readonly name: string;
  readonly rows: readonly Line[];
  /** Where a row is, for messages: "line 7" or "row 7". */
  readonly place: (row: number) => string;
}

export interface ContextFields {
  readonly id: string;
  readonly text: string;
  readonly queries?: string;
}

/**
 * Contexts of a JSONL file, of a table's columns, or of the text files of a folder. Equal texts cannot be told apart by
 * anything that was made of them: the first stays.
 */
export async function readContexts(
  path: string,
  fields: ContextFields,
  signal?: AbortSignal,
): Promise<{ contexts: ChannelContext[]; dropped: ReadonlySet<string>; notes: TableNote[] }> {
  const read = (await isFolder(path)) ? await textFiles(path) : await contextLines(path, fields, signal);
  const ids = new Set<string>();
  const texts = new Map<string, string>();
  const dropped = new Set<string>();
  const contexts: ChannelContext[] = [];
  for (const context of read) {
    if (ids.has(context.id)) {
      throw new InputError({
        code: "duplicate-id",
        where: path,
        problem: "two contexts have the same id",
        expected: "each id once",
        got: context.id,
      });
    }
    ids.add(context.id);
    if (texts.has(context.text)) dropped.add(context.id);
    else {
      texts.set(context.text, context.id);
      contexts.push(context);
    }
  }
  if (contexts.length < 2) {
    throw new InputError({
      code: "too-few-rows",
      where: path,
      problem: "information needs contexts to tell apart",
      expected: "at least 2 different texts",
      got: contexts.length,
    });
  }
  return { contexts, dropped, notes: duplicateNotes(dropped, read.length) };
}

function duplicateNotes(dropped: ReadonlySet<string>, all: number): TableNote[] {
  if (dropped.size === 0) return [];
  const some = [...dropped].slice(0, 5).join(", ");
  return [
    {
      code: "duplicate-contexts",
      severity: "problem",
      message: `${dropped.size} of ${all} contexts repeat an earlier text and are left out with their compressions: ${some}${dropped.size > 5 ? ", …" : ""}`,
      columns: [],
    },
  ];
}

async function contextLines(
  path: string,
  { id, text, queries }: ContextFields,
  signal?: AbortSignal,
): Promise<ChannelContext[]> {
  const lines = await readLines(path, signal);
  return lines.rows.map((line, row) => ({
    id: line[id] === undefined ? String(row + 1) : textOf(lines, row, id),
    text: textOf(lines, row, text).trim(),
    ...(queries === undefined ? {} : { query: textOf(lines, row, queries) }),
  }));
}

/** Compressors in the order of their first line, with the texts of every context in the order of the contexts. */
export async function readCompressions(
  path: string,
  contexts: readonly ChannelContext[],
  dropped: ReadonlySet<string>,
  { scores = [] }: { scores?: readonly string[] },
  signal?: AbortSignal,
): Promise<CompressorOutputs[]> {
  const lines = await readLines(path, signal);
  const place = new Map(contexts.map(({ id }, i) => [id, i]));
  const found = new Map<string, { texts: string[][]; scores: Record<string, number[][]> }>();
  const empty = <T>(): T[][] => contexts.map(() => []);
  const { didYouMean } = await import("../../core/suggest.ts");
  for (const [row] of lines.rows.entries()) {
    const [id, name, text] = ["id", "compressor", "text"].map((field) => textOf(lines, row, field));
    if (dropped.has(id)) continue;
    const i = place.get(id);
    if (i === undefined) {
      throw new InputError({
        code: "unknown-context",
        where: path,
        problem: `${lines.place(row)}: no context has this id`,
        got: id,
        hint: didYouMean(id, place.keys()),
      });
    }
    const outputs = found.get(name) ?? {
      texts: empty<string>(),
      scores: Object.fromEntries(scores.map((score) => [score, empty<number>()])),
    };
    found.set(name, outputs);
    outputs.texts[i].push(text);
    for (const score of scores) outputs.scores[score][i].push(numberOf(lines, row, score));
  }
  return Array.from(found, ([name, outputs]) => {
    requireSameCounts(path, name, outputs.texts, contexts);
    return { name, texts: outputs.texts, ...(scores.length > 0 ? { scores: outputs.scores } : {}) };
  });
}

function requireSameCounts(
  where: string,
  name: string,
  texts: readonly (readonly string[])[],
  contexts: readonly ChannelContext[],
): void {
  const most = texts.reduce((a, row) => Math.max(a, row.length), 0);
  const at = texts.findIndex((row) => row.length !== most);
  if (at < 0) return;
  const missing = texts.filter((row) => row.length === 0).length;
  throw new InputError({
    code: missing > 0 ? "missing-pair" : "unequal-counts",
    where,
    problem:
      missing > 0
        ? `compressor ${JSON.stringify(name)} has nothing for ${missing} of ${texts.length} contexts, first ${JSON.stringify(contexts[texts.findIndex((row) => row.length === 0)].id)}`
        : `compressor ${JSON.stringify(name)} has not equally many texts for all contexts, fewer for ${JSON.stringify(contexts[at].id)}`,
    expected: `${most} for each context`,
    got: missing > 0 ? 0 : texts[at].length,
  });
}

async function readLines(path: string, signal?: AbortSignal): Promise<Lines> {
  if (path === "-" || /\.(jsonl|ndjson)$/i.test(path)) return jsonLines(path);
  const { readTable } = await import("../../data/index.ts");
  const table = await readTable(path, { signal });
  const rows = Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries(
      table.columns.map(({ name, numbers, codes, levels }): [string, unknown] => [
        name,
        numbers ? (Number.isNaN(numbers[row]) ? undefined : numbers[row]) : levels[codes[row]],
      ]),
    ),
  );
  return { name: path, rows, place: (row) => `row ${row + 1}` };
}

async function jsonLines(path: string): Promise<Lines> {
  const name = path === "-" ? "standard input" : path;
  const text = path === "-" ? await standardInput() : await fileText(path);
  const rows: Line[] = [];
  const numbers: number[] = [];
  for (const [i, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    rows.push(jsonObject(line, name, i + 1));
    numbers.push(i + 1);
  }
  if (rows.length === 0) {
    throw new InputError({
      code: "empty",
      where: name,
      problem: "no line of JSON",
      expected: "one object a line",
    });
  }
  return { name, rows, place: (row) => `line ${numbers[row]}` };
}

async function standardInput(): Promise<string> {
  const { text } = await import("node:stream/consumers");
  return text(process.stdin);
}

async function fileText(path: string): Promise<string> {
  const [{ readFile }, { unreadable }] = await Promise.all([
    import("node:fs/promises"),
    import("../../data/unreadable.ts"),
  ]);
  return readFile(path, "utf8").catch(async (error) => {
    throw await unreadable(path, error);
  });
}

function jsonObject(line: string, where: string, number: number): Line {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const problem = `line ${number} is not JSON (${error instanceof Error ? error.message : error})`;
    throw new InputError({ code: "malformed-json", where, problem, expected: "one object a line" });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Line;
  throw new InputError({
    code: "malformed-json",
    where,
    problem: `line ${number} is not an object`,
    expected: '{"id": …, "text": …}',
    got: value,
  });
}

function textOf({ name, rows, place }: Lines, row: number, field: string): string {
  const value = rows[row][field];
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text === "string" && text.trim() !== "") return text;
  const has = Object.keys(rows[row]).slice(0, 8).join(", ");
  throw new InputError({
    code: typeof text === "string" ? "empty-text" : "missing-field",
    where: name,
    problem:
      typeof text === "string"
        ? `${place(row)}: ${JSON.stringify(field)} is empty`
        : `${place(row)}: no text in the field ${JSON.stringify(field)}; it has ${has}`,
    expected: "a text",
    got: value,
  });
}

function numberOf({ name, rows, place }: Lines, row: number, field: string): number {
  const value = rows[row][field];
  const number = typeof value === "boolean" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new InputError({
    code: "missing-field",
    where: name,
    problem: `${place(row)}: no score in the field ${JSON.stringify(field)}`,
    expected: "a number, or true and false",
    got: value,
  });
}

async function isFolder(path: string): Promise<boolean> {
  if (path === "-") return false;
  const { stat } = await import("node:fs/promises");
  const found: Stats | undefined = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

/** Every .txt and .md file is a context; its name without ending is the id. */
async function textFiles(folder: string): Promise<ChannelContext[]> {
  const [{ readdir, readFile }, { join }] = await Promise.all([
    import("node:fs/promises"),
    import("node:path"),
  ]);
  const names = (await readdir(folder)).filter((name) => /\.(txt|md)$/i.test(name)).sort();
  const contexts = await Promise.all(
    names.map(async (name) => ({
      id: name.replace(/\.(txt|md)$/i, ""),
      text: (await readFile(join(folder, name), "utf8")).trim(),
    })),
  );
  const empty = contexts.find(({ text }) => text === "");
  if (empty === undefined) return contexts;
  throw new InputError({ code: "empty-text", where: join(folder, empty.id), problem: "the file is empty" });
}

/** Some of the contexts in their order, drawn at random; the others count as dropped. */
export function sampleContexts(
  all: Awaited<ReturnType<typeof readContexts>>,
  count: number | undefined,
  seed: number,
): typeof all {
  if (count === undefined || count >= all.contexts.length) return all;
  if (count < 2) {
    throw new InputError({
      code: "bad-count",
      where: "--sample",
      problem: "information needs contexts to tell apart",
      expected: "at least 2",
      got: count,
    });
  }
  const kept = new Random(seed).split("sample").subsample(all.contexts.length, count);
  const chosen = new Set(kept);
  const left = all.contexts.flatMap(({ id }, i) => (chosen.has(i) ? [] : [id]));
  return {
    contexts: Array.from(kept, (i) => all.contexts[i]),
    dropped: new Set([...all.dropped, ...left]),
    notes: [
      ...all.notes,
      {
        code: "sample",
        severity: "fact",
        message: `${count} of ${all.contexts.length} contexts, drawn at random with seed ${seed}`,
        columns: [],
      },
    ],
  };
}
