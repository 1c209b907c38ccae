import { axisX, axisY } from "../charts/axes.ts";
import { draw, type Kit } from "../charts/kit.ts";
import { niceTicks } from "../charts/unit-axis.ts";
import { tickText } from "../learn/numbers.ts";
import type { Markup } from "../markup.ts";
import type { HeadPageReport } from "./report.ts";

/** Shares up to each direction: bars of the metric's trace, a line of the hidden states' variance. */
export function directionsChart(kit: Kit, r: HeadPageReport, width: number): Markup {
  const { Plot } = kit;
  let sum = 0;
  const shares = r.metric.eigenvalues.map((value, i) => {
    sum += value / r.metric.trace;
    return { direction: i + 1, share: sum };
  });
  const variance = r.varianceInSensitive.map((share, i) => ({ direction: i + 1, share }));
  const shown = shares.slice(0, Math.max(variance.length, 20));
  const top = 1.04;
  const ticks = { x: niceTicks(1, shown.length, 6).filter(Number.isInteger), y: [0, 0.25, 0.5, 0.75, 1] };
  return draw(
    kit,
    {
      width,
      height: 240,
      marginLeft: 46,
      marginRight: 14,
      marginTop: 24,
      marginBottom: 42,
      x: { domain: [0.4, shown.length + 0.6] },
      y: { domain: [0, top] },
      marks: [
        Plot.gridY({ ticks: ticks.y, stroke: "var(--line)", strokeOpacity: 1 }),
        axisY(kit, { ticks: ticks.y, label: "share" }),
        axisX(kit, { ticks: ticks.x, label: "direction, the most sensitive first" }),
        Plot.rect(shown, {
          x1: ({ direction }: { direction: number }) => direction - 0.35,
          x2: ({ direction }: { direction: number }) => direction + 0.35,
          y1: 0,
          y2: "share",
          fill: "var(--bar)",
        }),
        Plot.line(variance, {
          x: "direction",
          y: "share",
          stroke: "var(--ink)",
          strokeWidth: 1.5,
          strokeDasharray: "4 3",
        }),
      ],
    },
    {
      label: `Share of the sensitivity up to each direction, ${tickText(Number(shown[0].share.toPrecision(3)))} in the first; the table has the numbers.`,
    },
  );
}
