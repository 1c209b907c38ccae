import type { KeptText } from "./kept-text.ts";
import { free, type Units } from "./units.ts";

/**
 * The selection of the reference: in every window, words whose score lies above a percentile of the scores, each
 * counted once per token of the word. Approximate: ties at the threshold all go, so that fewer tokens may stay.
 */
export function selectByPercentile(
  text: KeptText,
  reduce: number,
  count: (text: string) => number,
  dropConsecutive: boolean,
): void {
  const { units } = text;
  const size = units.starts.length;
  const scores = raised(units);
  const top = scores.reduce((most, p) => Math.max(most, p), 1);
  const tokens = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    // As it stands in the text, with the space before it: that is another token than the bare word.
    const start = units.text[units.starts[i] - 1] === " " ? units.starts[i] - 1 : units.starts[i];
    const word = units.text.slice(start, units.ends[i]);
    tokens[i] = word.trim() === "" ? 1 : count(word);
  }
  const keep = new Uint8Array(size);
  units.windows.forEach((from, w) => {
    const to = w + 1 < units.windows.length ? units.windows[w + 1] : size;
    const p = scores.slice(from, to);
    const ones = new Float64Array(to - from).fill(1);
    const threshold = weightedPercentile(p, tokens.subarray(from, to), percentOf(reduce, 1));
    if (dropConsecutive) sinkRepeats(units, p, from, weightedPercentile(p, ones, percentOf(reduce, 0)));
    for (let i = from; i < to; i++) {
      const score = p[i - from];
      if (score > threshold || (threshold === top && score === threshold)) keep[i] = 1;
    }
  });
  for (let i = 0; i < size; i++) if (units.status[i] !== free && units.token[i] < 0) keep[i] = 1;
  if (dropConsecutive) dropEqualNeighbours(units, keep);
  for (let i = 0; i < size; i++) if (!keep[i]) text.drop(i);
}

/** The reference takes an integer percent; 100·(1 − 0.9) is 9.999… in doubles, hence the 1e-9 before the floor. */
export function percentOf(reduce: number, more: number): number {
  return Math.min(100, Math.floor(100 * reduce + more + 1e-9));
}

/** Percentile, interpolated linearly, of values repeated as often as their weights say. */
export function weightedPercentile(values: Float64Array, weights: Float64Array, percent: number): number {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const total = weights.reduce((sum, w) => sum + w, 0);
  const place = (percent / 100) * (total - 1);
  const below = Math.floor(place);
  let passed = 0;
  let low = Number.NaN;
  for (const i of order) {
    passed += weights[i];
    if (Number.isNaN(low) && passed > below) low = values[i];
    if (passed > below + 1) return low + (place - below) * (values[i] - low);
  }
  return low;
}

function raised({ keep, status }: Units): Float64Array {
  const top = keep.reduce((most, p) => Math.max(most, p), 1);
  return keep.map((p, i) => (status[i] === free ? p : top));
}

/** A force token equal to the last one, with no word above the threshold between them, loses its score. */
function sinkRepeats({ token }: Units, p: Float64Array, from: number, threshold: number): void {
  let last = -1;
  let between = false;
  for (let i = 0; i < p.length; i++) {
    const mine = token[from + i];
    if (mine < 0) {
      between ||= p[i] > threshold;
      continue;
    }
    if (mine === last && !between) p[i] = 0;
    last = mine;
    between = false;
  }
}

function dropEqualNeighbours({ token }: Units, keep: Uint8Array): void {
  let last = -1;
  for (let i = 0; i < keep.length; i++) {
    if (!keep[i]) continue;
    if (token[i] >= 0 && token[i] === last) keep[i] = 0;
    else last = token[i];
  }
}
