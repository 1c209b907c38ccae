import type { Markish } from "@observablehq/plot";
import type { PairPicture } from "../../measure/table/measurement.ts";
import type { Markup } from "../markup.ts";
import { displayWidth, printable, truncateMiddle } from "../text-width.ts";
import { draw, type Kit, rampStep, rampSteps } from "./kit.ts";
import { niceTicks } from "./unit-axis.ts";

const size = 260;
const strip = 34;
const gap = 5;

interface Axis {
  domain: [number, number];
  /** Where bin i begins and ends. */
  edge: (i: number) => number;
  bins: number;
  ticks: number[];
  tickText: (value: number) => string;
}

/** Counts of two columns as a grid of cells, with the counts of each column alone along the top and the right. */
export function pairChart(kit: Kit, picture: PairPicture): Markup {
  const { Plot } = kit;
  const x = axisOf(picture.xEdges, false);
  const y = axisOf(picture.yEdges, true);
  const largest = Math.max(1, ...picture.counts.flat());
  const cells = picture.counts.flatMap((row, i) =>
    row.flatMap((count, j) => (count > 0 ? [{ i, j, count, step: rampStep(count / largest) }] : [])),
  );
  const xTotals = picture.counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const yTotals = picture.yEdges
    .slice(0, y.bins)
    .map((_, j) => picture.counts.reduce((sum, row) => sum + row[j], 0));
  const box = {
    x1: ({ i }: { i: number }) => x.edge(i),
    x2: ({ i }: { i: number }) => x.edge(i + 1),
    y1: ({ j }: { j: number }) => y.edge(j),
    y2: ({ j }: { j: number }) => y.edge(j + 1),
  };
  const marginLeft = 14 + 7 * Math.max(...y.ticks.map((tick) => displayWidth(y.tickText(tick))), 2);
  const written = x.bins <= 6 && y.bins <= 6 ? cells : [];
  const marks: Markish[] = [
    ...Array.from({ length: rampSteps }, (_, s) => s + 1).map((step) =>
      Plot.rect(
        cells.filter((cell) => cell.step === step),
        { ...box, fill: `var(--r${step})`, inset: 0.5 },
      ),
    ),
    ...[false, true].map((dark) =>
      Plot.text(
        written.filter(({ step }) => step > rampSteps / 2 === dark),
        {
          x: ({ i }) => (x.edge(i) + x.edge(i + 1)) / 2,
          y: ({ j }) => (y.edge(j) + y.edge(j + 1)) / 2,
          text: ({ count }) => String(count),
          fill: dark ? "var(--paper)" : "var(--ink)",
        },
      ),
    ),
    Plot.frame({ stroke: "var(--line)" }),
    Plot.rect(
      xTotals.map((count, i) => ({ i, count })),
      {
        x1: box.x1,
        x2: box.x2,
        y1: {
          value: ({ count }: { count: number }) => strip - (strip - 4) * (count / Math.max(...xTotals)),
          scale: null,
        },
        y2: { value: () => strip, scale: null },
        fill: "var(--marginal)",
        inset: 0.5,
      },
    ),
    Plot.rect(
      yTotals.map((count, j) => ({ j, count })),
      {
        y1: box.y1,
        y2: box.y2,
        x1: { value: () => marginLeft + size + gap, scale: null },
        x2: {
          value: ({ count }: { count: number }) =>
            marginLeft + size + gap + (strip - 4) * (count / Math.max(...yTotals)),
          scale: null,
        },
        fill: "var(--marginal)",
        inset: 0.5,
      },
    ),
    Plot.axisX({
      ticks: x.ticks,
      tickFormat: x.tickText,
      tickSize: 0,
      tickPadding: 6,
      label: shorten(picture.x, 34),
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 36,
    }),
    Plot.axisY({ ticks: y.ticks, tickFormat: y.tickText, tickSize: 0, tickPadding: 6, label: null }),
  ];
  return draw(
    kit,
    {
      width: marginLeft + size + gap + strip,
      height: strip + gap + size * 0.8 + 44,
      marginLeft,
      marginRight: strip + gap,
      marginTop: strip + gap,
      marginBottom: 44,
      x: { domain: x.domain },
      y: { domain: y.domain },
      marks,
    },
    { label: `Counts of ${picture.x} against ${picture.y}; the counts follow as a table.` },
  );
}

function axisOf(edges: number[] | string[], vertical: boolean): Axis {
  if (isNumbers(edges)) {
    const [low, high] = [edges[0], edges[edges.length - 1]];
    return {
      domain: [low, high > low ? high : low + 1],
      edge: (i) => edges[i],
      bins: edges.length - 1,
      ticks: niceTicks(low, high, vertical ? 5 : 6),
      tickText: (value) => shortNumber(value),
    };
  }
  const bins = edges.length;
  const room = vertical ? 13 : Math.max(2, Math.floor(size / bins / 7.2));
  return {
    // Levels run downwards, so that the most common one is on top.
    domain: vertical ? [bins, 0] : [0, bins],
    edge: (i) => i,
    bins,
    ticks: edges.map((_, i) => i + 0.5),
    tickText: (value) => shorten(edges[Math.floor(value)] ?? "", room),
  };
}

function isNumbers(edges: number[] | string[]): edges is number[] {
  return typeof edges[0] === "number";
}

/** "1.5", "20k", "3M" */
function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-3))
    return value.toExponential(0).replaceAll("-", "−").replace("e+", "e");
  const [scale, suffix] = size >= 1e6 ? [1e6, "M"] : size >= 1e4 ? [1e3, "k"] : [1, ""];
  return `${Number((value / scale).toPrecision(5))}${suffix}`.replace("-", "−");
}

function shorten(text: string, width: number): string {
  return truncateMiddle(printable(text), width);
}
