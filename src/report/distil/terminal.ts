import { createColors } from "picocolors";
import { formatCount, formatShare } from "../format.ts";
import type { TerminalOptions } from "../terminal.ts";
import { flow, padStart, printable, truncateMiddle, wrap } from "../text-width.ts";
import type { DistilReport } from "./report.ts";
import { chunksText, rate, verdict } from "./words.ts";

/**
 * What `surprisal distil-compressor` did as text for a terminal: how good the compressor is, what the teacher's work was
 * worth, files and the command that repeats it.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderDistilTerminal(r: DistilReport, options: TerminalOptions): string {
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const bold = (line: string, i: number) => (i === 0 ? paint.bold(line) : line);
  const blocks = [
    flow(
      [
        `teacher ${truncateMiddle(printable(r.teacher), 40)}`,
        `${formatCount(r.chunks)} chunks`,
        `${formatCount(r.words)} words`,
      ],
      width,
    ).map(bold),
    wrap(verdict(r), width),
    scores(r).map(([label, text]) => `  ${paint.dim(label.padEnd(18))}${text}`),
    ["the teacher's work, means over chunks", ...rates(r)].map(bold),
    warnings(r).flatMap((note) => wrap(`! ${note}`, width)),
    footer(r, options.paths).map(([label, text]) => `${paint.dim(label.padEnd(6))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function scores({ scores: s, training }: DistilReport): [string, string][] {
  const epochs = training.epochs.length;
  return [
    ["F1 at its budget", `${rate(s.f1AtBudget)}   at probability ½: ${rate(s.f1)}`],
    ["area under ROC", rate(s.auc)],
    ["calibration", `off by ${rate(s.calibrationError)} on average`],
    [
      "training",
      `${epochs} ${epochs === 1 ? "epoch" : "epochs"}${training.bestEpoch === undefined ? "" : `, the best was ${training.bestEpoch}`}`,
    ],
  ];
}

function rates(r: DistilReport): string[] {
  return r.rates.map(({ name, mean, dropped }) => {
    const out = dropped ? `   ${formatCount(dropped)} of ${formatCount(r.chunks)} chunks left out` : "";
    return `  ${padStart(rate(mean), 6)}  ${name.padEnd(16)}${out}`;
  });
}

function warnings(r: DistilReport): string[] {
  const notes = r.training.warnings.map(({ message }) => printable(message));
  if (r.scores.auc < 0.6)
    notes.push(`the compressor hardly tells kept words from others: more text or epochs may help`);
  const [compression] = r.rates;
  if (compression.mean > 0.9)
    notes.push(
      `the teacher left nearly everything (${formatShare(compression.mean)}): there is little to learn`,
    );
  return notes;
}

function footer(r: DistilReport, paths: TerminalOptions["paths"]): [string, string][] {
  return [
    ["chunks", chunksText(r)],
    ...(r.usage === undefined ? [] : [["asked", printable(r.usage)] as [string, string]]),
    ["model", printable(r.folder)],
    ...(paths?.report ? [["report", printable(paths.report)] as [string, string]] : []),
    ...(paths?.json ? [["json", printable(paths.json)] as [string, string]] : []),
    ["use", printable(r.use)],
    ["again", printable(r.command)],
  ];
}
