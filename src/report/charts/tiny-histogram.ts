import type { ColumnSummary } from "../../measure/table/measurement.ts";
import { html, type Markup, raw } from "../markup.ts";

const width = 96;
const height = 22;

/** A histogram for a table cell, as one path: a page may hold hundreds. */
export function tinyHistogram({ counts, labels }: NonNullable<ColumnSummary["histogram"]>): Markup {
  const largest = Math.max(...counts, 1);
  const step = width / Math.max(1, counts.length);
  const path = counts
    .map((count, i) => {
      if (count <= 0) return "";
      const tall = Math.max(1, (height * count) / largest);
      return `M${round(i * step)} ${height}v${-round(tall)}h${round(step - 1)}v${round(tall)}z`;
    })
    .join("");
  const most = counts.indexOf(Math.max(...counts));
  const label = `${counts.length} bins; the fullest is ${labels[most] ?? "unnamed"} with ${counts[most] ?? 0} rows`;
  return html`<svg class="tiny" role="img" aria-label="${label}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><path d="${raw(path)}"/></svg>`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
