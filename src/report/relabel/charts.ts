import type { RelabelFindings } from "../../decide/loki/loki.ts";
import { axisX, axisY } from "../charts/axes.ts";
import { draw, type Kit } from "../charts/kit.ts";
import { niceTicks } from "../charts/unit-axis.ts";
import type { Markup } from "../markup.ts";
import { displayWidth, printable, truncateMiddle } from "../text-width.ts";

const mostNames = 60;

/** Every label at its place: what the classifier knows, what is within reach, what is not, what to observe next. */
export function labelMapChart(kit: Kit, f: RelabelFindings, width: number): Markup {
  const { Plot } = kit;
  const { x, y } = f.map!;
  const pick = new Map(f.next.map(({ label }, k) => [label, k + 1]));
  const points = f.labels.map(({ name, standing, after }, i) => ({
    x: x[i],
    y: y[i],
    name: truncateMiddle(printable(name), 16),
    standing: standing ?? "reachable",
    pick: pick.get(name),
    after,
  }));
  const [left, right] = reach(x);
  const [low, high] = reach(y);
  const tall = ((high - low) / (right - left)) * width;
  const dots = (standing: string, fill: string, stroke: string, r = 4) =>
    Plot.dot(
      points.filter((point) => point.standing === standing),
      { x: "x", y: "y", r, fill, stroke, strokeWidth: 1.5 },
    );
  const named =
    points.length <= mostNames
      ? points
      : points.filter((p) => p.pick !== undefined || p.standing === "observed").slice(0, mostNames);
  return draw(
    kit,
    {
      width,
      height: Math.round(Math.min(1.2 * width, Math.max(0.35 * width, tall))),
      marginLeft: 8,
      marginRight: 8,
      marginTop: 8,
      marginBottom: 8,
      x: { domain: [left, right], axis: null },
      y: { domain: [low, high], axis: null },
      marks: [
        Plot.frame({ stroke: "var(--line)" }),
        dots("unreachable", "var(--paper)", "var(--marginal)"),
        dots("reachable", "var(--band)", "var(--bar)"),
        dots("identifiable", "var(--bar)", "var(--bar)"),
        dots("observed", "var(--ink)", "var(--ink)", 4.5),
        Plot.dot(
          points.filter((point) => point.pick !== undefined),
          { x: "x", y: "y", r: 9, fill: "none", stroke: "var(--c1)", strokeWidth: 2 },
        ),
        Plot.text(named, {
          x: "x",
          y: "y",
          text: ({ name, pick: number }) => (number === undefined ? name : `${number}. ${name}`),
          dy: -13,
          fill: "var(--ink)",
          stroke: "var(--paper)",
          strokeWidth: 4,
          strokeLinejoin: "round",
          paintOrder: "stroke",
        }),
      ],
    },
    { label: `Map of ${points.length} labels; the table below says the same.` },
  );
}

const mostLabels = 24;

/** The labels whose number of rows changed most, or all where there are few. */
export function movedLabels({ labels }: RelabelFindings): RelabelFindings["labels"] {
  const used = labels.filter(({ before, after, truth = 0 }) => before + after + truth > 0);
  if (used.length <= mostLabels) return used;
  const change = ({ before, after }: (typeof used)[number]) => Math.abs(after - before);
  const least = used.map(change).sort((a, b) => b - a)[mostLabels - 1];
  return used.filter((label) => change(label) >= least).slice(0, mostLabels);
}

/** How many rows have each label: hollow before, filled after, a tick for the truth. */
export function countChart(kit: Kit, f: RelabelFindings, width: number): Markup {
  const { Plot } = kit;
  const stacked = width < 600;
  const letters = Math.floor((stacked ? width * 0.34 : width * 0.3) / 6.8);
  const rows = movedLabels(f).map((label, i) => ({
    ...label,
    i,
    name: truncateMiddle(printable(label.name), letters),
  }));
  const most = Math.max(1, ...rows.flatMap(({ before, after, truth = 0 }) => [before, after, truth]));
  const ticks = niceTicks(0, most, stacked ? 4 : 8).filter(Number.isInteger);
  const marginLeft = 18 + 6.8 * Math.max(4, ...rows.map(({ name }) => displayWidth(name)));
  const y = "i";
  return draw(
    kit,
    {
      width,
      height: rows.length * 22 + 40,
      marginLeft,
      marginRight: 14,
      marginTop: 6,
      marginBottom: 30,
      x: { domain: [0, most] },
      y: { type: "band", domain: rows.map(({ i }) => i), padding: 0, axis: null },
      marks: [
        Plot.gridX({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        axisX(kit, { ticks, format: String }),
        Plot.text(rows, { y, text: "name", frameAnchor: "left", textAnchor: "start", dx: -marginLeft }),
        Plot.ruleY(rows, { x1: "before", x2: "after", y, stroke: "var(--bar)", strokeWidth: 1.5 }),
        Plot.dot(rows, {
          x: "before",
          y,
          r: 4,
          fill: "var(--paper)",
          stroke: "var(--bar)",
          strokeWidth: 1.5,
        }),
        Plot.dot(rows, { x: "after", y, r: 4, fill: "var(--bar)", stroke: "var(--bar)" }),
        Plot.tickX(
          rows.filter(({ truth }) => truth !== undefined),
          { x: "truth", y, stroke: "var(--ink)", strokeWidth: 2, inset: 4 },
        ),
      ],
    },
    { label: `Rows by label before and after, ${rows.length} labels; the table below has all.` },
  );
}

/** Mean squared distance on held-out rows by temperature, which is shown in halvings. */
export function temperatureChart(kit: Kit, f: RelabelFindings): Markup {
  const { Plot } = kit;
  const points = f.temperatures!;
  const values = points.map(({ value }) => value);
  const [low, high] = reach(values);
  const ticks = niceTicks(low, high, 4);
  return draw(
    kit,
    {
      width: 420,
      height: 240,
      marginLeft: 14 + 7.2 * Math.max(...ticks.map((tick) => String(tick).length)),
      marginRight: 14,
      marginTop: 12,
      marginBottom: 40,
      x: { type: "log", base: 2, domain: [points[0].temperature, points[points.length - 1].temperature] },
      y: { domain: [low, high] },
      marks: [
        Plot.gridY({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        axisY(kit, { ticks, format: String }),
        axisX(kit, {
          ticks: [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4],
          format: (t: number) => (t < 1 ? `1/${1 / t}` : String(t)),
          label: "temperature",
          labelOffset: 34,
        }),
        Plot.line(points, { x: "temperature", y: "value", stroke: "var(--bar)", strokeWidth: 1.75 }),
        Plot.dot(
          points.filter(({ temperature }) => temperature === f.temperature),
          { x: "temperature", y: "value", r: 4.5, fill: "var(--ink)" },
        ),
      ],
    },
    { label: "Mean squared distance on held-out rows by temperature; the table beside it has the numbers." },
  );
}

function reach(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const pad = 0.08 * (high - low) || 1;
  return [low - pad, high + pad];
}
