import type { TableNote } from "../../data/table.ts";
import type { CompressorFinding, CompressorOutputs } from "./findings.ts";
import type { ScoredCompressions } from "./score.ts";

/** What the estimates themselves call for. */
export function estimateNotes(findings: readonly CompressorFinding[]): TableNote[] {
  const named = (some: readonly CompressorFinding[]) => some.map(({ name }) => name);
  const notes: TableNote[] = [];
  const add = (
    code: string,
    severity: TableNote["severity"],
    some: readonly CompressorFinding[],
    message: (list: string) => string,
  ) => {
    if (some.length > 0)
      notes.push({ code, severity, message: message(named(some).join(", ")), columns: named(some) });
  };
  add(
    "saturated",
    "problem",
    findings.filter(({ saturated }) => saturated),
    (list) =>
      `saturated, so at least what is shown, and not ranked among each other: ${list}; take more contexts, contexts that resemble each other, or shorter compressions`,
  );
  add(
    "negative",
    "hint",
    findings.filter(({ bits }) => bits < 0),
    (list) => `no information about the contexts was seen: ${list}; negative values count as 0`,
  );
  add(
    "wide-bracket",
    "hint",
    findings.filter(
      ({ saturated, upper, bits }) => !saturated && (upper === null || upper > Math.max(bits, 0) * 1.5 + 0.5),
    ),
    (list) => `the bracket is wide, more contexts would narrow it: ${list}`,
  );
  return notes;
}

/** What the scoring model could not do as it should. */
export function scoringNotes({ boundaryMoved, floored, calls }: ScoredCompressions): TableNote[] {
  const notes: TableNote[] = [];
  if (boundaryMoved > 0) {
    notes.push({
      code: "boundary-moved",
      severity: "hint",
      message: `in ${boundaryMoved} of ${calls} scorings the model's first token began before the compression; a template that ends in a line break avoids that`,
      columns: [],
    });
  }
  if (floored > 0) {
    notes.push({
      code: "floored",
      severity: "problem",
      message: `${floored} tokens took the smallest returned log-probability because theirs was not returned`,
      columns: [],
    });
  }
  return notes;
}

/** Compressors that wrote one text for each context. */
export function samplingNotes(compressors: readonly CompressorOutputs[]): TableNote[] {
  const fixed = compressors.filter(({ texts }) => texts.every((row) => new Set(row).size === 1));
  if (fixed.length === 0) return [];
  return [
    {
      code: "one-output",
      severity: "fact",
      message:
        fixed.length === compressors.length
          ? "one text for each context: the number says how well the scoring model tells such outputs apart, a lower bound, not the information of sampling from the compressor"
          : `one text for each context, so a lower bound on what its output tells: ${fixed.map(({ name }) => name).join(", ")}`,
      columns: fixed.map(({ name }) => name),
    },
  ];
}
