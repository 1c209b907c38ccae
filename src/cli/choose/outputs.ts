import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InputError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../data/atomic.ts";
import type { PromptTensor } from "../../language/choose/choose.ts";
import type { ChooseFindings } from "../../report/choose/report.ts";
import type { Task } from "./inputs.ts";

/** The chosen prompt, the answers, and the log-probabilities, in files that stand beside each other. */
export interface OutputPaths {
  readonly chosen: string;
  readonly answers: string;
  readonly scores: string;
}

/** Refused before anything is asked. */
export function outputPaths(output: string, read: readonly (string | undefined)[]): OutputPaths {
  const refuse = (problem: string, expected: string, got: string) =>
    new InputError({ code: "bad-output", where: "--output", problem, expected, got });
  if (!/\.json$/i.test(output))
    throw refuse("the chosen prompt is written as JSON", "a path that ends in .json", output);
  const stem = output.replace(/(\.chosen)?\.json$/i, "");
  const paths = { chosen: output, answers: `${stem}.answers.csv`, scores: `${stem}.scores.json` };
  for (const [what, path] of Object.entries(paths)) {
    if (!read.some((file) => file !== undefined && resolve(file) === resolve(path))) continue;
    // What is ranked again is written again as it was.
    if (what === "scores") continue;
    throw refuse("the output would replace the input", "another path", path);
  }
  const folder = dirname(resolve(output));
  if (!existsSync(folder)) throw refuse("there is no such folder", "an existing folder", folder);
  return paths;
}

export async function writeChosen(
  { chosen, answers, scores }: OutputPaths,
  f: ChooseFindings,
  tensor: PromptTensor,
  task: Task,
): Promise<ChooseFindings["files"]> {
  const isSaved = task.saved !== undefined;
  await writeFileAtomic(chosen, `${JSON.stringify(chosenPrompt(f), null, 2)}\n`);
  await writeFileAtomic(answers, answersTable(f, task));
  if (!isSaved) await writeFileAtomic(scores, scoresText(tensor, f, task));
  return [
    { path: chosen, what: "the chosen prompt" },
    { path: answers, what: "the answer to every input" },
    ...(isSaved ? [] : [{ path: scores, what: "the log-probabilities, to compare again without asking" }]),
  ];
}

/** What a program needs to use the prompt: the template, what may follow, and what its answers are divided by. */
function chosenPrompt(f: ChooseFindings) {
  const row = f.prompts.find(({ name }) => name === f.pick)!;
  const template = f.templates.find(({ name }) => name === f.pick);
  return {
    name: f.pick,
    ...(template ? { template: template.template, choices: template.choices } : {}),
    labels: f.labels,
    method: f.method,
    score: row.score,
    interval: row.interval,
    unit: f.unit,
    notDistinguishable: f.tied,
    ...(f.calibration === "cbm"
      ? {
          calibration: "cbm",
          meanProbability: Object.fromEntries(f.labels.map((label, y) => [label, row.byLabel.mean[y]])),
        }
      : { calibration: f.calibration }),
    ...(f.model === undefined ? {} : { model: f.model, mode: f.mode, aggregate: f.aggregate }),
    inputs: f.inputs,
  };
}

function answersTable(f: ChooseFindings, { inputs, truth }: Task): string {
  const fields = Object.keys(inputs[0] ?? {});
  const names = new Map(f.prompts.map(({ index, name }) => [index, name]));
  const head = ["input", ...fields, "answer", "share", "prompt", ...(truth ? ["label"] : [])];
  const rows = f.answers.map((y, x) => [
    String(x + 1),
    ...fields.map((field) => String(inputs[x][field])),
    f.labels[y],
    String(Number(f.confidence[x].toPrecision(6))),
    names.get(f.answeredBy[x])!,
    ...(truth ? [truth[x] < 0 ? "" : f.labels[truth[x]]] : []),
  ]);
  return [head, ...rows].map((cells) => `${cells.map(cell).join(",")}\n`).join("");
}

function cell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** JSON has no −∞. */
function scoresText(tensor: PromptTensor, f: ChooseFindings, { inputs }: Task): string {
  const plain = (value: unknown): unknown => {
    if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, plain);
    if (Array.isArray(value)) return value.map(plain);
    return value === Number.NEGATIVE_INFINITY ? "-Infinity" : value;
  };
  const content = Object.fromEntries(Object.entries(tensor).map(([key, value]) => [key, plain(value)]));
  return `${JSON.stringify({ ...content, prompts: f.templates, inputs })}\n`;
}
