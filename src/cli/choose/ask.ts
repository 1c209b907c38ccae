import type { TableNote } from "../../data/table.ts";
import {
  type CollectedTensor,
  type CollectOptions,
  collectFrom,
  type PromptSet,
  withLetters,
} from "../../language/choose/choose.ts";
import type { LanguageModel } from "../../language/model/model.ts";
import type { ChooseFlags, Work } from "../choose.ts";
import type { Task } from "./inputs.ts";

/** How this model will be asked, and what to say of it. */
export interface Asking {
  readonly set: PromptSet;
  readonly options: CollectOptions;
  readonly notes: readonly TableNote[];
}

/** The set and the mode that fit the model: one that only tells the next token is asked for letters. */
export function askingOf(lm: LanguageModel, { set }: { set: PromptSet }, flags: ChooseFlags): Asking {
  const onlyNext = !lm.capabilities.has("scoreContinuation");
  const mode = flags.mode ?? (onlyNext ? "first-token" : "all-tokens");
  const notes: TableNote[] = [];
  let used = set;
  if (onlyNext && mode === "first-token") {
    const changed = set.prompts.filter(({ lettered }) => !lettered).length;
    used = { ...set, prompts: set.prompts.map(withLetters) };
    if (changed > 0) {
      const message = `This model only tells the likeliest next tokens, so ${changed} of ${set.prompts.length} prompts got the choices as a lettered list at their end; {{choices}} puts it elsewhere.`;
      notes.push({ code: "lettered", severity: "hint", message, columns: [] });
    }
  }
  const method = flags.method;
  const options: CollectOptions = {
    mode,
    aggregate: flags.aggregate,
    contentFree: flags.calibration === "cc" || flags.calibration === "pmi",
    perplexity:
      method === "PPL" ||
      method === "PPL_L" ||
      (flags.endpoint === undefined && lm.capabilities.has("scoreText")),
    ...(flags.concurrency === undefined ? {} : { concurrency: Math.max(16, flags.concurrency) }),
  };
  return { set: used, options, notes };
}

/** Asks everything once. */
export async function ask(
  lm: LanguageModel,
  task: Task & { prompts: NonNullable<Task["prompts"]> },
  flags: ChooseFlags,
  work: Work,
): Promise<{ tensor: CollectedTensor; notes: TableNote[] }> {
  const { set, options, notes } = askingOf(lm, task.prompts, flags);
  const tensor = await collectFrom(lm, set, task.inputs, { ...options, ...work }, "choose");
  const total = tensor.logScore.length * tensor.logScore[0].length * tensor.logScore[0][0].length;
  const found = [...notes];
  const add = (code: string, severity: TableNote["severity"], message: string) =>
    found.push({ code, severity, message, columns: [] });
  if (tensor.censored > 0) {
    add(
      "censored",
      "problem",
      `${tensor.censored} of ${total} choices were not among the returned tokens; the smallest returned probability stands for them, which is at least theirs.`,
    );
  }
  if (tensor.boundaryMoved > 0) {
    add(
      "boundary-moved",
      "hint",
      `${tensor.boundaryMoved} of ${total} choices merge with the end of their prompt into one token, so that a piece of the prompt is scored too; a space or line break before the choice avoids it.`,
    );
  }
  if (flags.endpoint === undefined && (flags.model ?? "builtin") === "builtin") {
    add(
      "weak-model",
      "problem",
      "The built-in model counts words and follows no instruction: it shows how this command works, and cannot judge prompts for another model. Use --endpoint or --model with the model that will answer.",
    );
  }
  return { tensor, notes: found };
}
