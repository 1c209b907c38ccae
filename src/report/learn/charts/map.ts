import type { Markish } from "@observablehq/plot";
import type { EmbeddingMap } from "../../../learn/report-data.ts";
import { draw, type Kit, rampSteps } from "../../charts/kit.ts";
import { formatShare } from "../../format.ts";
import type { Markup } from "../../markup.ts";
import { printable, truncateMiddle } from "../../text-width.ts";

const width = 640;
const margin = 16;
const radius = 2.6;
/** Of the page's palette of categories; further levels are grey. */
export const categoryColours = 10;
const first = 2;

interface Point {
  x: number;
  y: number;
}

/** Points in the plane: coloured and named by category, or shaded from few to much. */
export function mapChart(kit: Kit, map: EmbeddingMap): Markup {
  const { Plot } = kit;
  const points = map.x.map((x, i): Point => ({ x, y: map.y[i] }));
  const [left, right] = reach(map.x);
  const [low, high] = reach(map.y);
  // The same scale on both axes, unless the drawing would be a strip.
  const tall = ((high - low) / (right - left)) * width;
  return draw(
    kit,
    {
      width,
      height: Math.round(Math.min(width, Math.max(0.5 * width, tall))) + 34,
      marginLeft: 30,
      marginRight: margin,
      marginTop: margin,
      marginBottom: 34,
      x: { domain: [left, right] },
      y: { domain: [low, high] },
      marks: [
        Plot.frame({ stroke: "var(--line)" }),
        ...coloured(kit, map, points),
        Plot.axisX({
          ticks: [],
          label: `first component, ${formatShare(map.explained[0])} of the variance`,
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 26,
          fill: "var(--muted)",
        }),
        Plot.axisY({
          ticks: [],
          label: `second component, ${formatShare(map.explained[1])}`,
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 20,
          fill: "var(--muted)",
        }),
      ],
    },
    { label: `Map of ${points.length} points; the table beside it says what is where.` },
  );
}

function coloured({ Plot }: Kit, { colour, labels = [] }: EmbeddingMap, points: readonly Point[]): Markish[] {
  const dots = (some: readonly Point[], fill: string) =>
    some.length === 0 ? [] : [Plot.dot(some, { x: "x", y: "y", r: radius, fill, fillOpacity: 0.8 })];
  const written = (places: readonly (Point & { text: string })[], strong: boolean) =>
    Plot.text(places, {
      x: "x",
      y: "y",
      text: "text",
      fill: "var(--ink)",
      stroke: "var(--paper)",
      strokeWidth: 4,
      strokeLinejoin: "round",
      paintOrder: "stroke",
      ...(strong ? { className: "strong" } : { dy: -9 }),
    });
  const names = labels.map(({ point, text }) => ({ ...points[point], text: short(text) }));
  const named = names.length > 0 ? [written(names, false)] : [];
  if (!colour) return [...dots(points, "var(--bar)"), ...named];
  if (colour.kind === "categories") {
    const { codes, levels } = colour;
    const some = (level: number) => points.filter((_, i) => codes[i] === level);
    const shown = levels.slice(0, categoryColours);
    const centres = shown.flatMap((text, level) => {
      const own = some(level);
      return own.length === 0 ? [] : [{ x: median(own, "x"), y: median(own, "y"), text: short(text) }];
    });
    return [
      ...dots(
        points.filter((_, i) => codes[i] < 0 || codes[i] >= categoryColours),
        "var(--marginal)",
      ),
      ...shown.flatMap((_, level) => dots(some(level), `var(--c${level})`)),
      written(centres, true),
      ...named,
    ];
  }
  const steps = rampStepsByRank(colour.values);
  return [
    ...dots(
      points.filter((_, i) => steps[i] === 0),
      "var(--marginal)",
    ),
    ...Array.from({ length: rampSteps - first + 1 }, (_, s) => s + first).flatMap((step) =>
      dots(
        points.filter((_, i) => steps[i] === step),
        `var(--r${step})`,
      ),
    ),
    ...named,
  ];
}

/** Steps of the palette with about equally many points each; 0 for missing values, equal values alike. */
function rampStepsByRank(values: readonly (number | null)[]): number[] {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const rank = new Map<number, number>();
  sorted.forEach((value, i) => {
    if (!rank.has(value)) rank.set(value, i / sorted.length);
  });
  return values.map((value) =>
    value === null ? 0 : first + Math.floor((rank.get(value) ?? 0) * (rampSteps - first + 1)),
  );
}

export function median(points: readonly Point[], axis: "x" | "y"): number {
  const sorted = points.map((point) => point[axis]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function reach(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const pad = 0.04 * (high - low) || 1;
  return [low - pad, high + pad];
}

function short(text: string): string {
  return truncateMiddle(printable(text), 18);
}
