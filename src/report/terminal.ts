import { createColors } from "picocolors";
import type { TableMeasurement } from "../measure/table/measurement.ts";
import { asAsked, standing, targetEntropy } from "./findings.ts";
import { formatCount, formatInterval, formatNumber, listWords, plural } from "./format.ts";
import { renderBars } from "./terminal/bars.ts";
import {
  renderEstimators,
  renderMist,
  renderNotes,
  renderSecondOpinion,
  renderTrust,
} from "./terminal/below.ts";
import { renderPairMatrix } from "./terminal/matrix.ts";
import { flow, printable, truncateMiddle, wrap } from "./text-width.ts";

export interface TerminalOptions {
  /** Columns of the terminal; used between 60 and 160. */
  width: number;
  color: boolean;
  /** Files written beside the answer. */
  paths?: { report?: string; json?: string };
}

/**
 * The measurement as text for a terminal: the answer first, then what is worth knowing, then files and the command
 * that repeats it.
 *
 * @param measurement what `surprisal measure` found
 * @param options.width columns of the terminal; between 60 and 160 are used, and no line is longer, except file paths
 *   and the command, which stay in one piece to be copied
 * @returns lines ending in a line break; values in the measurement's unit, never clamped
 * @example
 * import { inferColumns, readTable } from "surprisal/data";
 * import { measureTable } from "surprisal/measure";
 * import { renderTerminal } from "surprisal/report";
 *
 * const table = await readTable("node_modules/vega-datasets/data/penguins.json");
 * const target = "Species";
 * const measured = await measureTable(table, inferColumns(table, { target }), { target, permutations: 50 });
 * const date = new Date().toISOString();
 * const environment = { version: "0.1.0", node: process.version, cores: 1, date, elapsedMs: 0 };
 * const text = renderTerminal({ ...measured, command: "a script", environment }, { width: 100, color: false });
 * // text begins with the file's name, its rows and columns
 */
export function renderTerminal(measurement: TableMeasurement, options: TerminalOptions): string {
  const m = printableNames(asAsked(measurement));
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const blocks = [
    header(m, width).map((line, i) => (i === 0 ? line.replace(m.file, (name) => paint.bold(name)) : line)),
    m.stopped
      ? [paint.yellow(`! stopped early: ${m.stopped.done} of ${m.stopped.total} estimates are here`)]
      : [],
    [...heading(m, width).map((line) => paint.bold(line)), ...renderBars(m, { width, paint })],
    ...(m.question === "pairs" ? [renderPairMatrix(m, { width, paint })] : []),
    m.question === "groups" || m.question === "transfer" ? explanation(m, width) : [],
    renderEstimators(m, { width, paint }),
    [
      ...renderSecondOpinion(m, { width, paint }),
      ...renderMist(m, { width, paint }),
      ...renderTrust(m, { width, paint }),
    ],
    renderNotes(m, { width, paint }),
    footer(m, options.paths).map(([label, text]) => `${paint.dim(label.padEnd(6))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function header(m: TableMeasurement, width: number): string[] {
  const used = (use: string) => m.columns.filter((c) => c.use === use).map((c) => c.name);
  const missing = m.columns.reduce((sum, c) => sum + c.missing, 0);
  const left = (use: string, one: string) => {
    const names = used(use);
    return names.length === 0 ? [] : [`${plural(names.length, one)} ignored (${listWords(names, 3)})`];
  };
  const facts = [
    `${formatCount(m.n)} rows × ${plural(m.columns.length, "column")}`,
    ...left("identifier", "identifier"),
    ...left("constant", "constant"),
    ...left("empty", "empty column"),
    ...(missing > 0 ? [`${formatCount(missing)} missing`] : []),
    `seed ${m.seed}`,
  ];
  const file = truncateMiddle(m.file === "-" ? "standard input" : m.file, width);
  return flow([file, ...facts], width);
}

function heading(m: TableMeasurement, width: number): string[] {
  const given = m.estimates[0]?.given?.length ? ` given ${listWords(m.estimates[0].given)}` : "";
  if (m.question === "target") {
    const entropy = targetEntropy(m);
    const known = entropy === undefined ? `in ${m.unit}` : `H = ${formatNumber(entropy)} ${m.unit}`;
    const what = truncateMiddle(
      `information about ${m.target ?? "the target"}${given}`,
      width - known.length - 3,
    );
    return [`${what}   ${known}`];
  }
  const what = { pairs: "shared information", groups: "shared information", transfer: "transfer entropy" };
  return [`${what[m.question]}, in ${m.unit}`];
}

/** One sentence per estimate: what the number says. */
function explanation(m: TableMeasurement, width: number): string[] {
  return m.estimates.flatMap((e) => {
    const [x, y] = [listWords(e.x, 4), listWords(e.y, 4)];
    const state = standing(e);
    const number = `${formatNumber(e.value)} ${m.unit}${e.interval ? ` ${formatInterval(e.interval)}` : ""}`;
    const given = e.given?.length ? ` once ${listWords(e.given, 4)} is known` : "";
    const know =
      m.question === "transfer"
        ? `Knowing the past of ${x} lowers the uncertainty about the next ${y} by ${number} beyond what its own past tells.`
        : `Knowing ${x} lowers the uncertainty about ${y} by ${number}${given}.`;
    const none =
      m.question === "transfer"
        ? `The past of ${x} adds nothing that could be told apart from chance to ${y}'s own past.`
        : `${x} and ${y} could not be told apart from independent columns${given}.`;
    return wrap(state === "chance" ? none : know, width);
  });
}

function footer(m: TableMeasurement, paths: TerminalOptions["paths"]): [string, string][] {
  const lines: [string, string][] = [];
  if (paths?.report) lines.push(["report", printable(paths.report)]);
  if (paths?.json) lines.push(["json", printable(paths.json)]);
  lines.push(["again", m.command]);
  return lines;
}

/** A copy whose texts cannot move the cursor or colour the screen. */
function printableNames(m: TableMeasurement): TableMeasurement {
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return printable(value);
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry)]));
  };
  const { pictures: _, ...shown } = m;
  return {
    ...(walk({ ...shown, estimates: m.estimates.map(({ nullValues: __, ...e }) => e) }) as TableMeasurement),
    pictures: [],
  };
}
