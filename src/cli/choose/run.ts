import type { TableNote } from "../../data/table.ts";
import { type ChoiceMethod, comparePrompts, type PromptTensor } from "../../language/choose/choose.ts";
import { type LanguageModel, openLanguageModel } from "../../language/model/model.ts";
import type { ChooseFindings } from "../../report/choose/report.ts";
import { explained } from "../../report/choose/words.ts";
import type { ChooseFlags, Work } from "../choose.ts";
import { modelSource } from "../model-options.ts";
import { ask } from "./ask.ts";
import type { Task } from "./inputs.ts";
import { type OutputPaths, writeChosen } from "./outputs.ts";

/** Asks where needed, compares, and writes what was chosen. */
export async function choose(
  task: Task,
  flags: ChooseFlags,
  targets: OutputPaths | undefined,
  work: Work,
): Promise<ChooseFindings> {
  const { tensor, notes, usage } = await answersTo(task, flags, work);
  const compared = await comparePrompts(tensor, {
    method: flags.method as ChoiceMethod,
    ...(flags.calibration === "none"
      ? { calibrate: "none" as const }
      : { calibration: flags.calibration, calibrate: flags.calibrate }),
    filter: flags.filter === true,
    unit: flags.unit,
    seed: flags.seed,
    truth: task.truth,
    ...work,
  });
  if (flags.explain !== undefined) explained(compared, flags.explain);
  const how = tensor as PromptTensor & Partial<Pick<ChooseFindings, "model" | "mode" | "aggregate">>;
  const templates = task.prompts?.templates ?? task.saved?.prompts;
  const findings: ChooseFindings = {
    ...compared,
    notes: [...notes, ...compared.notes],
    ...(how.model === undefined ? {} : { model: how.model }),
    ...(how.mode === undefined ? {} : { mode: how.mode }),
    ...(how.aggregate === undefined ? {} : { aggregate: how.aggregate }),
    ...(usage ? { usage } : {}),
    ...(flags.explain === undefined ? {} : { explain: flags.explain }),
    templates: (templates ?? []).map(({ name, template, choices }) => ({ name, template, choices })),
    texts: compared.matrix.inputs.map((x) => inputText(task, x)),
    ...(task.truth ? { known: compared.matrix.inputs.map((x) => task.truth![x]) } : {}),
    files: [],
  };
  if (!targets) return findings;
  return { ...findings, files: await writeChosen(targets, findings, tensor, task) };
}

interface Answers {
  tensor: PromptTensor;
  notes: readonly TableNote[];
  usage?: ChooseFindings["usage"];
}

async function answersTo(task: Task, flags: ChooseFlags, work: Work): Promise<Answers> {
  const { prompts } = task;
  if (!prompts) return { tensor: task.saved!, notes: task.notes };
  const lm = await openLanguageModel({ ...modelSource(flags), missing: flags.missing, ...work });
  try {
    const { tensor, notes } = await ask(lm, { ...task, prompts }, flags, work);
    return { tensor, notes: [...task.notes, ...notes], usage: usageOf(lm) };
  } finally {
    await lm.close?.();
  }
}

function usageOf(lm: LanguageModel): ChooseFindings["usage"] {
  if (!("usage" in lm) || typeof lm.usage !== "function") return undefined;
  const { calls, cached, promptTokens, completionTokens } = lm.usage();
  return { calls, cached, promptTokens, completionTokens };
}

const longest = 240;

/** An input in one line, cut where it is long. */
function inputText({ inputs }: Task, x: number): string {
  const input = inputs[x];
  if (!input) return `input ${x + 1}`;
  const values = Object.entries(input);
  const text = values.length === 1 ? String(values[0][1]) : values.map(([k, v]) => `${k}: ${v}`).join("; ");
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
