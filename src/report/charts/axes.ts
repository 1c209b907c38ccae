import { tickText } from "../learn/numbers.ts";
import type { Kit } from "./kit.ts";

export interface AxisOptions {
  ticks: readonly number[];
  /** Default `tickText`. */
  format?: (value: number, index: number) => string;
  /** In the middle below an x axis, above a y axis; none by default. */
  label?: string;
  /** Of an x axis: from the axis to its label. Default 36. */
  labelOffset?: number;
}

const look = { tickSize: 0, tickPadding: 6, labelArrow: "none", fill: "var(--muted)" } as const;

/** The house's x axis: no ticks drawn, muted, the label below its middle. */
export function axisX(
  { Plot }: Kit,
  { ticks, format = tickText, label, labelOffset = 36 }: AxisOptions,
): ReturnType<Kit["Plot"]["axisX"]> {
  const name = label === undefined ? { label: null } : { label, labelAnchor: "center" as const, labelOffset };
  return Plot.axisX({ ...look, ticks: [...ticks], tickFormat: format, ...name });
}

/** The house's y axis: no ticks drawn, muted, the label above. */
export function axisY(
  { Plot }: Kit,
  { ticks, format = tickText, label }: AxisOptions,
): ReturnType<Kit["Plot"]["axisY"]> {
  const name = label === undefined ? { label: null } : { label, labelAnchor: "top" as const };
  return Plot.axisY({ ...look, ticks: [...ticks], tickFormat: format, ...name });
}
