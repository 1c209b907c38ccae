import { sortWithOrder } from "./sorted-order.ts";

/** Cells of the search table per number: more cells, fewer steps from the first guess to the answer. */
const cellsPerNumber = 2;

/**
 * Numbers sorted once, for neighbours and for counting neighbours. Everything is said in positions of the sorted
 * order: `order[p]` is the row at position p, and `values[p]` its number.
 */
export class Line {
  /** Ascending. */
  readonly values: Float64Array;
  readonly order: Int32Array;
  /** First position whose value lies in cell c of a regular grid: where the search for a value begins. */
  readonly #guide: Int32Array;
  readonly #cellsPerUnit: number;

  constructor(input: Float64Array) {
    const { values, order } = sortWithOrder(input);
    this.values = values;
    this.order = order;
    const n = values.length;
    const cells = cellsPerNumber * n;
    const cellsPerUnit = (cells - 1) / (values[n - 1] - values[0]);
    this.#cellsPerUnit = Number.isFinite(cellsPerUnit) ? cellsPerUnit : 0;
    this.#guide = new Int32Array(cells);
    for (let p = 0, cell = 0; p < n; p++) {
      const last = ((values[p] - values[0]) * this.#cellsPerUnit) | 0;
      while (cell <= last) this.#guide[cell++] = p;
    }
  }

  /** The position of each row: the inverse of `order`. */
  positions(): Int32Array {
    const positions = new Int32Array(this.order.length);
    for (let p = 0; p < positions.length; p++) positions[this.order[p]] = p;
    return positions;
  }

  /** Number of other points closer than `radius` (strictly) to the point at `position`. */
  countCloser(position: number, radius: number): number {
    if (!(radius > 0)) return 0;
    const { values } = this;
    const first = values[0];
    const last = values[values.length - 1];
    const value = values[position];
    const top = Math.min(value + radius, last);
    const bottom = Math.max(value - radius, first);
    const above = this.#guide[((top - first) * this.#cellsPerUnit) | 0];
    const below = this.#guide[((bottom - first) * this.#cellsPerUnit) | 0];
    return endOfCloser(values, position, radius, above) - startOfCloser(values, position, radius, below) - 1;
  }
}

/** First position after `position` that is not closer than `radius`, searched in growing steps from a guess. */
export function endOfCloser(values: Float64Array, position: number, radius: number, guess: number): number {
  const value = values[position];
  let low = position + 1;
  let high = values.length;
  let at = Math.max(guess, low);
  let step = 1;
  if (at < high && values[at] - value < radius) {
    do {
      low = at + 1;
      at += step;
      step *= 2;
    } while (at < high && values[at] - value < radius);
    if (at < high) high = at;
  } else {
    do {
      high = at;
      at -= step;
      step *= 2;
    } while (at >= low && !(values[at] - value < radius));
    if (at >= low) low = at + 1;
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] - value < radius) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First position, up to `position`, that is closer than `radius`, searched in growing steps from a guess. */
export function startOfCloser(values: Float64Array, position: number, radius: number, guess: number): number {
  const value = values[position];
  let low = 0;
  let high = position;
  let at = Math.min(guess, high);
  let step = 1;
  if (value - values[at] < radius) {
    do {
      high = at;
      at -= step;
      step *= 2;
    } while (at >= 0 && value - values[at] < radius);
    if (at >= 0) low = at + 1;
  } else {
    do {
      low = at + 1;
      at += step;
      step *= 2;
    } while (at < high && !(value - values[at] < radius));
    if (at < high) high = at;
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value - values[middle] < radius) high = middle;
    else low = middle + 1;
  }
  return low;
}
