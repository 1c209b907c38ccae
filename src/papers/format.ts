import type { ExperimentRow, ExperimentTable } from "../core/card.ts";
import type { ExperimentRun, Method, RunEnvironment } from "./method.ts";
import { tableLines, wrap } from "./text-table.ts";

/** How text for a terminal is laid out. */
export interface FormatOptions {
  /** Characters in a line; default 100. */
  width?: number;
}

/**
 * An experiment as text for a terminal: the claims with ✓ or ✗, what the paper reports and what was measured,
 * then the tables. No colours; ends with a newline.
 *
 * @param options `width` in characters, default 100: long cells are wrapped to fit
 * @example
 * import { formatExperiment, showMethod } from "surprisal/papers";
 *
 * const { recorded } = await showMethod("beyond-normal");
 * const text = recorded && formatExperiment(recorded, { width: 80 });
 * // every claim is marked with ✓ or ✗
 */
export function formatExperiment(run: ExperimentRun, { width = 100 }: FormatOptions = {}): string {
  const title = `${run.title} (${run.id}${run.quick ? ", quick" : ""})`;
  return text([...wrap(title, width), "", ...experimentLines(run, width)]);
}

/**
 * A method as text for a terminal: its card, then the recorded run of its experiment if there is one. No colours;
 * ends with a newline.
 *
 * @param options `width` in characters, default 100
 * @example
 * import { formatMethod, showMethod } from "surprisal/papers";
 *
 * const text = formatMethod(await showMethod("beyond-normal"), { width: 80 });
 */
export function formatMethod(
  { layer, card, recorded }: Method & { recorded?: ExperimentRun },
  { width = 100 }: FormatOptions = {},
): string {
  const defaults = Object.entries(card.defaults).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const facts: [string, string[]][] = [
    [
      "papers",
      card.papers.map(({ authors, year, title, venue }) => `${authors} (${year}). ${title}. ${venue}.`),
    ],
    ["input", [card.inputs]],
    ["output", [card.output]],
    ["defaults", [defaults.join(", ")]],
    ["cost", [card.cost]],
    ["not for", card.limits],
    ["commands", card.commands],
    ["library", [`${card.functions.join(", ")} from "surprisal/${layer}"`]],
  ];
  return text([
    ...wrap(`${card.title} (${card.id})`, width),
    ...wrap(card.summary, width),
    "",
    ...facts.flatMap(([label, items]) => factLines(label, items, width)),
    "",
    ...(recorded
      ? experimentLines(recorded, width)
      : [`No full run is recorded: surprisal papers run ${card.id}`]),
  ]);
}

function experimentLines(
  { rows, tables = [], environment, seconds }: ExperimentRun,
  width: number,
): string[] {
  const holding = rows.filter((row) => row.holds).length;
  return [
    ...tableLines(["", "claim", "reported", "measured", "tolerance"], rows.map(claimCells), width),
    "",
    `${holding} of ${rows.length} claims hold`,
    ...tables.flatMap((table) => ["", ...titledTable(table, width)]),
    "",
    ...wrap(`${seconds} s, ${describe(environment)}`, width),
  ];
}

function claimCells({ claim, reported, measured, tolerance, holds }: ExperimentRow): string[] {
  return [holds ? "✓" : "✗", claim, reported, measured, tolerance];
}

export function describe({ date, node, cpu, cores }: RunEnvironment): string {
  return `${date}, Node ${node}, ${cpu}, ${cores} ${cores === 1 ? "core" : "cores"}`;
}

function titledTable({ title, columns, rows }: ExperimentTable, width: number): string[] {
  return [...wrap(title, width), ...tableLines(columns, rows, width)];
}

/** A label in a column of its own, each item wrapped beside it. */
function factLines(label: string, items: readonly string[], width: number): string[] {
  const indent = 10;
  const lines = items.filter((item) => item !== "").flatMap((item) => wrap(item, width - indent));
  return lines.map((line, i) => (i === 0 ? label : "").padEnd(indent) + line);
}

function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
