import { InputError } from "../../core/errors.ts";
import { applyRule, type DerivativeRule } from "../derivative.ts";
import { add, mul } from "../functions/elementwise.ts";
import { sum } from "../functions/reductions.ts";
import type { Tensor, Tree } from "../tensor.ts";
import { vmap } from "../transforms.ts";
import { flatten } from "../tree.ts";

/**
 * A scalar function with a derivative of its own, for instance a closed form through a decomposition that has no
 * derivative rule. `forward` is never differentiated; `backward` is, when a derivative of the derivative is asked for.
 *
 * @param forward from a tensor or a tree of tensors to a scalar
 * @param backward its gradient: a tree like the argument
 * @throws InputError at the call, when the gradient has another shape than the argument
 * @example
 * import { grad, mul, square, sum, tensor, withGradient } from "surprisal/engine";
 * const halfSquare = withGradient((x) => mul(sum(square(x)), 0.5), (x) => x);
 * grad(halfSquare)(tensor([3, 4])).data; // 3, 4
 */
export function withGradient<X extends Tree = Tensor>(
  forward: (x: X) => Tensor,
  backward: (x: X) => X,
): (x: X) => Tensor {
  return (x) => {
    const { leaves, rebuild } = flatten(x, "withGradient");
    const value = (...inputs: Tensor[]) => forward(rebuild(inputs));
    const change = (...both: Tensor[]) => {
      const inputs = both.slice(0, leaves.length);
      const gradient = flatten(backward(rebuild(inputs)), "withGradient").leaves;
      requireLike(gradient, inputs);
      return gradient
        .map((one, i) => sum(mul(one, both[leaves.length + i])))
        .reduce((total, one) => add(total, one));
    };
    // Under vmap the rule is given one more first axis, which is not part of the function.
    const mapped = (f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor => {
      let over = f;
      for (let extra = inputs[0].ndim - leaves[0].ndim; extra > 0; extra--) over = vmap(over);
      return over(...inputs);
    };
    const rule: DerivativeRule = {
      define: (...inputs) => [mapped(value, inputs)],
      push: (inputs, _, tangents) => [mapped(change, [...inputs, ...tangents])],
    };
    return applyRule(rule, ...leaves)[0];
  };
}

function requireLike(gradient: readonly Tensor[], inputs: readonly Tensor[]): void {
  const shapes = (tensors: readonly Tensor[]) => tensors.map(({ shape }) => `[${shape}]`).join(" ");
  if (shapes(gradient) === shapes(inputs)) return;
  throw new InputError({
    code: "shape-mismatch",
    where: "withGradient",
    problem: "the gradient is not shaped like the argument",
    expected: shapes(inputs),
    got: shapes(gradient),
  });
}
