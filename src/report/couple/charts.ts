import { axisX, axisY } from "../charts/axes.ts";
import { draw, type Kit, rampStep, rampSteps } from "../charts/kit.ts";
import { niceTicks } from "../charts/unit-axis.ts";
import { shortNumber, tickText } from "../learn/numbers.ts";
import type { Markup } from "../markup.ts";
import { displayWidth, printable, truncateMiddle } from "../text-width.ts";
import type { CoupleReport } from "./report.ts";
import { mostShared, probability } from "./words.ts";

const accent = "var(--bar)";

/** H(X) and H(Y) as two bars that overlap by what is shared. */
export function entropyBars(kit: Kit, r: CoupleReport, width: number): Markup {
  const { Plot } = kit;
  const [shared, end] = [r.mutualInformation, r.entropy];
  const start = r.entropyX - shared;
  const ticks = niceTicks(0, end, width < 500 ? 4 : 8);
  const bars = [
    { row: 0, from: 0, to: start, fill: "var(--r3)" },
    { row: 0, from: start, to: r.entropyX, fill: accent },
    { row: 1, from: start, to: r.entropyX, fill: accent },
    { row: 1, from: r.entropyX, to: end, fill: "var(--r3)" },
  ].filter(({ from, to }) => to > from + 1e-9);
  return draw(
    kit,
    {
      width,
      height: 132,
      marginLeft: 24,
      marginRight: 14,
      marginTop: 8,
      marginBottom: 40,
      x: { domain: [0, Math.max(end, 1e-9)] },
      y: { domain: [2, 0], axis: null },
      marks: [
        Plot.gridX({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        axisX(kit, { ticks, label: r.unit, labelOffset: 34 }),
        ...bars.map(({ row, from, to, fill }) =>
          Plot.rect([0], { x1: from, x2: to, y1: row + 0.12, y2: row + 0.88, fill }),
        ),
        Plot.text(["X", "Y"], {
          x: 0,
          y: (_, i: number) => i + 0.5,
          text: (name: string) => name,
          dx: -12,
          fill: "var(--ink)",
        }),
      ],
    },
    {
      label: `H(X) ${shortNumber(r.entropyX)} and H(Y) ${shortNumber(r.entropyY)} ${r.unit} as bars that share ${shortNumber(shared)}; the table has the numbers.`,
    },
  );
}

/** Outcomes shown on each side of the heat map. */
export const mostShown = 24;

/** Cells of the likeliest outcomes of both sides, darker the likelier. */
export function heatMap(kit: Kit, r: CoupleReport): Markup {
  const { Plot } = kit;
  const [rows, cols] = [r.x, r.y].map(({ top }) => top.slice(0, mostShown).map(({ name }) => name));
  const placeX = new Map(rows.map((name, i) => [name, i]));
  const placeY = new Map(cols.map((name, j) => [name, j]));
  const largest = r.cells[0]?.p ?? 1;
  const shown = r.cells.flatMap(({ x, y, p }) => {
    const [row, column] = [placeX.get(x), placeY.get(y)];
    // The square root keeps small cells apart from none.
    return row === undefined || column === undefined
      ? []
      : [{ row, column, p, step: rampStep(Math.sqrt(p / largest)) }];
  });
  const size =
    Math.max(rows.length, cols.length) <= 8 ? 48 : Math.max(rows.length, cols.length) <= 14 ? 30 : 20;
  const label = (name: string) => truncateMiddle(printable(name), 18);
  const longest = (names: readonly string[]) =>
    Math.max(...names.map((name) => displayWidth(label(name)))) * 7.2;
  const [marginLeft, marginTop] = [longest(rows) + 14, Math.min(150, longest(cols) * 0.75 + 24)];
  const cell = {
    x1: "column",
    x2: ({ column }: { column: number }) => column + 1,
    y1: "row",
    y2: ({ row }: { row: number }) => row + 1,
    inset: 1,
    rx: 2,
  } as const;
  const all = rows.flatMap((_, row) => cols.map((__, column) => ({ row, column })));
  const texts = (dark: boolean) =>
    Plot.text(size === 48 ? shown.filter(({ step }) => step > rampSteps / 2 === dark) : [], {
      x: ({ column }) => column + 0.5,
      y: ({ row }) => row + 0.5,
      text: ({ p }) => probability(p),
      fill: dark ? "var(--paper)" : "var(--ink)",
    });
  return draw(
    kit,
    {
      width: marginLeft + cols.length * size + longest(cols) * 0.7 + 8,
      height: marginTop + rows.length * size + 4,
      marginLeft,
      marginTop,
      marginRight: longest(cols) * 0.7 + 8,
      marginBottom: 4,
      x: { domain: [0, cols.length], axis: null },
      y: { domain: [rows.length, 0], axis: null },
      marks: [
        Plot.rect(all, { ...cell, fill: "var(--r0)" }),
        ...Array.from({ length: rampSteps }, (_, i) => i + 1).map((step) =>
          Plot.rect(
            shown.filter((one) => one.step === step),
            { ...cell, fill: `var(--r${step})` },
          ),
        ),
        texts(false),
        texts(true),
        Plot.text(rows, {
          x: 0,
          y: (_, i: number) => i + 0.5,
          text: label,
          textAnchor: "end",
          dx: -8,
          fill: "var(--ink)",
        }),
        Plot.text(cols, {
          x: (_, j: number) => j + 0.5,
          y: 0,
          text: label,
          textAnchor: "start",
          rotate: -45,
          dx: 3,
          dy: -8,
          fill: "var(--ink)",
        }),
      ],
    },
    {
      label: `The likeliest ${rows.length} outcomes of X by the likeliest ${cols.length} of Y; the table lists the likeliest pairs.`,
    },
  );
}

/** What arrives by rate, below what could. */
export function rateChart(kit: Kit, r: CoupleReport, width: number): Markup {
  const { Plot } = kit;
  const { curve, code } = r;
  const right = curve[curve.length - 1].rate;
  const top = Math.max(...curve.map(({ upperBound }) => upperBound)) * 1.04;
  const ticks = { x: niceTicks(0, right, width < 500 ? 4 : 7), y: niceTicks(0, top, 5) };
  const line = (values: { x: number; y: number }[], stroke: string, strokeDasharray?: string) =>
    Plot.line(values, { x: "x", y: "y", stroke, strokeWidth: 1.75, strokeDasharray });
  const most = mostSharedAtAll(r);
  const bound = [
    { x: 0, y: 0 },
    { x: Math.min(most, right), y: Math.min(most, right) },
    { x: right, y: Math.min(most, right) },
  ];
  return draw(
    kit,
    {
      width,
      height: 280,
      marginLeft: 14 + 7.2 * Math.max(...ticks.y.map((tick) => tickText(tick).length)),
      marginRight: 14,
      marginTop: 26,
      marginBottom: 42,
      x: { domain: [0, right] },
      y: { domain: [0, top] },
      marks: [
        Plot.gridY({ ticks: ticks.y, stroke: "var(--line)", strokeOpacity: 1 }),
        axisY(kit, { ticks: ticks.y, label: `arrives, ${r.unit}` }),
        axisX(kit, { ticks: ticks.x, label: `rate, ${r.unit}` }),
        line(bound, "var(--ink)", "4 3"),
        line(
          curve.map(({ rate, information }) => ({ x: rate, y: information })),
          accent,
        ),
        ...(code
          ? [
              Plot.dot([{ x: Math.min(code.rateLimit, right), y: r.mutualInformation }], {
                x: "x",
                y: "y",
                r: 5,
                fill: accent,
                stroke: "var(--paper)",
                strokeWidth: 1.5,
              }),
            ]
          : []),
      ],
    },
    {
      label: `Information that arrives by rate, from 0 to ${shortNumber(right)} ${r.unit}; the table has the numbers.`,
    },
  );
}

/** Without a limit. */
function mostSharedAtAll(r: CoupleReport): number {
  return r.code ? r.entropyX + r.entropyY - r.lowerBound : mostShared(r);
}
