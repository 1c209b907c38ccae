import { axisX, axisY } from "../charts/axes.ts";
import { draw, type Kit } from "../charts/kit.ts";
import { niceTicks } from "../charts/unit-axis.ts";
import { tickText } from "../learn/numbers.ts";
import type { Markup } from "../markup.ts";

const muted = "var(--muted)";
const accent = "var(--bar)";

interface Line {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly style: "main" | "other" | "aim";
}

interface LineChart {
  readonly lines: readonly Line[];
  readonly low?: number;
  readonly high?: number;
  readonly axis: string;
  readonly tick?: (value: number) => string;
  readonly label: string;
}

/** Something by number of questions asked. */
export function lineChart(
  kit: Kit,
  { lines, low = 0, high: top, axis, tick = tickText, label }: LineChart,
): Markup {
  const { Plot } = kit;
  const all = lines.flatMap(({ points }) => points);
  const right = Math.max(1, ...all.map(({ x }) => x));
  const high = top ?? Math.max(1e-9, ...all.map(({ y }) => y)) * 1.05;
  const ticks = { x: wholeTicks(right), y: niceTicks(low, high, 5) };
  const styles = {
    main: { stroke: accent, strokeWidth: 1.75 },
    other: { stroke: "var(--ink)", strokeWidth: 1.25, strokeDasharray: "4 3" },
    aim: { stroke: muted, strokeWidth: 1 },
  };
  return draw(
    kit,
    {
      width: 420,
      height: 240,
      marginLeft: 14 + 7.2 * Math.max(...ticks.y.map((value) => tick(value).length)),
      marginRight: 14,
      marginTop: 28,
      marginBottom: 42,
      x: { domain: [0, right] },
      y: { domain: [low, high] },
      marks: [
        Plot.gridY({ ticks: ticks.y, stroke: "var(--line)", strokeOpacity: 1 }),
        axisY(kit, { ticks: ticks.y, format: tick, label: axis }),
        questionsAxis(kit, ticks.x),
        ...lines.map(({ points, style }) => Plot.line(points, { x: "x", y: "y", ...styles[style] })),
        ...lines
          .filter(({ style, points }) => style === "main" && points.length <= 25)
          .map(({ points }) =>
            Plot.dot(points, {
              x: "x",
              y: "y",
              r: 3.5,
              fill: accent,
              stroke: "var(--paper)",
              strokeWidth: 1,
            }),
          ),
      ],
    },
    { label },
  );
}

/** How many games ended after so many questions. */
export function countBars(kit: Kit, counts: readonly number[]): Markup {
  const { Plot } = kit;
  const first = Math.max(0, counts.findIndex((count) => count > 0) - 1);
  const bars = counts.map((count, k) => ({ k, count })).filter(({ count }) => count > 0);
  const high = Math.max(...counts) * 1.05;
  const ticks = niceTicks(0, high, 5).filter(Number.isInteger);
  return draw(
    kit,
    {
      width: 420,
      height: 240,
      marginLeft: 14 + 7.2 * Math.max(...ticks.map((tick) => tickText(tick).length)),
      marginRight: 14,
      marginTop: 28,
      marginBottom: 42,
      x: { domain: [first - 0.5, counts.length - 0.5] },
      y: { domain: [0, high] },
      marks: [
        Plot.gridY({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        axisY(kit, { ticks, label: "games" }),
        Plot.rect(bars, {
          x1: ({ k }) => k - 0.5,
          x2: ({ k }) => k + 0.5,
          y1: () => 0,
          y2: "count",
          fill: accent,
          insetLeft: 1,
          insetRight: 1,
        }),
        questionsAxis(
          kit,
          wholeTicks(counts.length - 1).filter((k) => k >= first),
        ),
      ],
    },
    { label: `Games by number of questions, ${first} to ${counts.length - 1}; the table has the numbers.` },
  );
}

function questionsAxis(kit: Kit, ticks: readonly number[]) {
  return axisX(kit, { ticks, label: "questions asked" });
}

function wholeTicks(right: number): number[] {
  return right <= 12
    ? Array.from({ length: right + 1 }, (_, k) => k)
    : niceTicks(0, right, 6).filter(Number.isInteger);
}
