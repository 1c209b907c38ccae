/** Plain text for a terminal: tables and paragraphs of a given width. */

const gap = "  ";
/** A column is not squeezed below this, even if the table then exceeds the width. */
const narrowest = 6;

/**
 * A table whose long cells are wrapped until it fits; columns of numbers are aligned to the right. One with too many
 * columns is printed in parts, each with the first column.
 */
export function tableLines(columns: string[], rows: (string | number)[][], width: number): string[] {
  const most = Math.max(2, Math.floor((width + gap.length) / (narrowest + gap.length)));
  if (columns.length > most) return inParts(columns, rows, width, most);
  const cells = [columns, ...rows.map((row) => row.map(String))];
  const numeric = columns.map((_, j) => isNumericColumn(rows, j));
  const widths = fitWidths(
    columns.map((_, j) => Math.max(...cells.map((row) => length(row[j] ?? "")))),
    width,
  );
  const rule = widths.map((w) => "─".repeat(w)).join(gap);
  const lines = cells.map((row) => rowLines(row, widths, numeric));
  return [...lines[0], rule, ...lines.slice(1).flat()];
}

function inParts(columns: string[], rows: (string | number)[][], width: number, most: number): string[] {
  const parts = Math.ceil((columns.length - 1) / (most - 1));
  const each = Math.ceil((columns.length - 1) / parts);
  return Array.from({ length: parts }, (_, part) => {
    const chosen = <T>(cells: T[]): T[] => [cells[0], ...cells.slice(1 + part * each, 1 + (part + 1) * each)];
    const lines = tableLines(chosen(columns), rows.map(chosen), width);
    return part === 0 ? lines : ["", ...lines];
  }).flat();
}

/** Whether every cell of a column is a number, or the text of one. */
export function isNumericColumn(rows: readonly (readonly (string | number)[])[], j: number): boolean {
  return rows.length > 0 && rows.every((row) => /^[-+−±]?\d+(\.\d+)?(e[-+]?\d+)?$/.test(String(row[j])));
}

/** Takes characters from the widest column until the table fits. */
function fitWidths(natural: number[], width: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, w) => sum + w, 0) + gap.length * (widths.length - 1);
  while (total() > width) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest] <= narrowest) break;
    widths[widest]--;
  }
  return widths;
}

function rowLines(row: string[], widths: number[], numeric: boolean[]): string[] {
  const wrapped = widths.map((w, j) => wrap(row[j] ?? "", w));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, i) =>
    wrapped
      .map((lines, j) => pad(lines[i] ?? "", widths[j], numeric[j]))
      .join(gap)
      .trimEnd(),
  );
}

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - length(text)));
  return right ? space + text : text + space;
}

/** Breaks at spaces; a word longer than the width is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(/\s+/)) {
    if (line && length(line) + 1 + length(word) > width) {
      lines.push(line);
      line = "";
    }
    while (length(word) > width) {
      const characters = [...word];
      lines.push(characters.slice(0, width).join(""));
      word = characters.slice(width).join("");
    }
    line = line ? `${line} ${word}` : word;
  }
  lines.push(line);
  return lines;
}

function length(text: string): number {
  return [...text].length;
}
