import { describe, it } from "vitest";
import type { DType, Tensor, Tree } from "../../src/engine/index.ts";
import * as e from "../../src/engine/index.ts";
import { expectSame, numbers } from "./reference.ts";

type Case = [
  name: string,
  f: (...args: Tensor[]) => Tree,
  shapes: readonly number[][],
  range?: [number, number],
];

const smooth: Case[] = [
  ["add", (x, y) => e.add(x, y), [[2, 3], [3]]],
  [
    "sub with a broadcast column",
    (x, y) => e.sub(x, y),
    [
      [2, 3],
      [2, 1],
    ],
  ],
  [
    "mul of a row and a column",
    (x, y) => e.mul(x, y),
    [
      [1, 3],
      [2, 1],
    ],
  ],
  [
    "div",
    (x, y) => e.div(x, y),
    [
      [2, 3],
      [2, 3],
    ],
    [0.5, 2],
  ],
  ["power", (x) => e.power(x, 2.5), [[4]], [0.5, 2]],
  ["whole powers", (x) => e.add(e.power(x, 3), e.power(x, -2)), [[4]], [0.5, 2]],
  ["exp, log and square roots", (x) => e.log(e.add(e.exp(x), e.sqrt(x))), [[2, 3]], [0.5, 2]],
  ["log1p and expm1", (x) => e.add(e.log1p(x), e.expm1(x)), [[2, 3]], [0.1, 1]],
  ["sin and cos", (x) => e.add(e.sin(x), e.cos(x)), [[2, 3]]],
  ["tanh", (x) => e.tanh(x), [[2, 3]]],
  ["sigmoid, softplus, silu", (x) => e.add(e.sigmoid(x), e.add(e.softplus(x), e.silu(x))), [[2, 3]]],
  ["erf and gelu", (x) => e.add(e.erf(x), e.add(e.gelu(x), e.gelu(x, { approximate: true }))), [[2, 3]]],
  ["abs, sign, clip", (x) => e.add(e.mul(e.abs(x), e.sign(x)), e.clip(x, -0.5, 0.5)), [[2, 5]]],
  ["maximum and minimum", (x, y) => e.sub(e.maximum(x, y), e.minimum(x, y)), [[2, 3], [3]]],
  [
    "where",
    (x, y) => e.where(e.greater(x, y), e.mul(x, 2), y),
    [
      [2, 3],
      [2, 1],
    ],
  ],
  ["sum over an axis", (x) => e.sum(x, 1), [[2, 3, 4]]],
  ["sum over an axis that repeats", (x) => e.sum(e.broadcastTo(x, [5, 2, 3]), [0, 2]), [[2, 3]]],
  ["mean, variance, std", (x) => e.add(e.mean(x, 0), e.add(e.variance(x, 0), e.std(x, 0))), [[4, 3]]],
  ["max and min", (x) => e.add(e.max(x, 1), e.min(x)), [[3, 4]]],
  ["prod", (x) => e.prod(x, 1), [[2, 3]], [0.5, 2]],
  ["prod over an axis that repeats", (x) => e.prod(e.broadcastTo(x, [3, 2]), 0), [[2]], [0.5, 2]],
  ["logSumExp", (x) => e.logSumExp(x, 1), [[3, 4]]],
  ["softmax and logSoftmax", (x) => e.add(e.softmax(x), e.logSoftmax(x, 0)), [[3, 4]]],
  ["standardize", (x) => e.standardize(x), [[3, 8]]],
  [
    "attention",
    (q, k, v) => e.attention(q, k, v),
    [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 3],
    ],
  ],
  [
    "attention with a bias",
    (q, k, v, b) => e.attention(q, k, v, { bias: b }),
    [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 3],
      [3, 1],
    ],
  ],
  [
    "factors around products",
    (x, y) => e.mul(e.matmul(e.mul(x, 3), e.transpose(e.mul(y, 0.5))), 2),
    [
      [2, 3],
      [4, 3],
    ],
  ],
  ["slices put together", (x) => e.add(e.slice(x, [], [0, 2]), e.mul(e.slice(x, [], [2, 4]), 2)), [[2, 5]]],
  ["relu", (x) => e.relu(x), [[3, 4]]],
  ["cumsum", (x) => e.cumsum(x, 0), [[4, 2]]],
  ["norm", (x) => e.norm(x, 1), [[3, 4]]],
  [
    "matmul",
    (x, y) => e.matmul(x, y),
    [
      [2, 3],
      [3, 4],
    ],
  ],
  [
    "matmul with transposes",
    (x, y) => e.matmul(e.transpose(x), e.transpose(y)),
    [
      [3, 2],
      [4, 3],
    ],
  ],
  [
    "matmul transposed",
    (x, y) => e.transpose(e.matmul(x, y)),
    [
      [2, 3],
      [3, 4],
    ],
  ],
  [
    "matmul in batches",
    (x, y) => e.matmul(x, y),
    [
      [5, 2, 3],
      [5, 3, 4],
    ],
  ],
  [
    "matmul with a shared matrix",
    (x, y) => e.matmul(x, y),
    [
      [5, 2, 3],
      [3, 4],
    ],
  ],
  [
    "matmul with broadcast batches",
    (x, y) => e.matmul(x, y),
    [
      [5, 1, 2, 3],
      [4, 3, 2],
    ],
  ],
  ["matrix times vector", (x, y) => e.matmul(x, y), [[2, 3], [3]]],
  ["dot of vectors", (x, y) => e.dot(x, y), [[3], [3]]],
  ["outer", (x, y) => e.outer(x, y), [[3], [2]]],
  [
    "einsum with two batch axes",
    (x, y) => e.einsum("bthd,bshd->bhts", x, y),
    [
      [2, 3, 2, 4],
      [2, 5, 2, 4],
    ],
  ],
  ["einsum with a trace", (x) => e.einsum("ij->ji", x), [[2, 3]]],
  [
    "a product of sizes 1",
    (x, y) => e.matmul(x, y),
    [
      [1, 3],
      [3, 1],
    ],
  ],
  [
    "an inner size of 1",
    (x, y) => e.matmul(x, y),
    [
      [4, 1],
      [1, 5],
    ],
  ],
  [
    "contraction of a repeated operand",
    (x, y) => e.matmul(e.broadcastTo(x, [4, 3]), y),
    [
      [1, 3],
      [3, 2],
    ],
  ],
  [
    "contraction along a repeated axis",
    (x, y) => e.matmul(e.broadcastTo(x, [4, 3]), y),
    [
      [4, 1],
      [3, 2],
    ],
  ],
  ["reshape", (x) => e.reshape(x, [3, 4]), [[2, 6]]],
  ["reshape after transpose", (x) => e.reshape(e.transpose(x), [6, 2]), [[3, 4]]],
  [
    "heads taken apart and put together",
    (x) => e.reshape(e.transpose(e.reshape(x, [2, 3, 2, 4]), [0, 2, 1, 3]), [4, 12]),
    [[2, 3, 8]],
  ],
  ["reshape that merges a repeated axis", (x) => e.reshape(e.broadcastTo(x, [2, 3, 4]), [6, 4]), [[2, 1, 4]]],
  ["broadcastTo", (x) => e.broadcastTo(x, [2, 3, 4]), [[3, 1]]],
  [
    "concatenate and stack",
    (x, y) =>
      e.add(
        e.concatenate([x, y], 1),
        e.concatenate(
          [e.stack([x, y], 1)].map((s) => e.reshape(s, [2, 6])),
          1,
        ),
      ),
    [
      [2, 3],
      [2, 3],
    ],
  ],
  [
    "concatenate repeated parts",
    (x, y) => e.concatenate([e.broadcastTo(x, [3, 2]), y]),
    [
      [1, 2],
      [1, 2],
    ],
  ],
  ["split and slice", (x) => e.mul(e.split(x, 2, 1)[1], e.slice(x, [], [1, 3])), [[2, 4]]],
  [
    "flip, tile, repeat",
    (x) => e.add(e.flip(e.tile(x, [2, 2]), 0), e.repeat(e.repeat(x, 2, 0), 2, 1)),
    [[2, 3]],
  ],
  [
    "pad",
    (x) =>
      e.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        3,
      ),
    [[2, 3]],
  ],
  [
    "tril, triu, diagonal, trace",
    (x) => e.add(e.add(e.tril(x), e.triu(x, 1)), e.add(e.diagonal(x), e.trace(x))),
    [[3, 3]],
  ],
  ["take rows", (x) => e.take(x, e.tensor([2, 0, 2], { dtype: "int32" })), [[3, 2]]],
  [
    "take columns by a matrix of positions",
    (x) =>
      e.take(
        x,
        e.tensor(
          [
            [1, 0],
            [2, 2],
          ],
          { dtype: "int32" },
        ),
        1,
      ),
    [[2, 3]],
  ],
  ["takeAlongAxis", (x) => e.takeAlongAxis(x, e.tensor([[1], [0]], { dtype: "int32" })), [[2, 3]]],
  ["scatterAdd", (x) => e.scatterAdd(x, e.tensor([1, 1, 3], { dtype: "int32" }), 4), [[3, 2]]],
  ["sort", (x) => e.mul(e.sort(x, 0), e.sort(x)), [[4, 3]]],
  ["topK", (x) => e.topK(x, 2)[0], [[3, 5]]],
  [
    "conv",
    (x, k) => e.conv(x, k),
    [
      [2, 3, 6, 5],
      [4, 3, 3, 2],
    ],
  ],
  [
    "conv with strides, padding, dilation",
    (x, k) =>
      e.conv(x, k, {
        strides: [2, 1],
        padding: [
          [1, 2],
          [0, 1],
        ],
        dilation: [1, 2],
      }),
    [
      [2, 2, 7, 6],
      [3, 2, 3, 2],
    ],
  ],
  [
    "conv in groups",
    (x, k) => e.conv(x, k, { groups: 2, padding: "same" }),
    [
      [2, 4, 5, 5],
      [6, 2, 3, 3],
    ],
  ],
  [
    "conv over one axis",
    (x, k) => e.conv(x, k, { strides: 2 }),
    [
      [2, 3, 9],
      [2, 3, 4],
    ],
  ],
  ["maxPool", (x) => e.maxPool(x, 2), [[2, 3, 6, 7]]],
  ["maxPool with overlap", (x) => e.maxPool(x, 3, { strides: 2, padding: "same" }), [[1, 2, 7, 6]]],
  ["avgPool", (x) => e.avgPool(x, 2), [[2, 3, 6, 7]]],
  ["avgPool with overlap", (x) => e.avgPool(x, 3, { strides: 2, padding: "same" }), [[1, 2, 7, 6]]],
];

function inputs(shapes: readonly number[][], range: [number, number] | undefined, dtype: DType): Tensor[] {
  return shapes.map((shape, i) => numbers(shape, i + 1, dtype, ...(range ?? [-1, 1])));
}

/** A number that depends on every element of a result, unevenly. */
function weighed(result: Tree): Tensor {
  return e.flatten(result).leaves.reduce(
    (total, leaf, i) => {
      const weights = numbers(leaf.shape, 7 + i, leaf.dtype);
      return e.add(total, e.sum(e.mul(e.mul(leaf, leaf), weights)));
    },
    e.zeros([], "float64"),
  );
}

describe.each(["float32", "float64"] as const)("native results in %s equal the reference", (dtype) => {
  const tolerance = dtype === "float64" ? 1e-6 : 3e-5;
  it.each(smooth)("%s", async (_, f, shapes, range) => {
    const args = inputs(shapes, range, dtype);
    await expectSame(f, args, { tolerance });
    const first = e.grad((x: Tensor[]) => weighed(f(...x)));
    await expectSame(first, [args], { tolerance: tolerance * 10 });
    const second = e.grad((x: Tensor[]) => weighed(first(x)));
    await expectSame(second, [args], { tolerance: tolerance * 100 });
  });
});
