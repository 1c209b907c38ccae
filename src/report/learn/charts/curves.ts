import type { Curve, InformationCurves, TrainingCurves } from "../../../learn/report-data.ts";
import { axisX, axisY } from "../../charts/axes.ts";
import { draw, type Kit } from "../../charts/kit.ts";
import { niceTicks } from "../../charts/unit-axis.ts";
import type { Markup } from "../../markup.ts";
import { tickText } from "../numbers.ts";

const accent = "var(--bar)";
const ink = "var(--ink)";
const muted = "var(--muted)";
const mostPoints = 300;

/** A number by epoch; the epoch that was kept is marked. */
export function curveChart(
  kit: Kit,
  { epochs, kept }: TrainingCurves,
  { name, values, validation }: Curve,
  { width, height }: { width: number; height: number },
): Markup {
  const { Plot } = kit;
  const shown = thinned(epochs.length, epochs.indexOf(kept));
  const points = (numbers: readonly number[]) => shown.map((i) => ({ epoch: epochs[i], value: numbers[i] }));
  const [low, high] = reach([...values, ...(validation ?? [])]);
  const last = epochs[epochs.length - 1];
  const ticks = niceTicks(low, high, 5);
  const at = epochs.indexOf(kept);
  return draw(
    kit,
    {
      width,
      height,
      marginLeft: 14 + 7.2 * Math.max(...ticks.map((tick) => tickText(tick).length)),
      marginRight: 12,
      marginTop: 12,
      marginBottom: 38,
      x: { domain: [epochs[0], Math.max(last, epochs[0] + 1)] },
      y: { domain: [low, high] },
      marks: [
        Plot.gridY({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        axisY(kit, { ticks }),
        axisX(kit, { ticks: wholeTicks(epochs[0], last), label: "epoch", labelOffset: 32 }),
        Plot.line(points(values), { x: "epoch", y: "value", stroke: accent, strokeWidth: 1.75 }),
        ...(validation
          ? [
              Plot.line(points(validation), {
                x: "epoch",
                y: "value",
                stroke: ink,
                strokeWidth: 1.25,
                strokeDasharray: "4 3",
              }),
            ]
          : []),
        Plot.dot([{ epoch: kept, value: (validation ?? values)[at] }], {
          x: "epoch",
          y: "value",
          r: 4.5,
          fill: validation ? ink : accent,
          stroke: "var(--paper)",
          strokeWidth: 1.5,
        }),
      ],
    },
    { label: `${name} over ${epochs.length} epochs; the tables have the numbers.` },
  );
}

/** What is told against what is lost, one point after another. */
export function planeChart(
  kit: Kit,
  { rate, distortion }: InformationCurves,
  { epochs, kept }: TrainingCurves,
): Markup {
  const { Plot } = kit;
  const at = Math.max(0, epochs.indexOf(kept));
  const points = thinned(rate.length, at).map((i) => ({ x: rate[i], y: distortion[i] }));
  const [left, right] = reach(rate);
  const [low, high] = reach(distortion);
  const ticks = { x: niceTicks(left, right, 4), y: niceTicks(low, high, 5) };
  const mark = (i: number, filled: boolean) =>
    Plot.dot([{ x: rate[i], y: distortion[i] }], {
      x: "x",
      y: "y",
      r: 4.5,
      fill: filled ? accent : "var(--paper)",
      stroke: filled ? "var(--paper)" : accent,
      strokeWidth: 1.5,
    });
  return draw(
    kit,
    {
      width: 420,
      height: 300,
      marginLeft: 14 + 7.2 * Math.max(...ticks.y.map((tick) => tickText(tick).length)),
      marginRight: 16,
      marginTop: 30,
      marginBottom: 42,
      x: { domain: [left, right] },
      y: { domain: [low, high] },
      marks: [
        Plot.gridY({ ticks: ticks.y, stroke: "var(--line)", strokeOpacity: 1 }),
        axisY(kit, { ticks: ticks.y, label: "lost, nats" }),
        axisX(kit, { ticks: ticks.x, label: "told, nats" }),
        Plot.line(points, { x: "x", y: "y", stroke: accent, strokeWidth: 1.5, curve: "linear" }),
        ...(rate.length > 1 ? [mark(0, false)] : []),
        mark(at, true),
      ],
    },
    { label: `Rate and distortion over ${rate.length} epochs; the table beside it has the numbers.` },
  );
}

/** Bars from the first rank to the last. */
export function rankedBars(
  kit: Kit,
  values: readonly (number | null)[],
  { what, axis, height = 220 }: { what: string; axis: string; height?: number },
): Markup {
  const { Plot } = kit;
  const bars = values.map((value, i) => ({ from: i + 0.5, to: i + 1.5, value: value ?? 0 }));
  const low = Math.min(0, ...bars.map(({ value }) => value));
  const high = Math.max(...bars.map(({ value }) => value), low + 1e-9);
  const ticks = niceTicks(low, high, 5);
  const inset = bars.length > 120 ? 0 : 0.5;
  return draw(
    kit,
    {
      width: 420,
      height,
      marginLeft: 14 + 7.2 * Math.max(...ticks.map((tick) => tickText(tick).length)),
      marginRight: 12,
      marginTop: 14,
      marginBottom: 40,
      x: { domain: [0.5, bars.length + 0.5] },
      y: { domain: [low, high] },
      marks: [
        Plot.gridY({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        axisY(kit, { ticks }),
        Plot.rect(bars, {
          x1: "from",
          x2: "to",
          y1: () => 0,
          y2: "value",
          fill: accent,
          insetLeft: inset,
          insetRight: inset,
        }),
        Plot.ruleY([0], { stroke: muted }),
        axisX(kit, { ticks: wholeTicks(1, bars.length), label: axis, labelOffset: 34 }),
      ],
    },
    { label: `${what}, ${bars.length} bars; the table beside it has the numbers.` },
  );
}

/** Indices of at most 300 of n points: evenly spaced ones, the last, and one that must be there. */
function thinned(n: number, always: number): number[] {
  const step = Math.max(1, Math.ceil(n / mostPoints));
  const all = Array.from({ length: n }, (_, i) => i);
  return all.filter((i) => i % step === 0 || i === n - 1 || i === always);
}

/** The range of some numbers with a little room; never empty. */
function reach(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const pad = 0.05 * (high - low) || Math.max(0.01, 0.01 * Math.abs(low));
  return [low - pad, high + pad];
}

function wholeTicks(low: number, high: number): number[] {
  return niceTicks(low, high, 5).filter(Number.isInteger);
}
