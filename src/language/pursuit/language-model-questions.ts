import { InputError } from "../../core/errors.ts";
import { logSumExp } from "../../core/special.ts";
import { type LanguageModel, requireCapabilities, type Scored } from "../model/model.ts";
import { requireNames } from "./attribute-table.ts";
import type { AnswerTable, History, Likelihood, Predict, Propose } from "./types.ts";

/** How probabilities of labels are read from a model; see {@link LanguageModelQuestionsOptions.choices}. */
export type ChoiceStyle = "first-token" | "letters" | "all-tokens";

export interface LanguageModelQuestionsOptions {
  readonly model: LanguageModel;
  readonly labels: readonly string[];
  /** What the labels are, for the prompts: "an animal", "the diagnosis". Default "one of the things in the list". */
  readonly subject?: string;
  /** What is known from the start, before the questions. */
  readonly context?: string;
  /** What the choice between the labels is about. Default "Which one is it?". */
  readonly question?: string;
  /**
   * The label's first token; letters A, B, C, … before the labels; or all tokens of the label. Default: first tokens, or
   * letters where two labels begin with the same token, or all tokens for more than 26 such labels.
   */
  readonly choices?: ChoiceStyle;
  /** Default 0.7. */
  readonly temperature?: number;
  readonly seed?: number;
}

/** What `informationPursuit` needs, from a language model. */
export interface LanguageModelQuestions {
  readonly labels: readonly string[];
  /** Probabilities of the labels after a dialogue. Needs `scoreChoices`. */
  readonly predict: Predict;
  /** Probabilities of yes and no for each label, asked one by one and kept. Needs `scoreChoices`. */
  readonly likelihood: Likelihood;
  /** Yes/no questions of the model's own: the open set of queries. Needs `generate`. */
  readonly propose: Propose;
  /** How the labels' probabilities are read; known after the first prediction. */
  readonly style: () => ChoiceStyle | undefined;
}

const yesNo = ["yes", "no"];

/**
 * Label probabilities, answers and questions from a language model, for `informationPursuit({ ...questions, queries })`.
 *
 * A prediction is the model's distribution over the next token, restricted to the labels' first tokens; labels that begin
 * with the same token are lettered. Predictions and answers are asked once for each history and query.
 *
 * @throws InputError `missing-capability`, `too-few-labels`, `duplicate-name`
 * @source Chan et al. 2025, section 4.1 and appendix (prompts are our own)
 * @example
 * import { informationPursuit, languageModelQuestions } from "surprisal/language";
 * import type { LanguageModel } from "surprisal/language";
 * async function ask(model: LanguageModel) {
 *   const questions = languageModelQuestions({ model, labels: ["giraffe", "zebra", "lion"], subject: "an animal" });
 *   const pursuit = informationPursuit({ ...questions, queries: questions.propose, criterion: "entropy" });
 *   return pursuit.next([{ query: "Does it have stripes?", answer: "no" }]);
 * }
 */
export function languageModelQuestions(options: LanguageModelQuestionsOptions): LanguageModelQuestions {
  const {
    model,
    labels,
    subject = "one of the things in the list",
    context,
    temperature = 0.7,
    seed = 0,
  } = options;
  const where = "languageModelQuestions";
  requireNames(labels, "label", 2, where);
  requireCapabilities(where, model, ["scoreChoices"]);
  const lettered = labels.map((label, y) => `${letter(y)}. ${label}`);

  const dialogue = (history: History): string =>
    history.map(({ query, answer }) => `Question: ${query}\nAnswer: ${answer}\n`).join("");
  const prefixFor = (style: ChoiceStyle, history: History): string =>
    [
      context === undefined ? "" : `${context}\n`,
      `The answer is ${subject}:\n${(style === "letters" ? lettered : labels).join("\n")}\n\n`,
      dialogue(history),
      `${options.question ?? "Which one is it?"}\nAnswer:`,
    ].join("");
  const choicesFor = (style: ChoiceStyle): string[] =>
    labels.map((label, y) => ` ${style === "letters" ? letter(y) : label}`);

  let style = options.choices;
  let settling: Promise<ChoiceStyle> | undefined;
  /** Looks once whether the labels can be told apart by their first tokens. */
  const settle = async (signal?: AbortSignal): Promise<ChoiceStyle> => {
    const scored = await model.scoreChoices(
      prefixFor("first-token", []),
      choicesFor("first-token"),
      "first-token",
      { signal },
    );
    const firsts = new Set(scored.map(({ tokens }) => tokens[0]?.id ?? tokens[0]?.token));
    if (firsts.size === labels.length) return "first-token";
    return labels.length <= 26 ? "letters" : "all-tokens";
  };
  const styleOf = async (signal?: AbortSignal): Promise<ChoiceStyle> => {
    if (style) return style;
    settling ??= settle(signal);
    try {
      return (style = await settling);
    } catch (error) {
      settling = undefined;
      throw error;
    }
  };

  const answersTo = new Map<string, Promise<AnswerTable>>();
  const askEach = async (query: string): Promise<AnswerTable> => {
    const rows = await Promise.all(
      labels.map(async (label) => {
        const prefix = `Think of ${label}.\nQuestion: ${query}\nAnswer yes or no.\nAnswer:`;
        return softmax(
          await model.scoreChoices(
            prefix,
            yesNo.map((answer) => ` ${answer}`),
            "first-token",
          ),
          where,
        );
      }),
    );
    return { answers: yesNo, probabilities: Float64Array.from(rows.flatMap((row) => [...row])) };
  };

  return {
    labels,
    style: () => style,
    async predict(history, { signal } = {}) {
      const chosen = await styleOf(signal);
      const mode = chosen === "all-tokens" ? "all-tokens" : "first-token";
      return softmax(
        await model.scoreChoices(prefixFor(chosen, history), choicesFor(chosen), mode, { signal }),
        where,
      );
    },
    likelihood(query) {
      let found = answersTo.get(query);
      if (!found) {
        answersTo.set(query, (found = askEach(query)));
        found.catch(() => answersTo.delete(query));
      }
      return found;
    },
    async propose(history, count, { signal } = {}) {
      requireCapabilities(where, model, ["generate"]);
      const prefix = [
        `Find out what is meant, ${subject}, by yes/no questions. It is one of: ${labels.join(", ")}.\n`,
        context === undefined ? "" : `${context}\n`,
        dialogue(history),
        "Ask a short new yes/no question that splits what is still possible.\nQuestion:",
      ].join("");
      const generated = await model.generate(prefix, {
        maxTokens: 40,
        temperature,
        seed: seed + history.length,
        n: count,
        stop: ["\n"],
        signal,
      });
      return generated.flatMap(({ text }) => questionIn(text));
    },
  };
}

/** The first question of a text, without a list's number before it. */
function questionIn(text: string): string[] {
  const line = text
    .trim()
    .split("\n")[0]
    .replace(/^(?:\d+[.)]|[-*])\s*/, "")
    .trim();
  if (line === "") return [];
  const end = line.indexOf("?");
  return [end >= 0 ? line.slice(0, end + 1) : line];
}

function softmax(scored: readonly Scored[], where: string): Float64Array {
  const sums = Float64Array.from(scored, ({ sum }) => sum);
  const whole = logSumExp(sums);
  if (Number.isFinite(whole)) return sums.map((sum) => Math.exp(sum - whole));
  throw new InputError({
    code: "impossible-choices",
    where,
    problem: "the model gives every choice the probability 0",
    expected: "labels that its vocabulary has",
    got: whole,
  });
}

function letter(y: number): string {
  return y < 26 ? String.fromCharCode(65 + y) : `${y + 1}`;
}
