import { createColors } from "picocolors";
import { formatCount, formatShare, listWords, plural } from "../format.ts";
import { shortNumber } from "../learn/numbers.ts";
import { noteLines } from "../terminal/notes.ts";
import type { TerminalOptions } from "../terminal.ts";
import { displayWidth, flow, padEnd, padStart, printable, truncateMiddle, wrap } from "../text-width.ts";
import type { RelabelReport } from "./report.ts";
import { locusSentence, verdict } from "./words.ts";

const mostNotes = 8;
const mostMoves = 8;

/**
 * What `surprisal relabel` found as text for a terminal: the result first, then what is within reach and which classes
 * to observe next, then what is worth knowing, files and the command that repeats it.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderRelabelTerminal(r: RelabelReport, options: TerminalOptions): string {
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const blocks = [
    header(r, width).map((line, i) => (i === 0 ? paint.bold(line) : line)),
    r.stopped ? [paint.yellow("! stopped early: which labels are within reach was not found")] : [],
    wrap(verdict(r), width),
    distances(r).map((line, i) => (i === 0 ? paint.dim(line) : line)),
    moves(r, width).map((line, i) => (i === 0 ? paint.bold(line) : line)),
    reach(r, width).map((line, i) =>
      i === 0 ? line.replace(/^within reach/, (text) => paint.bold(text)) : line,
    ),
    noteLines([...r.notes], width, mostNotes).map((line, i) => (i === 0 ? paint.bold(line) : line)),
    footer(r, options.paths).map(([label, text]) => `${paint.dim(label.padEnd(6))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function header(r: RelabelReport, width: number): string[] {
  const file = truncateMiddle(r.file === "-" ? "standard input" : printable(r.file), width);
  const temperature = r.temperature === 1 ? [] : [`temperature ${Number(r.temperature.toPrecision(3))}`];
  return flow(
    [
      file,
      plural(r.rows, "row"),
      `${formatCount(r.observed.length)} of ${plural(r.space.labels, "label")} known`,
      ...temperature,
    ],
    width,
  );
}

function distances({ truth, expected }: RelabelReport): string[] {
  const line = (name: string, before: string, after: string) =>
    `  ${padEnd(name, 30)}${padStart(before, 10)}${padStart(after, 10)}`;
  return [
    line("", "before", "after"),
    ...(truth
      ? [
          line(
            "squared distance to the truth",
            shortNumber(truth.squaredDistance.before),
            shortNumber(truth.squaredDistance.after),
          ),
          line(
            "its root",
            shortNumber(Math.sqrt(truth.squaredDistance.before)),
            shortNumber(Math.sqrt(truth.squaredDistance.after)),
          ),
          line("accuracy", formatShare(truth.accuracy.before), formatShare(truth.accuracy.after)),
        ]
      : []),
    line("expected squared distance", shortNumber(expected.before), shortNumber(expected.after)),
  ];
}

function moves(r: RelabelReport, width: number): string[] {
  if (r.moves.length === 0) return [];
  const shown = r.moves
    .slice(0, mostMoves)
    .map(({ from, to, rows }) => [printable(from), printable(to), formatCount(rows)]);
  const most = Math.floor((width - 16) / 2);
  const [a, b, c] = [0, 1, 2].map((k) =>
    Math.min(most, Math.max(...shown.map((cells) => displayWidth(cells[k])))),
  );
  const lines = shown.map(
    ([from, to, rows]) =>
      `  ${padStart(rows, c)}  ${padEnd(truncateMiddle(from, a), a)}  →  ${truncateMiddle(to, b)}`,
  );
  return ["most frequent changes", ...lines];
}

function reach(r: RelabelReport, width: number): string[] {
  const sentence = locusSentence(r);
  if (!sentence) return [];
  const lines = wrap(`within reach: ${sentence}`, width);
  if (r.next.length === 0) return lines;
  const gains = r.next.map(({ label, gain, reachable }) => `${printable(label)} (+${gain}: ${reachable})`);
  return [...lines, ...wrap(`observe next: ${listWords(gains)}`, width)];
}

function footer(r: RelabelReport, paths: TerminalOptions["paths"]): [string, string][] {
  return [
    ...(r.output ? [["labels", printable(r.output)] as [string, string]] : []),
    ...(paths?.report ? [["report", printable(paths.report)] as [string, string]] : []),
    ...(paths?.json ? [["json", printable(paths.json)] as [string, string]] : []),
    ["again", printable(r.command)],
  ];
}
