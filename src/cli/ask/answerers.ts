import { readFile } from "node:fs/promises";
import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import { unreadable } from "../../data/unreadable.ts";
import { type AttributeTable, type Step, unknownAnswer } from "../../language/pursuit/pursuit.ts";
import { formatNumber, formatShare, listWords, plural } from "../../report/format.ts";
import { printable } from "../../report/text-width.ts";
import type { Answerer, Reply } from "./game.ts";
import type { Lines } from "./lines.ts";

const words: Record<string, string> = {
  y: "yes",
  yes: "yes",
  true: "yes",
  n: "no",
  no: "no",
  false: "no",
  "?": unknownAnswer,
  unknown: unknownAnswer,
  "don't know": unknownAnswer,
};
const help = "y (yes), n (no), ? (don't know), b (back) or q (quit)";
const mostNamed = 8;

/** A person at a terminal, or a pipe with a line for each question. */
export function personAnswers(
  lines: Lines,
  say: (text: string) => void,
  bold: (text: string) => string,
): Answerer {
  const read = async (prompt: string, allowed: (word: string) => boolean): Promise<string | undefined> => {
    for (;;) {
      const line = await lines.next(prompt);
      if (line === undefined) return undefined;
      const word = line.trim().toLowerCase();
      if (allowed(word)) {
        if (!lines.typed) say(`${prompt}${word}\n`);
        return word;
      }
      if (!lines.typed) {
        throw new InputError({
          code: "bad-answer",
          where: "standard input",
          problem: "not an answer",
          expected: help,
          got: line,
        });
      }
      say(`     ${help}\n`);
    }
  };
  return {
    async ask(step, asked): Promise<Reply> {
      say(
        `${asked === 0 ? "" : `     ${stateWords(step)}\n`}${String(asked + 1).padStart(3)}  ${bold(printable(step.query!))}\n`,
      );
      const word = await read("     > ", (text) => text in words || /^(b|back|q|quit)$/.test(text));
      if (word === undefined) return "end";
      if (word.startsWith("q")) return "quit";
      if (word.startsWith("b")) return "back";
      return { answer: words[word] };
    },
    async confirm(step, asked) {
      if (asked > 0) say(`     ${stateWords(step)}\n`);
      const { best, posterior } = step;
      say(`     ${bold(`Is it ${printable(best)}?`)} (${formatShare(Math.max(...posterior))})\n`);
      const word = await read("     > ", (text) => text in words || /^(b|back|q|quit)$/.test(text));
      if (word?.startsWith("b")) return "back";
      return word === undefined || !(word in words) || words[word] === unknownAnswer
        ? undefined
        : words[word] === "yes";
    },
  };
}

function stateWords({ entropy, predictionSet, calibrated }: Step): string {
  const shown = predictionSet.slice(0, mostNamed).map(printable);
  const more = predictionSet.length - shown.length;
  const named = listWords(more > 0 ? [...shown, `${more} more`] : shown);
  const bits = `${formatNumber(Math.max(0, entropy), 1)} bits left`;
  if (!calibrated) return `${bits} · likeliest: ${named}`;
  return `${bits} · ${plural(predictionSet.length, "entity", "entities")} in the prediction set: ${named}`;
}

/** An entity of the table, answering as the table says. */
export function entityAnswers(table: AttributeTable, label: string): Answerer {
  const { answer } = table.caseOf(label);
  return {
    label,
    ask: async ({ query }) => ({ answer: (await answer(query!, undefined as never)) as string }),
    confirm: async ({ best }) => best === label,
  };
}

/** Answers of a file: by question, or in the order asked. */
export async function fileAnswers(path: string, queries?: readonly string[]): Promise<Answerer> {
  const text = await readFile(path, "utf8").catch((error) => {
    throw unreadable(path, error);
  });
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw refused(path, "not JSON", (error as Error).message);
  }
  if (Array.isArray(given)) {
    const answers = given.map((value, i) => wordOf(value, `${path}: answer ${i + 1}`));
    return {
      ask: async (_, asked) => (asked < answers.length ? { answer: answers[asked] } : "end"),
      confirm: async () => undefined,
    };
  }
  if (given === null || typeof given !== "object") throw refused(path, "not answers", given);
  const answers = new Map(
    Object.entries(given).map(([query, value]) => [
      query,
      wordOf(value, `${path}: ${JSON.stringify(query)}`),
    ]),
  );
  for (const query of queries ? answers.keys() : []) {
    if (queries!.includes(query)) continue;
    throw new InputError({
      code: "unknown-query",
      where: path,
      problem: "no such question",
      expected: `one of ${queries!.length} questions; surprisal ask --list prints them`,
      got: query,
      hint: didYouMean(query, queries!),
    });
  }
  return {
    ask: async ({ query }) => ({ answer: answers.get(query!) ?? unknownAnswer }),
    confirm: async () => undefined,
  };
}

function wordOf(value: unknown, where: string): string {
  if (value === null) return unknownAnswer;
  const answer = words[String(value).trim().toLowerCase()];
  if (answer !== undefined) return answer;
  throw refused(where, "not an answer", value);
}

function refused(where: string, problem: string, got: unknown): InputError {
  return new InputError({
    code: "bad-answers",
    where,
    problem,
    expected: '{"question": "yes", …} or ["yes", "no", …]; yes, no, true, false or null for unknown',
    got,
  });
}
