import { InputError } from "../../core/errors.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { Ranking } from "./maximize.ts";
import type { Selection, SetFunction } from "./set-function.ts";

export interface StreamOptions extends LongRunning {
  /** Thresholds are a factor 1 + epsilon apart. 0.1 by default. */
  epsilon?: number;
  /** The items in the order in which they arrive; each once. 0 … n − 1 by default. */
  order?: Iterable<number>;
}

/** A guess of the optimum, and what was kept under it. */
interface Sieve {
  guess: number;
  selection: Selection;
  indices: number[];
  gains: number[];
}

/**
 * Chooses up to k items in one pass: each item is looked at once, when it arrives, and kept or let go.
 *
 * Sieve-streaming: for every guess v = (1 + ε)^i of the optimum between the largest single value m and 2 k m, an item is
 * kept when it gains at least (v/2 − f(A)) / (k − |A|). O(ln(k)/ε) gains an item and that many selections in memory.
 *
 * @param f monotone and submodular
 * @throws InputError for a function without these properties, k out of range, or epsilon outside (0, 1)
 * @see Badanidiyuru, Mirzasoleiman, Karbasi, Krause 2014
 * @example
 * import { facilityLocation, maximizeStream, similarities } from "surprisal/decide";
 * const f = facilityLocation(similarities([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]]));
 * const { indices } = await maximizeStream(f, 2);
 */
export async function maximizeStream(
  f: SetFunction,
  k: number,
  options: StreamOptions = {},
): Promise<Ranking> {
  const { epsilon = 0.1, order = Array(f.n).keys(), signal, onProgress } = options;
  check(f, k, epsilon);
  const pace = pacer(signal, "maximizeStream");
  const step = Math.log1p(epsilon);
  const empty = f.start();
  let sieves = new Map<number, Sieve>();
  let largest = 0;
  let evaluations = 0;
  let done = 0;
  for (const j of order) {
    const turn = pace();
    if (turn) await turn;
    const alone = empty.gain(j);
    evaluations++;
    if (alone > largest) {
      largest = alone;
      sieves = guesses(sieves, largest, { f, k, step });
    }
    for (const { guess, selection, indices, gains } of sieves.values()) {
      if (indices.length >= k) continue;
      const gain = selection.gain(j);
      evaluations++;
      if (gain < (guess / 2 - selection.value) / (k - indices.length)) continue;
      selection.add(j);
      indices.push(j);
      gains.push(gain);
    }
    onProgress?.({ done: ++done, total: f.n });
  }
  let best: Sieve = { guess: 0, selection: empty, indices: [], gains: [] };
  for (const sieve of sieves.values()) if (sieve.selection.value > best.selection.value) best = sieve;
  return {
    indices: Int32Array.from(best.indices),
    gains: Float64Array.from(best.gains),
    value: best.selection.value,
    startValue: 0,
    evaluations,
    guarantee: {
      factor: Math.max(0, 0.5 - epsilon),
      inExpectation: false,
      because: "monotone and submodular, in one pass: at least 1/2 − ε (Badanidiyuru et al. 2014)",
    },
  };
}

interface Guessing {
  f: SetFunction;
  k: number;
  step: number;
}

/** The sieves for guesses between m and 2 k m: those there are, and empty ones for new guesses. */
function guesses(before: Map<number, Sieve>, m: number, { f, k, step }: Guessing): Map<number, Sieve> {
  const after = new Map<number, Sieve>();
  const last = Math.floor(Math.log(2 * k * m) / step);
  for (let i = Math.ceil(Math.log(m) / step); i <= last; i++) {
    const fresh = () => ({ guess: Math.exp(i * step), selection: f.start(), indices: [], gains: [] });
    after.set(i, before.get(i) ?? fresh());
  }
  return after;
}

function check(f: SetFunction, k: number, epsilon: number): void {
  const refuse = (where: string, problem: string, expected: string, got: unknown) => {
    throw new InputError({ code: "bad-option", where: `maximizeStream${where}`, problem, expected, got });
  };
  if (!f.monotone || !f.submodular) {
    refuse("", "thresholds say nothing about it", "a monotone submodular function", f.name);
  }
  if (!Number.isInteger(k) || k < 1 || k > f.n) {
    refuse("", "k is not a number of items", `a whole number from 1 to ${f.n}`, k);
  }
  if (!(epsilon > 0 && epsilon < 1)) refuse(": epsilon", "not a share", "a number between 0 and 1", epsilon);
}
