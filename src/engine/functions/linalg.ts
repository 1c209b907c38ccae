// Dense decompositions with derivatives. They have no ONNX form: a compiled function that uses them runs on Wasm.
import { InputError } from "../../core/errors.ts";
import { apply, applyMany } from "../apply.ts";
import { jax } from "../runtime.ts";
import { describe, type Tensor } from "../tensor.ts";
import { asFloat } from "./promotion.ts";

/** Lower-triangular L with L Lᵀ = x, for positive definite x over the last two axes. */
export function cholesky(x: Tensor): Tensor {
  return apply([requireSquare("linalg.cholesky", x)], (a) => jax().numpy.linalg.cholesky(a));
}

/** The solution of a · x = b. */
export function solve(a: Tensor, b: Tensor): Tensor {
  return apply([requireSquare("linalg.solve", a), asFloat(b)], (p, q) => jax().numpy.linalg.solve(p, q));
}

/** The solution of a · x = b for triangular a. */
export function triangularSolve(a: Tensor, b: Tensor, options: { lower?: boolean } = {}): Tensor {
  const { lower = true } = options;
  return apply([requireSquare("linalg.triangularSolve", a), asFloat(b)], (p, q) =>
    jax().lax.linalg.triangularSolve(p, q, { leftSide: true, lower }),
  );
}

/** The inverse matrix. */
export function inv(x: Tensor): Tensor {
  return apply([requireSquare("linalg.inv", x)], (a) => jax().numpy.linalg.inv(a));
}

/** Sign and logarithm of the absolute determinant. */
export function slogdet(x: Tensor): [sign: Tensor, logAbs: Tensor] {
  const [sign, logAbs] = applyMany([requireSquare("linalg.slogdet", x)], (a) =>
    jax().numpy.linalg.slogdet(a),
  );
  return [sign, logAbs];
}

/** Ascending eigenvalues and eigenvectors (columns) of symmetric x; no derivative, see `withGradient`. */
export function eigh(x: Tensor): [values: Tensor, vectors: Tensor] {
  const [values, vectors] = applyMany([requireSquare("linalg.eigh", x)], (a) => jax().numpy.linalg.eigh(a));
  return [values, vectors];
}

function requireSquare(where: string, x: Tensor): Tensor {
  if (x.ndim >= 2 && x.shape[x.ndim - 1] === x.shape[x.ndim - 2]) return asFloat(x);
  throw new InputError({
    code: "shape-mismatch",
    where,
    problem: "not square",
    expected: "[..., n, n]",
    got: describe(x),
  });
}
