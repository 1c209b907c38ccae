import { createColors } from "picocolors";
import { sortedNotes } from "../findings.ts";
import { formatCount, formatInterval, formatNumber, formatShare, plural } from "../format.ts";
import { sparkline } from "../learn/terminal.ts";
import type { TerminalOptions } from "../terminal.ts";
import { displayWidth, flow, padEnd, padStart, printable, truncateMiddle, wrap } from "../text-width.ts";
import { lastPoint } from "./verdict.ts";
import type { WatchReport } from "./watch-report.ts";

const mostNotes = 8;
const spark = 12;

/**
 * An information plane as text for a terminal: the verdict, a line for each layer, what is worth knowing, files and the
 * command that repeats it.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderWatchTerminal(report: WatchReport, options: TerminalOptions): string {
  const r: WatchReport = JSON.parse(JSON.stringify(report), (_, value) =>
    typeof value === "string" ? printable(value) : value,
  );
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const name = truncateMiddle(r.folder, width);
  const facts = [
    plural(r.runs.length, "run"),
    plural(r.layers.length, "layer"),
    plural(r.epochs.length, "epoch"),
    `${formatCount(r.n)} rows`,
    `seed ${r.seed}`,
  ];
  const [first, ...rest] = flow([name, ...facts], width);
  const blocks = [
    [first.replace(name, (text) => paint.bold(text)), ...rest],
    wrap(r.verdict, width),
    layerLines(r, width, paint),
    noteLines(r, width, paint),
    [
      ...(options.paths?.report ? [["report", printable(options.paths.report)]] : []),
      ...(options.paths?.json ? [["json", printable(options.paths.json)]] : []),
      ["again", r.command],
    ].map(([label, text]) => `${paint.dim(label.padEnd(6))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

type Paint = ReturnType<typeof createColors>;

/** One line for each layer; where there is no room, intervals, the curves and what is least missed are left out. */
function layerLines(r: WatchReport, width: number, paint: Paint): string[] {
  const wide: Extent[] = [
    { curves: true, intervals: true, all: true },
    { curves: true, intervals: false, all: true },
    { curves: false, intervals: true, all: true },
    { curves: false, intervals: false, all: true },
    { curves: false, intervals: false, all: false },
  ];
  const tables = wide.map((how) => cells(r, how));
  const size = (table: string[][]) =>
    table[0].reduce((sum, _, j) => sum + 3 + Math.max(...table.map((row) => displayWidth(row[j]))), -1);
  const chosen = tables.find((table) => size(table) <= width) ?? tables[tables.length - 1];
  const widths = chosen[0].map((_, j) => Math.max(...chosen.map((row) => displayWidth(row[j]))));
  widths[0] = Math.min(widths[0], Math.max(8, widths[0] - Math.max(0, size(chosen) - width)));
  const lines = chosen.map((row, i) => {
    const text = row
      .map((cell, j) =>
        j === 0 ? padEnd(truncateMiddle(cell, widths[0]), widths[0]) : padStart(cell, widths[j]),
      )
      .join("   ");
    return i === 0 ? paint.dim(`  ${text}`) : `  ${text}`;
  });
  const limits = `H(Y) = ${formatNumber(r.labelEntropy)}, ln n = ${formatNumber(r.inputLimit)}`.replace(
    "ln n",
    r.unit === "bits" ? "log2 n" : "ln n",
  );
  const opening = `in ${r.unit} by ${r.estimatorTitle}; ${limits}`;
  return [paint.bold(truncateMiddle(opening, width)), ...lines];
}

interface Extent {
  curves: boolean;
  intervals: boolean;
  /** Also the epoch of the peak and the modes. */
  all: boolean;
}

function cells(r: WatchReport, { curves, intervals, all }: Extent): string[][] {
  const several = r.epochs.length > 1;
  const spectral = all && r.options.spectralEntropy === true;
  const head = [
    "layer",
    ...(several && curves ? ["I(X;T)"] : []),
    ...(several ? ["peak", ...(all ? ["at epoch"] : [])] : []),
    several ? "last" : "I(X;T)",
    ...(several ? ["compression"] : []),
    ...(several && curves ? ["I(T;Y)"] : []),
    several ? "last I(T;Y)" : "I(T;Y)",
    ...(spectral ? ["modes"] : []),
  ];
  const rows = r.compression.map(({ layer, runs, share }) => {
    const live = runs.filter(({ dead }) => !dead);
    if (live.length === 0) return [layer, "dead", ...head.slice(2).map(() => "")];
    const own = r.curves.filter((point) => point.layer === layer);
    const curve = (values: number[]) => sparkline(values, Math.min(spark, values.length));
    const over = (value: { mean: number; interval?: { low: number; high: number } } | undefined) =>
      value === undefined
        ? "—"
        : `${formatNumber(value.mean)}${intervals && value.interval ? ` ${formatInterval(value.interval)}` : ""}`;
    const point = lastPoint(r, layer);
    const at = live.map((run) => run.at).sort((a, b) => a - b);
    const middle = at[Math.floor((at.length - 1) / 2)];
    const range = share.interval
      ? ` [${formatShare(share.interval.low)}, ${formatShare(share.interval.high)}]`
      : "";
    return [
      layer,
      ...(several && curves ? [curve(own.map(({ aboutInput }) => aboutInput.mean))] : []),
      ...(several
        ? [
            formatNumber(live.reduce((sum, { peak }) => sum + peak / live.length, 0)),
            ...(all ? [String(middle)] : []),
          ]
        : []),
      over(point?.aboutInput),
      ...(several ? [`${formatShare(share.mean)}${intervals ? range : ""}`] : []),
      ...(several && curves ? [curve(own.map(({ aboutLabel }) => aboutLabel.mean))] : []),
      over(point?.aboutLabel),
      // The exponential of the entropy: how many equally strong modes would give it.
      ...(spectral ? [point?.spectralEntropy ? modes(point.spectralEntropy.mean, r) : "—"] : []),
    ];
  });
  return [head, ...rows];
}

function modes(entropy: number, { unit }: WatchReport): string {
  return Math.exp(unit === "bits" ? entropy * Math.LN2 : entropy).toFixed(1);
}

function noteLines({ notes }: WatchReport, width: number, paint: Paint): string[] {
  const sorted = sortedNotes({ notes: [...notes] });
  if (sorted.length === 0) return [];
  const shown = sorted.slice(0, mostNotes);
  const mark = { problem: paint.yellow("!"), hint: paint.dim("›"), fact: paint.dim("·") };
  const lines = shown.flatMap(({ severity, message }) =>
    wrap(message, width - 5).map((line, i) => (i === 0 ? `  ${mark[severity]}  ${line}` : `     ${line}`)),
  );
  if (sorted.length > shown.length)
    lines.push(`  … ${plural(sorted.length - shown.length, "more note")} in the report`);
  return [paint.bold("worth knowing"), ...lines];
}
