import type { TableMeasurement } from "../../measure/table/measurement.ts";
import { sortedNotes } from "../findings.ts";
import { html, join } from "../markup.ts";
import { columnLink, type Section } from "./section.ts";

const label = { problem: "Problem", hint: "Hint", fact: "Fact" };
const mostLinks = 4;

/** Notes by consequence, each with links to the columns it is about. */
export function notesSection(m: Pick<TableMeasurement, "notes" | "columns">): Section | undefined {
  const notes = sortedNotes(m);
  if (notes.length === 0) return undefined;
  const items = notes.map(({ severity, message, columns }) => {
    const links = [...new Set(columns)].slice(0, mostLinks).map((name) => columnLink(name, m));
    return html`<li><span class="chip ${severity}">${label[severity]}</span><div><p>${message}</p>${
      links.length > 0 &&
      html`<p class="where">${join(links, " · ")}${columns.length > mostLinks && html` · ${columns.length - mostLinks} more`}</p>`
    }</div></li>`;
  });
  return { id: "notes", title: "Worth knowing", body: html`<ul class="notes">${items}</ul>` };
}
