import type { Markish } from "@observablehq/plot";
import type { Unit } from "../../core/units.ts";
import { natsPerUnit } from "../amounts.ts";
import { type Kit, unitLabelClass } from "./kit.ts";

/**
 * An axis for amounts of information, drawn once in nats and once in bits; the page shows the one that is chosen.
 * The scale itself is in `unit`.
 */
export function unitAxis(
  { Plot }: Kit,
  unit: Unit,
  {
    axis,
    low,
    high,
    count = 5,
    grid = true,
  }: { axis: "x" | "y"; low: number; high: number; count?: number; grid?: boolean },
): Markish[] {
  return (["nats", "bits"] as const).flatMap((shown) => {
    const scale = natsPerUnit({ unit: shown }) / natsPerUnit({ unit });
    const ticks = niceTicks(low / scale, high / scale, count);
    const options = {
      ticks: ticks.map((tick) => tick * scale),
      tickFormat: (_: number, i: number) => ticks[i].toString().replace("-", "−"),
      tickSize: 0,
      tickPadding: 6,
      label: null,
      fill: "var(--muted)",
      className: `u-${shown}`,
    } as const;
    const lines = { ticks: options.ticks, stroke: "var(--line)", strokeOpacity: 1, className: `u-${shown}` };
    if (axis === "x") return [grid ? Plot.gridX(lines) : null, Plot.axisX({ ...options })];
    return [grid ? Plot.gridY(lines) : null, Plot.axisY({ ...options })];
  });
}

/** The unit's name at a corner of the drawing; {@link draw} ties it to the switch. */
export function unitLabel(
  { Plot }: Kit,
  unit: Unit,
  { dx, dy, frameAnchor }: { dx: number; dy: number; frameAnchor: "top-left" | "top-right" | "bottom-right" },
): Markish {
  const textAnchor = frameAnchor === "top-left" ? "start" : "end";
  return Plot.text([unit], {
    text: [unit],
    frameAnchor,
    textAnchor,
    dx,
    dy,
    fill: "var(--muted)",
    className: unitLabelClass,
  });
}

/** Round numbers between two values, in steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((s) => s * power >= rough) ?? 10);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    ticks.push(Number((i * step).toFixed(digits)));
  return ticks;
}
