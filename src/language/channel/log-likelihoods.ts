import { InputError } from "../../core/errors.ts";

/**
 * `ll[i][j][l]` = ln p(z_ij | x_l, q_i): how likely the j-th compression of context i is under context l, summed over its
 * tokens. N contexts, M compressions of each, so N × M × N numbers; −Infinity where the model cannot produce it.
 */
export type LogLikelihoods = readonly (readonly ArrayLike<number>[])[];

export interface Shape {
  readonly contexts: number;
  readonly samples: number;
}

/** N and M of a tensor that can be used; throws an InputError at the first entry that cannot. */
export function shapeOf(ll: LogLikelihoods, where: string): Shape {
  const contexts = ll.length;
  if (contexts < 2) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "information needs contexts to tell apart",
      expected: "at least 2 contexts",
      got: contexts,
    });
  }
  const samples = ll[0].length;
  for (const [i, row] of ll.entries()) {
    if (row.length === 0 || row.length !== samples) {
      throw new InputError({
        code: "unequal-lengths",
        where,
        problem: `context ${i} has another number of compressions than context 0`,
        expected: samples === 0 ? "at least one for each" : `${samples} for each`,
        got: row.length,
      });
    }
    for (const [j, values] of row.entries()) requireLikelihoods(values, i, j, contexts, where);
  }
  return { contexts, samples };
}

function requireLikelihoods(
  values: ArrayLike<number>,
  i: number,
  j: number,
  contexts: number,
  where: string,
): void {
  const place = `compression ${j} of context ${i}`;
  if (values.length !== contexts) {
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: `${place} is not scored under every context`,
      expected: `${contexts} log-likelihoods`,
      got: values.length,
    });
  }
  let possible = false;
  for (let l = 0; l < contexts; l++) {
    const value = values[l];
    if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) {
      throw new InputError({
        code: "bad-likelihood",
        where,
        problem: `${place} has no log-likelihood under context ${l}`,
        expected: "a number, or -Infinity",
        got: value,
      });
    }
    possible ||= value > Number.NEGATIVE_INFINITY;
  }
  if (values[i] > Number.NEGATIVE_INFINITY) return;
  throw new InputError({
    code: "impossible-compression",
    where,
    problem: possible
      ? `the scoring model cannot produce ${place} from its own context`
      : `the scoring model cannot produce ${place} from any context`,
    expected: "a finite log-likelihood under its own context",
    got: values[i],
  });
}

/** Checks `lengths[i][j]`, tokens of each compression, against the shape of the log-likelihoods. */
export function requireLengths(
  lengths: readonly (readonly number[])[],
  { contexts, samples }: Shape,
  where: string,
): void {
  if (lengths.length !== contexts || lengths.some((row) => row.length !== samples)) {
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: "lengths and log-likelihoods differ in shape",
      expected: `${contexts} × ${samples} lengths`,
      got: `${lengths.length} × ${lengths[0]?.length ?? 0}`,
    });
  }
  for (const [i, row] of lengths.entries()) {
    for (const [j, length] of row.entries()) {
      if (length > 0 && length < Number.POSITIVE_INFINITY) continue;
      throw new InputError({
        code: "not-positive",
        where,
        problem: `compression ${j} of context ${i} has no length`,
        expected: "a number of tokens above 0",
        got: length,
      });
    }
  }
}
