import type { Scores } from "../../../learn/report-data.ts";
import { axisX } from "../../charts/axes.ts";
import { draw, type Kit } from "../../charts/kit.ts";
import { niceTicks } from "../../charts/unit-axis.ts";
import { formatNumber } from "../../format.ts";
import type { Markup } from "../../markup.ts";
import { displayWidth, printable, truncateMiddle } from "../../text-width.ts";

const valueWidth = 50;

/** A dot with its interval for each model, by metric; names stand left of it, or above it where it is narrow. */
export function scoreChart(kit: Kit, { title, metrics }: Scores, width: number): Markup {
  const { Plot } = kit;
  const stacked = width < 600;
  const letters = Math.floor((stacked ? width - 16 : width * 0.36) / 6.8);
  const rows = metrics.flatMap((metric, m) => [
    {
      y: `${m}`,
      metric: metric.name,
      name: "",
      value: Number.NaN,
      low: undefined,
      high: undefined,
      own: false,
    },
    ...metric.entries.map(({ name, value, interval, own }, e) => ({
      y: `${m} ${e}`,
      metric: "",
      name: truncateMiddle(printable(name), letters),
      value,
      low: interval?.low,
      high: interval?.high,
      own,
    })),
  ]);
  const heads = rows.filter(({ metric }) => metric !== "");
  const entries = rows.filter(({ metric }) => metric === "");
  const lows = entries.map(({ low, value }) => low ?? value);
  const highs = entries.map(({ high, value }) => high ?? value);
  const pad = 0.04 * (Math.max(...highs) - Math.min(...lows)) || 0.01;
  const [low, high] = [Math.min(...lows) - pad, Math.max(...highs) + pad];
  const ticks = niceTicks(low, high, stacked ? 4 : 7);
  const marginLeft = stacked ? 8 : 16 + 6.8 * Math.max(4, ...entries.map(({ name }) => displayWidth(name)));
  const y = "y";
  const whiskers = entries.filter((row) => row.low !== undefined);
  return draw(
    kit,
    {
      width,
      height: rows.length * (stacked ? 36 : 25) + 40,
      marginLeft,
      marginRight: valueWidth,
      marginTop: 6,
      marginBottom: 30,
      x: { domain: [low, high] },
      y: { type: "band", domain: rows.map((row) => row.y), padding: 0, axis: null },
      marks: [
        Plot.gridX({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        axisX(kit, { ticks }),
        Plot.text(heads, {
          y,
          text: "metric",
          frameAnchor: "left",
          textAnchor: "start",
          dx: stacked ? 0 : -marginLeft,
          dy: 4,
          className: "strong",
        }),
        Plot.text(entries, {
          y,
          text: "name",
          frameAnchor: "left",
          textAnchor: "start",
          dx: stacked ? 0 : -marginLeft,
          dy: stacked ? -9 : 0,
          fill: stacked ? "var(--muted)" : "var(--ink)",
        }),
        Plot.ruleY(whiskers, {
          x1: "low",
          x2: "high",
          y,
          stroke: "var(--bar)",
          strokeWidth: 2,
          dy: stacked ? 6 : 0,
        }),
        ...[true, false].map((own) =>
          Plot.dot(
            entries.filter((row) => row.own === own),
            {
              x: "value",
              y,
              r: 4.5,
              dy: stacked ? 6 : 0,
              fill: own ? "var(--bar)" : "var(--paper)",
              stroke: "var(--bar)",
              strokeWidth: 1.75,
            },
          ),
        ),
        Plot.text(entries, {
          y,
          text: ({ value }: { value: number }) => formatNumber(value).replace("-", "−"),
          frameAnchor: "right",
          textAnchor: "end",
          dx: valueWidth - 2,
          dy: stacked ? 6 : 0,
        }),
      ],
    },
    {
      label: `${title}: ${entries.length} values with their intervals; the table below has the same numbers.`,
    },
  );
}
