import type { createColors } from "picocolors";
import type { PairEstimate, TableMeasurement } from "../../measure/table/measurement.ts";
import { isBias, nameOf, standing } from "../findings.ts";
import { formatInterval, formatNumber, formatP, plural } from "../format.ts";
import { displayWidth, padEnd, padStart, truncateMiddle, wrap } from "../text-width.ts";

/** What every block of the terminal needs. */
export interface Canvas {
  width: number;
  paint: ReturnType<typeof createColors>;
}

/** All rows are shown up to `all`; of more, the strongest `most`. */
const all = 40;
const most = 30;
const gap = 2;
const leastBar = 6;
const mostBar = 40;

type Column = "rank" | "name" | "bar" | "value" | "interval" | "p" | "method";
type Cells = Record<Exclude<Column, "bar">, string>;

/** The estimates as one line each: rank, name, bar, value, interval, p-value, estimator. */
export function renderBars(m: TableMeasurement, { width, paint }: Canvas): string[] {
  const shown = m.estimates.length > all ? m.estimates.slice(0, most) : m.estimates;
  if (shown.length === 0) return ["  nothing was measured"];
  const rows = shown.map(
    (e, i): Cells => ({
      rank: shown.length > 1 ? String(i + 1) : "",
      name: nameOf(e, m),
      value: formatNumber(e.value),
      interval: e.interval ? formatInterval(e.interval) : "",
      p: formatP(e.pValue, m.permutations),
      method: e.method,
    }),
  );
  const columns = layout(rows, width, m.question === "target" ? 13 : 24);
  const largest = Math.max(...shown.map((e) => e.value));
  const lines = shown.map((e, i) => {
    const cells = columns.map(([column, size]) => {
      const text = column === "bar" ? drawBar(e, largest, size) : rows[i][column];
      return style(column, place(column, text, e, m, size), standing(e) === "chance", paint);
    });
    return `  ${cells.join(" ".repeat(gap))}`;
  });
  const rest = m.estimates.length - shown.length;
  if (rest > 0) lines.push(paint.dim(`  … ${plural(rest, "more row")}, all in the JSON and the report`));
  if (
    columns.some(([column]) => column === "bar") &&
    shown.some((e) => standing(e) === "chance" && e.value > 0)
  ) {
    const bias = shown.some(isBias) ? "; random pairings reach it too, wherever its interval lies" : "";
    const legend = wrap(`thin bar: not told apart from chance${bias}`, width - 2);
    lines.push(...legend.map((line) => paint.dim(`  ${line}`)));
  }
  return lines;
}

/** Columns with their widths; what a narrow terminal has no room for is left out, the estimator first. */
function layout(rows: readonly Cells[], width: number, leastName: number): [Column, number][] {
  const natural = (column: Exclude<Column, "bar">) =>
    Math.max(...rows.map((row) => displayWidth(row[column])));
  const present = (["rank", "name", "bar", "value", "interval", "p", "method"] as const).filter((column) =>
    column === "bar" ? rows.length > 1 : natural(column) > 0,
  );
  const least = Math.min(natural("name"), leastName);
  let kept: Column[] = [...present];
  const free = () => {
    const fixed = kept.reduce(
      (sum, column) => sum + (column === "name" || column === "bar" ? 0 : natural(column)),
      0,
    );
    return width - 2 - gap * (kept.length - 1) - fixed;
  };
  for (const column of ["method", "bar", "p", "interval"] as const) {
    if (free() >= least + (kept.includes("bar") ? leastBar : 0)) break;
    kept = kept.filter((other) => other !== column);
  }
  const room = free();
  const bar = kept.includes("bar")
    ? Math.max(leastBar, Math.min(mostBar, room - natural("name"), Math.floor(room * 0.6)))
    : 0;
  const name = Math.min(natural("name"), room - bar);
  return kept.map((column) => [
    column,
    column === "name" ? name : column === "bar" ? Math.min(mostBar, room - name) : natural(column),
  ]);
}

function place(column: Column, text: string, e: PairEstimate, m: TableMeasurement, size: number): string {
  if (column === "rank" || column === "value") return padStart(text, size);
  return padEnd(column === "name" ? shorten(text, e, m, size) : text, size);
}

/** A pair loses the middle of each name rather than the place where the two meet. */
function shorten(text: string, e: PairEstimate, m: TableMeasurement, size: number): string {
  const simple = m.question !== "target" && e.x.length === 1 && e.y.length === 1 && !e.given?.length;
  if (!simple || displayWidth(text) <= size) return truncateMiddle(text, size);
  const room = size - 3;
  const [left, right] = [displayWidth(e.x[0]), displayWidth(e.y[0])];
  const first = left <= room / 2 ? left : right <= room / 2 ? room - right : Math.floor(room / 2);
  return `${truncateMiddle(e.x[0], first)} ${m.question === "transfer" ? "→" : "–"} ${truncateMiddle(e.y[0], room - first)}`;
}

function style(column: Column, text: string, chance: boolean, paint: Canvas["paint"]): string {
  if (chance || column === "rank" || column === "method") return paint.dim(text);
  if (column === "bar") return paint.cyan(text);
  return column === "value" ? paint.bold(text) : text;
}

function drawBar(e: PairEstimate, largest: number, size: number): string {
  if (!(e.value > 0) || !(largest > 0)) return "";
  const share = Number.isFinite(e.value) ? e.value / largest : 1;
  return (standing(e) === "chance" ? "▁" : "▇").repeat(Math.max(1, Math.round(share * size)));
}
