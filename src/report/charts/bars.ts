import type { PairEstimate, TableMeasurement } from "../../measure/table/measurement.ts";
import { dataNats } from "../amounts.ts";
import { nameOf, standing } from "../findings.ts";
import { formatNumber } from "../format.ts";
import type { Markup } from "../markup.ts";
import { displayWidth, printable, truncateMiddle } from "../text-width.ts";
import { draw, type Kit, labelAmounts } from "./kit.ts";
import { unitAxis, unitLabel } from "./unit-axis.ts";

export const mostBars = 40;

const rowHeight = 26;
const valueWidth = 56;

/**
 * One bar per estimate with its interval as a whisker and the second estimator's value as a diamond; a bar that was
 * not told apart from chance is hollow.
 */
export function barChart(kit: Kit, m: TableMeasurement, width: number): Markup {
  const { Plot } = kit;
  const rows = m.estimates.slice(0, mostBars).map((e, i) => ({
    i,
    value: e.value,
    low: e.interval?.low,
    high: e.interval?.high,
    second: e.second?.value,
    hollow: standing(e) === "chance",
    label: shorten(e, m, Math.floor((width * 0.38) / 7.2)),
  }));
  const marginLeft = 12 + 7.2 * Math.max(4, ...rows.map(({ label }) => displayWidth(label)));
  const reach = rows
    .flatMap(({ value, high, second }) => [value, high ?? value, second ?? value])
    .filter(Number.isFinite);
  const low = Math.min(
    0,
    ...rows.flatMap(({ value, low: l }) => [value, l ?? value]).filter(Number.isFinite),
  );
  const high = Math.max(...reach, 1e-9);
  const y = "i";
  return draw(
    kit,
    {
      width,
      height: rows.length * rowHeight + 48,
      marginLeft,
      marginRight: valueWidth,
      marginTop: 22,
      marginBottom: 26,
      x: { domain: [low, high], nice: false },
      y: { domain: rows.map(({ i }) => i), padding: 0.35, axis: null },
      marks: [
        ...unitAxis(kit, m.unit, { axis: "x", low, high, count: width < 500 ? 3 : 6 }),
        Plot.text(rows, { y, text: "label", frameAnchor: "left", textAnchor: "start", dx: -marginLeft }),
        Plot.barX(
          rows.filter(({ hollow }) => !hollow),
          { x: "value", y, fill: "var(--bar)", rx: 1 },
        ),
        Plot.barX(
          rows.filter(({ hollow }) => hollow),
          { x: "value", y, fill: "none", stroke: "var(--bar)", strokeDasharray: "3 2" },
        ),
        Plot.ruleX([0], { stroke: "var(--muted)" }),
        Plot.ruleY(
          rows.filter((row) => row.low !== undefined),
          { x1: "low", x2: "high", y, stroke: "var(--ink)", strokeWidth: 1.5 },
        ),
        ...(["low", "high"] as const).map((end) =>
          Plot.tickX(
            rows.filter((row) => row.low !== undefined),
            { x: end, y, stroke: "var(--ink)", strokeWidth: 1.5, inset: 3 },
          ),
        ),
        Plot.dot(
          rows.filter((row) => row.second !== undefined),
          {
            x: "second",
            y,
            symbol: "diamond",
            r: 3.5,
            fill: "var(--paper)",
            stroke: "var(--ink)",
            strokeWidth: 1.2,
          },
        ),
        unitLabel(kit, m.unit, { frameAnchor: "top-right", dx: valueWidth - 2, dy: -16 }),
        Plot.text(rows, {
          y,
          text: ({ value }) => formatNumber(value).replace("-", "−"),
          frameAnchor: "right",
          textAnchor: "end",
          dx: valueWidth - 2,
          className: "amounts",
        }),
      ],
    },
    {
      label: `Bars of ${rows.length} values in ${m.unit}; the table below has the same numbers.`,
      prepare: (svg) =>
        labelAmounts(
          svg,
          "amounts",
          rows.map(({ value }) => dataNats(value, m)),
        ),
    },
  );
}

function shorten(e: PairEstimate, m: TableMeasurement, size: number): string {
  return truncateMiddle(printable(nameOf(e, m)), Math.max(10, size));
}
