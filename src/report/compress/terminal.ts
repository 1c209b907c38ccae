import { createColors } from "picocolors";
import { formatCount, formatShare, plural } from "../format.ts";
import type { TerminalOptions } from "../terminal.ts";
import { flow, padStart, printable, truncateMiddle, wrap } from "../text-width.ts";
import type { CompressReport } from "./report.ts";
import { bits, fileName, protectedText, ratioText, tierText, verdict } from "./words.ts";

const mostLosses = 5;
const mostFiles = 12;

/**
 * What `surprisal compress` did as text for a terminal: the result first, what was lost, files and the command that
 * repeats it.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderCompressTerminal(r: CompressReport, options: TerminalOptions): string {
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const blocks = [
    header(r, width).map((line, i) => (i === 0 ? paint.bold(line) : line)),
    wrap(verdict(r), width),
    facts(r, width).map(([label, text]) => `  ${paint.dim(label.padEnd(12))}${text}`),
    files(r, width).map((line, i) => (i === 0 ? paint.bold(line) : line)),
    losses(r, width).map((line, i) => (i === 0 ? paint.bold(line) : line)),
    r.notes.flatMap((note) => wrap(`! ${printable(note)}`, width)),
    footer(r, options.paths).map(([label, text]) => `${paint.dim(label.padEnd(6))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function header(r: CompressReport, width: number): string[] {
  const name =
    r.files.length === 1 ? printable(fileName(r.files[0].file)) : plural(r.files.length, "context");
  return flow(
    [
      truncateMiddle(name, width),
      `${formatCount(r.originalTokens)} → ${plural(r.compressedTokens, "token")} (${r.tokenizer})`,
      ratioText(r),
    ],
    width,
  );
}

function facts(r: CompressReport, width: number): [string, string][] {
  const { total, kept } = r.information;
  const all: [string, string][] = [
    ["information", `${bits(kept)} of ${formatCount(Math.round(total))} kept, ${bits(total - kept)} lost`],
    ["words", `${formatCount(r.keptWords)} of ${formatCount(r.words)} kept`],
    ...(r.protectedSpans.asked.length > 0 ? [["protected", protectedText(r)] as [string, string]] : []),
    ...(r.question === undefined ? [] : [["question", printable(r.question)] as [string, string]]),
    ["scores", tierText(printable(r.scorer))],
  ];
  return all.map(([label, text]) => [label, truncateMiddle(text, width - 14)]);
}

function files({ files: all }: CompressReport, width: number): string[] {
  if (all.length < 2) return [];
  const lines = all.slice(0, mostFiles).map(({ file, before, after, kept }) => {
    const numbers = `${padStart(formatCount(before), 9)} → ${padStart(kept ? formatCount(after) : "dropped", 9)}`;
    return `${numbers}  ${truncateMiddle(printable(fileName(file)), width - 24)}`;
  });
  return [
    "tokens by context",
    ...lines,
    ...(all.length > mostFiles ? [`  and ${all.length - mostFiles} more`] : []),
  ];
}

function losses({ losses: all, information }: CompressReport, width: number): string[] {
  if (all.length === 0) return [];
  const lines = all.slice(0, mostLosses).map(({ lostBits, bits: before, text }) => {
    const numbers = `${padStart(bits(lostBits), 12)}  ${padStart(formatShare(lostBits / before), 6)}`;
    return `${numbers}  ${truncateMiddle(printable(text), Math.max(20, width - 24))}`;
  });
  const share = formatShare(
    all.slice(0, mostLosses).reduce((sum, l) => sum + l.lostBits, 0) / information.total,
  );
  return [`most was lost in (${share} of the information)`, ...lines];
}

function footer(r: CompressReport, paths: TerminalOptions["paths"]): [string, string][] {
  return [
    ...(r.output && r.output !== "-" ? [["text", printable(r.output)] as [string, string]] : []),
    ...(paths?.report ? [["report", printable(paths.report)] as [string, string]] : []),
    ...(paths?.json ? [["json", printable(paths.json)] as [string, string]] : []),
    ["again", printable(r.command)],
  ];
}
