// Where whole numbers, booleans, positions and zeros are easily got wrong: NumPy's answer, eagerly and compiled, on
// both executors.
import { describe, expect, it } from "vitest";
import type { NestedNumbers, Tensor, TensorLike } from "../../src/engine/index.ts";
import * as e from "../../src/engine/index.ts";

const whole = (values: TensorLike) => e.tensor(values, { dtype: "int32" });
const word = (values: TensorLike) => e.tensor(values, { dtype: "uint32" });
const matrix = e.tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

type Case = [
  name: string,
  f: (...args: Tensor[]) => Tensor,
  args: Tensor[],
  dtype: string,
  value: NestedNumbers,
];

const cases: Case[] = [
  ["mean of whole numbers", (x) => e.mean(x), [whole([1, 2, 4, 3])], "float32", 2.5],
  ["variance of whole numbers", (x) => e.variance(x), [whole([1, 3])], "float32", 1],
  ["division of whole numbers", (x) => e.div(x, 2), [whole([3, 1])], "float32", [1.5, 0.5]],
  ["square root of whole numbers", (x) => e.sqrt(x), [whole([4, 9])], "float32", [2, 3]],
  ["floor division by a number", (x) => e.floorDivide(x, 2), [whole([-3, 3])], "int32", [-2, 1]],
  ["rounding of whole numbers", (x) => e.floor(x), [whole([-3, 3])], "int32", [-3, 3]],
  ["sign of whole numbers", (x) => e.sign(x), [whole([-3, 0, 3])], "int32", [-1, 0, 1]],
  ["sum of booleans", (x) => e.sum(x), [e.tensor([true, false, true])], "int32", 2],
  ["running sum of booleans", (x) => e.cumsum(x), [e.tensor([true, false, true])], "int32", [1, 1, 2]],
  ["mean of booleans", (x) => e.mean(x), [e.tensor([true, false])], "float32", 0.5],
  ["order of booleans", (x) => e.less(x, e.logicalNot(x)), [e.tensor([true, false])], "bool", [0, 1]],
  ["range with a broken step", () => e.arange(0, 1, 0.25), [], "float32", [0, 0.25, 0.5, 0.75]],
  ["0 to the power 0", (x) => e.power(x, x), [e.tensor([0, 2])], "float32", [1, 4]],
  [
    "slope of x^1.5 at 0",
    (x) => e.grad((y: Tensor) => e.sum(e.power(y, 1.5)))(x),
    [e.tensor([0, 1])],
    "float32",
    [0, 1.5],
  ],
  ["a position from the end", (x, i) => e.take(x, i), [matrix, whole([-1])], "float32", [[4, 5, 6]]],
  [
    "positions from the end along an axis",
    (x, i) => e.takeAlongAxis(x, i),
    [matrix, whole([[-1], [0]])],
    "float32",
    [[3], [4]],
  ],
  [
    "positions from the end in each row of a map",
    (x, i) => e.vmap((row: Tensor, at: Tensor) => e.take(row, at))(x, i),
    [matrix, whole([[-3], [-1]])],
    "float32",
    [[1], [6]],
  ],
  [
    "adding up at positions from the end",
    (x, i) => e.scatterAdd(x, i, 3),
    [e.ones([3, 1]), whole([-1, 2, 0])],
    "float32",
    [[1], [0], [2]],
  ],
  [
    "the derivative of a position from the end",
    (x, i) => e.grad((y: Tensor) => e.sum(e.take(y, i)))(x),
    [e.tensor([5, 6]), whole([-1])],
    "float32",
    [0, 1],
  ],
  [
    "product of matrices of words",
    (x) => e.matmul(x, x),
    [
      word([
        [1, 2],
        [3, 4],
      ]),
    ],
    "uint32",
    [
      [7, 10],
      [15, 22],
    ],
  ],
  [
    "product of matrices of booleans",
    (x) => e.matmul(x, x),
    [e.tensor([true, false, true, true], { shape: [2, 2] })],
    "bool",
    [
      [1, 0],
      [1, 1],
    ],
  ],
  [
    "convolution of words",
    (x) => e.conv(x, x),
    [e.tensor(Uint32Array.of(1, 2, 3, 4), { shape: [1, 1, 2, 2] })],
    "uint32",
    [[[[30]]]],
  ],
  [
    "gathering up booleans",
    (x, i) => e.scatterAdd(x, i, 2),
    [e.tensor([true, false]), whole([1, 0])],
    "bool",
    [0, 1],
  ],
  [
    "the derivative of a broadcast to no rows",
    (x) => e.grad((y: Tensor) => e.sum(e.mul(e.zeros([0, 3]), y)))(x),
    [e.ones([1, 3])],
    "float32",
    [[0, 0, 0]],
  ],
  [
    "x · sigmoid(x) in double precision",
    (x) => e.silu(x),
    [e.tensor(Float64Array.of(0, 1e9))],
    "float64",
    [0, 1e9],
  ],
  [
    "a row with a NaN",
    (x) => e.isnan(e.logSoftmax(x)),
    [e.tensor(Float64Array.of(0.5, Number.NaN, 4), { shape: [1, 3] })],
    "bool",
    [[1, 1, 1]],
  ],
];

describe("NumPy's rules", () => {
  it.each(cases)("%s", async (_, f, args, dtype, value) => {
    const eager = f(...args);
    expect([eager.dtype, eager.toArray()]).toEqual([dtype, value]);
    for (const executor of ["onnx", "wasm"] as const) {
      const compiled = e.compile(f, { executor });
      const result = (await compiled(...args)) as Tensor;
      expect([executor, result.dtype, result.toArray()]).toEqual([executor, dtype, value]);
      await compiled.dispose();
    }
  });

  it("refuse positions outside of the axis, before or while a function runs", async () => {
    expect(() => e.take(matrix, whole([2]))).toThrow(
      "take: an index is outside of its axis; expected -2 to 1, got 2",
    );
    const single = (x: Tensor, i: Tensor) => e.take(x, i);
    const several = (x: Tensor, i: Tensor) => e.takeAlongAxis(x, i);
    const added = (x: Tensor, i: Tensor) => e.scatterAdd(x, i, 2);
    for (const executor of ["onnx", "wasm"] as const) {
      for (const [f, args] of [
        [single, [matrix, whole([-3])]],
        [several, [matrix, whole([[3], [0]])]],
        [added, [matrix, whole([0, 2])]],
      ] as [typeof single, [Tensor, Tensor]][]) {
        const compiled = e.compile(f, { executor });
        await expect(compiled(...args)).rejects.toThrow(/^compile: an index is outside of its axis/);
        await compiled.dispose();
      }
    }
  });

  it("refuse differences of booleans, windows larger than what they slide over, and broken positions", () => {
    const truth = e.tensor([true, false]);
    expect(() => e.sub(truth, truth)).toThrow(/^sub: booleans have no difference; expected numbers/);
    expect(() => e.negative(truth)).toThrow(/^negative: booleans have no difference/);
    expect(() => e.conv(e.ones([1, 1, 3, 3]), e.ones([1, 1, 5, 5]))).toThrow(
      /^conv: .*at least 5 × 5 for the window, padding included/,
    );
    expect(() => e.maxPool(e.ones([1, 1, 3, 3]), 4)).toThrow(/^maxPool: .*at least 4 × 4/);
    expect(() => e.slice(matrix, 0.5)).toThrow(/^slice: no such range on axis 0 of length 2, got 0.5/);
    expect(() => e.tril(truth)).toThrow(/^tril: no such axis/);
  });
});
