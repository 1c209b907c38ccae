import type { PairEstimate, TableMeasurement, Trust } from "../../measure/table/measurement.ts";
import type { Markup } from "../markup.ts";
import { draw, type Kit } from "./kit.ts";
import { unitAxis, unitLabel } from "./unit-axis.ts";

const width = 420;
const accent = "var(--bar)";
const ink = "var(--ink)";

/** The value under other settings, with the interval of the answer as a band. */
export function sensitivityChart(
  kit: Kit,
  m: TableMeasurement,
  { sensitivity }: Trust,
  answer?: PairEstimate,
): Markup {
  const { Plot } = kit;
  const points = sensitivity.map(({ at, value }, i) => ({ i, at: String(at), value }));
  const values = points.map(({ value }) => value);
  const interval = answer?.interval;
  const [low, high] = widened(
    Math.min(...values, interval?.low ?? values[0]),
    Math.max(...values, interval?.high ?? values[0]),
  );
  return draw(
    kit,
    {
      width,
      height: 220,
      marginLeft: 52,
      marginRight: 16,
      marginTop: 26,
      marginBottom: 40,
      x: { type: "point", domain: points.map(({ i }) => i), padding: 0.5 },
      y: { domain: [low, high] },
      marks: [
        ...(interval ? [Plot.rect([interval], { y1: "low", y2: "high", fill: "var(--band)" })] : []),
        ...unitAxis(kit, m.unit, { axis: "y", low, high, count: 4 }),
        unitLabel(kit, m.unit, { frameAnchor: "top-left", dx: -52, dy: -18 }),
        Plot.axisX({
          tickSize: 0,
          tickPadding: 8,
          tickFormat: (i: number) => points[i].at,
          label: sensitivity[0].parameter,
          labelAnchor: "center",
          labelArrow: "none",
        }),
        Plot.line(points, { x: "i", y: "value", stroke: accent, strokeWidth: 1.5 }),
        Plot.dot(points, { x: "i", y: "value", fill: accent, r: 4 }),
        ...(answer ? [Plot.ruleY([answer.value], { stroke: ink, strokeDasharray: "4 3" })] : []),
      ],
    },
    {
      label: `The value for ${points.length} settings of ${sensitivity[0].parameter}; the table beside it has the numbers.`,
    },
  );
}

/** For each simulated twin: the truth as a tick, the mean estimate as a dot with two standard deviations. */
export function twinChart(kit: Kit, m: TableMeasurement, { twin }: Trust): Markup {
  const { Plot } = kit;
  const rows = twin.map(({ truth, mean, sd }, i) => ({
    i,
    truth,
    mean,
    low: mean - 2 * sd,
    high: mean + 2 * sd,
  }));
  const [low, high] = widened(
    Math.min(...rows.flatMap((r) => [r.truth, r.low])),
    Math.max(...rows.flatMap((r) => [r.truth, r.high])),
  );
  return draw(
    kit,
    {
      width,
      height: 60 + rows.length * 40,
      marginLeft: 34,
      marginRight: 24,
      marginTop: 10,
      marginBottom: 40,
      x: { domain: [low, high] },
      y: { domain: rows.map(({ i }) => i), type: "band", padding: 0.3 },
      marks: [
        ...unitAxis(kit, m.unit, { axis: "x", low, high, count: 5 }),
        unitLabel(kit, m.unit, { frameAnchor: "bottom-right", dx: 0, dy: 32 }),
        Plot.axisY({ tickSize: 0, label: null, tickFormat: (i: number) => twinLetter(i), tickPadding: 8 }),
        Plot.tickX(rows, { x: "truth", y: "i", stroke: ink, strokeWidth: 2 }),
        Plot.ruleY(rows, { x1: "low", x2: "high", y: "i", stroke: accent, strokeWidth: 2 }),
        Plot.dot(rows, { x: "mean", y: "i", fill: accent, r: 4.5 }),
      ],
    },
    {
      label: `Truth and estimates for ${rows.length} kinds of simulated data; the table beside it has the numbers.`,
    },
  );
}

export function twinLetter(i: number): string {
  return String.fromCharCode(65 + i);
}

/** Values under permutation as a histogram, with the value on the real pairing marked. */
export function permutationChart(
  kit: Kit,
  m: TableMeasurement,
  nulls: readonly number[],
  observed: number,
): Markup {
  const { Plot } = kit;
  const [low, high] = widened(Math.min(...nulls, observed), Math.max(...nulls, observed));
  const bins = binned(nulls, Math.max(6, Math.ceil(2 * Math.cbrt(nulls.length))));
  const top = Math.max(...bins.map(({ count }) => count));
  const middle = observed < (low + high) / 2;
  return draw(
    kit,
    {
      width,
      height: 200,
      marginLeft: 34,
      marginRight: 24,
      marginTop: 24,
      marginBottom: 40,
      x: { domain: [low, high] },
      y: { domain: [0, top] },
      marks: [
        ...unitAxis(kit, m.unit, { axis: "x", low, high, count: 5, grid: false }),
        unitLabel(kit, m.unit, { frameAnchor: "bottom-right", dx: 0, dy: 32 }),
        Plot.rect(bins, {
          x1: "from",
          x2: "to",
          y1: () => 0,
          y2: "count",
          fill: "var(--marginal)",
        }),
        Plot.axisY({
          ticks: 3,
          tickSize: 0,
          label: null,
          tickFormat: (count: number) => String(count),
          fill: "var(--muted)",
        }),
        Plot.ruleY([0], { stroke: "var(--muted)" }),
        Plot.ruleX([observed], { stroke: accent, strokeWidth: 2.5 }),
        Plot.text([observed], {
          x: [observed],
          frameAnchor: "top",
          dy: -16,
          text: ["observed"],
          textAnchor: middle ? "start" : "end",
          fontWeight: 600,
        }),
      ],
    },
    {
      label: `${nulls.length} values under permutation and the observed one; the table beside it has the numbers.`,
    },
  );
}

/** Equal bins over the range of the values. */
function binned(values: readonly number[], count: number): { from: number; to: number; count: number }[] {
  const low = Math.min(...values);
  const width = (Math.max(...values) - low) / count || 1e-9;
  const bins = Array.from({ length: count }, (_, i) => ({
    from: low + i * width,
    to: low + (i + 1) * width,
    count: 0,
  }));
  for (const value of values) bins[Math.min(count - 1, Math.floor((value - low) / width))].count++;
  return bins;
}

function widened(low: number, high: number): [number, number] {
  const pad = 0.1 * (high - low) || 0.01;
  return [low - pad, high + pad];
}
