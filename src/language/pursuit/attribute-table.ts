import { InputError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { AnswerTable, Case, History, Predictor } from "./types.ts";
import { unknownAnswer } from "./types.ts";

/** What is known of a label's answer to a query: the answer, yes or no, probabilities of answers, or null for nothing. */
export type Cell = string | boolean | null | Readonly<Record<string, number>>;

export interface AttributeTableOptions {
  readonly labels: readonly string[];
  readonly queries: readonly string[];
  /** `values[y][q]`: a row for each label. */
  readonly values: readonly (readonly Cell[])[];
  /** Share of answers that are wrong, another answer to the same query each as likely. Default 0. */
  readonly error?: number;
  /** Probabilities of the labels before anything is asked, or weights. Default equal. */
  readonly prior?: ArrayLike<number>;
}

/** Labels by queries with exact probabilities: see {@link attributeTable}. */
export interface AttributeTable extends Predictor {
  readonly labels: readonly string[];
  readonly queries: readonly string[];
  readonly predict: (history: History) => Float64Array;
  readonly extend: (history: History) => (query: string, answer: string) => Float64Array;
  readonly expectedEntropies: (history: History, queries: readonly string[]) => Float64Array;
  /** Probabilities of a query's answers for each label, wrong answers included. */
  readonly likelihood: (query: string) => AnswerTable;
  /** Cases drawn from the table: a label from the prior, and one fixed answer to each query. */
  readonly cases: (count: number, seed: number) => Case[];
  /** A label that answers without error; {@link unknownAnswer} where the table has nothing. */
  readonly caseOf: (label: string) => Case;
  /** Groups of labels that every query gives the same answers: nobody can tell them apart. */
  readonly twins: () => string[][];
  /** The table with fewer labels. */
  readonly without: (labels: readonly string[]) => AttributeTable;
}

const smallestSum = 1e-300;

/**
 * A predictor from a table of labels by attributes: Bayes' rule with independent answers, exact for people who answer
 * as the table says up to a share of errors.
 *
 * A cell without a value answers as the other labels do. Cost: K·turns a prediction, K·answers a query for its expected
 * entropy.
 *
 * @returns what `informationPursuit` and `nextQuestion` take as `predict`, `likelihood` and cases
 * @throws InputError `too-few-labels`, `no-queries`, `duplicate-name`, `unequal-lengths`, `bad-error`, `bad-prior`,
 * `bad-cell`; later `unknown-query`, `unknown-answer`, and `contradictory-answers` when no label fits a history
 * @source Chan et al. 2025, section 4.1 (20 Questions)
 * @example
 * import { attributeTable } from "surprisal/language";
 * const animals = attributeTable({
 *   labels: ["zebra", "lion", "whale"],
 *   queries: ["stripes", "hunts"],
 *   values: [[true, false], [false, true], [false, null]],
 *   error: 0.05,
 * });
 * animals.predict([{ query: "stripes", answer: "yes" }]);
 * // zebra 0.905
 */
export function attributeTable(options: AttributeTableOptions): AttributeTable {
  const { labels, queries, error = 0 } = options;
  const where = "attributeTable";
  requireNames(labels, "label", 2, where);
  requireNames(queries, "query", 1, where);
  requireShape(options, where);
  const K = labels.length;
  const prior = priorOf(options.prior, K, where);
  const columns = queries.map((query, q) =>
    columnOf(
      options.values.map((row) => row[q]),
      error,
      `${where}: ${JSON.stringify(query)}`,
    ),
  );
  const places = new Map(queries.map((query, q) => [query, q]));

  const find = (query: string): Column => {
    const q = places.get(query);
    if (q !== undefined) return columns[q];
    throw new InputError({
      code: "unknown-query",
      where,
      problem: "no such query",
      expected: `one of ${queries.length} queries`,
      got: query,
      hint: didYouMean(query, queries),
    });
  };
  /** Multiplies by an answer's likelihood and normalises. */
  const update = (from: Float64Array, out: Float64Array, query: string, answer: string): Float64Array => {
    if (answer === unknownAnswer) {
      if (out !== from) out.set(from);
      return out;
    }
    const { rows } = find(query);
    const at = answerIndex(find(query), answer, query, where) * K;
    let sum = 0;
    for (let y = 0; y < K; y++) sum += out[y] = from[y] * rows[at + y];
    if (!(sum > smallestSum)) {
      throw new InputError({
        code: "contradictory-answers",
        where,
        problem: "no label fits these answers",
        expected: "answers as in the table, or an error above 0",
        got: `${query} ${answer}`,
      });
    }
    for (let y = 0; y < K; y++) out[y] /= sum;
    return out;
  };
  const predict = (history: History): Float64Array => {
    const p = prior.slice();
    for (const { query, answer } of history) update(p, p, query, answer);
    return p;
  };

  return {
    labels,
    queries,
    predict,
    extend(history) {
      const before = predict(history);
      const after = new Float64Array(K);
      return (query, answer) => update(before, after, query, answer);
    },
    expectedEntropies(history, asked) {
      const p = predict(history);
      const now = entropyOf(p);
      return Float64Array.from(asked, (query) => now - informationOf(find(query), p));
    },
    likelihood: (query) => find(query).table,
    cases(count, seed) {
      const random = new Random(seed).split("cases");
      return Array.from({ length: count }, (_, i) => {
        const own = random.split(i);
        const y = own.categorical(prior);
        return {
          label: labels[y],
          answer: (query: string) => {
            const { answers, probabilities } = find(query).table;
            const from = y * answers.length;
            return answers[own.split(query).categorical(probabilities.subarray(from, from + answers.length))];
          },
        };
      });
    },
    caseOf(label) {
      const y = labels.indexOf(label);
      if (y < 0) {
        throw new InputError({
          code: "unknown-label",
          where,
          problem: "no such label",
          expected: `one of ${K} labels`,
          got: label,
          hint: didYouMean(label, labels),
        });
      }
      return {
        label,
        answer: (query) => {
          find(query);
          return likeliest(options.values[y][places.get(query)!]);
        },
      };
    },
    twins: () => twinsOf(labels, columns),
    without(left) {
      const kept = labels.flatMap((label, y) => (left.includes(label) ? [] : [y]));
      return attributeTable({
        ...options,
        labels: kept.map((y) => labels[y]),
        values: kept.map((y) => options.values[y]),
        prior: kept.map((y) => prior[y]),
      });
    },
  };
}

interface Column {
  readonly table: AnswerTable;
  /** `rows[a * K + y]`: the likelihoods answer by answer. */
  readonly rows: Float64Array;
  /** Of each label's answer, in nats. */
  readonly entropies: Float64Array;
}

function columnOf(cells: readonly Cell[], error: number, where: string): Column {
  const answers = answersOf(cells, where);
  const A = answers.length;
  const K = cells.length;
  const told = cells.map((cell) => cellProbabilities(cell, answers, where));
  const share = new Float64Array(A).fill(1 / A);
  let known = 1;
  for (const p of told) {
    if (p === undefined) continue;
    known++;
    for (let a = 0; a < A; a++) share[a] += p[a];
  }
  const probabilities = new Float64Array(K * A);
  const rows = new Float64Array(K * A);
  const entropies = new Float64Array(K);
  for (let y = 0; y < K; y++) {
    for (let a = 0; a < A; a++) {
      const exact = told[y]?.[a] ?? share[a] / known;
      const p = A === 1 ? 1 : (1 - error) * exact + (error * (1 - exact)) / (A - 1);
      probabilities[y * A + a] = p;
      rows[a * K + y] = p;
      if (p > 0) entropies[y] -= p * Math.log(p);
    }
  }
  return { table: { answers, probabilities }, rows, entropies };
}

/** Yes and no where nothing else is said; otherwise what occurs, in order of first appearance. */
function answersOf(cells: readonly Cell[], where: string): string[] {
  const found = new Set<string>();
  for (const cell of cells) {
    if (typeof cell === "string") found.add(cell);
    else if (typeof cell === "boolean") found.add(cell ? "yes" : "no");
    else if (cell !== null && typeof cell === "object")
      for (const answer of Object.keys(cell)) found.add(answer);
  }
  if (found.has(unknownAnswer)) {
    throw badCell(where, "an unknown value is null", "null", unknownAnswer);
  }
  const answers = [...found];
  return answers.every((answer) => answer === "yes" || answer === "no") ? ["yes", "no"] : answers;
}

function cellProbabilities(cell: Cell, answers: readonly string[], where: string): Float64Array | undefined {
  if (cell === null) return undefined;
  const p = new Float64Array(answers.length);
  if (typeof cell === "object") {
    let sum = 0;
    for (const [answer, value] of Object.entries(cell)) {
      if (!(value >= 0)) throw badCell(where, "not a probability", "numbers from 0 that sum to 1", value);
      sum += p[answers.indexOf(answer)] = value;
    }
    if (!(Math.abs(sum - 1) <= 1e-6))
      throw badCell(where, "probabilities do not sum to 1", "a sum of 1", sum);
    return p;
  }
  const answer = typeof cell === "boolean" ? (cell ? "yes" : "no") : cell;
  if (typeof answer !== "string") throw badCell(where, "not a value", "a text, true, false or null", cell);
  p[answers.indexOf(answer)] = 1;
  return p;
}

function likeliest(cell: Cell): string {
  if (cell === null) return unknownAnswer;
  if (typeof cell !== "object") return typeof cell === "boolean" ? (cell ? "yes" : "no") : cell;
  return Object.entries(cell).reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

/** I(answer; label) in nats: H(answer) less the mean entropy of a label's answer. */
function informationOf({ rows, entropies, table: { answers } }: Column, p: Float64Array): number {
  const K = p.length;
  let information = 0;
  let rest = 1;
  for (let a = 0; a < answers.length - 1; a++) {
    let probability = 0;
    for (let y = 0, at = a * K; y < K; y++) probability += p[y] * rows[at + y];
    rest -= probability;
    if (probability > 0) information -= probability * Math.log(probability);
  }
  if (rest > 0) information -= rest * Math.log(rest);
  for (let y = 0; y < K; y++) information -= p[y] * entropies[y];
  return information;
}

/** The entropy of probabilities, in nats. */
export function entropyOf(p: ArrayLike<number>): number {
  let sum = 0;
  for (let y = 0; y < p.length; y++) if (p[y] > 0) sum -= p[y] * Math.log(p[y]);
  return sum;
}

function answerIndex({ table: { answers } }: Column, answer: string, query: string, where: string): number {
  const a = answers.indexOf(answer);
  if (a >= 0) return a;
  throw new InputError({
    code: "unknown-answer",
    where: `${where}: ${JSON.stringify(query)}`,
    problem: "no label has this answer",
    expected: `${answers.slice(0, 8).join(", ")}${answers.length > 8 ? ", …" : ""} or ${unknownAnswer}`,
    got: answer,
    hint: didYouMean(answer, answers),
  });
}

function twinsOf(labels: readonly string[], columns: readonly Column[]): string[][] {
  const groups = new Map<string, string[]>();
  labels.forEach((label, y) => {
    const key = columns
      .map(({ table: { answers, probabilities } }) =>
        probabilities.subarray(y * answers.length, (y + 1) * answers.length).join(),
      )
      .join(";");
    groups.set(key, [...(groups.get(key) ?? []), label]);
  });
  return [...groups.values()].filter((group) => group.length > 1);
}

export function requireNames(names: readonly string[], what: string, least: number, where: string): void {
  if (names.length < least) {
    throw new InputError({
      code: what === "label" ? "too-few-labels" : "no-queries",
      where,
      problem: what === "label" ? "there is nothing to choose between" : "there is nothing to ask",
      expected: `at least ${least} ${least === 1 ? what : `${what}s`}`,
      got: names.length,
    });
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new InputError({
        code: "duplicate-name",
        where,
        problem: `a ${what} occurs twice`,
        expected: "each once",
        got: name,
      });
    }
    seen.add(name);
  }
}

function requireShape({ labels, queries, values, error = 0 }: AttributeTableOptions, where: string): void {
  const unequal = (problem: string, expected: string, got: number) => {
    throw new InputError({ code: "unequal-lengths", where, problem, expected, got });
  };
  if (values.length !== labels.length)
    unequal("values has not a row for each label", `${labels.length} rows`, values.length);
  values.forEach((row, y) => {
    if (row.length === queries.length) return;
    unequal(
      `the row of ${JSON.stringify(labels[y])} is not as long as queries`,
      `${queries.length} values`,
      row.length,
    );
  });
  if (error >= 0 && error < 0.5) return;
  throw new InputError({
    code: "bad-error",
    where,
    problem: "error is the share of wrong answers",
    expected: "a number from 0 to below 0.5",
    got: error,
  });
}

function priorOf(given: ArrayLike<number> | undefined, K: number, where: string): Float64Array {
  const prior = given === undefined ? new Float64Array(K).fill(1) : Float64Array.from(given);
  const sum = prior.reduce((a, b) => a + b, 0);
  if (prior.length !== K || !(sum > 0 && sum < Number.POSITIVE_INFINITY) || prior.some((p) => p < 0)) {
    throw new InputError({
      code: "bad-prior",
      where,
      problem: "prior gives no weight to each label",
      expected: `${K} numbers from 0, not all 0`,
      got: given,
    });
  }
  return prior.map((p) => p / sum);
}

function badCell(where: string, problem: string, expected: string, got: unknown): InputError {
  return new InputError({ code: "bad-cell", where, problem, expected, got });
}
