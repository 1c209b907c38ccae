import { setMaxListeners } from "node:events";
import { InputError, StoppedError, throwIfStopped } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import {
  type Capability,
  type ChoiceMode,
  type LanguageModel,
  requireCapabilities,
  type Scored,
} from "../model/model.ts";
import {
  type Filled,
  fill,
  type PromptInput,
  type PromptSet,
  type PromptTemplate,
  promptSet,
} from "./template.ts";
import { nested, type PromptTensor } from "./tensor.ts";

/** Mean or sum of the log-probabilities of a choice's tokens. */
export type Aggregate = "mean" | "sum";

export interface CollectOptions extends LongRunning {
  /** Default `"all-tokens"`; `"first-token"` costs one call for each prompt and input. */
  mode?: ChoiceMode;
  /** Of the tokens of a choice. Default `"mean"`, and `"sum"` where choices differ from input to input. */
  aggregate?: Aggregate;
  /** Also score without content, for the calibrations cc and pmi. Default false. */
  contentFree?: boolean;
  /** Also score the filled prompts themselves, for PPL. Default false. */
  perplexity?: boolean;
  /** How many questions are open at a time. Default 16; endpoints have a limit of their own. */
  concurrency?: number;
}

/** A tensor with how it came about. */
export interface CollectedTensor extends PromptTensor {
  readonly model: string;
  readonly mode: ChoiceMode;
  readonly aggregate: Aggregate;
  /** Scores that are only known to be at most what stands there: the choice was not among the returned tokens. */
  readonly censored: number;
  /** Scores that begin before the choice, because its first token merged with the end of the prompt. */
  readonly boundaryMoved: number;
}

/** What replaces every field for the calibrations that compare with answers without content. */
const contentFree = { logEmpty: "", logNA: "N/A", logMask: "[MASK]" } as const;

/** One question to the model: a prompt filled with an input, or without content. */
interface Question extends Filled {
  readonly prompt: number;
  /** Number of the input, or what stands for it. */
  readonly input: number | keyof typeof contentFree;
}

/**
 * The questions that a collection asks, in order: input by input, so that what an interrupted run has answered is
 * complete for the first inputs.
 */
export function* questionsOf(
  set: PromptSet,
  inputs: readonly PromptInput[],
  { mode = "all-tokens", contentFree: free = false }: CollectOptions,
  where: string,
): Generator<Question> {
  const kinds = free ? (Object.keys(contentFree) as (keyof typeof contentFree)[]) : [];
  for (const input of [...inputs.keys(), ...kinds]) {
    const fields =
      typeof input === "number"
        ? inputs[input]
        : Object.fromEntries(Object.keys(inputs[0]).map((name) => [name, contentFree[input]]));
    for (const [prompt, template] of set.prompts.entries()) {
      const filled = fill(template, fields, where);
      yield { prompt, input, ...(mode === "first-token" ? apart(filled) : filled) };
    }
  }
}

/**
 * Scores every choice of every prompt and input once, into a tensor that all methods read.
 *
 * In all-tokens mode a choice scores the mean (or sum) of its tokens' log-probabilities, in first-token mode its first
 * token's; words with which all choices begin are then part of the prompt. A choice is put after a space, unless the
 * prompt ends in a line break; where the model makes a token of the space alone, the space goes to the prompt.
 * `−Infinity` is kept. An interrupted collection goes on where answers are cached, as those of endpoints are.
 *
 * Source: Yang et al. 2024, sections on scoring and one-token responses. Cost: T X questions of Y choices.
 *
 * @throws InputError when a field is missing, labels differ between templates, or the model lacks a capability; in
 * first-token mode when two choices begin with the same token
 * @throws StoppedError when the signal fires
 * @example
 * import { collectScores, englishModel, promptScores } from "surprisal/language";
 * const choices = ["sea", "law"];
 * const templates = [
 *   { name: "plain", template: "{{text}} This is about the", choices },
 *   { name: "question", template: "{{text}} It speaks of", choices },
 * ];
 * const inputs = [{ text: "The ship left the harbour." }, { text: "The court heard the case." }];
 * const tensor = await collectScores(await englishModel(), templates, inputs);
 * promptScores(tensor, "MI"); // nats
 */
export async function collectScores(
  lm: LanguageModel,
  templates: readonly PromptTemplate[],
  inputs: readonly PromptInput[],
  options: CollectOptions = {},
): Promise<CollectedTensor> {
  return collectFrom(lm, promptSet(templates, "collectScores"), inputs, options, "collectScores");
}

/** {@link collectScores} of templates that are checked already. */
export async function collectFrom(
  lm: LanguageModel,
  set: PromptSet,
  inputs: readonly PromptInput[],
  options: CollectOptions,
  where: string,
): Promise<CollectedTensor> {
  const { mode = "all-tokens", perplexity = false, onProgress, concurrency = 16 } = options;
  // Every open question listens to it, which for a signal of the caller's would look like a leak.
  const signal = options.signal && AbortSignal.any([options.signal]);
  if (signal) setMaxListeners(0, signal);
  const dynamic = set.prompts.some((prompt) => prompt.dynamic && !prompt.lettered);
  const aggregate = options.aggregate ?? (dynamic ? "sum" : "mean");
  requireUsable(lm, set, inputs, options, where);
  const [T, X, Y] = [set.prompts.length, inputs.length, set.labels.length];
  const log = new Float64Array(T * X * Y);
  const seqProb = perplexity ? new Float64Array(T * X) : undefined;
  const free = Object.fromEntries(Object.keys(contentFree).map((kind) => [kind, new Float64Array(T * Y)]));
  let censored = 0;
  let boundaryMoved = 0;
  let done = 0;
  const total = (X + (options.contentFree ? 3 : 0)) * T;
  const questions = questionsOf(set, inputs, options, where);
  // The first answer settles, for all, where the space before a choice belongs.
  let settled: ReturnType<typeof settleSpace> | undefined;

  const ask = async (question: Question): Promise<void> => {
    settled ??= settleSpace(lm, question, mode, signal);
    const { spaceInPrompt, first, answers: firstAnswers } = await settled;
    const { prefix, choices } = joined(question, spaceInPrompt);
    const answers =
      question === first && !spaceInPrompt
        ? firstAnswers
        : await lm.scoreChoices(prefix, choices, mode, { signal });
    if (mode === "first-token") requireDifferent(answers, choices, set.prompts[question.prompt].name, where);
    const { prompt, input } = question;
    const [out, at] = typeof input === "number" ? [log, (prompt * X + input) * Y] : [free[input], prompt * Y];
    answers.forEach((answer, y) => {
      out[at + y] = mode === "first-token" ? answer.sum : answer[aggregate];
      if (answer.floored) censored++;
      if (answer.boundaryMoved) boundaryMoved++;
    });
    if (seqProb && typeof input === "number") {
      seqProb[prompt * X + input] = textProbability(await lm.scoreText(question.text, { signal }));
    }
    onProgress?.({ done: ++done, total, label: "asking" });
  };
  await inFlight(questions, Math.max(1, concurrency), ask, signal, where);
  return {
    logScore: nested(log, T, Y),
    ...(seqProb ? { seqProb: nested(seqProb, T, X).map(([row]) => row) } : {}),
    ...(options.contentFree
      ? Object.fromEntries(Object.entries(free).map(([kind, data]) => [kind, nested(data, 1, Y)[0]]))
      : {}),
    names: set.prompts.map(({ name }) => name),
    labels: set.labels,
    model: lm.name,
    mode,
    aggregate,
    censored,
    boundaryMoved,
  };
}

/** Works through the questions, several at a time; the first failure ends it. */
async function inFlight(
  questions: Iterator<Question>,
  count: number,
  ask: (question: Question) => Promise<void>,
  signal: AbortSignal | undefined,
  where: string,
): Promise<void> {
  let failed = false;
  const worker = async () => {
    for (let turns = 0; !failed; turns++) {
      throwIfStopped(signal, where);
      const next = questions.next();
      if (next.done) return;
      await ask(next.value);
      // Models in this process answer without giving timers and signals a turn.
      if (turns % 8 === 7) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const workers = Array.from({ length: count }, () =>
    worker().catch((error) => {
      failed = true;
      throw error;
    }),
  );
  const results = await Promise.allSettled(workers);
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  if (errors.length > 0) throw errors.find((error) => !(error instanceof StoppedError)) ?? errors[0];
}

/** Words with which all choices begin go to the prompt, so that their first tokens can differ. */
function apart({ text, choices }: Filled): Filled {
  const words = choices.map((choice) => choice.trim().split(/\s+/));
  const least = Math.min(...words.map((list) => list.length)) - 1;
  let shared = 0;
  while (shared < least && words.every((list) => list[shared] === words[0][shared])) shared++;
  if (shared === 0) return { text, choices };
  const start = words[0].slice(0, shared).join(" ");
  return {
    text: /\s$/.test(text) ? `${text}${start}` : `${text} ${start}`,
    choices: words.map((list) => list.slice(shared).join(" ")),
  };
}

/** What the model reads and what follows, with the space between them on one side: usually that of the choice. */
export function joined(
  { text, choices }: Filled,
  spaceInPrompt = false,
): { prefix: string; choices: string[] } {
  const plain = choices.map((choice) => choice.trim());
  if (/\n[ \t]*$/.test(text) || text === "") return { prefix: text, choices: plain };
  const prefix = text.replace(/[ \t]+$/, "");
  if (spaceInPrompt) return { prefix: `${prefix} `, choices: plain };
  return { prefix, choices: plain.map((choice) => ` ${choice}`) };
}

async function settleSpace(lm: LanguageModel, first: Question, mode: ChoiceMode, signal?: AbortSignal) {
  const { prefix, choices } = joined(first);
  const answers = await lm.scoreChoices(prefix, choices, mode, { signal });
  const isSpaceAlone = ({ tokens, boundaryMoved }: Scored) =>
    !boundaryMoved && tokens[0]?.token !== "" && tokens[0]?.token.trim() === "";
  return { first, answers, spaceInPrompt: choices[0].startsWith(" ") && answers.some(isSpaceAlone) };
}

/** The geometric mean of the token probabilities after the first, never 0. */
function textProbability({ tokens }: Scored): number {
  let sum = 0;
  for (let i = 1; i < tokens.length; i++) sum += tokens[i].logprob;
  return Math.max(Number.MIN_VALUE, Math.min(1, Math.exp(tokens.length > 1 ? sum / (tokens.length - 1) : 0)));
}

function requireDifferent(
  answers: readonly Scored[],
  choices: readonly string[],
  prompt: string,
  where: string,
): void {
  const first = new Map<string, number>();
  answers.forEach(({ tokens }, y) => {
    const token = tokens[0]?.token.trim() ?? "";
    const other = first.get(token);
    if (other === undefined) {
      first.set(token, y);
      return;
    }
    throw new InputError({
      code: "same-first-token",
      where: `${where}: ${prompt}`,
      problem: `the choices ${JSON.stringify(choices[other].trim())} and ${JSON.stringify(choices[y].trim())} begin with the same token`,
      expected: "choices that differ in the first token, or {{choices}} in the template, which letters them",
      got: token,
    });
  });
}

function requireUsable(
  lm: LanguageModel,
  set: PromptSet,
  inputs: readonly PromptInput[],
  { contentFree: free, perplexity }: CollectOptions,
  where: string,
): void {
  const needed: Capability[] = ["scoreChoices", ...(perplexity ? (["scoreText"] as const) : [])];
  requireCapabilities(where, lm, needed);
  if (inputs.length < 1) {
    throw new InputError({ code: "too-few", where, problem: "no input", expected: "at least 1", got: 0 });
  }
  const dynamic = set.prompts.find((prompt) => prompt.dynamic && !prompt.lettered);
  if (!free || !dynamic) return;
  throw new InputError({
    code: "dynamic-choices",
    where: `${where}: ${dynamic.name}`,
    problem: "cc and pmi compare with answers without content, and these choices come from the input",
    expected: "the same choices for every input",
    got: dynamic.choices.join(", "),
  });
}
