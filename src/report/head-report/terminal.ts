import { createColors } from "picocolors";
import type { TerminalOptions } from "../terminal.ts";
import { displayWidth, padEnd, printable, truncateMiddle, wrap } from "../text-width.ts";
import type { HeadPageReport } from "./report.ts";
import { amounts, verdict } from "./words.ts";

/**
 * What `surprisal head-report` found as text for a terminal.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderHeadTerminal(r: HeadPageReport, options: TerminalOptions): string {
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const header = `${truncateMiddle(printable(r.source), width - 45)}   ${r.contexts} contexts × ${r.dimension}   ${r.vocabulary} tokens`;
  const blocks = [
    [paint.bold(header)],
    wrap(verdict(r), width),
    table(r, width),
    r.warnings.flatMap(({ message }) => wrap(`! ${message}`, width)).map(paint.yellow),
    footer(r, options).map(([label, text]) => `${paint.dim(label.padEnd(7))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function table(r: HeadPageReport, width: number): string[] {
  const rows = amounts(r);
  const names = Math.max(...rows.map(([name]) => displayWidth(name)));
  const values = Math.max(...rows.map(([, value]) => displayWidth(value)));
  const start = names + values + 6;
  return rows.flatMap(([name, value, why]) => {
    const head = `  ${padEnd(name, names)}  ${padEnd(value, values)}  `;
    return wrap(why, Math.max(20, width - start)).map(
      (line, i) => (i === 0 ? head : " ".repeat(start)) + line,
    );
  });
}

function footer(r: HeadPageReport, { paths }: TerminalOptions): [string, string][] {
  return [
    ...(paths
      ? ([
          ["report", paths.report],
          ["data", paths.json],
        ] as [string, string][])
      : []),
    ["again", r.command],
  ];
}
