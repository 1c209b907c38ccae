import type { PairEstimate, TableMeasurement } from "../../measure/table/measurement.ts";
import { amount, amountWithUnit, unitName } from "../amounts.ts";
import { arcChart } from "../charts/arcs.ts";
import { type Kit, rampSteps } from "../charts/kit.ts";
import { matrixChart, matrixColumns } from "../charts/matrix.ts";
import { formatCount, formatShare, plural } from "../format.ts";
import { html, listMarkup, type Markup } from "../markup.ts";
import { renderTable } from "../tables.ts";
import { columnLink, figure, type Section } from "./section.ts";

/** Pairs below this share of the strongest are not drawn. */
const threshold = 0.05;
const mostRows = 40;

/** Columns that say the same: groups as arcs, all pairs as a triangle of cells, the strongest as a table. */
export function overlapSection(m: TableMeasurement, kit: Kit): Section | undefined {
  const pairs = m.pairs
    .filter(({ x, y }) => x.length === 1 && y.length === 1)
    .sort((a, b) => b.value - a.value);
  if (m.groups.length === 0 && pairs.length < 3) return undefined;
  return {
    id: "overlap",
    title: "Overlap",
    body: html`${groups(m, kit)}${pairs.length >= 3 && matrix(m, kit, pairs)}`,
  };
}

function groups(m: TableMeasurement, kit: Kit): Markup {
  if (m.groups.length === 0) return html`<p>No two columns say nearly the same.</p>`;
  const rows = m.groups.map(({ columns, keep, shared }) => ({
    cells: [
      columnLink(keep, m),
      listMarkup(
        columns.filter((name) => name !== keep).map((name) => columnLink(name, m)),
        columns.length > 13 ? 10 : columns.length,
      ),
      { content: formatShare(shared), sort: shared },
    ],
  }));
  const table = renderTable(
    "Columns that say much of the same",
    [{ title: "keep" }, { title: "overlaps with" }, { title: "shared, up to", numeric: true }],
    rows,
  );
  return html`<h3>${m.groups.length === 1 ? "A group that overlaps" : `${m.groups.length} groups that overlap`}</h3>${figure(
    arcChart(kit, m),
    "Columns joined by what they share; thicker is more. ● the column to keep, ○ the others.",
    table,
  )}`;
}

function matrix(m: TableMeasurement, kit: Kit, pairs: readonly PairEstimate[]): Markup {
  const floor = threshold * pairs[0].value;
  const shown = pairs.filter(({ value }) => value > 0 && value >= floor);
  if (shown.length === 0) return html``;
  const columns = matrixColumns(m, shown).length;
  const ramp = Array.from(
    { length: rampSteps + 1 },
    (_, step) => html`<i style="background:var(--r${step})"></i>`,
  );
  const caption = html`Information that two of ${formatCount(columns)} columns share. Pairs below ${amountWithUnit(floor, m)} (a twentieth of the strongest) are left pale. <span class="ramp" role="img" aria-label="Palette from pale, little, to dark, much">0 ${ramp} ${amountWithUnit(pairs[0].value, m)}</span>`;
  const rows = shown.slice(0, mostRows).map((e) => ({
    cells: [
      html`${columnLink(e.x[0], m)} – ${columnLink(e.y[0], m)}`,
      { content: amount(e.value, m), sort: e.value },
      html`<code>${e.method}</code>`,
    ],
  }));
  const left = shown.length - rows.length;
  // Asked for pairs, the table above has them all with intervals.
  const table =
    m.question === "pairs"
      ? undefined
      : renderTable(
          html`${left > 0 ? html`The ${mostRows} strongest of ${formatCount(shown.length)} pairs` : plural(shown.length, "pair")} drawn`,
          [{ title: "pair" }, { title: unitName(m), numeric: true }, { title: "estimator" }],
          rows,
        );
  return html`<h3>Pair by pair</h3>${figure(matrixChart(kit, m, shown), caption, table, columns > 14 ? "large" : "")}`;
}
