import { readFile } from "node:fs/promises";
import { z } from "zod";
import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import { unreadable } from "../../data/unreadable.ts";
import { joined, questionsOf } from "../../language/choose/choose.ts";
import {
  type LanguageModel,
  openLanguageModel,
  type PlannedCall,
  planCost,
} from "../../language/model/model.ts";
import { formatCount, plural } from "../../report/format.ts";
import type { ChooseFlags, Work } from "../choose.ts";
import { modelSource } from "../model-options.ts";
import { askingOf } from "./ask.ts";
import type { Task } from "./inputs.ts";

/** What a run will take. */
export interface Planned {
  readonly model: string;
  readonly mode: string;
  readonly prompts: number;
  readonly inputs: number;
  readonly labels: number;
  /** Requests that a server would be paid for; 0 for a model on this machine. */
  readonly calls: number;
  readonly cached: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly exact: boolean;
  /** Requests of a few tokens that found out what the endpoint can do; they are not asked again where answers are kept. */
  readonly probes: number;
  readonly cost?: { readonly amount: number; readonly currency: string; readonly model: string };
}

const prices = z.strictObject({
  currency: z.string().default("USD"),
  models: z.record(
    z.string(),
    z.strictObject({ input: z.number().min(0), output: z.number().min(0).default(0) }),
  ),
});

export async function dryRun(task: Task, flags: ChooseFlags, work: Work): Promise<Planned> {
  const known = flags.prices === undefined ? undefined : await readPrices(flags.prices);
  const lm = await openLanguageModel({ ...modelSource(flags), missing: flags.missing, ...work });
  try {
    const { set, options } = askingOf(lm, task.prompts!, flags);
    const calls = plannedCalls(task, set, options);
    const { calls: paid, ...cost } = await planCost(lm, calls, { signal: work.signal });
    const name = "model" in lm && typeof lm.model === "string" ? lm.model : lm.name;
    return {
      model: lm.name,
      mode: options.mode!,
      prompts: set.prompts.length,
      inputs: task.inputs.length,
      labels: set.labels.length,
      calls: paid,
      ...cost,
      probes: probesOf(lm),
      ...(known && paid > 0 ? { cost: priced(known, name, cost, flags.prices!) } : {}),
    };
  } finally {
    await lm.close?.();
  }
}

function* plannedCalls(
  { inputs }: Task,
  set: ReturnType<typeof askingOf>["set"],
  options: ReturnType<typeof askingOf>["options"],
): Generator<PlannedCall> {
  for (const question of questionsOf(set, inputs, options, "choose")) {
    yield { call: "scoreChoices", ...joined(question), mode: options.mode };
    if (options.perplexity && typeof question.input === "number") {
      yield { call: "scoreText", text: question.text };
    }
  }
}

function probesOf(lm: LanguageModel): number {
  return "usage" in lm && typeof lm.usage === "function" ? lm.usage().calls : 0;
}

async function readPrices(path: string): Promise<z.infer<typeof prices>> {
  const content = await readFile(path, "utf8").catch(async (error) => {
    throw await unreadable(path, error);
  });
  const refuse = (problem: string) =>
    new InputError({
      code: "malformed",
      where: path,
      problem,
      expected:
        '{"currency": "USD", "models": {"name": {"input": 0.15, "output": 0.6}}}, prices of a million tokens',
    });
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw refuse("not JSON");
  }
  const result = prices.safeParse(value);
  if (result.success) return result.data;
  throw refuse(`${result.error.issues[0].path.join(".") || "the file"} is not what it should be`);
}

function priced(
  { currency, models }: z.infer<typeof prices>,
  model: string,
  { promptTokens, completionTokens }: { promptTokens: number; completionTokens: number },
  path: string,
): Planned["cost"] {
  const names = Object.keys(models);
  const price = models[model];
  if (!price) {
    throw new InputError({
      code: "unknown-model",
      where: path,
      problem: "no price for this model",
      expected: `one of ${names.join(", ")}`,
      got: model,
      hint: didYouMean(model, names),
    });
  }
  const amount = (promptTokens * price.input + completionTokens * price.output) / 1e6;
  return { amount, currency, model };
}

export function planText(p: Planned): string {
  const scores = p.prompts * p.inputs * p.labels;
  const about = p.exact ? "" : "about ";
  const local = p.calls === 0 && p.cached === 0;
  const cost = p.cost
    ? `estimated cost ${p.cost.amount.toFixed(p.cost.amount < 1 ? 4 : 2)} ${p.cost.currency} for ${p.cost.model}`
    : local
      ? "estimated cost none: the model runs on this machine"
      : p.calls === 0
        ? "estimated cost none: all answers are there"
        : "estimated cost unknown: --prices names a file with the price of a million tokens";
  return [
    `${plural(p.prompts, "prompt")} × ${plural(p.inputs, "input")} × ${plural(p.labels, "label")} = ${formatCount(scores)} scores, ${p.mode}, by ${p.model}`,
    `${local ? "no calls" : `${plural(p.calls, "call")} to pay, ${formatCount(p.cached)} answered already`}   ${about}${formatCount(p.promptTokens)} prompt tokens, ${formatCount(p.completionTokens)} written`,
    cost,
    ...(p.probes > 0
      ? [`finding out what the endpoint can do took ${plural(p.probes, "call")} of about three tokens`]
      : []),
    "no prompt was asked",
    "",
  ].join("\n");
}
