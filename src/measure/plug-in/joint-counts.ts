import type { Warning } from "../../core/estimate.ts";
import { countEntropy, type Symbols, shrinkageIntensity, shrunkEntropy, tally } from "../entropy/entropy.ts";
import type { Correction, PointEstimate } from "../estimator.ts";

/** Row numbers sorted by code; those of code c lie from start[c] to start[c + 1]. */
export function rowsByCode({ codes, levels }: Symbols): { rows: Int32Array; start: Int32Array } {
  const start = new Int32Array(levels + 1);
  for (const code of codes) start[code + 1]++;
  for (let c = 0; c < levels; c++) start[c + 1] += start[c];
  const next = start.slice();
  const rows = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) rows[next[codes[i]]++] = i;
  return { rows, start };
}

/** Counts of the joint cells of two variables: the first `length` of `cells`, overwritten by the next count. */
interface JointCounts {
  readonly cells: Int32Array;
  length: number;
}

/** Above this many cells a row the table costs more than grouping the rows. */
const densest = 4;

/**
 * A function that counts with row i of a meeting row order[i] of b. It takes O(n) time whatever the size of the
 * table and allocates nothing. Small tables are filled; for large ones rows are grouped by a once, and b is
 * tallied inside every group.
 */
function jointCounter(a: Symbols, b: Symbols): (order: Int32Array) => JointCounts {
  const n = a.codes.length;
  if (a.levels * b.levels <= densest * n) {
    const offset = a.codes.map((code) => code * b.levels);
    const table = new Int32Array(a.levels * b.levels);
    const counts: JointCounts = { cells: table, length: table.length };
    return (order) => {
      table.fill(0);
      for (let i = 0; i < n; i++) table[offset[i] + b.codes[order[i]]]++;
      return counts;
    };
  }
  const { rows, start } = rowsByCode(a);
  const found = new Int32Array(n);
  const inGroup = new Int32Array(b.levels);
  const cells = new Int32Array(n);
  const counts: JointCounts = { cells, length: 0 };
  return (order) => {
    let occupied = 0;
    for (let group = 0; group < a.levels; group++) {
      const end = start[group + 1];
      for (let r = start[group]; r < end; r++) {
        found[r] = b.codes[order[rows[r]]];
        inGroup[found[r]]++;
      }
      for (let r = start[group]; r < end; r++) {
        const c = inGroup[found[r]];
        if (c === 0) continue;
        cells[occupied++] = c;
        inGroup[found[r]] = 0;
      }
    }
    counts.length = occupied;
    return counts;
  };
}

/** What the joint counts said; overwritten by the next reading. */
export interface Reading {
  value: number;
  /** λ of the shrinkage. */
  intensity: number;
  counts: JointCounts;
}

/**
 * Reads Σ sign · H(margin) − H(a, b), where row i of a meets row order[i] of b and the margins do not depend on
 * the order.
 */
export function jointReader(
  a: Symbols,
  b: Symbols,
  margins: readonly { of: Symbols; sign: 1 | -1 }[],
  correction: Correction,
): (order: Int32Array) => Reading {
  const n = a.codes.length;
  const count = jointCounter(a, b);
  const alphabet = a.alphabet * b.alphabet;
  const reading: Reading = { value: 0, intensity: 0, counts: { cells: new Int32Array(0), length: 0 } };
  const counted = margins.map(({ of, sign }) => ({ counts: tally(of), alphabet: of.alphabet, sign }));
  if (correction === "shrinkage") {
    return (order) => {
      const joint = count(order);
      const intensity = shrinkageIntensity(joint.cells, joint.length, n, alphabet);
      let value = -shrunkEntropy(joint.cells, joint.length, n, alphabet, intensity);
      for (const m of counted)
        value += m.sign * shrunkEntropy(m.counts, m.counts.length, n, m.alphabet, intensity);
      reading.value = value;
      reading.intensity = intensity;
      reading.counts = joint;
      return reading;
    };
  }
  const entropy = countEntropy(correction, n, alphabet);
  const fixed = counted.reduce((sum, m) => sum + m.sign * entropy(m.counts, m.counts.length), 0);
  return (order) => {
    reading.counts = count(order);
    reading.value = fixed - entropy(reading.counts.cells, reading.counts.length);
    return reading;
  };
}

export function inOrder(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}

/** The parts of a point estimate that every plug-in estimate has. */
export function pointEstimate(
  n: number,
  { value, intensity, counts }: Reading,
  correction: Correction,
  variables: readonly { name: string; of: Symbols }[],
): PointEstimate {
  const warnings: Warning[] = [];
  const occupied = counts.cells
    .subarray(0, counts.length)
    .reduce((found, count) => found + (count > 0 ? 1 : 0), 0);
  const diagnostics: PointEstimate["diagnostics"] = { correction, occupiedCells: occupied };
  if (correction === "shrinkage") diagnostics.lambda = intensity;
  for (const { name, of } of variables) {
    const levels = tally(of).reduce((found, count) => found + (count > 0 ? 1 : 0), 0);
    diagnostics[`levels${name.toUpperCase()}`] = levels;
    if (levels <= n / 4) continue;
    const message = `${name} has ${levels} different values in ${n} rows: too many to count, the estimate is biased`;
    warnings.push({ code: "large-alphabet", message });
  }
  return { value, n, warnings, diagnostics };
}
