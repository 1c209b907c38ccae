import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InputError } from "../../core/errors.ts";
import type { Column, Table } from "../../data/table.ts";
import type { Pick } from "../../decide/submodular/report-data.ts";
import { stem } from "../report-paths.ts";

/** Where the chosen rows go; undefined when no file is wanted. */
export function outputPath(
  file: string,
  { output, json }: { output?: string; json?: boolean },
): string | undefined {
  if (output === undefined && json) return undefined;
  const path =
    output ?? `${stem(file)}.selected.${/\.(jsonl?|ndjson)(\.gz)?$/i.test(file) ? "jsonl" : "csv"}`;
  if (!/\.(csv|jsonl)$/i.test(path)) {
    throw refused("rows are written as a table", "a path that ends in .csv or .jsonl", path);
  }
  if (resolve(path) === resolve(file)) throw refused("the rows would replace the data", "another path", path);
  const folder = dirname(resolve(path));
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw refused("there is no such folder", "an existing folder", folder);
  }
  return path;
}

function refused(problem: string, expected: string, got: string): InputError {
  return new InputError({ code: "bad-output", where: "--output", problem, expected, got });
}

type Cell = string | number | boolean | null;

/** The chosen rows in order: rank, row in the file, gain, and what the table says in that row. */
export function rowsText(path: string, picks: readonly Pick[], table: Table | undefined): string {
  const columns = table?.columns ?? [];
  const taken = new Set(columns.map(({ name }) => name));
  const heads = ["rank", "row", "gain"].map((name) => (taken.has(name) ? `selected_${name}` : name));
  const rows = picks.map(({ row, gain }, i): Cell[] => [
    i + 1,
    row,
    gain,
    ...columns.map((column) => cellOf(column, row - 1)),
  ]);
  const names = [...heads, ...columns.map(({ name }) => name)];
  if (/\.jsonl$/i.test(path)) {
    const asObject = (row: Cell[]) =>
      JSON.stringify(Object.fromEntries(names.map((name, j) => [name, row[j]])));
    return rows.map((row) => `${asObject(row)}\n`).join("");
  }
  return [names, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

function cellOf(column: Column, row: number): Cell {
  if (column.numbers) {
    const value = column.numbers[row];
    if (Number.isNaN(value)) return null;
    return column.type === "date" ? dateText(value) : value;
  }
  const code = column.codes[row];
  if (code < 0) return null;
  return column.type === "boolean" ? code === 1 : column.levels[code];
}

const msPerDay = 86_400_000;

function dateText(days: number): string {
  return new Date(Math.round(days * msPerDay)).toISOString().replace(/T00:00:00\.000Z$/, "");
}

function csvCell(cell: Cell | string): string {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
