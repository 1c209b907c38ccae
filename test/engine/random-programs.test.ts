// Programs put together at random: whatever a rule gets wrong in company shows here.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/engine/index.ts";
import * as e from "../../src/engine/index.ts";
import { InputType, record, runInJax } from "../../src/engine/program.ts";
import { expectSame, largestDifference, numbers } from "./reference.ts";

/** A step takes earlier values (by number) and a parameter; one that does not fit the shapes is left out. */
type Step = readonly [operation: number, first: number, second: number, parameter: number];
type Operation = (x: Tensor, y: Tensor, parameter: number) => Tensor;

/** Other programs than those of every run: `FAST_CHECK_SEED=7 npx vitest run test/engine/random-programs.test.ts`. */
const otherSeed = Number(process.env.FAST_CHECK_SEED ?? 0);

const axisOf = (x: Tensor, parameter: number) => parameter % Math.max(1, x.ndim);

function rotate(x: Tensor, parameter: number): Tensor {
  const order = x.shape.map((_, i) => (i + 1 + (parameter % Math.max(1, x.ndim - 1))) % x.ndim);
  return e.transpose(x, order);
}

/** The first two axes in one, or the first one taken apart. */
function regroup(x: Tensor, parameter: number): Tensor {
  if (x.ndim >= 2 && parameter % 2 === 0) return e.reshape(x, [x.shape[0] * x.shape[1], ...x.shape.slice(2)]);
  const factor = [2, 3].find((n) => x.ndim > 0 && x.shape[0] % n === 0) ?? 1;
  return e.reshape(x, [...(x.ndim > 0 ? [factor, x.shape[0] / factor] : [1]), ...x.shape.slice(1)]);
}

const operations: Operation[] = [
  (x, y) => e.add(x, y),
  (x, y) => e.sub(x, y),
  (x, y) => e.mul(x, y),
  (x, y) => e.div(x, e.add(e.square(y), 1)),
  (x, y) => e.maximum(x, y),
  (x, y) => e.where(e.less(x, y), x, e.mul(y, 2)),
  (x) => e.tanh(x),
  (x) => e.sigmoid(x),
  (x) => e.exp(e.negative(e.square(x))),
  (x) => e.log(e.add(e.square(x), 0.5)),
  (x) => e.sin(x),
  (x) => e.relu(x),
  (x) => e.gelu(x),
  (x) => e.mul(x, -0.7),
  (x, _, p) => e.sum(x, axisOf(x, p)),
  (x, _, p) => e.mean(x, axisOf(x, p), { keepdims: true }),
  (x, _, p) => e.max(x, axisOf(x, p), { keepdims: p % 2 === 0 }),
  (x, _, p) => e.logSumExp(x, axisOf(x, p)),
  (x, _, p) => e.softmax(x, axisOf(x, p)),
  (x, _, p) => e.standardize(x, axisOf(x, p), 0.1),
  (x, _, p) => e.cumsum(x, axisOf(x, p)),
  (x, y) => e.mul(e.matmul(x, y), 0.3),
  (x, y) => e.mul(e.matmul(x, e.swapAxes(y, -1, -2)), 0.3),
  (x, y) => e.mul(e.matmul(e.swapAxes(x, -1, -2), y), 0.3),
  (x, _, p) => rotate(x, p),
  (x, _, p) => rotate(x, p + 1),
  (x, _, p) => regroup(x, p),
  (x, _, p) => regroup(x, p + 1),
  (x, _, p) => e.expandDims(x, p % (x.ndim + 1)),
  (x) => e.squeeze(x),
  (x, _, p) => e.broadcastTo(x, [1 + (p % 3), ...x.shape]),
  (x, y, p) => e.concatenate([x, y], axisOf(x, p)),
  (x, y) => e.stack([x, y]),
  (x, _, p) => e.slice(x, [p % 2, Math.max(p % 2, x.shape[0] - 1)]),
  (x, _, p) => e.flip(x, axisOf(x, p)),
  (x, _, p) =>
    e.pad(
      x,
      x.shape.map((_, i): [number, number] => (i === p % x.ndim ? [1, 2] : [0, 0])),
    ),
  (x, _, p) => e.take(x, e.tensor([0, p % x.shape[0], 0], { dtype: "int32" })),
  (x, _, p) => e.sort(x, axisOf(x, p)),
  (x) => e.tril(x),
  (x) => e.diagonal(x),
  (x, y) => e.vmap((row: Tensor) => e.mul(e.matmul(row, y), 0.3))(x),
  (x, y, p) => e.vmap((row: Tensor) => e.softmax(e.add(row, y)), axisOf(x, p))(x),
  (x, y) => e.vmap((a: Tensor) => e.vmap((b: Tensor) => e.mul(a, b))(y))(x),
  (x, _, p) => e.vmap((row: Tensor) => e.take(row, e.tensor([0, p % x.shape[1]], { dtype: "int32" })))(x),
  (x, y) => e.mul(e.conv(image(x), e.reshape(image(y), [1, 1, ...image(y).shape.slice(2)])), 0.3),
  (x, _, p) => e.maxPool(image(x), 2, { strides: 1 + (p % 2), padding: p % 3 === 0 ? "same" : "valid" }),
  (x, _, p) => e.avgPool(image(x), [1, 2], { strides: 1 + (p % 2) }),
  (x, _, p) => e.takeAlongAxis(x, e.argsort(x, axisOf(x, p)), axisOf(x, p)),
  (x, _, p) =>
    e.scatterAdd(
      x,
      e.tensor(
        Array.from({ length: x.shape[0] }, (_, i) => (i * p) % 3),
        { dtype: "int32" },
      ),
      4,
    ),
  (x, _, p) => e.topK(x, 1 + (p % 2), axisOf(x, p))[0],
  (x, _, p) => e.repeat(x, 2, axisOf(x, p)),
  (x, y) => e.einsum("ab,cb->ca", x, y),
  (x, _, p) => e.add(e.sqrt(e.add(e.variance(x, axisOf(x, p)), 0.1)), e.prod(e.tanh(x), axisOf(x, p))),
  (x) => e.silu(x),
];

/** The last two axes as an image. */
function image(x: Tensor): Tensor {
  return e.reshape(x, [-1, 1, ...x.shape.slice(-2)]);
}

const largest = 200;

/** Runs the steps that fit and mixes all values into one number. */
function run(steps: readonly Step[], inputs: readonly Tensor[]): Tensor {
  const values = [...inputs];
  for (const [operation, first, second, parameter] of steps) {
    const [x, y] = [values[first % values.length], values[second % values.length]];
    try {
      const value = operations[operation](x, y, parameter);
      if (value.size <= largest && value.ndim <= 5) values.push(value);
    } catch {
      // The shapes do not fit together.
    }
  }
  return values.reduce(
    (total, value, i) => e.add(total, e.sum(e.mul(value, numbers(value.shape, i + 3, value.dtype)))),
    e.zeros([], inputs[0].dtype),
  );
}

const step = fc.tuple(
  fc.nat(operations.length - 1),
  fc.nat(50),
  fc.nat(50),
  fc.nat(11),
) as fc.Arbitrary<Step>;
const shapes = [
  [[2, 3], [3, 2], [3]],
  [[4], [1, 4], [2, 1, 4]],
  [[1, 1], [2, 2], [2]],
  [[2, 3, 4], [4, 3], [1]],
  [[6], [6, 1], [3, 2]],
  [[4, 4], [4, 4], [4]],
  [
    [2, 4, 4],
    [4, 8],
    [8, 1],
  ],
];
const program = fc.record({
  steps: fc.array(step, { minLength: 3, maxLength: 14 }),
  shapes: fc.constantFrom(...shapes),
});

describe("random programs give the reference's numbers", { timeout: 600_000 }, () => {
  it("values, gradients and gradients of gradients in float64", async () => {
    await fc.assert(
      fc.asyncProperty(program, async ({ steps, shapes }) => {
        const inputs = shapes.map((shape, i) => numbers(shape, i + 1, "float64"));
        const value = (x: Tensor[]) => run(steps, x);
        const first = (x: Tensor[]) => e.grad(value)(x);
        const slope = (x: Tensor[]) =>
          first(x).reduce((total, g) => e.add(total, e.sum(e.sin(g))), e.zeros([], "float64"));
        // jax-js's own erf has seven digits.
        await expectSame((x: Tensor[]) => [value(x), first(x), e.grad(slope)(x)], [inputs], {
          tolerance: 2e-5,
        });
      }),
      { numRuns: 40, seed: 7 + otherSeed },
    );
  });
  it("values and gradients in float32", async () => {
    await fc.assert(
      fc.asyncProperty(program, async ({ steps, shapes }) => {
        const inputs = shapes.map((shape, i) => numbers(shape, i + 1));
        await expectSame((x: Tensor[]) => e.valueAndGrad((p: Tensor[]) => run(steps, p))(x), [inputs], {
          tolerance: 2e-4,
        });
      }),
      { numRuns: 45, seed: 11 + otherSeed },
    );
  });
  it("values and gradients on Wasm", () => {
    fc.assert(
      fc.property(program, ({ steps, shapes }) => {
        const inputs = shapes.map((shape, i) => numbers(shape, i + 1));
        const types = inputs.map(({ shape, dtype }) => new InputType(shape, dtype));
        const recorded = record((x) => e.valueAndGrad((p: Tensor[]) => run(steps, p))(x), types, "test");
        const [wasm, cpu] = (["wasm", "cpu"] as const).map((device) => runInJax(recorded, inputs, device));
        recorded.dispose();
        wasm.forEach((own, i) => {
          expect(largestDifference(own, cpu[i])).toBeLessThan(2e-4);
        });
      }),
      { numRuns: 35, seed: 13 + otherSeed },
    );
  });
});
