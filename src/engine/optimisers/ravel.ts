import { InputError } from "../../core/errors.ts";
import { zeros } from "../functions/creation.ts";
import { concatenate, ravel as ravelOne, reshape, slice } from "../functions/shape.ts";
import type { Tensor, Tree } from "../tensor.ts";
import { flatten } from "../tree.ts";
import type { Optimiser, OptimiserState } from "./optimiser.ts";

/** A tree laid out as one vector, and the way back. */
export interface Ravelled<P extends Tree> {
  /** All numbers, leaf after leaf. */
  readonly vector: Tensor;
  /** The tree again, with the numbers of a vector of the same length. */
  unravel(vector: Tensor): P;
}

/**
 * Lays all tensors of a tree end to end in one vector. Works inside a compiled step.
 *
 * @throws InputError when element types differ
 */
export function ravel<P extends Tree>(params: P): Ravelled<P> {
  const { leaves, rebuild } = flatten(params, "ravel");
  const other = leaves.find(({ dtype }) => dtype !== leaves[0].dtype);
  if (other) {
    throw new InputError({
      code: "bad-dtype",
      where: "ravel",
      problem: "tensors of different element types",
      expected: leaves[0].dtype,
      got: other.dtype,
    });
  }
  const total = leaves.reduce((sum, { size }) => sum + size, 0);
  return {
    vector: leaves.length === 0 ? zeros([0]) : concatenate(leaves.map((leaf) => ravelOne(leaf))),
    unravel(vector) {
      if (vector.shape.join() !== String(total)) {
        throw new InputError({
          code: "shape-mismatch",
          where: "unravel",
          problem: "not a vector of these parameters",
          expected: `shape [${total}]`,
          got: vector.shape,
        });
      }
      let at = 0;
      return rebuild(leaves.map(({ shape, size }) => reshape(slice(vector, [at, (at += size)]), shape)));
    },
  };
}

/**
 * The same optimiser working on one vector of all parameters: a few large operations in place of many small ones,
 * and one tensor per slot in the state. Worth it for models of many small tensors.
 */
export function ravelled(optimiser: Optimiser): Optimiser {
  return {
    init: (params) => optimiser.init(ravel(params).vector),
    update: <P extends Tree>(params: P, gradient: P, state: OptimiserState): [P, OptimiserState] => {
      const { vector, unravel } = ravel(params);
      const [next, nextState] = optimiser.update(vector, ravel(gradient).vector, state);
      return [unravel(next), nextState];
    },
  };
}
