import { type JointTable, marginsOf } from "./joint-table.ts";

/**
 * The optimisation over Q laid out sparsely. A slot is a pair (x1,x2); its cells are the y that can occur there
 * while the margins P(x1,y) and P(x2,y) are kept. A row is a margin cell that must be kept, with its potential.
 */
export interface UnionProblem {
  readonly slots: number;
  readonly cells: number;
  readonly rows: number;
  /** Cells of slot s: start[s] to start[s + 1]. */
  readonly start: Int32Array;
  /** The (x1,y) row of each cell. */
  readonly first: Int32Array;
  /** The (x2,y) row of each cell. */
  readonly second: Int32Array;
  /** The probability each row must keep. */
  readonly target: Float64Array;
  /** y of each row. */
  readonly outcome: Int32Array;
  /** Place of each row among the unknowns; −1 for one row of each y, which follows from the others. */
  readonly unknown: Int32Array;
  readonly unknowns: number;
  /** P(y). */
  readonly y: Float64Array;
}

export function layOut(table: JointTable): UnionProblem {
  const [a, b, c] = table.shape;
  const { x1y, x2y, y } = marginsOf(table);
  const target: number[] = [];
  const outcome: number[] = [];
  const rowsOf = (margin: Float64Array) =>
    Int32Array.from(margin, (p, at) => {
      if (p === 0) return -1;
      outcome.push(at % c);
      return target.push(p) - 1;
    });
  const firstRow = rowsOf(x1y);
  const firstRows = target.length;
  const secondRow = rowsOf(x2y);

  const start = [0];
  const first: number[] = [];
  const second: number[] = [];
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        if (firstRow[i * c + k] < 0 || secondRow[j * c + k] < 0) continue;
        first.push(firstRow[i * c + k]);
        second.push(secondRow[j * c + k]);
      }
      if (first.length > start[start.length - 1]) start.push(first.length);
    }
  }

  const largest = new Int32Array(c).fill(-1);
  for (let r = firstRows; r < target.length; r++) {
    const k = outcome[r];
    if (largest[k] < 0 || target[r] > target[largest[k]]) largest[k] = r;
  }
  let unknowns = 0;
  const unknown = Int32Array.from(target, (_, r) => (r === largest[outcome[r]] ? -1 : unknowns++));
  return {
    slots: start.length - 1,
    cells: first.length,
    rows: target.length,
    start: Int32Array.from(start),
    first: Int32Array.from(first),
    second: Int32Array.from(second),
    target: Float64Array.from(target),
    outcome: Int32Array.from(outcome),
    unknown,
    unknowns,
    y,
  };
}

/** Potentials of conditional independence given y: α = ln P(x1,y), β = ln P(x2|y). They satisfy every constraint. */
export function initialPotentials({ rows, first, target, outcome, y }: UnionProblem): Float64Array {
  const firstRows = first.reduce((most, r) => Math.max(most, r + 1), 0);
  return Float64Array.from({ length: rows }, (_, r) =>
    Math.log(r < firstRows ? target[r] : target[r] / y[outcome[r]]),
  );
}

/** For each slot q(y|x1,x2), the softmax of the potentials, and the slack −ln Σ_y exp(α + β) of its constraint. */
export function evaluate(
  { slots, start, first, second }: UnionProblem,
  potentials: Float64Array,
  shares: Float64Array,
  slack: Float64Array,
): void {
  for (let s = 0; s < slots; s++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = start[s]; i < start[s + 1]; i++) {
      shares[i] = potentials[first[i]] + potentials[second[i]];
      if (shares[i] > largest) largest = shares[i];
    }
    let sum = 0;
    for (let i = start[s]; i < start[s + 1]; i++) {
      shares[i] = Math.exp(shares[i] - largest);
      sum += shares[i];
    }
    for (let i = start[s]; i < start[s + 1]; i++) shares[i] /= sum;
    slack[s] = -largest - Math.log(sum);
  }
}

const sweeps = 20;

/**
 * The value at Q = mass · shares, moved to the exact margins, and its distance to the dual value, which bounds the
 * optimum from below. Q is moved by a few sweeps of proportional scaling and then by the rounding of Altschuler,
 * Weed & Rigollet (2017, algorithm 2): nothing above its margin, and what is missing added as a product.
 */
export function certify(
  problem: UnionProblem,
  potentials: Float64Array,
  mass: Float64Array,
  shares: Float64Array,
): { value: number; gap: number } {
  const { slots, cells, rows, start, first, second, target, outcome, y } = problem;
  const q = new Float64Array(cells);
  for (let s = 0; s < slots; s++) for (let i = start[s]; i < start[s + 1]; i++) q[i] = mass[s] * shares[i];
  const sums = new Float64Array(rows);
  const sumRows = () => {
    sums.fill(0);
    for (let i = 0; i < cells; i++) {
      sums[first[i]] += q[i];
      sums[second[i]] += q[i];
    }
  };
  for (let sweep = 0; sweep <= sweeps; sweep++) {
    const most = sweep === sweeps ? 1 : Number.POSITIVE_INFINITY;
    for (const side of [first, second]) {
      sumRows();
      for (let i = 0; i < cells; i++) q[i] *= Math.min(most, target[side[i]] / sums[side[i]]);
    }
  }
  sumRows();
  const missing = sums.map((sum, r) => Math.max(0, target[r] - sum));
  const missingOf = new Float64Array(y.length);
  for (let r = 0; r < rows; r++) missingOf[outcome[r]] += missing[r] / 2;
  let value = 0;
  for (let s = 0; s < slots; s++) {
    let total = 0;
    for (let i = start[s]; i < start[s + 1]; i++) {
      const share = missingOf[outcome[first[i]]];
      if (share > 0) q[i] += (missing[first[i]] * missing[second[i]]) / share;
      total += q[i];
    }
    for (let i = start[s]; i < start[s + 1]; i++) if (q[i] > 0) value += q[i] * Math.log(q[i] / total);
  }
  let lower = 0;
  for (let r = 0; r < rows; r++) lower += potentials[r] * target[r];
  return { value, gap: Math.max(0, value - lower) };
}
