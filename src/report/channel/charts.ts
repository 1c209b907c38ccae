import type { CompressorFinding, ScoreFinding } from "../../language/channel/channel.ts";
import { distortionAt } from "../../language/channel/channel.ts";
import { draw, type Kit, rampStep, rampSteps } from "../charts/kit.ts";
import { niceTicks } from "../charts/unit-axis.ts";
import { tickText } from "../learn/numbers.ts";
import type { Markup } from "../markup.ts";
import { displayWidth, printable, truncateMiddle } from "../text-width.ts";
import type { ChannelReport } from "./report.ts";

const muted = "var(--muted)";
const accent = "var(--bar)";
/** More names than this cover each other; the table has all. */
const mostNamed = 14;

interface Axes {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly labels: { readonly x: string; readonly y: string };
  readonly width: number;
}

function axes({ Plot }: Kit, { x, y, labels, width }: Axes) {
  const ticks = { x: niceTicks(x[0], x[1], width < 500 ? 4 : 7), y: niceTicks(y[0], y[1], 5) };
  const axis = {
    tickFormat: tickText,
    tickSize: 0,
    tickPadding: 6,
    labelArrow: "none",
    fill: muted,
  } as const;
  return {
    width,
    height: 320,
    marginLeft: 14 + 7.2 * Math.max(...ticks.y.map((tick) => displayWidth(tickText(tick)))),
    marginRight: 14,
    marginTop: 26,
    marginBottom: 42,
    x: { domain: x },
    y: { domain: y },
    marks: [
      Plot.gridY({ ticks: ticks.y, stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.axisY({ ...axis, ticks: ticks.y, label: labels.y, labelAnchor: "top" }),
      Plot.axisX({ ...axis, ticks: ticks.x, label: labels.x, labelAnchor: "center", labelOffset: 36 }),
    ],
  };
}

interface Named {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

/** Names beside their points, on the side where there is room; one that would cover another is left out. */
function names({ Plot }: Kit, points: readonly Named[], { x, y, width }: Axes) {
  const at = (value: number, [low, high]: readonly [number, number]) => (value - low) / (high - low);
  const placed: { left: number; right: number; top: number }[] = [];
  const shown = points.slice(0, mostNamed).flatMap((point) => {
    const text = truncateMiddle(printable(point.name), 22);
    const long = displayWidth(text) * 7;
    const [px, py] = [at(point.x, x) * (width - 60), at(point.y, y) * 250];
    const before = px + long + 20 > width - 60;
    const box = { left: before ? px - long - 9 : px + 9, right: before ? px - 9 : px + long + 9, top: py };
    const covers = placed.some(
      (other) => box.left < other.right && other.left < box.right && Math.abs(box.top - other.top) < 14,
    );
    if (covers || box.left < -10) return [];
    placed.push(box);
    return [{ ...point, text, before }];
  });
  return [false, true].map((side) =>
    Plot.text(
      shown.filter(({ before }) => before === side),
      {
        x: "x",
        y: "y",
        text: "text",
        textAnchor: side ? "end" : "start",
        dx: side ? -9 : 9,
        fill: "var(--ink)",
        stroke: "var(--paper)",
        strokeWidth: 4,
        strokeLinejoin: "round",
        paintOrder: "stroke",
      },
    ),
  );
}

/** Bits by tokens: a dot for the value, a line up to the leave-one-out companion, hollow where it says only "at least". */
export function bitsChart(kit: Kit, r: ChannelReport, width: number): Markup {
  const { Plot } = kit;
  const { compressors, limit } = r;
  const most = Math.max(...compressors.map(({ meanTokens }) => meanTokens)) * 1.08;
  const lowest = Math.min(0, ...compressors.map(({ bits }) => bits));
  const high = limit * 1.12;
  const box: Axes = {
    x: [0, most],
    y: [lowest < 0 ? lowest - 0.05 * limit : 0, high],
    labels: { x: "tokens of a compression, mean", y: "bits about the context" },
    width,
  };
  const base = axes(kit, box);
  const top = ({ upper, saturated }: CompressorFinding) =>
    saturated || upper === null ? high : Math.min(high, upper);
  return draw(
    kit,
    {
      ...base,
      marks: [
        ...base.marks,
        Plot.ruleY([limit], { stroke: "var(--ink)", strokeDasharray: "4 3" }),
        ...(lowest < 0 ? [Plot.ruleY([0], { stroke: muted })] : []),
        Plot.ruleX(compressors, {
          x: "meanTokens",
          y1: "bits",
          y2: top,
          stroke: "var(--marginal)",
          strokeWidth: 1.5,
        }),
        Plot.ruleX(compressors, {
          x: "meanTokens",
          y1: "low",
          y2: "high",
          stroke: accent,
          strokeWidth: 4,
          strokeOpacity: 0.35,
        }),
        Plot.dot(compressors, {
          x: "meanTokens",
          y: "bits",
          r: 4.5,
          fill: ({ saturated }) => (saturated ? "var(--paper)" : accent),
          stroke: accent,
          strokeWidth: 1.5,
        }),
        ...names(
          kit,
          compressors.map(({ name, bits, meanTokens }) => ({ name, x: meanTokens, y: bits })),
          box,
        ),
      ],
    },
    { label: `Bits by tokens of ${compressors.length} compressors; the table has the numbers.` },
  );
}

/** Distortion by bits per token, with the fitted curve and its floor. */
export function rateChart(kit: Kit, r: ChannelReport, score: ScoreFinding, width: number): Markup {
  const { Plot } = kit;
  const points = r.compressors.flatMap(({ name, bitsPerToken, scores }) =>
    scores[score.name] === undefined ? [] : [{ name, x: bitsPerToken.value, y: 1 - scores[score.name] }],
  );
  const curve = score.curve!;
  const [left, right] = [
    Math.min(0, ...points.map(({ x }) => x)),
    Math.max(...points.map(({ x }) => x)) * 1.08,
  ];
  const line = Array.from({ length: 61 }, (_, i) => {
    const x = left + ((right - left) * i) / 60;
    return { x, y: distortionAt(curve, x) };
  });
  const top = Math.max(...points.map(({ y }) => y), ...line.map(({ y }) => Math.min(1, y)));
  const box: Axes = {
    x: [left, right],
    y: [0, Math.min(1.02, top * 1.1) || 1],
    labels: { x: "bits per token", y: `1 − ${truncateMiddle(printable(score.name), 24)}` },
    width,
  };
  const base = axes(kit, box);
  return draw(
    kit,
    {
      ...base,
      clip: true,
      marks: [
        ...base.marks,
        Plot.ruleY([curve.D0], { stroke: "var(--ink)", strokeDasharray: "4 3" }),
        Plot.line(
          line.filter(({ y }) => y <= box.y[1]),
          { x: "x", y: "y", stroke: accent, strokeWidth: 1.75 },
        ),
        Plot.dot(points, { x: "x", y: "y", r: 4.5, fill: accent }),
        ...names(kit, points, box),
      ],
    },
    {
      label: `Distortion by bits per token of ${points.length} compressors with the fitted curve; the table has the numbers.`,
    },
  );
}

/** Where compressions come from by where they may come from, of the contexts that are mixed up most. */
export function confusionChart(kit: Kit, r: ChannelReport, one: CompressorFinding): Markup {
  const { Plot } = kit;
  const { contexts, posterior } = one.confusions;
  const labels = contexts.map((i) => truncateMiddle(printable(r.contexts[i].id), 12));
  const count = labels.length;
  const size = count <= 8 ? 30 : 17;
  const longest = Math.max(1, ...labels.map(displayWidth)) * 7.2;
  const [marginLeft, marginTop] = [longest + 12, longest * 0.75 + 20];
  const cells = posterior.flatMap((row, i) =>
    row.map((share, l) => ({ i, l, step: share < 0.005 ? 0 : rampStep(share) })),
  );
  const place = {
    x1: "l",
    x2: ({ l }: { l: number }) => l + 1,
    y1: "i",
    y2: ({ i }: { i: number }) => i + 1,
    inset: 0.5,
  } as const;
  return draw(
    kit,
    {
      width: marginLeft + count * size + longest * 0.7 + 8,
      height: marginTop + count * size + 4,
      marginLeft,
      marginTop,
      marginRight: longest * 0.7 + 8,
      marginBottom: 4,
      x: { domain: [0, count], axis: null },
      y: { domain: [count, 0], axis: null },
      marks: [
        ...Array.from({ length: rampSteps + 1 }, (_, step) =>
          Plot.rect(
            cells.filter((cell) => cell.step === step),
            { ...place, fill: `var(--r${step})` },
          ),
        ),
        Plot.text(labels, {
          x: 0,
          y: (_, i: number) => i + 0.5,
          text: (label: string) => label,
          textAnchor: "end",
          dx: -6,
          fill: "var(--ink)",
        }),
        Plot.text(labels, {
          x: (_, l: number) => l + 0.5,
          y: 0,
          text: (label: string) => label,
          textAnchor: "start",
          rotate: -45,
          dx: 2,
          dy: -7,
          fill: "var(--ink)",
        }),
      ],
    },
    {
      label: `Likely sources of what ${printable(one.name)} wrote, ${count} contexts by ${count}; the table lists the likeliest mistakes.`,
    },
  );
}
