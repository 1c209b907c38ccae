import { InputError } from "../../core/errors.ts";
import { add, astype, div, maximum, mul, sqrt, square } from "../functions/elementwise.ts";
import { sum } from "../functions/reductions.ts";
import type { Tensor, Tree } from "../tensor.ts";
import { flatten, mapTree } from "../tree.ts";
import type { Optimiser } from "./optimiser.ts";

/**
 * Euclidean norm of all numbers of a tree together, as a scalar.
 *
 * @throws InputError when there is no tensor
 */
export function globalNorm(tree: Tree): Tensor {
  const { leaves } = flatten(tree, "globalNorm");
  if (leaves.length === 0) {
    throw new InputError({ code: "empty", where: "globalNorm", problem: "no tensors", got: tree });
  }
  return sqrt(leaves.map((leaf) => sum(square(leaf))).reduce((total, one) => add(total, one)));
}

/**
 * A gradient shortened to `maxNorm` where its global norm is larger (Pascanu et al., 2013, algorithm 1).
 *
 * @throws InputError when maxNorm is not positive
 */
export function clipByGlobalNorm<P extends Tree>(gradient: P, maxNorm: number): P {
  requireNorm("clipByGlobalNorm", maxNorm);
  const scale = div(maxNorm, maximum(globalNorm(gradient), maxNorm));
  return mapTree(gradient, (leaf) => mul(leaf, astype(scale, leaf.dtype)));
}

/**
 * The same optimiser with gradients shortened to `maxNorm` first.
 *
 * @throws InputError when maxNorm is not positive
 */
export function clipped(optimiser: Optimiser, maxNorm: number): Optimiser {
  requireNorm("clipped", maxNorm);
  return {
    init: optimiser.init,
    update: (params, gradient, state) => optimiser.update(params, clipByGlobalNorm(gradient, maxNorm), state),
  };
}

function requireNorm(where: string, maxNorm: number): void {
  if (maxNorm > 0 && Number.isFinite(maxNorm)) return;
  throw new InputError({
    code: "bad-option",
    where,
    problem: "not a norm to clip to",
    expected: "a positive number",
    got: maxNorm,
  });
}
