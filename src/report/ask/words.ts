import { formatNumber, formatShare, listWords, plural } from "../format.ts";
import type { AskGame, AskReport } from "./report.ts";

export function bits(value: number): string {
  return `${formatNumber(Math.max(0, value), 1)} bits`;
}

/** Why a game ended. */
export function reasonWords(reason: string): string {
  const words: Record<string, string> = {
    "one-label": "one was left",
    "most-queries": "no more questions were allowed",
    "no-queries": "no question was left",
    "nothing-to-learn": "no question could tell more",
    "even-uncertainties": "all questions would tell about the same",
    quit: "it was ended",
    "end-of-input": "there were no more answers",
    stopped: "it was stopped",
    right: "the guess was right",
    "none-left": "nothing else was left",
  };
  return words[reason] ?? reason;
}

/** The end of a game in a sentence. */
function gameVerdict({ guess, probability, turns, set, correct, label, reason }: AskGame): string {
  const after = turns.length === 0 ? "without a question" : `after ${plural(turns.length, "question")}`;
  const others = set.filter((other) => other !== guess);
  const rest =
    others.length === 0
      ? ""
      : others.length > 6
        ? `; ${others.length} others are in the prediction set`
        : `; it could also be ${listWords(others)}`;
  const guessed = `${guess} (${formatShare(probability)}) ${after}: ${reasonWords(reason)}${rest}.`;
  if (correct === false && label !== undefined) return `${guessed} That is wrong: ${label} was meant.`;
  if (correct === false) return `${guessed} That is wrong.`;
  return correct ? `${guessed} That is right.` : guessed;
}

export function verdict(r: AskReport): string {
  const { simulation, games } = r;
  if (!simulation) return games.length === 0 ? "Nothing was asked." : gameVerdict(games[0]);
  const { meanQuestions, mostQuestions, rightShare, random } = simulation;
  const least = Math.log2(r.source.entities);
  const other = random
    ? `; in random order ${random.meanQuestions.toFixed(1)} and ${formatShare(random.rightShare)}`
    : "";
  return `${meanQuestions.toFixed(1)} questions on average, ${mostQuestions} at most, and ${formatShare(rightShare)} named right${other}. Without errors nobody can do with fewer than ${least.toFixed(1)} on average.`;
}

export function sourceName(r: AskReport): string {
  return r.source.name === "-" ? "standard input" : r.source.name;
}
