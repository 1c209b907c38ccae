import { readFile } from "node:fs/promises";
import { z } from "zod";
import { InputError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { didYouMean } from "../../core/suggest.ts";
import { readTable } from "../../data/read-table.ts";
import {
  type Column,
  categoriesOf,
  columnOf,
  completeRows,
  type Table,
  type TableNote,
} from "../../data/table.ts";
import { unreadable } from "../../data/unreadable.ts";
import {
  fieldsOf,
  type PromptInput,
  type PromptSet,
  type PromptTemplate,
  type PromptTensor,
  promptSet,
} from "../../language/choose/choose.ts";
import type { ChooseFlags } from "../choose.ts";

/** What is to be compared: prompts to ask, or a tensor of answers that are there already. */
export interface Task {
  readonly prompts?: { readonly set: PromptSet; readonly templates: readonly PromptTemplate[] };
  readonly saved?: SavedScores;
  readonly inputs: readonly PromptInput[];
  /** Numbers of labels, −1 where not known. */
  readonly truth?: readonly number[];
  readonly notes: readonly TableNote[];
}

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const choices = z.union([z.array(text), z.record(z.string(), text)]);
const prompt = z.strictObject({ name: text, template: z.string(), choices: choices.optional() });
const promptFile = z.union([
  z.array(prompt),
  z.strictObject({ choices: choices.optional(), prompts: z.array(prompt) }),
]);

const score = z.union([
  z.number(),
  z.literal("-Infinity").transform(() => Number.NEGATIVE_INFINITY),
  z.null().transform(() => Number.NaN),
]);
const perPrompt = z.array(z.array(score));
const savedScores = z.looseObject({
  logScore: z.array(perPrompt),
  seqProb: perPrompt.optional(),
  logEmpty: perPrompt.optional(),
  logNA: perPrompt.optional(),
  logMask: perPrompt.optional(),
  names: z.array(text).optional(),
  labels: z.array(text).optional(),
  model: z.string().optional(),
  mode: z.enum(["all-tokens", "first-token"]).optional(),
  aggregate: z.enum(["mean", "sum"]).optional(),
  prompts: z.array(z.object({ name: text, template: z.string(), choices })).optional(),
  inputs: z.array(z.record(z.string(), text)).optional(),
});

type SavedScores = PromptTensor & z.infer<typeof savedScores>;

export async function readTask(file: string, flags: ChooseFlags): Promise<Task> {
  const content = await parsed(file);
  if (isRecord(content) && "logScore" in content) return savedTask(file, content, flags);
  const templates = readPrompts(file, content);
  const set = promptSet(templates, file);
  if (flags.inputs === undefined) {
    throw new InputError({
      code: "missing-option",
      where: "choose",
      problem: "prompts need inputs",
      expected: "--inputs with a table such as tickets.jsonl",
    });
  }
  const table = await readTable(flags.inputs);
  const fields = fieldsOf(set);
  requireFields(set, fields, table);
  const complete = completeRows(table, fields);
  const notes = [...table.notes];
  const missing = table.rows - complete.length;
  if (missing > 0) {
    notes.push({
      code: "missing-rows",
      severity: "hint",
      message: `${missing} of ${table.rows} inputs were left out: they have no value in ${fields.join(" or ")}.`,
      columns: [],
    });
  }
  if (complete.length < 2) {
    throw new InputError({
      code: "too-few",
      where: flags.inputs,
      problem: "not enough inputs have all fields of the prompts",
      expected: `at least 2 rows with ${fields.join(", ")}`,
      got: complete.length,
    });
  }
  const rows = sampled(complete, flags);
  if (rows.length < complete.length) {
    const message = `${rows.length} of ${complete.length} inputs were drawn at random.`;
    notes.push({ code: "sampled", severity: "fact", message, columns: [] });
  }
  const columns = fields.map((name) => columnOf(table, name));
  const inputs = Array.from(rows, (row) => inputOf(columns, row));
  const truth =
    flags.labels === undefined ? undefined : await readTruth(flags.labels, table, rows, set.labels);
  return { prompts: { set, templates }, inputs, truth, notes };
}

async function savedTask(file: string, content: unknown, flags: ChooseFlags): Promise<Task> {
  const saved = valid(savedScores, content, file) as SavedScores;
  const count = saved.logScore[0]?.length ?? 0;
  if (flags.dryRun) {
    throw new InputError({
      code: "nothing-to-ask",
      where: "--dry-run",
      problem: "these log-probabilities are there already, so that nothing will be asked",
      expected: "prompts",
      got: file,
    });
  }
  const inputs: PromptInput[] = saved.inputs ?? [];
  if (flags.labels === undefined) return { saved, inputs, notes: [] };
  const labels = saved.labels ?? saved.logScore[0]?.[0]?.map((_, y) => `choice ${y + 1}`) ?? [];
  const table = flags.inputs === undefined ? undefined : await readTable(flags.inputs);
  const all = Int32Array.from({ length: count }, (_, x) => x);
  return { saved, inputs, truth: await readTruth(flags.labels, table, all, labels), notes: [] };
}

/** Templates with the choices that they share. A line break at the end, which YAML's blocks add, is taken off. */
function readPrompts(file: string, content: unknown): PromptTemplate[] {
  const found = valid(promptFile, content, file);
  const [list, shared] = Array.isArray(found) ? [found, undefined] : [found.prompts, found.choices];
  return list.map(({ name, template, choices: own }) => {
    const known = own ?? shared;
    if (known) return { name, template: template.replace(/\n$/, ""), choices: known };
    throw new InputError({
      code: "missing-choices",
      where: `${file}: ${name}`,
      problem: "no choices",
      expected: "choices: [yes, no] with the prompt, or once for all beside prompts:",
    });
  });
}

async function parsed(file: string): Promise<unknown> {
  const content = await readFile(file, "utf8").catch(async (error) => {
    throw await unreadable(file, error);
  });
  try {
    if (/\.json$/i.test(file)) return JSON.parse(content);
    const { parse } = await import("yaml");
    return parse(content);
  } catch (error) {
    const kind = /\.json$/i.test(file) ? "JSON" : "YAML";
    const said = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new InputError({
      code: "malformed",
      where: file,
      problem: `not ${kind} (${said})`,
      expected: "a list of prompts",
    });
  }
}

/** Says which field is wrong. */
function valid<S extends z.ZodType>(schema: S, content: unknown, file: string): z.infer<S> {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const { path, message } = deepest(result.error.issues, []);
  const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  throw new InputError({
    code: "malformed",
    where: file,
    problem: `${place.replace(/^\./, "") || "the file"} is not what it should be (${message.replace(/^Invalid input: /, "")})`,
    expected: "a list of {name, template, choices}, or {logScore: [prompt][input][choice]}",
  });
}

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string; readonly errors?: unknown };

/** Of several readings the one that failed last, since it went furthest. */
function deepest(
  issues: readonly Issue[],
  before: readonly PropertyKey[],
): { path: PropertyKey[]; message: string } {
  let best = { path: [...before, ...(issues[0]?.path ?? [])], message: issues[0]?.message ?? "" };
  for (const issue of issues) {
    const path = [...before, ...issue.path];
    const inner = Array.isArray(issue.errors)
      ? (issue.errors as Issue[][]).filter((list) => list.length > 0).map((list) => deepest(list, path))
      : [{ path, message: issue.message }];
    for (const found of inner) if (found.path.length > best.path.length) best = found;
  }
  return best;
}

function requireFields(set: PromptSet, fields: readonly string[], table: Table): void {
  const names = table.columns.map(({ name }) => name);
  if (fields.length === 0) {
    throw new InputError({
      code: "no-fields",
      where: "prompts",
      problem: "no prompt has a place for a field of the inputs, so that all inputs would be asked alike",
      expected: `a template with ${names
        .slice(0, 3)
        .map((name) => `{{${name}}}`)
        .join(" or ")}`,
      got: set.prompts[0].template,
    });
  }
  const unknown = fields.find((field) => !names.includes(field));
  if (unknown === undefined) return;
  const prompt = set.prompts.find(({ template, choices: texts }) =>
    [template, ...texts].some((one) => one.includes(unknown)),
  );
  throw new InputError({
    code: "unknown-field",
    where: `prompt ${prompt?.name}`,
    problem: `the inputs have no field for {{${unknown}}}`,
    expected: `one of ${names.slice(0, 8).join(", ")}`,
    got: unknown,
    hint: didYouMean(unknown, names),
  });
}

function sampled(rows: Int32Array, { sample, seed }: ChooseFlags): Int32Array {
  if (sample < 2) {
    throw new InputError({
      code: "bad-option",
      where: "--sample",
      problem: "not enough inputs",
      expected: "a whole number from 2",
      got: sample,
    });
  }
  if (rows.length <= sample) return rows;
  return new Random(seed)
    .split("inputs")
    .subsample(rows.length, sample)
    .map((i) => rows[i]);
}

function inputOf(columns: readonly Column[], row: number): PromptInput {
  return Object.fromEntries(
    columns.map((column) => {
      if (column.codes) return [column.name, column.levels[column.codes[row]]];
      const value = column.numbers[row];
      return [column.name, column.type === "date" ? dateText(value) : String(value)];
    }),
  );
}

function dateText(days: number): string {
  return new Date(Math.round(days * 86_400_000)).toISOString().replace(/T00:00:00\.000Z$/, "");
}

/** Right answers of the rows, as numbers of labels. */
async function readTruth(
  asked: string,
  table: Table | undefined,
  rows: Int32Array,
  labels: readonly string[],
): Promise<number[]> {
  const isColumn = table?.columns.some(({ name }) => name === asked);
  const isFile = /\.(csv|tsv|json|jsonl|parquet)(\.gz)?$/i.test(asked);
  if (!isColumn && !isFile && table) columnOf(table, asked);
  const from = isColumn && table ? table : await readTable(asked);
  if (!isColumn && from.columns.length !== 1) {
    throw new InputError({
      code: "unknown-columns",
      where: asked,
      problem: "which column are the right answers?",
      expected: "a file of one column",
      got: from.columns.map(({ name }) => name).join(", "),
    });
  }
  const { codes, levels } = categoriesOf(from, isColumn ? asked : from.columns[0].name);
  const expectedRows = table?.rows ?? rows.length;
  if (codes.length !== expectedRows) {
    throw new InputError({
      code: "unequal-lengths",
      where: `--labels ${asked}`,
      problem: "another number of labels than inputs",
      expected: String(expectedRows),
      got: codes.length,
    });
  }
  return Array.from(rows, (row) => {
    if (codes[row] < 0) return -1;
    const label = labels.indexOf(levels[codes[row]]);
    if (label >= 0) return label;
    throw new InputError({
      code: "unknown-label",
      where: `--labels ${asked}`,
      problem: `row ${row + 1} has a label that is none of the choices`,
      expected: labels.join(", "),
      got: levels[codes[row]],
      hint: didYouMean(levels[codes[row]], labels),
    });
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
