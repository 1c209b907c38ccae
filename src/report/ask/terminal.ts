import { createColors } from "picocolors";
import { formatNumber, formatShare, listWords, plural } from "../format.ts";
import { noteLines } from "../terminal/notes.ts";
import type { TerminalOptions } from "../terminal.ts";
import { displayWidth, padEnd, padStart, printable, truncateMiddle, wrap } from "../text-width.ts";
import type { AskGame, AskReport, AskSimulation } from "./report.ts";
import { sourceName, verdict } from "./words.ts";

const barWidth = 24;
const mostHardest = 5;
const lengthsShown = 6;

/**
 * What `surprisal ask` found as text for a terminal: the answer, the dialogue or how many questions it takes, then notes,
 * files and the command that repeats it.
 *
 * @param options.width columns of the terminal; between 60 and 160 are used
 * @returns lines ending in a line break
 */
export function renderAskTerminal(r: AskReport, options: TerminalOptions): string {
  const width = Math.min(160, Math.max(60, Math.floor(options.width)));
  const paint = createColors(options.color);
  const { simulation } = r;
  const blocks = [
    [paint.bold(header(r, width))],
    r.stopped ? [paint.yellow("! stopped early")] : [],
    wrap(printable(verdict(r)), width),
    ...(simulation
      ? [
          titled(questionBars(simulation), paint.bold),
          titled(hardest(r, width), paint.bold),
          titled(coverage(r, simulation), paint.bold),
        ]
      : r.games.map((game) => dialogue(game, width))),
    titled(noteLines([...r.notes], width), paint.bold),
    footer(r, options.paths).map(([label, text]) => `${paint.dim(label.padEnd(10))}  ${text}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n")}\n`;
}

function titled(lines: string[], bold: (text: string) => string): string[] {
  return lines.map((line, i) => (i === 0 ? bold(line) : line));
}

function header(r: AskReport, width: number): string {
  const { entities, questions, model } = r.source;
  const asked = questions === undefined ? `questions by ${model}` : plural(questions, "question");
  return truncateMiddle(
    printable(`${sourceName(r)}: ${plural(entities, "entity", "entities")}, ${asked}`),
    width,
  );
}

function dialogue({ turns, startBits }: AskGame, width: number): string[] {
  if (turns.length === 0) return [];
  const room = width - 34;
  const rows = turns.map(({ query, answer, bits }, i) => ({
    query: truncateMiddle(printable(query), room),
    answer: truncateMiddle(printable(answer), 12),
    told: `${formatNumber(i === 0 ? startBits : turns[i - 1].bits, 1)} → ${formatNumber(bits, 1)} bits`,
  }));
  const widths = (["query", "answer", "told"] as const).map((key) =>
    Math.max(...rows.map((row) => displayWidth(row[key]))),
  );
  return rows.map(
    ({ query, answer, told }, i) =>
      `  ${String(i + 1).padStart(2)}  ${padEnd(query, widths[0])}  ${padEnd(answer, widths[1])}  ${padStart(told, widths[2])}`,
  );
}

function questionBars({ counts }: AskSimulation): string[] {
  const most = Math.max(...counts);
  const lines = counts.flatMap((count, k) =>
    count === 0
      ? []
      : [
          `  ${String(k).padStart(2)}  ${padEnd("▇".repeat(Math.max(1, Math.round((barWidth * count) / most))), barWidth)}  ${count}`,
        ],
  );
  return ["games by number of questions", ...lines];
}

function hardest({ games, source }: AskReport, width: number): string[] {
  const wrong = games.filter(({ correct }) => correct === false);
  if (wrong.length === 0) return [];
  const shown = wrong.slice(0, mostHardest).map(({ label, guess }) => `${label} (taken for ${guess})`);
  const more = wrong.length > shown.length ? [`${wrong.length - shown.length} more`] : [];
  const text = printable(listWords([...shown, ...more]));
  return [
    `${plural(wrong.length, "entity", "entities")} of ${source.entities} not named right`,
    ...wrap(text, width - 2).map((line) => `  ${line}`),
  ];
}

function coverage({ alpha, error }: AskReport, { coverage, coverageCases }: AskSimulation): string[] {
  if (coverage.length === 0) return [];
  const step = Math.max(1, Math.ceil((coverage.length - 1) / (lengthsShown - 1)));
  const shown = coverage.filter((_, k) => k % step === 0 || k === coverage.length - 1);
  const row = (name: string, values: readonly string[]) =>
    `  ${padEnd(name, 22)}${values.map((value) => padStart(value, 8)).join("")}`;
  return [
    `sets that hold the answer, of ${coverageCases} games with ${formatShare(error)} wrong answers (aim ${formatShare(1 - alpha)})`,
    row(
      "questions asked",
      shown.map(({ asked }) => String(asked)),
    ),
    row(
      "in random order",
      shown.map(({ random }) => formatShare(random)),
    ),
    row(
      "as chosen here",
      shown.map(({ own }) => formatShare(own)),
    ),
    row(
      "entities in the set",
      shown.map(({ ownSize }) => ownSize.toFixed(1)),
    ),
  ];
}

function footer(r: AskReport, paths: TerminalOptions["paths"]): [string, string][] {
  return [
    ...(r.transcript ? [["transcript", printable(r.transcript)] as [string, string]] : []),
    ...(paths?.report ? [["report", printable(paths.report)] as [string, string]] : []),
    ...(paths?.json ? [["json", printable(paths.json)] as [string, string]] : []),
    ["again", printable(r.command)],
  ];
}
