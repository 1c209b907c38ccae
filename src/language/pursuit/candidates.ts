import type { Random } from "../../core/random.ts";
import { BoundTally } from "./conformal.ts";
import type { AnswerTable, Case, Likelihood, Probabilities } from "./types.ts";

/** An answer that a query may get, with the weight of each label that would give it. */
interface Outcome {
  readonly answer: string;
  readonly labelWeights: Float64Array;
  /** Their sum. */
  readonly weight: number;
}

/** What is to be expected of queries: exactly where likelihoods are known, otherwise from drawn cases. */
export type Expectation = (query: string) => readonly Outcome[] | Promise<readonly Outcome[]>;

/** Every label and every answer by their probabilities. */
export function exactExpectation(likelihood: Likelihood, p: Probabilities): Expectation {
  return (query) => after(likelihood(query), (table) => outcomesOf(table, p));
}

function outcomesOf({ answers, probabilities }: AnswerTable, p: Probabilities): Outcome[] {
  const A = answers.length;
  return answers.map((answer, a) => {
    const labelWeights = new Float64Array(p.length);
    let weight = 0;
    for (let y = 0, at = a; y < p.length; y++, at += A) {
      weight += labelWeights[y] = p[y] * probabilities[at];
    }
    return { answer, labelWeights, weight };
  });
}

/** The same drawn labels or cases for every query of a step, each with one answer. */
export function sampledExpectation(
  labels: readonly string[],
  drawn: readonly Case[],
  random: Random,
): Expectation {
  return (query) => {
    const asked = drawn.map(({ answer }, i) => answer(query, random.split(i).split(query)));
    const collect = (answers: readonly string[]): Outcome[] => {
      const outcomes = new Map<string, Float64Array>();
      answers.forEach((answer, i) => {
        let weights = outcomes.get(answer);
        if (!weights) outcomes.set(answer, (weights = new Float64Array(labels.length)));
        weights[labels.indexOf(drawn[i].label)] += 1 / drawn.length;
      });
      return Array.from(outcomes, ([answer, labelWeights]) => ({
        answer,
        labelWeights,
        weight: labelWeights.reduce((sum, w) => sum + w, 0),
      }));
    };
    return asked.some((answer) => answer instanceof Promise)
      ? Promise.all(asked).then(collect)
      : collect(asked as string[]);
  };
}

/** Cases that answer as likelihoods say, for labels drawn by weight. */
export function casesFrom(
  likelihood: Likelihood,
  labels: readonly string[],
  weights: ArrayLike<number>,
  count: number,
  random: Random,
): Case[] {
  return Array.from({ length: count }, () => {
    const y = random.categorical(weights);
    return {
      label: labels[y],
      answer: (query, own) =>
        after(likelihood(query), ({ answers, probabilities }) => {
          const from = y * answers.length;
          return answers[own.categorical(probabilities.subarray(from, from + answers.length))];
        }),
    };
  });
}

/** How uncertain outcomes leave one, in nats. */
interface Tally {
  add(p: Probabilities, outcome: Outcome): void;
  value(): number;
}

/** Mean entropy of the predictions. */
export function entropyTally(): Tally {
  let sum = 0;
  return {
    add(p, { weight }) {
      let entropy = 0;
      for (let y = 0; y < p.length; y++) if (p[y] > 0) entropy -= p[y] * Math.log(p[y]);
      sum += weight * entropy;
    },
    value: () => sum,
  };
}

export interface SetRule {
  readonly threshold: number;
  readonly alpha: number;
  /** Calibration cases. */
  readonly n: number;
  readonly form: "simple" | "refined";
  readonly emptyAs: "full" | "zero";
}

/** The bound of the entropy from the sizes of prediction sets. */
export function conformalTally(labels: number, { threshold, alpha, n, form, emptyAs }: SetRule): Tally {
  const tally = new BoundTally(labels);
  return {
    add(p, { labelWeights, weight }) {
      let size = 0;
      for (let y = 0; y < p.length; y++) if (p[y] >= threshold) size++;
      const whole = size === 0 && emptyAs === "full";
      if (whole) size = labels;
      if (form === "simple") {
        tally.add(size, weight, size > 0);
        return;
      }
      let covered = 0;
      for (let y = 0; y < p.length; y++) if (whole || p[y] >= threshold) covered += labelWeights[y];
      tally.add(size, covered, true);
      if (size < labels) tally.add(size, Math.max(0, weight - covered), false);
    },
    value: () => tally.bound(form, alpha, n),
  };
}

/** The next thing to do with a value that may still be on its way. */
export function after<T, U>(value: T | Promise<T>, next: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
