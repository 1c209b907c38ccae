import type { Selection, SetFunction } from "./set-function.ts";
import type { Similarities } from "./similarities.ts";

/**
 * Facility location, f(A) = Σᵢ max(0, maxⱼ∈A sᵢⱼ): how well the chosen items represent all rows, each by the item most
 * similar to it. Monotone and submodular. Similarities below 0 count as 0.
 *
 * A gain costs O(n) with a dense table, O(neighbours) with a sparse one; memory O(n).
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
  const gain = (j: number): number => {
    const { values, from, to, rows } = s.column(j);
    if (cap) return cappedGain(values, from, to, rows, covered, cap);
    if (rows) return sparseGain(values, from, to, rows, covered);
    return denseGain(values, from, covered);
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
    },
  };
}

/**
 * Σ max(0, d) as ½ Σ (d + |d|), which is the same in floating point and needs no branch. Each of the four sums falls
 * as rows are covered, also after rounding: lazy evaluation relies on it.
 */
function denseGain(values: ArrayLike<number>, from: number, covered: Float64Array): number {
  const n = covered.length;
  const whole = n - (n % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (let at = from; i < whole; i += 4, at += 4) {
    const da = values[at] - covered[i];
    const db = values[at + 1] - covered[i + 1];
    const dc = values[at + 2] - covered[i + 2];
    const dd = values[at + 3] - covered[i + 3];
    a += da + Math.abs(da);
    b += db + Math.abs(db);
    c += dc + Math.abs(dc);
    d += dd + Math.abs(dd);
  }
  for (; i < n; i++) {
    const da = values[from + i] - covered[i];
    a += da + Math.abs(da);
  }
  return 0.5 * (a + b + (c + d));
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
