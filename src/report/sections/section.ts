import type { PairEstimate, TableMeasurement } from "../../measure/table/measurement.ts";
import type { Kit } from "../charts/kit.ts";
import { nameOf } from "../findings.ts";
import { type Content, html, type Markup } from "../markup.ts";

export interface Section {
  id: string;
  /** Heading and entry in the contents. */
  title: string;
  body: Markup;
}

/** A part of the page; undefined when the measurement has nothing for it. */
export type SectionOf = (m: TableMeasurement, kit: Kit) => Section | undefined;

/** A picture with its caption; `beside` is the table with the same numbers. */
export function figure(chart: Content, caption: Content, beside?: Content, kind = ""): Markup {
  const picture = html`<figure${kind !== "" && html` class="${kind}"`}><div class="chart">${chart}</div><figcaption>${caption}</figcaption></figure>`;
  return beside === undefined ? picture : html`<div class="beside">${picture}${beside}</div>`;
}

/** A link from a column's name to its row in the table of columns. */
export function columnLink(name: string, m: Pick<TableMeasurement, "columns">): Markup {
  const index = m.columns.findIndex((c) => c.name === name);
  return index < 0
    ? html`<span class="name">${name}</span>`
    : html`<a class="name" href="#column-${index}">${name}</a>`;
}

/** The estimate's name, with its columns in a typeface of their own. */
export function estimateName(e: PairEstimate, m: TableMeasurement): Markup {
  return html`<span class="name">${nameOf(e, m)}</span>`;
}
