import { createColors } from "picocolors";
import type { CompressorFinding } from "../../language/channel/channel.ts";
import { formatNumber, formatShare, plural } from "../format.ts";
import { shortNumber } from "../learn/numbers.ts";
import { noteLines } from "../terminal/notes.ts";
import type { TerminalOptions } from "../terminal.ts";
import { displayWidth, flow, padEnd, padStart, printable, truncateMiddle, wrap } from "../text-width.ts";
import type { ChannelReport } from "./report.ts";
import {
  bitsText,
  curveText,
  intervalText,
  minus,
  rankText,
  regressionText,
  upperText,
  verdict,
} from "./words.ts";

const mostCompressors = 40;
const mostPairs = 5;

/**
 * What `surprisal channel` found as text for a terminal: the answer, a line for each compressor, what scores have to do with
 * bits, the contexts that are mixed up, what is worth knowing, files and the command that repeats it.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderChannelTerminal(r: ChannelReport, options: TerminalOptions): string {
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const titled = (lines: string[]) => lines.map((line, i) => (i === 0 ? paint.bold(line) : line));
  const blocks = [
    header(r, width).map((line, i) => (i === 0 ? paint.bold(line) : line)),
    wrap(printable(verdict(r)), width),
    table(r, width).map((line, i) => (i === 0 ? paint.dim(line) : line)),
    titled(scores(r, width)),
    titled(confused(r, width)),
    titled(noteLines([...r.notes], width)),
    footer(r, options.paths).map(([label, text]) => `${paint.dim(label.padEnd(6))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function header(r: ChannelReport, width: number): string[] {
  const file = truncateMiddle(r.file === "-" ? "standard input" : printable(r.file), width);
  return flow(
    [
      file,
      plural(r.contexts.length, "context"),
      plural(r.compressors.length, "compressor"),
      truncateMiddle(`scored by ${printable(r.model)}`, width - 4),
      `seed ${r.seed}`,
    ],
    width,
  );
}

interface Column {
  readonly title: string;
  readonly text: (one: CompressorFinding) => string;
}

/** Columns from the right go first where there is no room. */
function table(r: ChannelReport, width: number): string[] {
  const columns: Column[] = [
    { title: "rank", text: rankText },
    { title: "bits", text: bitsText },
    { title: "95 %", text: (one) => intervalText(one) },
    { title: "at most", text: upperText },
    { title: "tokens", text: ({ meanTokens }) => formatNumber(meanTokens, 1) },
    { title: "bits/token", text: ({ bitsPerToken }) => minus(formatNumber(bitsPerToken.value)) },
    ...(r.tokenizer === undefined
      ? []
      : [
          {
            title: truncateMiddle(printable(r.tokenizer), 12),
            text: ({ readerTokens }: CompressorFinding) => formatNumber(readerTokens, 1),
          },
        ]),
    ...r.scores.slice(0, 3).map(({ name }): Column => {
      return { title: truncateMiddle(printable(name), 12), text: ({ scores }) => shortNumber(scores[name]) };
    }),
  ];
  const shown = r.compressors.slice(0, mostCompressors);
  const sizes = columns.map(({ title, text }) =>
    Math.max(displayWidth(title), ...shown.map((one) => displayWidth(text(one)))),
  );
  const least = 12;
  let kept = columns.length;
  const used = () => sizes.slice(0, kept).reduce((sum, size) => sum + size + 2, 2);
  while (kept > 2 && width - used() < least) kept--;
  const longest = Math.max(10, ...shown.map(({ name }) => displayWidth(printable(name))));
  const nameSize = Math.max(least, Math.min(longest, width - used()));
  const line = (name: string, cells: string[]) =>
    `  ${padEnd(truncateMiddle(name, nameSize), nameSize)}${cells.map((cell, k) => `  ${padStart(cell, sizes[k])}`).join("")}`;
  const lines = [
    line(
      "compressor",
      columns.slice(0, kept).map(({ title }) => title),
    ),
    ...shown.map((one) =>
      line(
        printable(one.name),
        columns.slice(0, kept).map(({ text }) => text(one)),
      ),
    ),
  ];
  const rest = r.compressors.length - shown.length;
  return rest > 0 ? [...lines, `  … ${plural(rest, "more row")}, all in the JSON and the report`] : lines;
}

function scores(r: ChannelReport, width: number): string[] {
  const lines = r.scores.flatMap((score) =>
    [regressionText(score), curveText(score)].flatMap((text) =>
      text ? wrap(printable(text), width - 2).map((line) => `  ${line}`) : [],
    ),
  );
  return lines.length > 0 ? ["what a bit is worth", ...lines] : [];
}

function confused(r: ChannelReport, width: number): string[] {
  const name = (i: number) => truncateMiddle(printable(r.contexts[i].id), 24);
  const lines = r.compressors
    .flatMap((one) => one.confusions.pairs.map((pair) => ({ ...pair, compressor: one.name })))
    .sort((a, b) => b.share - a.share)
    .slice(0, mostPairs)
    .map(({ from, to, share, compressor }) =>
      truncateMiddle(
        `  ${name(from)} taken for ${name(to)}: ${formatShare(share)}, by ${printable(compressor)}`,
        width,
      ),
    );
  return lines.length > 0 ? ["contexts mixed up most", ...lines] : [];
}

function footer(r: ChannelReport, paths: TerminalOptions["paths"]): [string, string][] {
  return [
    ...(paths?.report ? [["report", printable(paths.report)] as [string, string]] : []),
    ...(paths?.json ? [["json", printable(paths.json)] as [string, string]] : []),
    ["again", printable(r.command)],
  ];
}
