import type { CurvePoint, OverRuns } from "../../measure/information-plane/information-plane.ts";
import { axisX } from "../charts/axes.ts";
import { draw, type Kit } from "../charts/kit.ts";
import { niceTicks, unitAxis, unitLabel } from "../charts/unit-axis.ts";
import type { Markup } from "../markup.ts";
import type { WatchReport } from "./watch-report.ts";

const muted = "var(--muted)";
const colours = 10;
const shades = { first: 3, last: 8 };

/** The colour of a layer, by its place in the network. */
export function layerColour(r: Pick<WatchReport, "layers">, layer: string): string {
  return `var(--c${r.layers.indexOf(layer) % colours})`;
}

/** The shade of an epoch, by its place among those that were measured: late ones are strong. */
export function epochShade(r: Pick<WatchReport, "epochs">, epoch: number): string {
  const share = r.epochs.length > 1 ? r.epochs.indexOf(epoch) / (r.epochs.length - 1) : 1;
  return `var(--r${Math.round(shades.first + share * (shades.last - shades.first))})`;
}

/** The path of every layer through the plane: means over runs, joined in order of epochs. */
export function planeChart(kit: Kit, r: WatchReport, width: number): Markup {
  const { Plot } = kit;
  const points = r.curves.map(({ layer, epoch, aboutInput, aboutLabel }) => ({
    layer,
    epoch,
    x: aboutInput.mean,
    y: aboutLabel.mean,
  }));
  const [left, right] = reach(points.map(({ x }) => x));
  const [low, high] = reach([...points.map(({ y }) => y), r.labelEntropy]);
  const ends = r.layers.flatMap((layer) => points.filter((point) => point.layer === layer).at(-1) ?? []);
  const narrow = width < 500;
  return draw(
    kit,
    {
      width,
      height: narrow ? 340 : 460,
      marginLeft: 56,
      marginRight: 18,
      marginTop: 30,
      marginBottom: 46,
      x: { domain: [left, right] },
      y: { domain: [low, high] },
      marks: [
        ...unitAxis(kit, r.unit, { axis: "x", low: left, high: right, count: narrow ? 4 : 7, grid: false }),
        ...unitAxis(kit, r.unit, { axis: "y", low, high, count: 5 }),
        Plot.ruleY([r.labelEntropy], { stroke: muted, strokeDasharray: "4 3" }),
        Plot.text([r.labelEntropy], {
          y: [r.labelEntropy],
          frameAnchor: "left",
          dx: 4,
          dy: -8,
          text: ["H(Y)"],
          textAnchor: "start",
          fill: muted,
        }),
        unitLabel(kit, r.unit, { frameAnchor: "bottom-right", dx: 0, dy: 38 }),
        Plot.text(["I(X;T)"], { text: ["I(X;T)"], frameAnchor: "bottom", dy: 38, fill: muted }),
        Plot.text(["I(T;Y)"], {
          text: ["I(T;Y)"],
          frameAnchor: "top-left",
          textAnchor: "start",
          dx: -54,
          dy: -18,
          fill: muted,
        }),
        ...r.layers.map((layer) =>
          Plot.line(
            points.filter((point) => point.layer === layer),
            { x: "x", y: "y", stroke: layerColour(r, layer), strokeWidth: 1.25, strokeOpacity: 0.7 },
          ),
        ),
        Plot.dot(points, {
          x: "x",
          y: "y",
          r: narrow ? 3 : 3.6,
          fill: (point: (typeof points)[number]) => epochShade(r, point.epoch),
          stroke: "var(--paper)",
          strokeWidth: 0.5,
        }),
        ...placed(ends, { x: [left, right], y: [low, high] }, narrow ? 340 : 460).map(({ end, dy, anchor }) =>
          Plot.text([end], {
            x: "x",
            y: "y",
            text: "layer",
            dx: anchor === "end" ? -8 : 8,
            dy,
            textAnchor: anchor,
            fill: layerColour(r, end.layer),
            fontWeight: 600,
            stroke: "var(--paper)",
            strokeWidth: 3,
            paintOrder: "stroke",
          }),
        ),
      ],
    },
    {
      label: `The information plane: ${r.layers.length} layers over ${r.epochs.length} epochs; the tables have the numbers.`,
    },
  );
}

interface End {
  readonly layer: string;
  readonly x: number;
  readonly y: number;
}

/** Names beside the ends of paths, moved apart where they would cover each other. */
function placed(
  ends: readonly End[],
  { x: [left, right], y: [low, high] }: { x: [number, number]; y: [number, number] },
  height: number,
): { end: End; dy: number; anchor: "start" | "end" }[] {
  const line = 15;
  const taken: { x: number; y: number }[] = [];
  return [...ends]
    .sort((a, b) => b.y - a.y)
    .map((end) => {
      const x = (end.x - left) / (right - left);
      const own = (height - 76) * (1 - (end.y - low) / (high - low));
      // Below its point, where the line of H(Y) does not run through it.
      let y = own + line * 0.9;
      while (taken.some((other) => Math.abs(other.x - x) < 0.25 && Math.abs(other.y - y) < line))
        y += line / 3;
      taken.push({ x, y });
      return { end, dy: y - own, anchor: x > 0.7 ? ("end" as const) : ("start" as const) };
    });
}

/** One quantity of all layers over epochs, with bands where there are several runs. */
export function curvesChart(
  kit: Kit,
  r: WatchReport,
  pick: (point: CurvePoint) => OverRuns | undefined,
  {
    name,
    logarithmic,
    limit,
  }: { name: string; logarithmic: boolean; limit?: { value: number; name: string } },
): Markup {
  const { Plot } = kit;
  const points = r.curves.flatMap((point) => {
    const over = pick(point);
    if (!over) return [];
    const { low, high } = over.interval ?? { low: over.mean, high: over.mean };
    return [{ layer: point.layer, epoch: point.epoch, mean: over.mean, low, high }];
  });
  const [low, high] = reach([
    ...points.flatMap((point) => [point.low, point.high]),
    ...(limit ? [limit.value] : []),
  ]);
  // Epochs grow apart: on a logarithmic axis there has to be room for epoch 0.
  const place = (epoch: number) => (logarithmic ? Math.log1p(epoch) : epoch);
  const last = r.epochs[r.epochs.length - 1];
  const ticks = epochTicks(r.epochs, logarithmic);
  const of = (layer: string) => points.filter((point) => point.layer === layer);
  return draw(
    kit,
    {
      width: 420,
      height: 270,
      marginLeft: 48,
      marginRight: 14,
      marginTop: 28,
      marginBottom: 42,
      x: { domain: [place(r.epochs[0]), place(Math.max(last, r.epochs[0] + 1))] },
      y: { domain: [low, high] },
      marks: [
        ...unitAxis(kit, r.unit, { axis: "y", low, high, count: 4 }),
        unitLabel(kit, r.unit, { frameAnchor: "top-left", dx: -46, dy: -18 }),
        axisX(kit, {
          ticks: ticks.map(place),
          format: (_: number, i: number) => String(ticks[i]),
          label: "epoch",
          labelOffset: 34,
        }),
        ...(limit
          ? [
              Plot.ruleY([limit.value], { stroke: muted, strokeDasharray: "4 3" }),
              Plot.text([limit.value], {
                y: [limit.value],
                frameAnchor: "right",
                textAnchor: "end",
                dy: -8,
                text: [limit.name],
                fill: muted,
              }),
            ]
          : []),
        ...r.layers.flatMap((layer) => [
          Plot.areaY(of(layer), {
            x: (point) => place(point.epoch),
            y1: "low",
            y2: "high",
            fill: layerColour(r, layer),
            fillOpacity: 0.14,
          }),
          Plot.line(of(layer), {
            x: (point) => place(point.epoch),
            y: "mean",
            stroke: layerColour(r, layer),
            strokeWidth: 1.6,
          }),
          ...(r.epochs.length === 1
            ? [
                Plot.dot(of(layer), {
                  x: (point) => place(point.epoch),
                  y: "mean",
                  r: 4,
                  fill: layerColour(r, layer),
                }),
              ]
            : []),
        ]),
      ],
    },
    {
      label: `${name} of ${r.layers.length} layers over ${r.epochs.length} epochs; the tables have the numbers.`,
    },
  );
}

/** Whether epochs are so far apart that only a logarithmic axis shows them all. */
export function isLogarithmic({ epochs }: Pick<WatchReport, "epochs">): boolean {
  const middle = epochs[Math.floor(epochs.length / 2)];
  return epochs.length > 4 && middle < epochs[epochs.length - 1] / 4;
}

function epochTicks(epochs: readonly number[], logarithmic: boolean): number[] {
  const last = epochs[epochs.length - 1];
  if (!logarithmic) return niceTicks(epochs[0], last, 5).filter(Number.isInteger);
  const powers = [0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000];
  return powers.filter((tick) => tick >= epochs[0] && tick <= last);
}

/** The range of some numbers with a little room; never empty. */
function reach(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (finite.length === 0) return [0, 1];
  const pad = 0.06 * (high - low) || Math.max(0.05, 0.05 * Math.abs(low));
  return [low - pad, high + pad];
}
