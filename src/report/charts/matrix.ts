import type { PairEstimate, TableMeasurement } from "../../measure/table/measurement.ts";
import { dataNats } from "../amounts.ts";
import { formatNumber } from "../format.ts";
import type { Markup } from "../markup.ts";
import { displayWidth, printable, truncateMiddle } from "../text-width.ts";
import { draw, type Kit, labelAmounts, rampStep, rampSteps } from "./kit.ts";

const mostColumns = 30;

/** Columns of the matrix: those that take part in a pair worth showing, groups together, the most bound first. */
export function matrixColumns(m: TableMeasurement, pairs: readonly PairEstimate[]): string[] {
  const bound = new Map<string, number>();
  for (const { x, y, value } of pairs) {
    for (const name of [x[0], y[0]]) bound.set(name, (bound.get(name) ?? 0) + value);
  }
  const group = new Map(m.groups.flatMap(({ columns }, i) => columns.map((name) => [name, i] as const)));
  return [...bound.keys()]
    .sort((a, b) => bound.get(b)! - bound.get(a)!)
    .slice(0, mostColumns)
    .sort((a, b) => (group.get(a) ?? 1e9) - (group.get(b) ?? 1e9));
}

/** A triangle of cells, darker the more two columns share; each column is named on the diagonal. */
export function matrixChart(kit: Kit, m: TableMeasurement, pairs: readonly PairEstimate[]): Markup {
  const { Plot } = kit;
  const names = matrixColumns(m, pairs);
  const place = new Map(names.map((name, i) => [name, i]));
  const largest = Math.max(...pairs.map(({ value }) => value), 1e-9);
  const cells = pairs.flatMap(({ x, y, value }) => {
    const [a, b] = [place.get(x[0]), place.get(y[0])];
    if (a === undefined || b === undefined) return [];
    return [{ row: Math.max(a, b), column: Math.min(a, b), value, step: rampStep(value / largest) }];
  });
  const count = names.length;
  const size = count <= 8 ? 44 : count <= 16 ? 26 : 18;
  const labels = names.map((name) => truncateMiddle(printable(name), 24));
  const marginRight = Math.max(
    ...labels.map((label, i) => displayWidth(label) * 7.2 + 12 - (count - i) * size),
  );
  const filled = Array.from({ length: rampSteps }, (_, i) => i + 1).map((step) =>
    Plot.rect(
      cells.filter((cell) => cell.step === step),
      {
        x1: "column",
        x2: ({ column }) => column + 1,
        y1: "row",
        y2: ({ row }) => row + 1,
        fill: `var(--r${step})`,
        inset: 1,
        rx: 2,
      },
    ),
  );
  const empty = names.flatMap((_, row) => names.slice(0, row).map((__, column) => ({ row, column })));
  const written = size === 44 ? cells : [];
  const text = (dark: boolean) =>
    Plot.text(
      written.filter(({ step }) => step > rampSteps / 2 === dark),
      {
        x: ({ column }) => column + 0.5,
        y: ({ row }) => row + 0.5,
        text: ({ value }) => formatNumber(value).replace("-", "−"),
        fill: dark ? "var(--paper)" : "var(--ink)",
        className: dark ? "on-dark" : "on-light",
      },
    );
  const width = count * size + Math.max(4, marginRight) + 2;
  return draw(
    kit,
    {
      width,
      height: count * size + 4,
      margin: 2,
      marginRight: Math.max(4, marginRight),
      x: { domain: [0, count], axis: null },
      y: { domain: [count, 0], axis: null },
      marks: [
        Plot.rect(empty, {
          x1: "column",
          x2: ({ column }) => column + 1,
          y1: "row",
          y2: ({ row }) => row + 1,
          fill: "var(--r0)",
          inset: 1,
          rx: 2,
        }),
        ...filled,
        text(false),
        text(true),
        Plot.text(names, {
          x: (_, i: number) => i,
          y: (_, i: number) => i + 0.5,
          text: (_, i: number) => labels[i],
          textAnchor: "start",
          dx: 6,
          fill: "var(--ink)",
        }),
      ],
    },
    {
      label: `Shared information of ${count} columns as a triangle of cells; the table below lists the pairs.`,
      prepare: (svg) => {
        for (const dark of [false, true]) {
          const shown = written.filter(({ step }) => step > rampSteps / 2 === dark);
          labelAmounts(
            svg,
            dark ? "on-dark" : "on-light",
            shown.map(({ value }) => dataNats(value, m)),
          );
        }
      },
    },
  );
}
