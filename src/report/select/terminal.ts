import { createColors } from "picocolors";
import type { SelectReport } from "../../decide/submodular/report-data.ts";
import { sortedNotes } from "../findings.ts";
import { formatNumber } from "../format.ts";
import { shortNumber } from "../learn/numbers.ts";
import type { TerminalOptions } from "../terminal.ts";
import { flow, padEnd, padStart, printable, truncateMiddle, wrap } from "../text-width.ts";
import { aboutRows } from "./sections.ts";
import { balanceText, goodness, heading, redundancyText, verdict } from "./words.ts";

const mostPicks = 10;

/**
 * A selection as text for a terminal: what was chosen and how good it is first, then what is worth knowing, files and
 * the command that repeats it.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderSelectTerminal(report: SelectReport, options: TerminalOptions): string {
  const r = printableTexts(report);
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const name = truncateMiddle(r.file === "-" ? "standard input" : r.file, width);
  const facts = [`${aboutRows(r)} rows`, r.comparedBy, r.objective, r.optimizer, `seed ${r.seed}`];
  const blocks = [
    flow([name, ...facts], width),
    [paint.bold(heading(r)), ...wrap(verdict(r), width)],
    pickLines(r, width, paint),
    [goodness(r), redundancyText(r), balanceText(r), targetsText(r)].flatMap((text) =>
      text ? wrap(text, width) : [],
    ),
    noteLines(r, width, paint),
    footer(r, options.paths).map(([label, text]) => `${paint.dim(label.padEnd(6))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

type Paint = ReturnType<typeof createColors>;

function pickLines({ picks, rows }: SelectReport, width: number, paint: Paint): string[] {
  const shown = picks.slice(0, mostPicks);
  const texts = shown.map(({ gain }) => shortNumber(gain));
  const widest = Math.max(4, ...texts.map((text) => text.length));
  const digits = String(rows).length;
  const lines = shown.map(({ row, label }, i) => {
    const start = `  ${padStart(String(i + 1), 3)}  row ${padEnd(String(row), digits)}  ${padStart(texts[i], widest)}`;
    return label === undefined ? start : `${start}  ${truncateMiddle(label, width - start.length - 2)}`;
  });
  const gap = " ".repeat(Math.max(0, digits + 11 + widest - 4));
  const more =
    picks.length > shown.length ? [paint.dim(`  … ${picks.length - shown.length} more in the files`)] : [];
  return [paint.dim(`${gap}gain`), ...lines, ...more];
}

function targetsText({ targets }: SelectReport): string | undefined {
  const text = (what: string, of: { chosen: number; pool: number } | undefined) =>
    of &&
    `Chosen rows have a similarity of ${formatNumber(of.chosen)} to the nearest ${what}, all rows ${formatNumber(of.pool)}.`;
  const parts = [text("query", targets?.queries), text("row to avoid", targets?.avoided)].filter(Boolean);
  return parts.length > 0 ? parts.join(" ") : undefined;
}

function noteLines({ notes }: SelectReport, width: number, paint: Paint): string[] {
  const sorted = sortedNotes({ notes: [...notes] });
  if (sorted.length === 0) return [];
  const mark = { problem: paint.yellow("!"), hint: paint.dim("›"), fact: paint.dim("·") };
  const lines = sorted.flatMap(({ severity, message }) =>
    wrap(message, width - 5).map((line, i) => (i === 0 ? `  ${mark[severity]}  ${line}` : `     ${line}`)),
  );
  return [paint.bold("worth knowing"), ...lines];
}

function footer(r: SelectReport, paths: TerminalOptions["paths"]): [string, string][] {
  return [
    ...r.files.map(({ name }): [string, string] => ["rows", name]),
    ...(paths?.report ? [["report", printable(paths.report)] as [string, string]] : []),
    ...(paths?.json ? [["json", printable(paths.json)] as [string, string]] : []),
    ["again", r.command],
  ];
}

/** A copy whose texts cannot move the cursor or colour the screen. */
function printableTexts({ map: _, ...r }: SelectReport): SelectReport {
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return printable(value);
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry)]));
  };
  return walk(r) as SelectReport;
}
