import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import { isEntropy, type PromptComparison, type PromptRow } from "../../language/choose/choose.ts";
import { formatCount, formatInterval, formatNumber, formatShare, listWords, plural } from "../format.ts";
import type { ChooseFindings } from "./report.ts";

const mostNames = 5;

/** The result in a few sentences. */
export function verdict(f: ChooseFindings): string {
  const best = rowOf(f, f.pick)!;
  const value = `${formatNumber(best.score)}${unitOf(f)}${best.interval ? ` ${formatInterval(best.interval)}` : ""}`;
  const most =
    f.rankedBy === "MI" || f.rankedBy === "MI_AG"
      ? `: that much do its answers tell about the inputs, of at most ${formatNumber(largestInformation(f))}`
      : "";
  const tied =
    f.prompts.length === 1
      ? ""
      : f.tied.length === 0
        ? " Every other prompt is distinguishable from it."
        : ` Not distinguishable from it: ${listWords(f.tied, mostNames)}.`;
  if (f.notes.some(({ code }) => code === "no-information")) {
    return `No prompt makes the answers depend on the inputs noticeably; the best, ${f.pick}, has an ${f.rankedBy} of ${value}.`;
  }
  if (f.method !== f.rankedBy) {
    const used = f.prompts.filter(({ chosenFor }) => (chosenFor ?? 0) > 0).length;
    return `${f.method} takes a prompt for each input, ${plural(used, "prompt")} in all. On average the best is ${f.pick}, ${f.rankedBy} ${value}${most}.${tied}`;
  }
  return `Use ${f.pick}. Its ${f.rankedBy} is ${value}${most}.${tied}`;
}

/** What labels had to do with it. */
export function labelsSentence({ truth, prompts }: ChooseFindings): string {
  if (!truth) return "No labels were used.";
  const { chosen, best, meanF1, known, scaledF1, agreement } = truth;
  const along =
    agreement.spearman === null
      ? ""
      : ` Over prompts, score and F1 have a rank correlation of ${formatNumber(agreement.spearman, 2)}.`;
  return `Judged afterwards by ${plural(known, "label")}: the chosen answers reach a macro F1 of ${formatNumber(chosen.macroF1)}, ${formatShare(scaledF1)} of the best of ${plural(prompts.length, "prompt")} (${best.name}, ${formatNumber(best.macroF1)}); the mean prompt reaches ${formatNumber(meanF1)}.${along}`;
}

/** Methods by the prompt they take. */
export function picks(f: Pick<PromptComparison, "methods">): [string, string[]][] {
  const byPick = new Map<string, string[]>();
  for (const { method, pick, prompts } of f.methods) {
    const name = prompts === 1 ? pick : `${pick} and ${prompts - 1} more`;
    byPick.set(name, [...(byPick.get(name) ?? []), method]);
  }
  return [...byPick].sort((a, b) => b[1].length - a[1].length);
}

/** "agrees", where it acts, what it changed. */
export function calibrationSentence(f: ChooseFindings): string {
  if (!f.calibration) return "Nothing was calibrated.";
  const what = {
    cbm: "divided by the prompt's mean answer over all inputs",
    cc: "divided by what the prompt answers without content",
    pmi: "divided by what the prompt answers to nothing",
  }[f.calibration];
  const where = {
    answer: "answers",
    selection: "the ranking",
    both: "answers and the ranking",
    none: "nothing",
  };
  const best = rowOf(f, f.pick)!;
  return `Probabilities are ${what}; this acts on ${where[f.calibrate]}. It changes ${formatShare(best.changed)} of the answers of ${f.pick}.`;
}

/** Answers of the other prompts and of one, where they differ. */
export function differences(f: ChooseFindings, name: string, most: number) {
  const t = f.prompts.findIndex((row) => row.name === name);
  const found: { input: number; text: string; own: string; majority: string; known?: string }[] = [];
  f.matrix.inputs.forEach((input, column) => {
    const own = f.matrix.answers[t][column];
    const majority = majorityAt(f, column);
    if (own === majority || found.length === most) return;
    found.push({
      input,
      text: f.texts[column],
      own: f.labels[own],
      majority: f.labels[majority],
      ...known(f, column),
    });
  });
  return found;
}

/** The answer of most prompts, the first label of equals. */
export function majorityAt({ matrix, labels }: ChooseFindings, column: number): number {
  const votes = labels.map((_, y) => matrix.answers.filter((answers) => answers[column] === y).length);
  return votes.indexOf(Math.max(...votes));
}

export function known({ known: labels, labels: names }: ChooseFindings, column: number): { known?: string } {
  const label = labels?.[column];
  return label === undefined || label < 0 ? {} : { known: names[label] };
}

/** @throws InputError when there is no prompt of that name */
export function explained(f: PromptComparison, name: string): PromptRow {
  const row = rowOf(f, name);
  if (row) return row;
  const names = f.prompts.map((prompt) => prompt.name);
  throw new InputError({
    code: "unknown-prompt",
    where: "--explain",
    problem: "no prompt of this name",
    expected: `one of ${listWords(names, 8)}`,
    got: name,
    hint: didYouMean(name, names),
  });
}

export function rowOf({ prompts }: Pick<PromptComparison, "prompts">, name: string): PromptRow | undefined {
  return prompts.find((row) => row.name === name);
}

/** " nats", where the score is an entropy. */
export function unitOf({ rankedBy, unit }: Pick<PromptComparison, "rankedBy" | "unit">): string {
  return isEntropy(rankedBy) ? ` ${unit}` : "";
}

function largestInformation({ labels, inputs, unit }: PromptComparison): number {
  return Math.log(Math.min(labels.length, inputs)) / (unit === "bits" ? Math.LN2 : 1);
}

/** "6 prompts × 24 inputs × 4 labels" */
export function sizes({ prompts, inputs, labels }: ChooseFindings): string {
  return `${plural(prompts.length, "prompt")} × ${formatCount(inputs)} inputs × ${formatCount(labels.length)} labels`;
}

export function standingText({ standing }: PromptRow): string {
  return { pick: "pick", "not distinguishable": "not distinguishable", behind: "", filtered: "left out" }[
    standing
  ];
}
