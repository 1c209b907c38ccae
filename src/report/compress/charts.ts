import { axisX } from "../charts/axes.ts";
import { draw, type Kit } from "../charts/kit.ts";
import type { Markup } from "../markup.ts";
import type { CompressReport } from "./report.ts";
import { keptShare } from "./words.ts";

const muted = "var(--muted)";
const percent = (share: number) => `${Math.round(100 * share)}\u00a0%`;

/** Information by tokens: the best words first, this run, and what words drawn at random would give. */
export function curveChart(kit: Kit, r: CompressReport, width: number): Markup {
  const { Plot } = kit;
  const here = { tokens: r.compressedTokens / Math.max(1, r.originalTokens), information: keptShare(r) };
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const axis = { ticks, tickFormat: percent, tickSize: 0, tickPadding: 6, fill: muted };
  return draw(
    kit,
    {
      width,
      height: Math.round(width * 0.72),
      marginLeft: 48,
      marginRight: 18,
      marginTop: 14,
      marginBottom: 42,
      x: { domain: [0, 1] },
      y: { domain: [0, 1] },
      marks: [
        Plot.gridX({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.gridY({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.axisX({
          ...axis,
          label: "tokens kept",
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 36,
        }),
        Plot.axisY({ ...axis, label: null }),
        Plot.line([0, 1], {
          x: (v: number) => v,
          y: (v: number) => v,
          stroke: muted,
          strokeDasharray: "4 4",
        }),
        Plot.line(r.curve, { x: "tokens", y: "information", stroke: "var(--bar)", strokeWidth: 2 }),
        Plot.dot([here], { x: "tokens", y: "information", r: 5, fill: "var(--ink)" }),
      ],
    },
    {
      label: `Share of the information kept by share of the tokens; this run keeps ${percent(here.information)} in ${percent(here.tokens)}.`,
    },
  );
}

/** Bits along the text: kept below, lost above and hatched by a lighter fill. */
export function stretchChart(kit: Kit, r: CompressReport, width: number): Markup {
  const { Plot } = kit;
  const bars = r.stretches.map(({ bits, kept }, i) => ({ i, bits, kept }));
  const most = Math.max(1, ...bars.map(({ bits }) => bits));
  return draw(
    kit,
    {
      width,
      height: 150,
      marginLeft: 32,
      marginRight: 16,
      marginTop: 8,
      marginBottom: 28,
      x: { domain: [0, bars.length] },
      y: { domain: [0, most], axis: null },
      marks: [
        axisX(kit, { ticks: [0, bars.length], format: (t: number) => (t === 0 ? "beginning" : "end") }),
        Plot.rect(bars, {
          x1: (d) => d.i + 0.08,
          x2: (d) => d.i + 0.92,
          y1: "kept",
          y2: "bits",
          fill: "var(--paper)",
          stroke: "var(--marginal)",
        }),
        Plot.rect(bars, {
          x1: (d) => d.i + 0.08,
          x2: (d) => d.i + 0.92,
          y1: 0,
          y2: "kept",
          fill: "var(--bar)",
        }),
        Plot.ruleY([0], { stroke: "var(--muted)" }),
      ],
    },
    { label: `Information along the text in ${bars.length} stretches of equally many characters.` },
  );
}
