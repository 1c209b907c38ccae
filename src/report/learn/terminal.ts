import { createColors } from "picocolors";
import type { Curve, LearnReport, Scores } from "../../learn/report-data.ts";
import { sortedNotes } from "../findings.ts";
import { formatCount, formatInterval, formatNumber, plural } from "../format.ts";
import type { TerminalOptions } from "../terminal.ts";
import { displayWidth, flow, padEnd, padStart, printable, truncateMiddle, wrap } from "../text-width.ts";
import { shortNumber } from "./numbers.ts";

const mostNotes = 8;
const sparkWidth = 24;
const leastName = 20;
const bars = "▁▂▃▄▅▆▇█";

interface Canvas {
  width: number;
  paint: ReturnType<typeof createColors>;
}

/**
 * What a learner found as text for a terminal: the result first, then training, then what is worth knowing, files and
 * the commands that use and repeat it.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderLearnTerminal(report: LearnReport, options: TerminalOptions): string {
  const r = printableTexts(report);
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const canvas: Canvas = { width, paint: createColors(options.color) };
  const { paint } = canvas;
  const blocks = [
    header(r, canvas),
    r.stopped
      ? [paint.yellow(`! stopped early: ${r.stopped.done} of ${plural(r.stopped.total, "epoch")} are done`)]
      : [],
    [paint.bold(truncateMiddle(r.title, width)), ...wrap(r.verdict, width)],
    ...r.scores.map((scores) => scoreLines(scores, canvas)),
    trainingLines(r, canvas),
    noteLines(r, canvas),
    footer(r, options.paths).map(([label, text]) => `${paint.dim(label.padEnd(6))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function header({ file, facts, seed }: LearnReport, { width, paint }: Canvas): string[] {
  const name = truncateMiddle(file === "-" ? "standard input" : file, width);
  const parts = [...facts.map((fact) => `${formatCountText(fact.value)} ${fact.name}`), `seed ${seed}`];
  const [first, ...rest] = flow([name, ...parts], width);
  return [first.replace(name, (text) => paint.bold(text)), ...rest];
}

function formatCountText(value: string): string {
  return /^\d+$/.test(value) ? formatCount(Number(value)) : value;
}

/** One line for each model, the metrics side by side, or one after another where there is no room for that. */
function scoreLines({ title, metrics }: Scores, { width, paint }: Canvas): string[] {
  const [{ entries }] = metrics;
  const longest = Math.max(...entries.map(({ name }) => displayWidth(name)));
  const texts = (withIntervals: boolean) =>
    metrics.map((metric) =>
      metric.entries.map(({ value, interval }) =>
        withIntervals && interval
          ? `${formatNumber(value)}  ${formatInterval(interval)}`
          : formatNumber(value),
      ),
    );
  const widths = (cells: string[][]) =>
    cells.map((column, m) => Math.max(displayWidth(metrics[m].name), ...column.map((cell) => cell.length)));
  const room = (cells: string[][]) => width - 2 - widths(cells).reduce((sum, cell) => sum + 3 + cell, 0);
  const cells = [texts(true), texts(false)].find((one) => room(one) >= Math.min(longest, leastName));
  if (!cells) {
    const blocks = metrics.flatMap((metric) => {
      const lines = metric.entries.map(({ name, own, value, interval }) => {
        const text = `${formatNumber(value)}${interval ? `  ${formatInterval(interval)}` : ""}`;
        return dimmed(
          `    ${padEnd(truncateMiddle(name, width - 30), Math.min(longest, width - 30))}   ${text}`,
          own,
        );
      });
      return [`  ${truncateMiddle(metric.name, width - 2)}`, ...lines];
    });
    return [paint.bold(truncateMiddle(title, width)), ...blocks];
  }
  const columns = widths(cells);
  const nameWidth = Math.min(longest, room(cells));
  const line = (name: string, values: readonly string[]) =>
    `  ${padEnd(truncateMiddle(name, nameWidth), nameWidth)}${values.map((value, m) => `   ${padEnd(value, columns[m])}`).join("")}`;
  return [
    paint.bold(truncateMiddle(title, width)),
    paint.dim(
      line(
        "",
        metrics.map(({ name }) => name),
      ),
    ),
    ...entries.map(({ name, own }, e) =>
      dimmed(
        line(
          name,
          cells.map((column) => column[e]),
        ),
        own,
      ),
    ),
  ];

  function dimmed(text: string, own: boolean): string {
    return own ? text : paint.dim(text);
  }
}

function trainingLines({ training }: LearnReport, { width, paint }: Canvas): string[] {
  const { epochs, kept, chosen, steps, curves } = training;
  const at = epochs.indexOf(kept);
  const nameWidth = Math.max(...curves.map(({ name }) => displayWidth(name)));
  const numbers = curves.map(({ values }) => [shortNumber(values[0]), shortNumber(values[at])]);
  const [first, last] = [0, 1].map((j) => Math.max(...numbers.map((pair) => pair[j].length)));
  const spark = Math.min(sparkWidth, epochs.length, width - nameWidth - first - last - 12);
  const lines = curves.map(({ name, unit, values }, i) => {
    const drawn = spark >= 4 ? `  ${paint.cyan(padEnd(sparkline(values, spark), spark))}` : "";
    const line = `  ${padEnd(name, nameWidth)}${drawn}  ${padStart(numbers[i][0], first)} → ${padStart(numbers[i][1], last)}`;
    return displayWidth(unit) > 0 && 8 + nameWidth + spark + first + last + unit.length < width
      ? `${line}  ${paint.dim(unit)}`
      : line;
  });
  const what = `${plural(epochs.length, "epoch")}, ${plural(steps, "update")}; epoch ${formatCount(kept)} is kept, ${chosen ? "the best on validation" : "the last"}`;
  const opening = wrap(`training ${what}`, width - 1).map((text) =>
    text.replace(/^training/, (word) => `${paint.bold(word)} `),
  );
  return [...opening, ...lines];
}

/** The values in so many columns, lowest to highest mark. */
export function sparkline(values: Curve["values"], width: number): string {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return Array.from({ length: width }, (_, column) => {
    const value = values[Math.round((column * (values.length - 1)) / Math.max(1, width - 1))];
    return bars[high > low ? Math.round(((value - low) / (high - low)) * (bars.length - 1)) : 0];
  }).join("");
}

function noteLines({ notes }: LearnReport, { width, paint }: Canvas): string[] {
  const sorted = sortedNotes({ notes: [...notes] });
  if (sorted.length === 0) return [];
  const problems = sorted.filter(({ severity }) => severity === "problem").length;
  const shown = sorted.slice(0, Math.max(problems, mostNotes));
  const mark = { problem: paint.yellow("!"), hint: paint.dim("›"), fact: paint.dim("·") };
  const lines = shown.flatMap(({ severity, message }) =>
    wrap(message, width - 5).map((line, i) => (i === 0 ? `  ${mark[severity]}  ${line}` : `     ${line}`)),
  );
  if (sorted.length > shown.length)
    lines.push(`  … ${plural(sorted.length - shown.length, "more note")} in the report`);
  return [paint.bold("worth knowing"), ...lines];
}

function footer(r: LearnReport, paths: TerminalOptions["paths"]): [string, string][] {
  return [
    ["model", `${r.folder} (${r.files.map(({ name }) => name).join(", ")})`],
    ...(paths?.report ? [["report", printable(paths.report)] as [string, string]] : []),
    ...(paths?.json ? [["json", printable(paths.json)] as [string, string]] : []),
    ["use", r.use],
    ["again", r.command],
  ];
}

/** A copy whose texts cannot move the cursor or colour the screen. */
function printableTexts(r: LearnReport): LearnReport {
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return printable(value);
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry)]));
  };
  const { map: _, reconstruction: __, ...shown } = r;
  return walk(shown) as LearnReport;
}
