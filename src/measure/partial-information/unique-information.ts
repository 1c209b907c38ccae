import type { JointTable } from "./joint-table.ts";
import { solvePositive } from "./positive-system.ts";
import { certify, evaluate, initialPotentials, layOut, type UnionProblem } from "./union-problem.ts";

/** The optimum over Q, in nats. */
export interface Optimum {
  /** Σ q ln q(y|x1,x2) = −H_Q(Y|X1,X2) at the best Q found. */
  value: number;
  /** `value` minus a proven lower bound. */
  gap: number;
  iterations: number;
}

/** Share of the way to the boundary that a step may go. */
const boundary = 0.99;
/** Share of the present duality gap that a step aims at. */
const forward = 0.1;
/** The same after a short step: back to the middle first. */
const recentre = 0.9;
const shortStep = 0.5;
const shrinkStep = 0.8;
const shortestStep = 1e-12;

/**
 * min −H_Q(Y|X1,X2) over the Q that keep P(X1,Y) and P(X2,Y): the union information of Bertschinger et al. 2014 less H(Y).
 *
 * The dual is to maximise Σ α(x1,y) P(x1,y) + Σ β(x2,y) P(x2,y) subject to ln Σ_y exp(α(x1,y) + β(x2,y)) ≤ 0 for
 * every (x1,x2). It is solved by a primal-dual interior-point method (Boyd & Vandenberghe, "Convex Optimization",
 * 2004, section 11.7). The multiplier of a constraint is q(x1,x2) and the softmax of α + β is q(y|x1,x2): every
 * iterate is a Q, an upper bound once moved to the exact margins, while α and β give the lower bound. The start is
 * conditional independence given y; complementarity products keep the proportions they have there, so that the start
 * lies on the central path however unequal the probabilities are.
 *
 * Cost: some twenty iterations, each O(m³) for m = |Y| (|X1| + |X2|).
 */
export function minimalConditionalEntropy(
  table: JointTable,
  tolerance: number,
  mostIterations: number,
): Optimum {
  const problem = layOut(table);
  const { slots, rows, unknown, unknowns } = problem;
  let potentials: Float64Array = initialPotentials(problem);
  let shares: Float64Array = new Float64Array(problem.cells);
  let slack: Float64Array = new Float64Array(slots);
  evaluate(problem, potentials, shares, slack);
  const mass = slack.map((s) => Math.exp(-s));
  if (slots === 1) return { ...certify(problem, potentials, mass, shares), iterations: 0 };

  let nextPotentials: Float64Array = new Float64Array(rows);
  let nextShares: Float64Array = new Float64Array(problem.cells);
  let nextSlack: Float64Array = new Float64Array(slots);
  const system = new Float64Array(unknowns * unknowns);
  const right = new Float64Array(unknowns);
  const direction = new Float64Array(rows);
  const massChange = new Float64Array(slots);
  const weight = mass.map((m, s) => m * slack[s]);
  const totalWeight = weight.reduce((sum, w) => sum + w, 0);
  const aim = new Float64Array(slots);
  let towards = forward;
  for (let iterations = 0; ; iterations++) {
    let complementarity = 0;
    for (let s = 0; s < slots; s++) complementarity += mass[s] * slack[s];
    const done = iterations === mostIterations;
    if (done || complementarity < 0.9 * tolerance) {
      const { value, gap } = certify(problem, potentials, mass, shares);
      if (done || gap <= tolerance) return { value, gap, iterations };
    }

    for (let s = 0; s < slots; s++) aim[s] = (towards * complementarity * weight[s]) / totalWeight;
    assemble(problem, mass, slack, shares, aim, system, right);
    const solved = solvePositive(system, right, unknowns);
    for (let r = 0; r < rows; r++) direction[r] = unknown[r] < 0 ? 0 : right[unknown[r]];
    let step = solved ? massStep(problem, mass, slack, shares, aim, direction, massChange) : 0;
    for (; step > shortestStep; step *= shrinkStep) {
      for (let r = 0; r < rows; r++) nextPotentials[r] = potentials[r] + step * direction[r];
      evaluate(problem, nextPotentials, nextShares, nextSlack);
      if (nextSlack.every((s, at) => s > (1 - boundary) * slack[at])) break;
    }
    if (step <= shortestStep) return { ...certify(problem, potentials, mass, shares), iterations };
    towards = step > shortStep ? forward : recentre;
    for (let s = 0; s < slots; s++) mass[s] += step * massChange[s];
    [potentials, nextPotentials] = [nextPotentials, potentials];
    [shares, nextShares] = [nextShares, shares];
    [slack, nextSlack] = [nextSlack, slack];
  }
}

/** The Newton system for the potentials, the changes of the masses eliminated. */
function assemble(
  { slots, rows, start, first, second, target, unknown, unknowns }: UnionProblem,
  mass: Float64Array,
  slack: Float64Array,
  shares: Float64Array,
  aim: Float64Array,
  system: Float64Array,
  right: Float64Array,
): void {
  system.fill(0);
  const add = (r: number, c: number, amount: number) => {
    if (r >= 0 && c >= 0) system[Math.max(r, c) * unknowns + Math.min(r, c)] += amount;
  };
  for (let r = 0; r < rows; r++) if (unknown[r] >= 0) right[unknown[r]] = target[r];
  for (let s = 0; s < slots; s++) {
    const curvature = mass[s] / slack[s] - mass[s];
    for (let i = start[s]; i < start[s + 1]; i++) {
      const p = unknown[first[i]];
      const q = unknown[second[i]];
      if (p >= 0) right[p] -= (aim[s] / slack[s]) * shares[i];
      if (q >= 0) right[q] -= (aim[s] / slack[s]) * shares[i];
      add(p, p, mass[s] * shares[i]);
      add(q, q, mass[s] * shares[i]);
      add(p, q, mass[s] * shares[i]);
      for (let j = start[s]; j < start[s + 1]; j++) {
        const amount = curvature * shares[i] * shares[j];
        const u = unknown[first[j]];
        const v = unknown[second[j]];
        if (u >= 0 && p >= u) add(p, u, amount);
        if (v >= 0 && q >= v) add(q, v, amount);
        add(p, v, amount);
      }
    }
  }
}

/** The changes of the masses that go with a direction, and the longest step that keeps all masses positive. */
function massStep(
  { slots, start, first, second }: UnionProblem,
  mass: Float64Array,
  slack: Float64Array,
  shares: Float64Array,
  aim: Float64Array,
  direction: Float64Array,
  change: Float64Array,
): number {
  let step = 1;
  for (let s = 0; s < slots; s++) {
    let slope = 0;
    for (let i = start[s]; i < start[s + 1]; i++)
      slope += shares[i] * (direction[first[i]] + direction[second[i]]);
    change[s] = (aim[s] + mass[s] * slope) / slack[s] - mass[s];
    if (change[s] < 0) step = Math.min(step, (-boundary * mass[s]) / change[s]);
  }
  return step;
}
