import type { ColumnSummary, TableMeasurement } from "../../measure/table/measurement.ts";
import { amount, unitName } from "../amounts.ts";
import { tinyHistogram } from "../charts/tiny-histogram.ts";
import { formatCount, formatShare, plural } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { renderTable } from "../tables.ts";
import type { Section } from "./section.ts";

/** What was read: each column, what it was taken for and why. */
export function dataSection(m: TableMeasurement): Section | undefined {
  if (m.columns.length === 0) return undefined;
  const has = {
    entropy: m.columns.some((c) => c.entropy !== undefined),
    histogram: m.columns.some((c) => c.histogram),
  };
  const table = renderTable(
    html`${plural(m.columns.length, "column")} of ${formatCount(m.n)} rows`,
    [
      { title: "column" },
      { title: "used as" },
      ...(has.histogram ? [{ title: "values", fixed: true }] : []),
      { title: "missing", numeric: true },
      { title: "distinct", numeric: true },
      ...(has.entropy ? [{ title: html`entropy, ${unitName(m)}`, numeric: true }] : []),
      { title: "because" },
    ],
    m.columns.map((c, i) => ({
      id: `column-${i}`,
      cells: [
        html`<span class="name">${c.name}</span>${c.name === m.target && html` <span class="chip fact">target</span>`}`,
        use(c),
        ...(has.histogram ? [c.histogram && tinyHistogram(c.histogram)] : []),
        {
          content:
            c.missing === 0
              ? "0"
              : html`${formatCount(c.missing)} <span class="why">${formatShare(c.missing / Math.max(1, m.n))}</span>`,
          sort: c.missing,
        },
        { content: formatCount(c.distinct), sort: c.distinct },
        ...(has.entropy
          ? [{ content: c.entropy !== undefined && amount(c.entropy, m), sort: c.entropy ?? "" }]
          : []),
        html`<span class="why">${c.because}</span>`,
      ],
    })),
  );
  const fine =
    has.entropy &&
    html`<p class="fine">Entropy of discrete columns is Shannon's and never negative; that of continuous columns is differential: it depends on the column's scale and may be negative.</p>`;
  return { id: "data", title: "Data", body: html`${table}${fine}` };
}

function use({ use }: ColumnSummary): Markup {
  return use === "continuous" || use === "discrete" ? html`${use}` : html`<em>${use}</em>`;
}
