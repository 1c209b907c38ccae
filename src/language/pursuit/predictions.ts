import { InputError } from "../../core/errors.ts";
import { after } from "./candidates.ts";
import type { History, Predictor, Probabilities } from "./types.ts";

/** A predictor whose answers are checked, and kept by history where they had to be waited for. */
interface CheckedPredictor {
  predict(history: History, options?: { signal?: AbortSignal }): Probabilities | Promise<Probabilities>;
  extend(
    history: History,
    signal?: AbortSignal,
  ): (query: string, answer: string) => Probabilities | Promise<Probabilities>;
  readonly expectedEntropies?: Predictor["expectedEntropies"];
}

export function checkedPredictor(
  { predict, extend, expectedEntropies }: Predictor,
  labels: number,
  where: string,
): CheckedPredictor {
  const kept = new Map<string, Promise<Probabilities>>();
  const checked: CheckedPredictor["predict"] = (history, options) => {
    const key = kept.size > 0 ? keyOf(history) : "";
    const known = kept.get(key);
    if (known) return known;
    const found = after(predict(history, options), (p) => requireProbabilities(p, labels, where));
    if (found instanceof Promise) {
      const own = keyOf(history);
      kept.set(own, found);
      // A failed call may be tried again.
      found.catch(() => kept.delete(own));
    }
    return found;
  };
  return {
    predict: checked,
    extend: (history, signal) => {
      const more = extend?.(history);
      return (query, answer) =>
        more ? more(query, answer) : checked([...history, { query, answer }], { signal });
    },
    expectedEntropies,
  };
}

function keyOf(history: History): string {
  return JSON.stringify(history.map(({ query, answer }) => [query, answer]));
}

function requireProbabilities(p: Probabilities, labels: number, where: string): Probabilities {
  const refuse = (problem: string, expected: string, got: unknown): never => {
    throw new InputError({ code: "bad-prediction", where, problem, expected, got });
  };
  if (p.length !== labels) refuse("predict gave not one probability a label", `${labels} numbers`, p.length);
  let sum = 0;
  for (let y = 0; y < labels; y++) {
    if (!(p[y] >= 0)) refuse("predict gave no probability", "a number from 0 to 1", p[y]);
    sum += p[y];
  }
  if (!(Math.abs(sum - 1) <= 1e-6)) refuse("predictions do not sum to 1", "1 within 1e-6", sum);
  return p;
}
