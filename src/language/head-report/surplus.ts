import { InputError } from "../../core/errors.ts";
import { asMatrix, type MatrixLike } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import { clusterRows } from "./clusters.ts";
import { probeSurplus } from "./surplus-probe.ts";

/** A source with finitely many contexts: from context s comes token w, and the context becomes next[s][w]. */
export interface FiniteSource {
  /** Probabilities of the S contexts. */
  readonly contexts: readonly number[];
  /** S × V probabilities of the next token. */
  readonly tokens: readonly (readonly number[])[];
  /** S × V: the context after the token. */
  readonly next: readonly (readonly number[])[];
}

/** Hidden states with the two tokens that follow each. */
export interface ObservedContexts {
  /** n × d. */
  readonly H: MatrixLike;
  /** The next token of each context, W_t: codes from 0. */
  readonly next: ArrayLike<number>;
  /** The token after it, W_{t+1}. */
  readonly future: ArrayLike<number>;
}

export interface SurplusOptions extends LongRunning {
  /** `"exact"` for a finite source; `"plugin"` or `"probe"` (default) for observed contexts. */
  estimator?: "exact" | "plugin" | "probe";
  /** Tokens looked ahead, of a finite source. Default 2. */
  K?: number;
  /** Clusters of hidden states, of `"plugin"`. Default 32. */
  clusters?: number;
  /** Default `"nats"`. */
  unit?: Unit;
  /** Default 0. */
  seed?: number;
}

export interface InformationSurplus {
  readonly estimator: "exact" | "plugin" | "probe";
  readonly unit: Unit;
  /** I(H; W_t). Absent for `"probe"`. */
  readonly next?: number;
  /** I(H; W_{t+1} … | W_t): what the hidden state knows beyond the next token. */
  readonly surplus: number;
  /** Of the mean over held-out tokens; `"probe"` only. */
  readonly standardError?: number;
  /** The same with hidden states permuted: what is found where nothing is. */
  readonly control?: number;
  /** Held-out losses of the reader of W_t and of the reader of W_t with H; `"probe"` only. */
  readonly losses?: { readonly tokenOnly: number; readonly withState: number };
}

/**
 * How much a hidden state knows about tokens beyond the next one: I(H; W_t … W_{t+K−1}) = I(H; W_t) + surplus. Exact
 * for a finite source by enumeration, O(S V^K); `"plugin"` clusters hidden states and corrects counts as Miller and
 * Madow (clustering only loses information); `"probe"` takes the difference of two held-out losses, which is neither
 * a lower nor an upper bound, and repeats it with permuted states.
 *
 * @throws InputError when shapes do not fit, probabilities are none, or tokens are not counts from 0
 * @source Zhang 2025, eq. 4.1–4.2
 * @example
 * import { informationSurplus } from "surprisal/language";
 * const copy = { contexts: [0.5, 0.5], tokens: [[1, 0], [0, 1]], next: [[0, 1], [0, 1]] };
 * (await informationSurplus(copy, { estimator: "exact", unit: "bits" })).next; // 1
 */
export async function informationSurplus(
  source: FiniteSource | ObservedContexts,
  options: SurplusOptions = {},
): Promise<InformationSurplus> {
  const where = "informationSurplus";
  const unit = asUnit(options.unit, where);
  const estimator = options.estimator ?? ("contexts" in source ? "exact" : "probe");
  if ("contexts" in source !== (estimator === "exact")) {
    throw new InputError({
      code: "wrong-estimator",
      where,
      problem: "this estimator does not fit the source",
      expected: '"exact" for a finite source, "plugin" or "probe" for observed contexts',
      got: estimator,
    });
  }
  const nats =
    "contexts" in source ? exact(source, options.K ?? 2) : await observed(source, estimator, options);
  return surplusIn(unit, estimator, nats);
}

/** Amounts in nats turned into a result in its unit. */
export function surplusIn(
  unit: Unit,
  estimator: InformationSurplus["estimator"],
  { next, surplus, standardError, control, losses }: Nats,
): InformationSurplus {
  const inUnit = (nats: number) => fromNats(nats, unit);
  return {
    estimator,
    unit,
    surplus: inUnit(surplus),
    ...(next !== undefined && { next: inUnit(next) }),
    ...(standardError !== undefined && { standardError: inUnit(standardError) }),
    ...(control !== undefined && { control: inUnit(control) }),
    ...(losses && {
      losses: { tokenOnly: inUnit(losses.tokenOnly), withState: inUnit(losses.withState) },
    }),
  };
}

type Nats = Omit<InformationSurplus, "estimator" | "unit">;

function exact(source: FiniteSource, K: number): Nats {
  requireSource(source);
  if (!Number.isInteger(K) || K < 1) {
    throw new InputError({
      code: "bad-option",
      where: "informationSurplus",
      problem: "K will not do",
      expected: "a count from 1",
      got: K,
    });
  }
  const next = ahead(source, 1);
  return { next, surplus: ahead(source, K) - next };
}

/** I(H; W_t … W_{t+k−1}) = H(words) − H(words | context), by enumeration. */
function ahead({ contexts, tokens, next }: FiniteSource, k: number): number {
  const words = tokens[0].length ** k;
  const marginal = new Float64Array(words);
  let conditional = 0;
  contexts.forEach((weight, start) => {
    const visit = (state: number, word: number, p: number, left: number): void => {
      if (p === 0) return;
      if (left === 0) {
        marginal[word] += weight * p;
        conditional -= weight * p * Math.log(p);
        return;
      }
      tokens[state].forEach((q, w) => {
        visit(next[state][w], word * tokens[0].length + w, p * q, left - 1);
      });
    };
    visit(start, 0, 1, k);
  });
  let entropy = 0;
  for (const p of marginal) if (p > 0) entropy -= p * Math.log(p);
  return entropy - conditional;
}

async function observed(
  { H, next, future }: ObservedContexts,
  estimator: "exact" | "plugin" | "probe",
  options: SurplusOptions,
): Promise<Nats> {
  const where = "informationSurplus";
  const states = asMatrix(H, `${where}: H`);
  const w0 = asTokens(next, states.rows, `${where}: next`);
  const w1 = asTokens(future, states.rows, `${where}: future`);
  if (estimator === "probe") return probeSurplus(states, w0, w1, options);
  const codes = clusterRows(states, options.clusters ?? 32, options.seed ?? 0);
  const [h, both, nextOnly] = [entropyOf(codes), entropyOf(w0, w1), entropyOf(w0)];
  const total = h + both - entropyOf(codes, w0, w1);
  const first = h + nextOnly - entropyOf(codes, w0);
  return { next: first, surplus: total - first };
}

/** The entropy of joint codes in nats, with Miller and Madow's correction (cells − 1) / 2n. */
function entropyOf(...columns: ArrayLike<number>[]): number {
  const n = columns[0].length;
  const counts = new Map<string, number>();
  for (let i = 0; i < n; i++) {
    const cell = columns.map((column) => column[i]).join(" ");
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  let entropy = (counts.size - 1) / (2 * n);
  for (const count of counts.values()) entropy -= (count / n) * Math.log(count / n);
  return entropy;
}

export function asTokens(values: ArrayLike<number>, length: number, where: string): Int32Array {
  const tokens = Int32Array.from(values);
  for (let i = 0; i < values.length; i++) {
    if (tokens[i] === values[i] && values[i] >= 0) continue;
    throw new InputError({
      code: "not-a-token",
      where,
      problem: `entry ${i} is no token`,
      expected: "whole numbers from 0",
      got: values[i],
    });
  }
  if (tokens.length === length) return tokens;
  throw new InputError({
    code: "wrong-length",
    where,
    problem: "not one token per context",
    expected: `${length} tokens`,
    got: tokens.length,
  });
}

function requireSource({ contexts, tokens, next }: FiniteSource): void {
  const where = "informationSurplus";
  const refuse = (problem: string, expected: string, got: unknown): never => {
    throw new InputError({ code: "bad-source", where, problem, expected, got });
  };
  if (tokens.length !== contexts.length || next.length !== contexts.length) {
    refuse("contexts, tokens and next do not fit together", `${contexts.length} rows each`, [
      tokens.length,
      next.length,
    ]);
  }
  for (const row of [contexts, ...tokens]) {
    const sum = row.reduce((a, p) => a + p, 0);
    if (row.some((p) => !(p >= 0)) || Math.abs(sum - 1) > 1e-6) {
      refuse("not probabilities", "numbers of at least 0 with sum 1", sum);
    }
  }
  for (const row of next) {
    const wrong = row.find((s) => !Number.isInteger(s) || s < 0 || s >= contexts.length);
    if (wrong !== undefined || row.length !== tokens[0].length) {
      refuse("next is no table of contexts", `${tokens[0].length} numbers below ${contexts.length}`, wrong);
    }
  }
}
