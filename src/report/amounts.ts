import type { TableMeasurement } from "../measure/table/measurement.ts";
import { formatNumber } from "./format.ts";
import { html, type Markup } from "./markup.ts";

// Amounts of information in the page carry their value in nats, so that the script can show them in bits.

/** Nats in one unit of the measurement. */
export function natsPerUnit(m: Pick<TableMeasurement, "unit">): number {
  return m.unit === "bits" ? Math.LN2 : 1;
}

/** The value in nats as written into `data-nats`. */
export function dataNats(value: number, m: Pick<TableMeasurement, "unit">): string {
  return String(Number((value * natsPerUnit(m)).toPrecision(6)));
}

/** A number that follows the unit switch, without its unit. */
export function amount(value: number | undefined, m: Pick<TableMeasurement, "unit">): Markup {
  if (value === undefined || !Number.isFinite(value)) return html`${formatNumber(value)}`;
  return html`<span data-nats="${dataNats(value, m)}">${formatNumber(value).replace("-", "−")}</span>`;
}

/** The number with its unit. */
export function amountWithUnit(value: number | undefined, m: Pick<TableMeasurement, "unit">): Markup {
  return html`<span class="nowrap">${amount(value, m)} ${unitName(m)}</span>`;
}

/** The name of the unit, which follows the switch. */
export function unitName(m: Pick<TableMeasurement, "unit">): Markup {
  return html`<span data-unit-name>${m.unit}</span>`;
}

/** "[0.12, 0.34]" */
export function amountInterval(
  interval: { low: number; high: number },
  m: Pick<TableMeasurement, "unit">,
): Markup {
  return html`<span class="nowrap">[${amount(interval.low, m)}, ${amount(interval.high, m)}]</span>`;
}
