import { axisX } from "../charts/axes.ts";
import { draw, type Kit } from "../charts/kit.ts";
import { niceTicks } from "../charts/unit-axis.ts";
import { formatNumber } from "../format.ts";
import type { Markup } from "../markup.ts";
import { displayWidth, printable, truncateMiddle } from "../text-width.ts";
import type { ChooseReport } from "./report.ts";

const muted = "var(--muted)";
const rowHeight = 24;
export const mostRows = 40;

/** The colour of a label; they repeat after ten, letters do not. */
export function colourOf(y: number): string {
  return `var(--c${y % 10})`;
}

export function letterOf(y: number): string {
  return y < 26 ? String.fromCharCode(65 + y) : String(y + 1);
}

function nameWidth(names: readonly string[], width: number): { labels: string[]; marginLeft: number } {
  const labels = names.map((name) => truncateMiddle(printable(name), Math.floor((width * 0.34) / 7.2)));
  return { labels, marginLeft: 14 + 7.2 * Math.max(4, ...labels.map(displayWidth)) };
}

/** A dot and an interval for every prompt; filled: the pick, and those that are not distinguishable from it. */
export function rankingChart(kit: Kit, r: ChooseReport, width: number): Markup {
  const { Plot } = kit;
  const kept = r.prompts.filter(({ score }) => score !== null).slice(0, mostRows);
  const { labels, marginLeft } = nameWidth(
    kept.map(({ name }) => name),
    width,
  );
  const rows = kept.map((row, i) => ({
    i,
    label: labels[i],
    value: row.score!,
    low: row.interval!.low,
    high: row.interval!.high,
    may: row.standing !== "behind",
  }));
  const low = Math.min(0, ...rows.map((row) => row.low));
  const high = Math.max(low + 1e-6, ...rows.map((row) => row.high));
  const ticks = niceTicks(low, high, width < 500 ? 3 : 6);
  return draw(
    kit,
    {
      width,
      height: rows.length * rowHeight + 44,
      marginLeft,
      marginRight: 56,
      marginTop: 8,
      marginBottom: 30,
      x: { domain: [low, high] },
      y: { type: "band", domain: rows.map(({ i }) => i), padding: 0, axis: null },
      marks: [
        Plot.gridX({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        axisX(kit, { ticks, format: String }),
        Plot.text(rows, { y: "i", text: "label", frameAnchor: "left", textAnchor: "start", dx: -marginLeft }),
        Plot.ruleY(rows, { x1: "low", x2: "high", y: "i", stroke: "var(--bar)", strokeWidth: 1.5 }),
        Plot.dot(rows, {
          x: "value",
          y: "i",
          r: 4.5,
          fill: ({ may }: (typeof rows)[number]) => (may ? "var(--bar)" : "var(--paper)"),
          stroke: "var(--bar)",
          strokeWidth: 1.5,
        }),
        Plot.text(rows, {
          y: "i",
          text: ({ value }: (typeof rows)[number]) => formatNumber(value).replace("-", "−"),
          frameAnchor: "right",
          textAnchor: "end",
          dx: 52,
        }),
      ],
      color: { type: "identity" },
    },
    { label: `Scores of ${rows.length} prompts with intervals; the table below has the same numbers.` },
  );
}

/** Who answers what: a row for each prompt, a column for each of the inputs most disputed. */
export function matrixChart(kit: Kit, r: ChooseReport, width: number, mostInputs: number): Markup {
  const { Plot } = kit;
  const shown = r.prompts.slice(0, mostRows);
  const columns = Math.min(mostInputs, r.matrix.inputs.length);
  const { labels, marginLeft } = nameWidth(
    shown.map(({ name }) => name),
    width,
  );
  const size = Math.min(22, (width - marginLeft - 4) / columns);
  const truth = r.known?.slice(0, columns);
  const height = size < 12 ? 14 : 20;
  const top = truth ? height + 8 : 4;
  const cells = shown.flatMap((_, row) =>
    r.matrix.answers[row].slice(0, columns).map((y, column) => ({ row, column, y })),
  );
  const known = (truth ?? []).flatMap((y, column) => (y < 0 ? [] : [{ column, y }]));
  const perLabel = (of: { y: number }[]) => [...new Set(of.map(({ y }) => y))];
  const letters = size >= 12;
  type Cell = { row?: number; column: number; y: number };
  const rect = (data: Cell[], y: number, at: (cell: Cell) => [number, number]) =>
    Plot.rect(
      data.filter((cell) => cell.y === y),
      {
        x1: ({ column }: Cell) => column * size,
        x2: ({ column }: Cell) => (column + 1) * size,
        y1: (cell: Cell) => at(cell)[0],
        y2: (cell: Cell) => at(cell)[1],
        fill: colourOf(y),
        fillOpacity: 0.85,
        inset: size < 8 ? 0.25 : 0.75,
      },
    );
  const rowAt = ({ row = 0 }: Cell): [number, number] => [top + row * height, top + (row + 1) * height];
  const truthAt = (): [number, number] => [0, height];
  const letter = (data: Cell[], at: (cell: Cell) => [number, number]) =>
    letters
      ? Plot.text(data, {
          x: ({ column }: Cell) => (column + 0.5) * size,
          y: (cell: Cell) => (at(cell)[0] + at(cell)[1]) / 2,
          text: ({ y }: Cell) => letterOf(y),
          fill: "var(--paper)",
        })
      : null;
  const total = top + shown.length * height;
  return draw(
    kit,
    {
      width: marginLeft + columns * size + 4,
      height: total + 4,
      marginLeft,
      marginRight: 4,
      marginTop: 2,
      marginBottom: 2,
      x: { domain: [0, columns * size], axis: null },
      y: { domain: [total, 0], axis: null },
      marks: [
        ...perLabel(cells).map((y) => rect(cells, y, rowAt)),
        ...perLabel(known).map((y) => rect(known, y, truthAt)),
        letter(cells, rowAt),
        letter(known, truthAt),
        Plot.text(labels, {
          x: 0,
          y: (_: string, i: number) => top + (i + 0.5) * height,
          text: (label: string) => label,
          textAnchor: "start",
          dx: -marginLeft,
        }),
        ...(truth
          ? [
              Plot.text(["label"], {
                x: 0,
                y: height / 2,
                text: (text: string) => text,
                textAnchor: "start",
                dx: -marginLeft,
                fill: muted,
              }),
            ]
          : []),
      ],
    },
    {
      label: `Answers of ${shown.length} prompts to ${columns} inputs as coloured cells; the table below lists the most disputed inputs.`,
    },
  );
}

/** How often each prompt answers each label, as a bar cut into labels: before calibration, and thinner after. */
export function sharesChart(kit: Kit, r: ChooseReport, width: number): Markup {
  const { Plot } = kit;
  const shown = r.prompts.slice(0, mostRows);
  const { labels, marginLeft } = nameWidth(
    shown.map(({ name }) => name),
    width,
  );
  const height = r.calibration ? 30 : 22;
  const pieces = shown.flatMap(({ byLabel }, row) => {
    const cut = (shares: readonly number[], y1: number, y2: number) => {
      let from = 0;
      return shares.map((share, y) => {
        const x1 = from;
        from += share;
        return { y, x1, x2: from, y1: row * height + y1, y2: row * height + y2 };
      });
    };
    return r.calibration
      ? [...cut(byLabel.answered, 4, 17), ...cut(byLabel.calibrated, 18, 25)]
      : cut(byLabel.answered, 4, 18);
  });
  type Piece = (typeof pieces)[number];
  const large = pieces.filter(
    ({ x1, x2, y1, y2 }) => y2 - y1 > 10 && (x2 - x1) * (width - marginLeft - 24) > 14,
  );
  return draw(
    kit,
    {
      width,
      height: shown.length * height + 30,
      marginLeft,
      marginRight: 24,
      marginTop: 2,
      marginBottom: 26,
      x: { domain: [0, 1] },
      y: { domain: [shown.length * height, 0], axis: null },
      marks: [
        axisX(kit, { ticks: [0, 0.25, 0.5, 0.75, 1], format: (share: number) => `${100 * share} %` }),
        ...r.labels.map((_, y) =>
          Plot.rect(
            pieces.filter((piece) => piece.y === y && piece.x2 > piece.x1),
            { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: colourOf(y), fillOpacity: 0.85, insetRight: 0.5 },
          ),
        ),
        Plot.text(large, {
          x: ({ x1, x2 }: Piece) => (x1 + x2) / 2,
          y: ({ y1, y2 }: Piece) => (y1 + y2) / 2,
          text: ({ y }: Piece) => letterOf(y),
          fill: "var(--paper)",
        }),
        Plot.text(labels, {
          x: 0,
          y: (_: string, i: number) => i * height + height / 2,
          text: (label: string) => label,
          textAnchor: "start",
          dx: -marginLeft,
        }),
      ],
    },
    {
      label: `Shares of ${r.labels.length} labels among the answers of ${shown.length} prompts; the table below has the numbers.`,
    },
  );
}
