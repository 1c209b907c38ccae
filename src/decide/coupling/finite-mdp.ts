import { InputError } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";

/** A state that an action can lead to. */
export interface Outcome {
  readonly state: number;
  readonly p: number;
}

/** A finite Markov decision process. The reward belongs to the state that is entered. */
export interface FiniteMdp {
  readonly states: number;
  readonly actions: readonly string[];
  /** `transitions[s][a]`: what may follow action a in state s; probabilities sum to 1. */
  readonly transitions: readonly (readonly (readonly Outcome[])[])[];
  readonly reward: ArrayLike<number>;
  /** An episode ends there. */
  readonly terminal: readonly boolean[];
  readonly start: number;
  /** γ, above 0 up to 1. */
  readonly discount: number;
}

/**
 * The grid world of the paper's example: a square of cells, one goal (+1) and one trap (−1) that end the episode, walls,
 * and moves that go astray to either side with probability `noise` each. A move into a wall stays.
 *
 * @param options cells are [row, column], row 0 on top; the defaults are the paper's 8 × 8 world
 * @returns state row · size + column; actions up, right, down, left
 * @throws InputError when the start is a wall or an end
 * @example
 * import { gridWorld } from "surprisal/decide";
 * const world = gridWorld();
 * // world.states is 64, world.actions are up, right, down, left
 */
export function gridWorld({
  size = 8,
  goal = [0, 7],
  trap = [1, 7],
  walls = Array.from({ length: 7 }, (_, k): [number, number] => [k + 1, k + 1]),
  start = [5, 4],
  noise = 0.1,
  discount = 0.95,
}: {
  size?: number;
  goal?: readonly [number, number];
  trap?: readonly [number, number];
  walls?: readonly (readonly [number, number])[];
  start?: readonly [number, number];
  noise?: number;
  discount?: number;
} = {}): FiniteMdp {
  const at = ([row, column]: readonly [number, number]) => row * size + column;
  const blocked = new Set(walls.map(at));
  const steps = [
    [-1, 0],
    [0, 1],
    [1, 0],
    [0, -1],
  ];
  const move = (state: number, direction: number) => {
    const [down, right] = steps[(direction + 4) % 4];
    const [row, column] = [Math.floor(state / size) + down, (state % size) + right];
    const inside = row >= 0 && row < size && column >= 0 && column < size;
    return inside && !blocked.has(at([row, column])) ? at([row, column]) : state;
  };
  const states = size * size;
  const reward = new Float64Array(states);
  reward[at(goal)] = 1;
  reward[at(trap)] = -1;
  const ends = [at(goal), at(trap)];
  if (blocked.has(at(start))) refuse("gridWorld", "the start is a wall", "another cell", start);
  const mdp: FiniteMdp = {
    states,
    actions: ["up", "right", "down", "left"],
    transitions: Array.from({ length: states }, (_, state) =>
      steps.map((__, action) => [
        { state: move(state, action), p: 1 - 2 * noise },
        { state: move(state, action - 1), p: noise },
        { state: move(state, action + 1), p: noise },
      ]),
    ),
    reward,
    terminal: Array.from({ length: states }, (_, state) => ends.includes(state)),
    start: at(start),
    discount,
  };
  requireMdp(mdp, "gridWorld");
  return mdp;
}

/** A policy that is good but not sure: the higher β, the nearer to a blind choice. */
export interface SoftPolicy {
  /** states × actions. */
  readonly q: Matrix;
  /** states × actions; rows sum to 1. */
  readonly policy: Matrix;
}

/**
 * Soft Q iteration: Q(s, a) ← r(s) + γ Σ P(s' | s, a) β ln Σ exp(Q(s', a') / β), from 0; a terminal state is worth its
 * reward. The policy is softmax(Q / β).
 *
 * @param beta temperature from 0; at 0 the maximum, and a policy that is even among the best actions
 * @param iterations 100 by default; O(iterations · transitions)
 * @throws InputError for a process whose probabilities do not sum to 1, a start that ends at once, or a bad β
 * @example
 * import { gridWorld, softPolicy } from "surprisal/decide";
 * const world = gridWorld();
 * const { policy } = softPolicy(world, Math.exp(-5));
 * // policy.data[world.start * 4 + 3] is 0.82: mostly left
 */
export function softPolicy(mdp: FiniteMdp, beta: number, iterations = 100): SoftPolicy {
  const where = "softPolicy";
  requireMdp(mdp, where);
  if (!(beta >= 0 && beta < Number.POSITIVE_INFINITY)) {
    refuse(where, "the temperature will not do", "a number from 0", beta);
  }
  const count = mdp.actions.length;
  const q = matrix(mdp.states, count);
  const values = new Float64Array(mdp.states);
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (let s = 0; s < mdp.states; s++) values[s] = softMaximum(q.data, s * count, count, beta);
    for (let s = 0; s < mdp.states; s++) {
      for (let a = 0; a < count; a++) {
        let next = 0;
        if (!mdp.terminal[s]) for (const { state, p } of mdp.transitions[s][a]) next += p * values[state];
        q.data[s * count + a] = mdp.reward[s] + mdp.discount * next;
      }
    }
  }
  return { q, policy: softmaxRows(q, beta) };
}

function softMaximum(q: Float64Array, from: number, count: number, beta: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let a = 0; a < count; a++) largest = Math.max(largest, q[from + a]);
  if (beta === 0) return largest;
  let sum = 0;
  for (let a = 0; a < count; a++) sum += Math.exp((q[from + a] - largest) / beta);
  return largest + beta * Math.log(sum);
}

function softmaxRows(q: Matrix, beta: number): Matrix {
  const out = matrix(q.rows, q.cols);
  for (let s = 0; s < q.rows; s++) {
    const row = q.data.subarray(s * q.cols, (s + 1) * q.cols);
    const largest = row.reduce((a, b) => Math.max(a, b));
    const weights = row.map((value) =>
      beta === 0 ? Number(value >= largest - 1e-12) : Math.exp((value - largest) / beta),
    );
    const sum = weights.reduce((a, b) => a + b);
    for (let a = 0; a < q.cols; a++) out.data[s * q.cols + a] = weights[a] / sum;
  }
  return out;
}

function requireMdp(
  { states, actions, transitions, terminal, start, discount }: FiniteMdp,
  where: string,
): void {
  if (!(discount > 0 && discount <= 1))
    refuse(where, "the discount will not do", "above 0, at most 1", discount);
  if (!Number.isInteger(start) || start < 0 || start >= states || terminal[start]) {
    refuse(
      where,
      "the start is no state, or ends at once",
      `a state from 0 to ${states - 1} that is not terminal`,
      start,
    );
  }
  for (let s = 0; s < states; s++) {
    if (terminal[s]) continue;
    for (let a = 0; a < actions.length; a++) {
      const sum = transitions[s][a].reduce((total, { p }) => total + (p >= 0 ? p : Number.NaN), 0);
      if (Math.abs(sum - 1) <= 1e-9) continue;
      refuse(
        where,
        `what follows ${actions[a]} in state ${s} is no distribution`,
        "probabilities that sum to 1",
        sum,
      );
    }
  }
}

function refuse(where: string, problem: string, expected: string, got: unknown): never {
  throw new InputError({ code: "bad-process", where, problem, expected, got });
}
