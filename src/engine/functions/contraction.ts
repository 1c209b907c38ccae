import { apply } from "../apply.ts";
import { mismatch } from "../check.ts";
import { jax } from "../runtime.ts";
import type { Tensor } from "../tensor.ts";

/** Matrix product over the last two axes, earlier axes broadcast; a single axis counts as row or column. */
export function matmul(x: Tensor, y: Tensor): Tensor {
  const inner = y.ndim === 1 ? y.shape[0] : y.shape[y.ndim - 2];
  if (x.ndim === 0 || y.ndim === 0 || x.shape[x.ndim - 1] !== inner) {
    mismatch("matmul", "as many columns on the left as rows on the right", [x, y]);
  }
  const batches = [x.shape.slice(0, -2), y.shape.slice(0, -2)];
  const n = Math.max(batches[0].length, batches[1].length);
  for (let i = 1; i <= n; i++) {
    const [a, b] = batches.map((batch) => batch[batch.length - i] ?? 1);
    if (a !== b && a !== 1 && b !== 1)
      mismatch("matmul", "equal lengths or 1 on the axes before the matrices", [x, y]);
  }
  return apply([x, y], (a, b) => jax().numpy.matmul(a, b));
}

/** Sum of products over the last axis of x and the last but one of y (the only one of a vector). */
export function dot(x: Tensor, y: Tensor): Tensor {
  const inner = y.ndim < 2 ? y.shape[0] : y.shape[y.ndim - 2];
  if (x.ndim > 0 && y.ndim > 0 && x.shape[x.ndim - 1] !== inner) {
    mismatch("dot", "the last axis on the left as long as the last but one on the right", [x, y]);
  }
  return apply([x, y], (a, b) => jax().numpy.dot(a, b));
}

/** Products of all pairs: x along rows, y along columns. */
export function outer(x: Tensor, y: Tensor): Tensor {
  return apply([x, y], (a, b) => jax().numpy.outer(a, b));
}

/** Einstein summation with one letter per axis, for instance `einsum("bij,bjk->bik", x, y)`. */
export function einsum(subscripts: string, ...operands: Tensor[]): Tensor {
  const [left, right] = subscripts.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  const lengths = new Map<string, number>();
  const fits = terms.every(
    (term, i) =>
      term.length === operands[i]?.ndim &&
      [...term].every((letter, axis) => {
        const length = operands[i].shape[axis];
        if (!lengths.has(letter)) lengths.set(letter, length);
        return lengths.get(letter) === length;
      }),
  );
  const known = right !== undefined && [...right].every((letter) => lengths.has(letter));
  if (!fits || !known || terms.length !== operands.length) {
    mismatch("einsum", `one letter per axis and one length per letter in "${subscripts}"`, operands);
  }
  const letters = [...lengths.keys()];
  const numbered = (term: string) => [...term].map((letter) => letters.indexOf(letter));
  return apply(operands, (...arrays) =>
    jax().numpy.einsum(...arrays.flatMap((array, i) => [array, numbered(terms[i])]), numbered(right)),
  );
}
