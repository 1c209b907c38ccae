import { completeRows, type Frame, type FrameColumn } from "./frame.ts";
import type { ColumnSummary, PairPicture } from "./measurement.ts";

const cells = 16;
const mostLevels = 12;

/** Counts of two columns on a grid of at most 16 × 16 cells. */
export function pairPicture(frame: Frame, x: string, y: string): PairPicture {
  const rows = completeRows(frame, [x, y]);
  const xBins = binsOf(frame.columns[x], rows, cells);
  const yBins = binsOf(frame.columns[y], rows, cells);
  const counts = Array.from({ length: xBins.size }, () => new Array<number>(yBins.size).fill(0));
  for (const row of rows) counts[xBins.at(row)][yBins.at(row)]++;
  return { x, y, xEdges: xBins.edges, yEdges: yBins.edges, counts };
}

/** Counts of one column, for its tiny picture. */
export function histogramOf(frame: Frame, name: string): ColumnSummary["histogram"] {
  const rows = completeRows(frame, [name]);
  const bins = binsOf(frame.columns[name], rows, cells);
  const counts = new Array<number>(bins.size).fill(0);
  for (const row of rows) counts[bins.at(row)]++;
  const { edges } = bins;
  const labels = edges.slice(0, bins.size).map((edge, i) => {
    return typeof edge === "string" ? edge : `${shortNumber(edge)} to ${shortNumber(edges[i + 1] as number)}`;
  });
  return { labels, counts };
}

interface Bins {
  size: number;
  edges: number[] | string[];
  at(row: number): number;
}

function binsOf(c: FrameColumn, rows: Int32Array, most: number): Bins {
  return c.kind === "discrete" ? levelBins(c.codes, c.levels, rows) : equalBins(c.values, rows, most);
}

function equalBins(values: Float64Array, rows: Int32Array, size: number): Bins {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    low = Math.min(low, values[row]);
    high = Math.max(high, values[row]);
  }
  const width = (high - low) / size || 1;
  return {
    size,
    edges: Array.from({ length: size + 1 }, (_, i) => Number((low + i * width).toPrecision(6))),
    at: (row) => Math.min(Math.floor((values[row] - low) / width), size - 1),
  };
}

/** The most common levels, most common first, and the others together. */
function levelBins(codes: Int32Array, levels: readonly string[], rows: Int32Array): Bins {
  const counts = new Array<number>(levels.length).fill(0);
  for (const row of rows) counts[codes[row]]++;
  const order = levels.map((_, code) => code).filter((code) => counts[code] > 0);
  order.sort((a, b) => counts[b] - counts[a]);
  const kept = order.length > mostLevels ? order.slice(0, mostLevels - 1) : order;
  const place = new Int32Array(levels.length).fill(kept.length);
  for (const [bin, code] of kept.entries()) place[code] = bin;
  const edges = kept.map((code) => levels[code]);
  if (kept.length < order.length) edges.push(`${order.length - kept.length} others`);
  return { size: edges.length, edges, at: (row) => place[codes[row]] };
}

function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
