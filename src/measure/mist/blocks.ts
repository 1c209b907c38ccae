// Parts that networks on sets are made of.
import {
  add,
  attention,
  gelu,
  matmul,
  mul,
  reshape,
  standardize,
  swapAxes,
  type Tensor,
} from "../../engine/index.ts";

const heads = 4;

export type Dense = { readonly kernel: Tensor; readonly bias: Tensor };
export type Norm = { readonly scale: Tensor; readonly bias: Tensor };
export type Mab = {
  readonly normQuery: Norm;
  readonly normContext: Norm;
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly out: Tensor;
  readonly normHidden: Norm;
  readonly first: Dense;
  readonly second: Dense;
};

/** Multi-head attention block, normalised before: queries, then a small network, both added. */
export function mab(params: Mab, query: Tensor, context: Tensor, hidden?: Tensor): Tensor {
  const width = query.shape[2];
  const toHeads = (x: Tensor) => swapAxes(reshape(x, [x.shape[0], x.shape[1], heads, width / heads]), 1, 2);
  const ready = standard(params.normContext, context);
  const mixed = attention(
    toHeads(matmul(standard(params.normQuery, query), params.query)),
    toHeads(matmul(ready, params.key)),
    toHeads(matmul(ready, params.value)),
    hidden ? { bias: hidden } : {},
  );
  const seen = add(query, matmul(reshape(swapAxes(mixed, 1, 2), query.shape), params.out));
  return add(seen, dense(params.second, gelu(dense(params.first, standard(params.normHidden, seen)))));
}

export function mlp(parts: readonly Dense[], x: Tensor): Tensor {
  return parts.reduce((value, part, i) => dense(part, i === 0 ? value : gelu(value)), x);
}

export function dense({ kernel, bias }: Dense, x: Tensor): Tensor {
  return add(matmul(x, kernel), bias);
}

export function standard({ scale, bias }: Norm, x: Tensor): Tensor {
  return add(mul(standardize(x), scale), bias);
}
