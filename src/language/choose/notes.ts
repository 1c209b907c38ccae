import type { TableNote } from "../../data/table.ts";
import type { PromptComparison } from "./compare.ts";
import type { ChoiceMethod } from "./methods.ts";

/** Share of the best prompt's F1 that methods reached on average, with OPT-2.7B on 13 tasks (Yang et al. 2024). */
const reached: Partial<Record<ChoiceMethod, number>> = { GE_M: 0.76, LE: 0.65, MDL_M: 0.65, PPL: 0.59 };

/** What a reader of a comparison should know. */
export function comparisonNotes(c: Omit<PromptComparison, "notes">): TableNote[] {
  const notes: TableNote[] = [];
  const add = (code: string, severity: TableNote["severity"], message: string) =>
    notes.push({ code, severity, message, columns: [] });
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const best = c.prompts[0];
  const filtered = c.prompts.filter(({ standing }) => standing === "filtered").length;

  if (c.prompts.length === 1)
    add("one-prompt", "problem", "There is one prompt only, so nothing was compared.");
  if (c.inputs < 100) {
    add(
      "few-inputs",
      c.inputs < 30 ? "problem" : "hint",
      `${c.inputs} inputs are few: intervals are wide and cover a little less often than they say; 100 are enough for most tasks.`,
    );
  }
  if ((c.rankedBy === "MI" || c.rankedBy === "MI_AG") && best.interval && best.interval.high < 0.02) {
    add(
      "no-information",
      "problem",
      "Under no prompt does the answer depend on the input noticeably: this model hardly reads it for this task.",
    );
  }
  const most = Math.max(...best.byLabel.answered);
  if (most >= 0.9) {
    const label = c.labels[best.byLabel.answered.indexOf(most)];
    const after = best.byLabel.calibrated[best.byLabel.answered.indexOf(most)];
    const repaired = c.calibration ? `, and ${percent(after)} after calibration` : "";
    add(
      "one-answer",
      "hint",
      `${best.name} answers "${label}" to ${percent(most)} of the inputs${repaired}.`,
    );
  }
  const unused = c.labels.filter((_, y) => !c.answers.includes(y));
  if (unused.length > 0) {
    const names = unused.slice(0, 5).map((label) => `"${label}"`);
    add("unused-labels", "hint", `No input was answered ${names.join(" or ")}.`);
  }
  const share = reached[c.method];
  if (share !== undefined) {
    add(
      "weak-method",
      "hint",
      `On 13 tasks of the paper ${c.method} reached ${percent(share)} of the best prompt's F1; MI reached 91 %, MI_AGL 95 %.`,
    );
  }
  if (filtered > 0) {
    add("filtered", "fact", `${filtered} of ${c.prompts.length} prompts were left out as less confident.`);
  }
  return notes;
}
