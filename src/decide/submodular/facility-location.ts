import type { Selection, SetFunction } from "./set-function.ts";
import type { Similarities } from "./similarities.ts";

/**
 * Facility location, f(A) = Σᵢ max(0, maxⱼ∈A sᵢⱼ): how well the chosen items represent all rows, each by the item most
 * similar to it. Monotone and submodular. Similarities below 0 count as 0.
 *
 * A gain costs O(n) with a dense table at first and about O(n / t) after t items, O(neighbours) with a sparse one.
 *
 * @param s represented rows × items, from `similarityMatrix`, `similarities` or `neighbourSimilarities`
 * @see Renduchintala et al. 2023 (INGENIOUS), section 3; Nemhauser, Wolsey, Fisher 1978
 * @example
 * import { facilityLocation, maximize, similarities } from "surprisal/decide";
 * const rows = [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9], [0.7, 0.7]];
 * const { indices, gains } = await maximize(facilityLocation(similarities(rows)), 2);
 */
export function facilityLocation(s: Similarities): SetFunction {
  return boundedFacilityLocation(s, {}, "facility location");
}

export interface FacilityBounds {
  /** Row i counts only what exceeds this; 0 by default. */
  floor?: Float64Array;
  /** Row i counts only up to this; without limit by default. */
  cap?: Float64Array;
}

/**
 * f(A) = Σᵢ max(0, min(maxⱼ∈A sᵢⱼ, capᵢ) − max(0, floorᵢ)), the common form of facility location and of its mutual
 * information (caps), conditional gain (floors) and conditional mutual information (both).
 */
export function boundedFacilityLocation(
  s: Similarities,
  { floor, cap }: FacilityBounds,
  name: string,
): SetFunction {
  const covered = new Float64Array(s.represented);
  if (floor) for (let i = 0; i < covered.length; i++) covered[i] = Math.max(0, floor[i]);
  const start = () => grow(s, covered.slice(), cap);
  return { name, n: s.items, monotone: true, submodular: true, start };
}

/** `covered[i]` is what row i has so far. */
function grow(s: Similarities, covered: Float64Array, cap: Float64Array | undefined): Selection {
  let value = 0;
  const dense = denseGains(covered, s.items);
  const gain = (j: number): number => {
    const { values, from, to, rows } = s.column(j);
    if (cap) return cappedGain(values, from, to, rows, covered, cap);
    return rows ? sparseGain(values, from, to, rows, covered) : dense.gain(j, values, from);
  };
  return {
    get value() {
      return value;
    },
    gain,
    add(j) {
      value += gain(j);
      const { values, from, to, rows } = s.column(j);
      for (let at = from; at < to; at++) {
        const i = rows ? rows[at] : at - from;
        const reached = cap && cap[i] < values[at] ? cap[i] : values[at];
        if (reached > covered[i]) covered[i] = reached;
      }
      dense.isEmpty = false;
    },
  };
}

/**
 * Gains from dense columns. A row that an item cannot serve better than it is served never comes back, so each item
 * keeps the rows where it still could, with their similarities, and these only become fewer: after t items chosen about
 * n / t. They are kept from a quarter of the rows down: 3 n² bytes at the most, beside the 8 n² of the table.
 *
 * All sums go over rows in order, from the table or from what is kept, so that equal items have equal gains after
 * rounding.
 */
function denseGains(covered: Float64Array, items: number) {
  const n = covered.length;
  const keptRows: (Int32Array | undefined)[] = new Array(items);
  const keptValues: (Float64Array | undefined)[] = new Array(items);
  const lengths = new Int32Array(items);
  const rows = new Int32Array(n);

  // Loops without branches, which would be guessed wrong: Σ max(0, d) is ½ Σ (d + |d|), also after rounding.
  const sum = (values: ArrayLike<number>, from: number): number => {
    let twice = 0;
    for (let i = 0; i < n; i++) {
      const d = values[from + i] - covered[i];
      twice += d + Math.abs(d);
    }
    return 0.5 * twice;
  };
  const sumAndKeep = (j: number, values: ArrayLike<number>, from: number): number => {
    let twice = 0;
    let length = 0;
    for (let i = 0; i < n; i++) {
      const d = values[from + i] - covered[i];
      twice += d + Math.abs(d);
      rows[length] = i;
      length += +(d > 0);
    }
    if (4 * length <= n) {
      keptRows[j] = rows.slice(0, length);
      const kept = new Float64Array(length);
      for (let at = 0; at < length; at++) kept[at] = values[from + rows[at]];
      keptValues[j] = kept;
      lengths[j] = length;
    }
    return 0.5 * twice;
  };
  const sumOfKept = (j: number, places: Int32Array, values: Float64Array): number => {
    const length = lengths[j];
    let twice = 0;
    let kept = 0;
    for (let at = 0; at < length; at++) {
      const i = places[at];
      const value = values[at];
      const d = value - covered[i];
      twice += d + Math.abs(d);
      places[kept] = i;
      values[kept] = value;
      kept += +(d > 0);
    }
    lengths[j] = kept;
    return 0.5 * twice;
  };
  return {
    /** Nothing chosen yet: almost all rows would be kept. */
    isEmpty: true,
    gain(j: number, values: ArrayLike<number>, from: number): number {
      const places = keptRows[j];
      if (places) return sumOfKept(j, places, keptValues[j]!);
      return this.isEmpty ? sum(values, from) : sumAndKeep(j, values, from);
    },
  };
}

function sparseGain(
  values: ArrayLike<number>,
  from: number,
  to: number,
  rows: Int32Array,
  covered: Float64Array,
): number {
  let sum = 0;
  for (let at = from; at < to; at++) {
    const d = values[at] - covered[rows[at]];
    if (d > 0) sum += d;
  }
  return sum;
}

function cappedGain(
  values: ArrayLike<number>,
  from: number,
  to: number,
  rows: Int32Array | undefined,
  covered: Float64Array,
  cap: Float64Array,
): number {
  let sum = 0;
  for (let at = from; at < to; at++) {
    const i = rows ? rows[at] : at - from;
    const d = Math.min(values[at], cap[i]) - covered[i];
    if (d > 0) sum += d;
  }
  return sum;
}
