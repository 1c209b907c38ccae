import type { QualityRate } from "../../language/compress/distil/distil.ts";
import { axisX } from "../charts/axes.ts";
import { draw, type Kit } from "../charts/kit.ts";
import type { Markup } from "../markup.ts";
import type { DistilReport } from "./report.ts";

const muted = "var(--muted)";
const percent = (share: number) => `${Math.round(100 * share)}\u00a0%`;
const shares = [0, 0.25, 0.5, 0.75, 1];

/** How many chunks have which rate; a line where the filter cut. */
export function rateChart(kit: Kit, { name, histogram, limit }: QualityRate): Markup {
  const { Plot } = kit;
  return draw(
    kit,
    {
      width: 300,
      height: 150,
      marginLeft: 16,
      marginRight: 24,
      marginTop: 10,
      marginBottom: 26,
      x: { domain: [0, 1] },
      y: { domain: [0, Math.max(...histogram.map(({ count }) => count))], axis: null },
      marks: [
        axisX(kit, { ticks: shares, format: percent }),
        Plot.rect(histogram, { x1: "from", x2: "to", y1: 0, y2: "count", fill: "var(--bar)", inset: 0.5 }),
        Plot.ruleY([0], { stroke: muted }),
        ...(limit === undefined
          ? []
          : [Plot.ruleX([limit], { stroke: "var(--ink)", strokeDasharray: "4 3" })]),
      ],
    },
    { label: `How many chunks have which ${name}.` },
  );
}

/** Cross-entropy by epoch: training, and validation dashed. */
export function trainingChart(kit: Kit, { training }: DistilReport, width: number): Markup {
  const { Plot } = kit;
  const { epochs, bestEpoch } = training;
  const kept = epochs.find(({ epoch }) => epoch === bestEpoch) ?? epochs[epochs.length - 1];
  const highest = Math.max(...epochs.flatMap(({ loss, validationLoss = 0 }) => [loss, validationLoss]));
  const last = epochs[epochs.length - 1].epoch;
  const step = Math.max(1, Math.ceil(last / 6));
  const ticks = epochs.map(({ epoch }) => epoch).filter((epoch) => epoch % step === 0 || epoch === 1);
  return draw(
    kit,
    {
      width,
      height: Math.round(width * 0.55),
      marginLeft: 44,
      marginRight: 16,
      marginTop: 12,
      marginBottom: 40,
      x: { domain: [1, Math.max(2, last)] },
      y: { domain: [0, highest * 1.05] },
      marks: [
        Plot.gridY({ ticks: 4, stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.axisY({ ticks: 4, tickSize: 0, tickPadding: 6, label: null, fill: muted }),
        axisX(kit, { ticks, format: String, label: "epoch", labelOffset: 34 }),
        Plot.line(epochs, { x: "epoch", y: "loss", stroke: "var(--bar)", strokeWidth: 1.75 }),
        Plot.line(epochs, { x: "epoch", y: "validationLoss", stroke: "var(--ink)", strokeDasharray: "4 3" }),
        Plot.dot([kept], {
          x: "epoch",
          y: kept.validationLoss === undefined ? "loss" : "validationLoss",
          r: 4,
          fill: "var(--ink)",
        }),
      ],
    },
    { label: `Cross-entropy by epoch; epoch ${kept.epoch} was kept.` },
  );
}

/** Observed share by predicted probability. */
export function calibrationChart(kit: Kit, { scores }: DistilReport, width: number): Markup {
  const { Plot } = kit;
  const axis = { ticks: shares, tickFormat: percent, tickSize: 0, tickPadding: 6, fill: muted };
  const most = Math.max(...scores.calibration.map(({ words }) => words));
  return draw(
    kit,
    {
      width,
      height: Math.round(width * 0.8),
      marginLeft: 52,
      marginRight: 18,
      marginTop: 14,
      marginBottom: 42,
      x: { domain: [0, 1] },
      y: { domain: [0, 1] },
      r: { type: "identity" },
      marks: [
        Plot.gridX({ ticks: shares, stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.gridY({ ticks: shares, stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.axisX({
          ...axis,
          label: "probability",
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
        Plot.line(scores.calibration, {
          x: "predicted",
          y: "observed",
          stroke: "var(--bar)",
          strokeWidth: 1.5,
        }),
        Plot.dot(scores.calibration, {
          x: "predicted",
          y: "observed",
          r: ({ words }: { words: number }) => 2.5 + 4.5 * Math.sqrt(words / most),
          fill: "var(--bar)",
        }),
      ],
    },
    { label: "Share of words kept by the probability that the compressor gave them." },
  );
}
