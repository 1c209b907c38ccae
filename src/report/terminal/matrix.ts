import type { TableMeasurement } from "../../measure/table/measurement.ts";
import { formatNumber } from "../format.ts";
import { padEnd, padStart, truncateMiddle } from "../text-width.ts";
import type { Canvas } from "./bars.ts";

/** Every pair as a triangle of numbers, when it fits. */
export function renderPairMatrix(m: TableMeasurement, { width, paint }: Canvas): string[] {
  const single = m.estimates.filter((e) => e.x.length === 1 && e.y.length === 1 && !e.given?.length);
  const names = [...new Set(single.flatMap((e) => [e.x[0], e.y[0]]))];
  if (names.length < 3) return [];
  const values = new Map(single.map((e) => [key(e.x[0], e.y[0]), e.value]));
  const cell = 1 + Math.max(...[...values.values()].map((value) => formatNumber(value, 2).length));
  const digits = String(names.length).length;
  const name = Math.min(20, Math.max(...names.map((n) => n.length)));
  if (2 + digits + 1 + name + 1 + (names.length - 1) * (cell + 1) > width) return [];
  const head = names.slice(0, -1).map((_, j) => padStart(String(j + 1), cell + 1));
  const lines = [`  ${" ".repeat(digits + 1 + name)} ${head.join("")}`];
  for (const [i, row] of names.entries()) {
    const cells = names
      .slice(0, i)
      .map((column) => padStart(formatNumber(values.get(key(row, column)), 2), cell + 1));
    lines.push(
      `  ${padStart(String(i + 1), digits)} ${padEnd(truncateMiddle(row, name), name)} ${cells.join("")}`.trimEnd(),
    );
  }
  return [paint.bold(`every pair, in ${m.unit}`), ...lines];
}

function key(a: string, b: string): string {
  return JSON.stringify(a < b ? [a, b] : [b, a]);
}
