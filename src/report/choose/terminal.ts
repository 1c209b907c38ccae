import { createColors } from "picocolors";
import type { PromptRow } from "../../language/choose/choose.ts";
import { formatCount, formatInterval, formatNumber, formatShare, listWords } from "../format.ts";
import { noteLines } from "../terminal/notes.ts";
import type { TerminalOptions } from "../terminal.ts";
import { displayWidth, flow, padEnd, padStart, printable, truncateMiddle, wrap } from "../text-width.ts";
import type { ChooseReport } from "./report.ts";
import { differences, labelsSentence, picks, rowOf, sizes, unitOf, verdict } from "./words.ts";

const mostNotes = 8;
const mostPrompts = 30;
const leastName = 10;

/**
 * What `surprisal choose` found as text for a terminal: which prompt, the ranking with intervals, what other methods take,
 * then notes, files and the command that repeats it.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderChooseTerminal(r: ChooseReport, options: TerminalOptions): string {
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const bold = (lines: string[]) => lines.map((line, i) => (i === 0 ? paint.bold(line) : line));
  const blocks = [
    bold(header(r, width)),
    [...wrap(printable(verdict(r)), width), ...wrap(printable(labelsSentence(r)), width)],
    ranking(r, width).map((line, i) => (i === 0 ? paint.dim(line) : line)),
    bold(otherMethods(r, width)),
    bold(explanation(r, width)),
    bold(noteLines([...r.notes], width, mostNotes)),
    footer(r, options.paths).map(([label, text]) => `${paint.dim(label.padEnd(7))} ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function header(r: ChooseReport, width: number): string[] {
  const calls = r.usage
    ? [`${formatCount(r.usage.calls)} calls, ${formatCount(r.usage.cached)} from the cache`]
    : [];
  const how = r.model === undefined ? [] : [printable(r.model), r.mode ?? ""];
  return flow(
    [truncateMiddle(printable(r.file), width), sizes(r), ...how, ...calls, `seed ${r.seed}`],
    width,
  );
}

interface Column {
  head: string;
  cell: (row: PromptRow) => string;
  /** What is left out first in a narrow terminal. */
  spare?: number;
}

const marks = { pick: "← pick", "not distinguishable": "≈ pick", behind: "", filtered: "left out" };

function ranking(r: ChooseReport, width: number): string[] {
  const shown = r.prompts.slice(0, mostPrompts);
  const columns: Column[] = [
    { head: `${r.rankedBy}${unitOf(r)}`, cell: ({ score }) => formatNumber(score) },
    { head: "", cell: ({ interval }) => (interval ? formatInterval(interval) : ""), spare: 3 },
    ...(r.calibration
      ? [{ head: "calibrated", cell: (row: PromptRow) => formatNumber(row.calibrated), spare: 1 }]
      : []),
    { head: "as majority", cell: ({ agreement }) => share(agreement), spare: 2 },
    ...(r.method === r.rankedBy
      ? []
      : [{ head: "chosen", cell: (row: PromptRow) => share(row.chosenFor ?? 0) }]),
    ...(r.truth
      ? [
          {
            head: "F1",
            cell: ({ truth }: PromptRow) =>
              formatNumber((answersAre(r) ? truth!.after : truth!.before).macroF1),
          },
        ]
      : []),
    { head: "", cell: ({ standing }) => marks[standing] },
  ];
  const sizeOf = ({ head, cell }: Column) =>
    Math.max(displayWidth(head), ...shown.map((row) => displayWidth(cell(row))));
  let kept = columns;
  const taken = () => kept.reduce((sum, column) => sum + sizeOf(column) + 2, 2);
  const longest = Math.max(6, ...shown.map(({ name }) => displayWidth(printable(name))));
  for (const spare of [1, 2, 3]) {
    if (width - taken() >= Math.min(longest, 24)) break;
    kept = kept.filter((column) => column.spare !== spare);
  }
  const name = Math.max(Math.min(longest, leastName), Math.min(longest, width - taken()));
  const line = (first: string, cells: string[]) =>
    `  ${padEnd(truncateMiddle(first, name), name)}${cells
      .map((cell, j) => `  ${j === cells.length - 1 ? cell : padStart(cell, sizeOf(kept[j]))}`)
      .join("")}`;
  const rest = r.prompts.length - shown.length;
  return [
    line(
      "prompt",
      kept.map(({ head }) => head),
    ),
    ...shown.map((row) =>
      line(
        printable(row.name),
        kept.map(({ cell }) => cell(row)),
      ),
    ),
    ...(rest > 0 ? [`  … ${formatCount(rest)} more in the report`] : []),
  ];
}

function answersAre({ calibration, calibrate }: ChooseReport): boolean {
  return calibration !== null && calibrate !== "selection";
}

function otherMethods(r: ChooseReport, width: number): string[] {
  if (r.prompts.length === 1) return [];
  const lines = picks(r).flatMap(([pick, methods]) =>
    wrap(`${printable(pick)}: ${listWords(methods)}`, width - 4).map((line, i) =>
      i === 0 ? `  ${line}` : `    ${line}`,
    ),
  );
  return ["what the methods take", ...lines];
}

const mostDifferences = 3;

/** More about one prompt. */
function explanation(r: ChooseReport, width: number): string[] {
  if (r.explain === undefined) return [];
  const row = rowOf(r, r.explain)!;
  const { global, local } = row.entropies;
  const template = r.templates.find(({ name }) => name === r.explain);
  const shares = (values: readonly number[]) =>
    listWords(r.labels.map((label, y) => `${printable(label)} ${share(values[y])}`));
  const indented = (text: string) => wrap(text, width - 2).map((line) => `  ${line}`);
  const differing = differences(r, r.explain, mostDifferences);
  return [
    `about ${printable(r.explain)}`,
    ...(template ? indented(printable(JSON.stringify(template.template))) : []),
    ...indented(
      `its answers taken together have an entropy of ${formatNumber(global)} ${r.unit}, one answer has ${formatNumber(local)}; the difference is the mutual information`,
    ),
    ...indented(`answers: ${shares(row.byLabel.answered)}`),
    ...(r.calibration
      ? indented(`calibrated: ${shares(row.byLabel.calibrated)} (${share(row.changed)} changed)`)
      : []),
    ...(row.behind && row.standing !== "pick"
      ? indented(
          `behind ${printable(r.pick)} by ${formatNumber(row.behind.value)} ${formatInterval(row.behind)}`,
        )
      : []),
    ...differing.flatMap(({ text, own, majority, known }) =>
      indented(
        `answers ${printable(own)} where most answer ${printable(majority)}${known === undefined ? "" : ` (right: ${printable(known)})`}: ${printable(text)}`,
      ),
    ),
  ];
}

function share(value: number): string {
  return formatShare(value).replace("\u00a0", " ");
}

function footer(r: ChooseReport, paths: TerminalOptions["paths"]): [string, string][] {
  const kind = ["chosen", "answers", "scores"];
  return [
    ...r.files.map(({ path }, i): [string, string] => [kind[i], printable(path)]),
    ...(paths?.report ? [["report", printable(paths.report)] as [string, string]] : []),
    ...(paths?.json ? [["json", printable(paths.json)] as [string, string]] : []),
    ["again", printable(r.command)],
  ];
}
