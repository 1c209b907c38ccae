import type { PairPicture, TableMeasurement } from "../../measure/table/measurement.ts";
import { amountWithUnit } from "../amounts.ts";
import type { Kit } from "../charts/kit.ts";
import { pairChart } from "../charts/pair-picture.ts";
import { formatCount, plural } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { renderTable } from "../tables.ts";
import { figure, type Section } from "./section.ts";

const mostPictures = 24;

/** How the strongest pairs look, from counts on a grid. */
export function pairsSection(m: TableMeasurement, kit: Kit): Section | undefined {
  const pictures = m.pictures.slice(0, mostPictures);
  if (pictures.length === 0) return undefined;
  const left = m.pictures.length - pictures.length;
  return {
    id: "pairs",
    title: "Pairs",
    body: html`<p>${plural(pictures.length, "pair")} as counts on a grid: the darker, the more rows; the bars along the top and the right count each column alone.${left > 0 && html` ${plural(left, "more picture")} in the JSON.`}</p>
<div class="gallery" data-picker>${pictures.map((picture) => drawn(m, kit, picture))}</div>`,
  };
}

function drawn(m: TableMeasurement, kit: Kit, picture: PairPicture): Markup {
  const { x, y, counts } = picture;
  const rows = counts.flat().reduce((sum, count) => sum + count, 0);
  const estimate = [...m.estimates, ...m.pairs].find((e) => {
    const columns = [...e.x, ...e.y];
    return (
      m.question !== "transfer" &&
      !e.given?.length &&
      columns.length === 2 &&
      columns.includes(x) &&
      columns.includes(y)
    );
  });
  const caption = html`<strong class="name">${y}</strong> by <strong class="name">${x}</strong><br>${plural(rows, "row")}${estimate && html`, ${amountWithUnit(estimate.value, m)}`}`;
  return html`<div class="pair" data-pair="${x} – ${y}">${figure(pairChart(kit, picture), caption)}<details><summary>Counts as a table</summary>${countTable(picture)}</details></div>`;
}

function countTable({ x, y, xEdges, yEdges, counts }: PairPicture): Markup {
  const yNames = binNames(yEdges);
  return renderTable(
    html`Rows by <span class="name">${x}</span> (down) and <span class="name">${y}</span> (across)`,
    [{ title: x }, ...yNames.map((title) => ({ title, numeric: true }))],
    binNames(xEdges).map((name, i) => ({ cells: [name, ...counts[i].map((count) => formatCount(count))] })),
  );
}

function binNames(edges: number[] | string[]): string[] {
  if (typeof edges[0] !== "number") return edges.map(String);
  return edges.slice(1).map((edge, i) => `${short(Number(edges[i]))} to ${short(Number(edge))}`);
}

function short(value: number): string {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}
