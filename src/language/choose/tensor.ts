import { InputError } from "../../core/errors.ts";

/** What a language model says about every answer of every input under every prompt. Natural logarithms. */
export interface PromptTensor {
  /** [prompt][input][choice]: log of the unnormalised score; −Infinity for what is impossible. */
  readonly logScore: readonly (readonly ArrayLike<number>[])[];
  /** [prompt][input]: geometric mean of the token probabilities of the filled prompt, in (0, 1]; PPL and PPL_L need it. */
  readonly seqProb?: readonly ArrayLike<number>[];
  /** [prompt][choice]: as `logScore`, with the input replaced by nothing; `cc` and `pmi` need it. */
  readonly logEmpty?: readonly ArrayLike<number>[];
  /** The same with "N/A" for the input; `cc` needs it. */
  readonly logNA?: readonly ArrayLike<number>[];
  /** The same with "[MASK]" for the input; `cc` needs it. */
  readonly logMask?: readonly ArrayLike<number>[];
  /** Of the prompts; by default prompt 1, prompt 2 … */
  readonly names?: readonly string[];
  /** Of the choices; by default choice 1, choice 2 … */
  readonly labels?: readonly string[];
}

export type ContentFree = "logEmpty" | "logNA" | "logMask";

/** A checked tensor with its numbers in one piece, row-major. */
export interface Scores {
  readonly prompts: number;
  readonly inputs: number;
  readonly choices: number;
  readonly log: Float64Array;
  readonly seqProb?: Float64Array;
  /** prompts × choices each. */
  readonly free: Partial<Record<ContentFree, Float64Array>>;
  readonly names: readonly string[];
  readonly labels: readonly string[];
}

/** Checks a tensor and puts its numbers in one piece. */
export function readTensor(t: PromptTensor, where: string, leastInputs = 2): Scores {
  const prompts = t.logScore?.length ?? 0;
  if (prompts < 1) throw tooFew(where, "prompt", 1, prompts);
  const inputs = t.logScore[0].length;
  if (inputs < leastInputs) throw tooFew(where, "input", leastInputs, inputs);
  const choices = t.logScore[0][0].length;
  if (choices < 2) throw tooFew(where, "choice", 2, choices);
  const log = new Float64Array(prompts * inputs * choices);
  t.logScore.forEach((rows, p) => {
    requireLength(where, `prompt ${p} `, rows.length, inputs, "inputs");
    for (let x = 0; x < inputs; x++) {
      if (rows[x].length !== choices) {
        requireLength(where, `prompt ${p}, input ${x} `, rows[x].length, choices, "choices");
      }
      // Faster than set() for rows as short as these.
      const row = rows[x];
      for (let y = 0, at = (p * inputs + x) * choices; y < choices; y++) log[at + y] = row[y];
    }
  });
  requireLogs(log, choices, where, (row) => `prompt ${Math.floor(row / inputs)}, input ${row % inputs}`);
  const free: Partial<Record<ContentFree, Float64Array>> = {};
  for (const kind of ["logEmpty", "logNA", "logMask"] as const) {
    const rows = t[kind];
    if (!rows) continue;
    free[kind] = flat(rows, prompts, choices, `${where}: ${kind}`, "choices");
    requireLogs(free[kind], choices, `${where}: ${kind}`, (row) => `prompt ${row}`);
  }
  const seqProb = t.seqProb && flat(t.seqProb, prompts, inputs, `${where}: seqProb`, "inputs");
  for (const value of seqProb ?? []) {
    if (value > 0 && value <= 1) continue;
    throw new InputError({
      code: "bad-probability",
      where: `${where}: seqProb`,
      problem: "not a probability of a text",
      expected: "above 0 and at most 1",
      got: value,
    });
  }
  return {
    prompts,
    inputs,
    choices,
    log,
    seqProb,
    free,
    names: named(t.names, prompts, "prompt", where),
    labels: named(t.labels, choices, "choice", where),
  };
}

/** p(choice | input, prompt) = exp(L) / Σ exp(L). */
export function normalise({ log, choices }: Pick<Scores, "log" | "choices">): Float64Array {
  const p = new Float64Array(log.length);
  for (let at = 0; at < log.length; at += choices) {
    let most = log[at];
    for (let y = 1; y < choices; y++) if (log[at + y] > most) most = log[at + y];
    let sum = 0;
    for (let y = 0; y < choices; y++) sum += p[at + y] = Math.exp(log[at + y] - most);
    for (let y = 0; y < choices; y++) p[at + y] /= sum;
  }
  return p;
}

/** Views of the rows of numbers in one piece: [first][second] of `length` numbers. */
export function nested(data: Float64Array, first: number, length: number): Float64Array[][] {
  const second = data.length / first / length;
  return Array.from({ length: first }, (_, i) =>
    Array.from({ length: second }, (__, j) => {
      const at = (i * second + j) * length;
      return data.subarray(at, at + length);
    }),
  );
}

function flat(
  rows: readonly ArrayLike<number>[],
  count: number,
  length: number,
  where: string,
  what: string,
): Float64Array {
  requireLength(where, "", rows.length, count, "prompts");
  const out = new Float64Array(count * length);
  rows.forEach((row, i) => {
    requireLength(where, `prompt ${i} `, row.length, length, what);
    out.set(row, i * length);
  });
  return out;
}

function requireLogs(log: Float64Array, choices: number, where: string, place: (row: number) => string) {
  for (let at = 0, row = 0; at < log.length; at += choices, row++) {
    let possible = false;
    for (let y = 0; y < choices; y++) {
      const value = log[at + y];
      if (value > Number.NEGATIVE_INFINITY && value < Number.POSITIVE_INFINITY) possible = true;
      else if (value !== Number.NEGATIVE_INFINITY) {
        throw new InputError({
          code: "not-finite",
          where,
          problem: `${place(row)}, choice ${y} is not a log-probability`,
          expected: "a finite number, or -Infinity for what is impossible",
          got: value,
        });
      }
    }
    if (possible) continue;
    throw new InputError({
      code: "no-choice",
      where,
      problem: `${place(row)}: no choice is possible`,
      expected: "a finite number for at least one",
      got: Number.NEGATIVE_INFINITY,
    });
  }
}

function requireLength(where: string, place: string, got: number, expected: number, what: string): void {
  if (got === expected) return;
  throw new InputError({
    code: "ragged",
    where,
    problem: `${place}has another number of ${what} than the first prompt`,
    expected: String(expected),
    got,
  });
}

function named(
  given: readonly string[] | undefined,
  count: number,
  what: string,
  where: string,
): readonly string[] {
  if (!given) return Array.from({ length: count }, (_, i) => `${what} ${i + 1}`);
  if (given.length !== count) {
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: `as many names as ${what}s are needed`,
      expected: String(count),
      got: given.length,
    });
  }
  const twice = given.find((name, i) => given.indexOf(name) < i);
  if (twice === undefined) return given;
  throw new InputError({
    code: "duplicate-names",
    where,
    problem: `two ${what}s have the same name`,
    got: twice,
  });
}

function tooFew(where: string, what: string, least: number, got: number): InputError {
  const expected = `at least ${least}`;
  return new InputError({ code: "too-few", where, problem: `not enough ${what}s`, expected, got });
}
