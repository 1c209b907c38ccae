import { type Content, html, type Markup } from "./markup.ts";

export interface TableColumn {
  title: Content;
  /** Numbers are set to the right. */
  numeric?: boolean;
  /** Columns of pictures or links are not sorted. */
  fixed?: boolean;
}

interface TableCell {
  content: Content;
  /** What to sort by where the text will not do. */
  sort?: number | string;
}

export interface TableRow {
  /** The first cell heads the row. */
  cells: (TableCell | Content)[];
  id?: string;
}

/** Rows in one table at most; the JSON has all. */
const mostTableRows = 300;

/** A table with caption and headers; it scrolls sideways inside itself when the page is narrow. */
export function renderTable(
  caption: Content,
  columns: readonly TableColumn[],
  rows: readonly TableRow[],
): Markup {
  const shown = rows.slice(0, mostTableRows);
  const more =
    rows.length > shown.length
      ? html`<p class="more">The ${shown.length} first of ${rows.length} rows; the JSON has all.</p>`
      : undefined;
  return html`<div class="table">
<div class="scroll"${columns.length > 4 && html` tabindex="0" role="group" aria-label="Table, scrolls sideways"`}><table>
<caption><span>${caption}</span></caption>
<thead><tr>${columns.map((c) => html`<th scope="col"${c.numeric && html` class="num"`}${c.fixed && html` data-fixed`}>${c.title}</th>`)}</tr></thead>
<tbody>
${shown.map(
  (
    row,
  ) => html`<tr${row.id !== undefined && html` id="${row.id}"`}>${row.cells.map((cell, j) => renderCell(cell, columns[j], j === 0))}</tr>
`,
)}</tbody>
</table></div>
${more}</div>`;
}

function renderCell(cell: TableCell | Content, column: TableColumn, heads: boolean): Markup {
  const { content, sort } = isCell(cell) ? cell : { content: cell, sort: undefined };
  const attributes = html`${column.numeric && html` class="num"`}${sort !== undefined && html` data-sort="${sort}"`}`;
  return heads ? html`<th scope="row"${attributes}>${content}</th>` : html`<td${attributes}>${content}</td>`;
}

function isCell(cell: TableCell | Content): cell is TableCell {
  return typeof cell === "object" && cell !== null && "content" in cell;
}
