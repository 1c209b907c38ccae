import type { JudgedCurve, SelectionMap } from "../../decide/submodular/report-data.ts";
import { axisX, axisY } from "../charts/axes.ts";
import { draw, type Kit } from "../charts/kit.ts";
import { niceTicks } from "../charts/unit-axis.ts";
import { formatShare } from "../format.ts";
import { tickText } from "../learn/numbers.ts";
import type { Markup } from "../markup.ts";

const accent = "var(--bar)";
const muted = "var(--muted)";
const mostPoints = 300;

interface Size {
  width: number;
  height: number;
}

/** The value by rows chosen, beside random rows with the interval that holds most of them. */
export function coverageChart(kit: Kit, { sizes, chosen, random }: JudgedCurve, size: Size): Markup {
  const { Plot } = kit;
  const points = sizes.map((rows, i) => ({
    rows,
    chosen: chosen[i],
    mean: random.mean[i],
    low: random.low[i],
    high: random.high[i],
  }));
  const all = points.flatMap((p) => [p.chosen, p.low, p.high]);
  const low = Math.min(0, ...all);
  const end = points[points.length - 1];
  const scales: Scales = {
    x: [0, Math.max(1, end.rows)],
    y: [low, Math.max(...all, low + 1e-9)],
    axis: "rows chosen",
  };
  return draw(
    kit,
    {
      ...frame(size, scales),
      marks: [
        ...axes(kit, scales),
        Plot.areaY(points, { x: "rows", y1: "low", y2: "high", fill: "var(--marginal)", fillOpacity: 0.35 }),
        Plot.line(points, { x: "rows", y: "mean", stroke: muted, strokeWidth: 1.5, strokeDasharray: "4 3" }),
        Plot.line(points, { x: "rows", y: "chosen", stroke: accent, strokeWidth: 2 }),
        Plot.dot([end], {
          x: "rows",
          y: "chosen",
          r: 4.5,
          fill: accent,
          stroke: "var(--paper)",
          strokeWidth: 1.5,
        }),
      ],
    },
    { label: `Value by rows chosen, against random rows; the table beside it has the numbers.` },
  );
}

/** Gains fall fast: on a logarithmic scale where all are above 0 and far apart. */
const farApart = 30;

/** What each chosen row added. */
export function gainChart(kit: Kit, gains: readonly number[], size: Size): Markup {
  const { Plot } = kit;
  const step = Math.max(1, Math.ceil(gains.length / mostPoints));
  const points = gains
    .map((gain, i) => ({ rank: i + 1, gain }))
    .filter((_, i) => i % step === 0 || i === gains.length - 1);
  const least = gains.reduce((a, b) => Math.min(a, b));
  const most = gains.reduce((a, b) => Math.max(a, b));
  const isLogarithmic = least > 0 && most / least > farApart;
  const low = isLogarithmic ? 10 ** Math.floor(Math.log10(least)) : Math.min(0, least);
  const high = isLogarithmic ? most : Math.max(most, low + 1e-9);
  const scales: Scales = { x: [0, Math.max(1, gains.length)], y: [low, high], axis: "rank", isLogarithmic };
  return draw(
    kit,
    {
      ...frame(size, scales),
      marks: [
        ...axes(kit, scales),
        Plot.areaY(points, { x: "rank", y1: () => low, y2: "gain", fill: accent, fillOpacity: 0.2 }),
        Plot.line(points, { x: "rank", y: "gain", stroke: accent, strokeWidth: 1.75 }),
      ],
    },
    { label: `Gain of each of ${gains.length} chosen rows, by rank.` },
  );
}

interface Scales {
  x: readonly [number, number];
  y: readonly [number, number];
  axis: string;
  isLogarithmic?: boolean;
}

function yTicks({ y: [low, high], isLogarithmic }: Scales): number[] {
  if (!isLogarithmic) return niceTicks(low, high, 5);
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number((10 ** (first + i)).toPrecision(3)));
}

function frame({ width, height }: Size, scales: Scales) {
  const ticks = yTicks(scales);
  return {
    width,
    height,
    marginLeft: 14 + 7.2 * Math.max(...ticks.map((tick) => tickText(tick).length)),
    marginRight: 12,
    marginTop: 12,
    marginBottom: 40,
    x: { domain: [...scales.x] },
    y: { domain: [...scales.y], type: scales.isLogarithmic ? ("log" as const) : ("linear" as const) },
  };
}

function axes(kit: Kit, scales: Scales) {
  const { x, axis } = scales;
  const ticks = yTicks(scales);
  return [
    kit.Plot.gridY({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
    axisY(kit, { ticks }),
    axisX(kit, { ticks: niceTicks(x[0], x[1], 5).filter(Number.isInteger), label: axis, labelOffset: 34 }),
  ];
}

export const kindColours = {
  left: "var(--marginal)",
  chosen: "var(--c1)",
  query: "var(--c0)",
  avoided: "var(--c3)",
} as const;

/** Rows left and chosen in the plane; examples where there are any. */
export function selectionChart(kit: Kit, map: SelectionMap): Markup {
  const { Plot } = kit;
  const width = 640;
  const of = (kind: SelectionMap["kind"][number]) =>
    map.x.flatMap((x, i) => (map.kind[i] === kind ? [{ x, y: map.y[i] }] : []));
  const [left, right] = reach(map.x);
  const [low, high] = reach(map.y);
  const tall = ((high - low) / (right - left)) * width;
  const dots = (kind: SelectionMap["kind"][number], r: number, more: object) => {
    const points = of(kind);
    return points.length === 0
      ? []
      : [Plot.dot(points, { x: "x", y: "y", r, fill: kindColours[kind], ...more })];
  };
  const ring = { stroke: "var(--paper)", strokeWidth: 0.8 };
  return draw(
    kit,
    {
      width,
      height: Math.round(Math.min(width, Math.max(0.5 * width, tall))) + 34,
      marginLeft: 30,
      marginRight: 16,
      marginTop: 16,
      marginBottom: 34,
      x: { domain: [left, right] },
      y: { domain: [low, high] },
      marks: [
        Plot.frame({ stroke: "var(--line)" }),
        ...dots("left", 2, { fillOpacity: 0.7 }),
        ...dots("chosen", 3.4, ring),
        ...dots("avoided", 4.4, {
          ...ring,
          symbol: "times",
          fill: undefined,
          stroke: kindColours.avoided,
          strokeWidth: 2,
        }),
        ...dots("query", 4.8, { ...ring, symbol: "diamond" }),
        Plot.axisX({
          ticks: [],
          label: `first component, ${formatShare(map.explained[0])} of the variance`,
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 26,
          fill: muted,
        }),
        Plot.axisY({
          ticks: [],
          label: `second component, ${formatShare(map.explained[1])}`,
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 20,
          fill: muted,
        }),
      ],
    },
    { label: `Map of ${map.x.length} rows: those chosen among those left; the table beside it counts them.` },
  );
}

function reach(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const pad = 0.04 * (high - low) || 1;
  return [low - pad, high + pad];
}
