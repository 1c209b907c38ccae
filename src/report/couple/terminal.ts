import { createColors } from "picocolors";
import { sortedNotes } from "../findings.ts";
import { formatCount, listWords, plural } from "../format.ts";
import type { TerminalOptions } from "../terminal.ts";
import { displayWidth, flow, padEnd, padStart, printable, truncateMiddle, wrap } from "../text-width.ts";
import type { CoupleReport } from "./report.ts";
import { amount, gapWords, methodWords, probability, shownFile, verdict } from "./words.ts";

const mostCells = 8;
const mostCodes = 8;
const mostMembers = 6;
const barWidth = 16;

/**
 * What `surprisal couple` found as text for a terminal: the answer, the likeliest pairs, the code where there is one, then
 * files and the command that repeats it.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderCoupleTerminal(r: CoupleReport, options: TerminalOptions): string {
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const blocks = [
    header(r, width).map((line, i) => (i === 0 ? paint.bold(line) : line)),
    r.stopped ? [paint.yellow("! stopped early: the rate curve is missing")] : [],
    wrap(verdict(r), width),
    amounts(r),
    titled(cells(r, width), paint.bold),
    titled(codes(r, width), paint.bold),
    titled(notes(r, width), paint.bold),
    footer(r, options.paths).map(([label, text]) => `${paint.dim(label.padEnd(7))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function titled(lines: string[], bold: (text: string) => string): string[] {
  return lines.map((line, i) => (i === 0 ? bold(line) : line));
}

function header({ x, y, cellCount }: CoupleReport, width: number): string[] {
  const side = (name: string, file: string, outcomes: number) =>
    `${name}: ${truncateMiddle(printable(shownFile(file)), width - 30)}, ${plural(outcomes, "outcome")}`;
  return flow(
    [side("X", x.file, x.outcomes), side("Y", y.file, y.outcomes), plural(cellCount, "cell")],
    width,
  );
}

function amounts(r: CoupleReport): string[] {
  const rows: [string, number, string][] = [
    ["I(X;Y)", r.mutualInformation, r.code ? gapWords(r) : ""],
    ["H(X,Y)", r.entropy, r.code ? "" : gapWords(r)],
    ["H(X)", r.entropyX, ""],
    ["H(Y)", r.entropyY, ""],
    ...(r.code
      ? ([
          ["H(T)", r.code.entropy, `of a rate of ${amount(r.code.rateLimit, r)}; T is the code`],
          ["I(X;T)", r.code.information, ""],
        ] as [string, number, string][])
      : []),
  ];
  const values = rows.map(([, value]) => amount(value, r));
  const widest = Math.max(...values.map(displayWidth));
  return rows.map(
    ([name, , why], i) => `  ${name.padEnd(7)} ${padStart(values[i], widest)}${why && `   ${why}`}`,
  );
}

function cells(r: CoupleReport, width: number): string[] {
  const shown = r.cells.slice(0, mostCells);
  const room = Math.max(8, Math.floor((width - barWidth - 24) / 2));
  const texts = shown.map(({ x, y, p }) => [
    truncateMiddle(printable(x), room),
    truncateMiddle(printable(y), room),
    probability(p),
  ]);
  const widths = [0, 1, 2].map((k) => Math.max(1, ...texts.map((row) => displayWidth(row[k]))));
  const lines = texts.map(([x, y, p], i) => {
    const bar = "▇".repeat(Math.max(1, Math.round((barWidth * shown[i].p) / shown[0].p)));
    return `  ${padEnd(x, widths[0])}  ${padEnd(y, widths[1])}  ${padStart(p, widths[2])}  ${bar}`;
  });
  const of = r.cellCount > shown.length ? `, ${shown.length} of ${formatCount(r.cellCount)}` : "";
  return [`likeliest pairs of X and Y${of}`, ...lines];
}

function codes(r: CoupleReport, width: number): string[] {
  if (!r.code) return [];
  const { codes, count, split } = r.code;
  const shown = codes.slice(0, mostCodes);
  const widest = Math.max(...shown.map(({ name }) => name.length));
  const lines = shown.flatMap(({ name, p, symbols, symbolCount, outputs, outputCount }) => {
    const from = listed(symbols, symbolCount);
    const to = listed(
      outputs.map(({ name }) => name),
      outputCount,
    );
    const head = `  ${name.padEnd(widest)}  ${probability(p).padEnd(6)}  `;
    const lines = wrap(`${from} → ${to}`, width - head.length);
    return lines.map((line, i) => `${i === 0 ? head : " ".repeat(head.length)}${line}`);
  });
  const of = count > shown.length ? `, ${shown.length} of ${formatCount(count)}` : "";
  const twice =
    split === undefined ? [] : wrap(`${printable(split)} has two codes, drawn at random`, width - 2);
  return [`codes: what they stand for → what comes out${of}`, ...lines, ...twice.map((line) => `  ${line}`)];
}

function listed(names: readonly string[], count: number): string {
  const shown = names.slice(0, mostMembers).map((name) => truncateMiddle(printable(name), 24));
  return listWords(count > shown.length ? [...shown, `${formatCount(count - shown.length)} more`] : shown);
}

function notes(r: CoupleReport, width: number): string[] {
  const sorted = sortedNotes({ notes: [...r.notes] });
  const mark = { problem: "!", hint: "›", fact: "·" };
  const method = `found by ${methodWords(r.method)}`;
  const all = [...sorted, { severity: "fact" as const, message: method }];
  const lines = all.flatMap(({ severity, message }) =>
    wrap(printable(message), width - 5).map((line, i) =>
      i === 0 ? `  ${mark[severity]}  ${line}` : `     ${line}`,
    ),
  );
  return ["worth knowing", ...lines];
}

function footer(r: CoupleReport, paths: TerminalOptions["paths"]): [string, string][] {
  return [
    ...r.files.map(({ path, what }): [string, string] => [
      what.startsWith("the joint") ? "joint" : what.startsWith("the code") ? "encoder" : "decoder",
      printable(path),
    ]),
    ...(paths?.report ? [["report", printable(paths.report)] as [string, string]] : []),
    ...(paths?.json ? [["json", printable(paths.json)] as [string, string]] : []),
    ["again", printable(r.command)],
  ];
}
