import { InputError } from "../../core/errors.ts";
import { zeros } from "../functions/creation.ts";
import { add, astype } from "../functions/elementwise.ts";
import type { Schedule } from "../schedules.ts";
import type { DType, Tensor, Tree } from "../tensor.ts";
import { flatten, mapTree } from "../tree.ts";

/** What an optimiser remembers between steps: a tree of tensors, to be passed back in and saved like parameters. */
export type OptimiserState = { readonly [slot: string]: Tree };

/**
 * A rule that improves parameters by a gradient. Both functions are pure: inside a compiled step they become part
 * of it, and nothing is remembered outside the state.
 */
export interface Optimiser {
  /** The state before the first step. */
  init(params: Tree): OptimiserState;
  /** The next parameters and state; `gradient` has the structure of `params`. */
  update<P extends Tree>(params: P, gradient: P, state: OptimiserState): [params: P, state: OptimiserState];
}

/** A fixed learning rate, or one that depends on the number of updates made so far. */
export type LearningRate = number | Schedule;

export const noSteps = (): Tensor => zeros([], "int32");

export function nextStep(state: OptimiserState): Tensor {
  return add(state.step as Tensor, 1);
}

/**
 * The learning rate of this update as an operand that leaves `dtype` as it is. Schedules compute in double precision,
 * where 1 − βᵗ and long cosines lose nothing.
 */
export function rateOf(rate: LearningRate, state: OptimiserState): (dtype: DType) => Tensor | number {
  if (typeof rate === "number") return () => rate;
  const value = rate(astype(state.step as Tensor, "float64"));
  return (dtype) => astype(value, dtype);
}

export function requireRate(where: string, rate: LearningRate): void {
  if (typeof rate !== "number" || (rate > 0 && Number.isFinite(rate))) return;
  throw new InputError({
    code: "bad-learning-rate",
    where,
    problem: "not a learning rate",
    expected: "a positive number or a schedule",
    got: rate,
  });
}

export function requireShare(where: string, name: string, value: number): void {
  if (value >= 0 && value < 1) return;
  throw new InputError({
    code: "bad-option",
    where,
    problem: `${name} is out of range`,
    expected: "a number from 0 to below 1",
    got: value,
  });
}

export function zerosLikeTree<P extends Tree>(params: P): P {
  return mapTree(params, ({ shape, dtype }) => zeros(shape, dtype));
}

/** Several trees of one structure, leaf by leaf; `f` returns one leaf of each result. */
export function zip<R extends readonly Tensor[]>(
  where: string,
  trees: readonly Tree[],
  f: (...leaves: Tensor[]) => R,
): { [I in keyof R]: Tree } {
  const flat = trees.map((tree) => flatten(tree, where));
  const [first] = flat;
  for (const other of flat) {
    if (other.structure === first.structure) continue;
    throw new InputError({
      code: "structure-mismatch",
      where,
      problem: "trees of different structure",
      expected: first.structure,
      got: other.structure,
    });
  }
  const rows = first.leaves.map((_, i) => f(...flat.map(({ leaves }) => leaves[i])));
  const count = rows[0]?.length ?? trees.length;
  return Array.from({ length: count }, (_, k) => first.rebuild(rows.map((row) => row[k]))) as {
    [I in keyof R]: Tree;
  };
}
