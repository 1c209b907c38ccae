/**
 * State that training carries from step to step beside the parameters, such as a moving average or the direction of a
 * power iteration. A loss is a pure function, so the next value travels as the gradient of the present one, and the
 * optimiser puts it in its place.
 */
import { mul, stopGradient, sub, sum, type Tensor, type Tree } from "../engine/index.ts";
import type { Optimiser } from "../engine/optimisers/index.ts";

export type WithCarried<P extends Tree, C extends Tree> = { readonly params: P; readonly carried: C };

/** A term of the loss that is 0 and whose gradient is the next value of a carried tensor. */
export function carry(present: Tensor, next: Tensor): Tensor {
  return sum(mul(sub(present, stopGradient(present)), stopGradient(next)));
}

/** An optimiser for `params` beside which `carried` becomes its gradient. */
export function besideCarried(inner: Optimiser): Optimiser {
  return {
    init: (tree) => inner.init((tree as WithCarried<Tree, Tree>).params),
    update: (tree, gradient, state) => {
      const slope = gradient as WithCarried<Tree, Tree>;
      const [params, next] = inner.update((tree as WithCarried<Tree, Tree>).params, slope.params, state);
      return [{ params, carried: slope.carried } as unknown as typeof tree, next];
    },
  };
}
