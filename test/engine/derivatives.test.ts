import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/engine/index.ts";
import * as e from "../../src/engine/index.ts";
import { type JaxArray, jax } from "../../src/engine/runtime.ts";
import { expectGradient } from "./finite-differences.ts";
import { numbers } from "./reference.ts";

/** A number that depends on every element, unevenly. */
function weighed(x: Tensor): Tensor {
  return e.sum(e.mul(e.mul(x, x), numbers(x.shape, 5, x.dtype)));
}

const rules: [name: string, f: (x: Tensor) => Tensor, shape: number[]][] = [
  ["tanh", (x) => e.tanh(x), [5]],
  ["sigmoid", (x) => e.sigmoid(e.mul(x, 5)), [5]],
  ["softplus", (x) => e.softplus(e.mul(x, 5)), [5]],
  ["relu", (x) => e.relu(x), [5]],
  ["gelu", (x) => e.gelu(x), [5]],
  ["log1p", (x) => e.log1p(e.mul(x, 0.5)), [5]],
  ["expm1", (x) => e.expm1(x), [5]],
  ["softmax", (x) => e.softmax(x, 0), [3, 2]],
  ["logSoftmax", (x) => e.logSoftmax(x), [2, 3]],
  ["logSumExp", (x) => e.logSumExp(x, 1), [2, 3]],
  ["standardize", (x) => e.standardize(x, -1, 0.1), [2, 4]],
  ["cumsum", (x) => e.cumsum(x, 0), [3, 2]],
  ["maxPool", (x) => e.maxPool(e.reshape(x, [1, 1, 4, 4]), 2), [16]],
  ["attention", (x) => e.attention(x, e.mul(x, 2), e.flip(x, 0)), [3, 2]],
  [
    "conv",
    (x) =>
      e.conv(e.reshape(x, [1, 1, 4, 4]), e.reshape(e.slice(x, [0, 4]), [1, 1, 2, 2]), { padding: "same" }),
    [16],
  ],
];

describe("derivatives agree with central differences", () => {
  it.each(rules)("%s, first and second", async (_, f, shape) => {
    const x = numbers(shape, 3, "float64");
    const value = (v: Tensor) => weighed(f(v));
    await expectGradient(value, x, 1e-7);
    await expectGradient((v: Tensor) => weighed(e.grad(value)(v)), x, 1e-6);
  });
  it("sigmoid and softplus stay finite far from 0", () => {
    const slope = e.grad((x: Tensor) => e.sum(e.add(e.sigmoid(x), e.softplus(x))))(e.tensor([-500, 500]));
    expect(slope.toArray()).toEqual([0, 1]);
  });
  it("a forward derivative agrees with the reverse one", () => {
    const [x, v] = [numbers([4], 1, "float64"), numbers([4], 2, "float64")];
    const f = (y: Tensor) => weighed(e.softmax(e.tanh(y)));
    const [, along] = e.jvp(f, [x], [v]);
    expect(along.item()).toBeCloseTo(e.sum(e.mul(e.grad(f)(x), v)).item(), 12);
  });
});

/** Σ (∂/∂x Σ tanh(x W))²: a reverse gradient inside a reverse gradient. */
const penalty = (w: Tensor, x: Tensor): Tensor =>
  e.sum(e.square(e.grad((y: Tensor) => e.sum(e.tanh(e.matmul(y, w))))(x)));

describe("defects of jax-js 0.1.25 that the engine works around", () => {
  const [w, x] = [numbers([4, 4], 1, "float64"), numbers([4, 4], 2, "float64")];

  it("a gradient inside a gradient is right here, closing over the outer variable", async () => {
    await expectGradient((v: Tensor) => penalty(v, x), w);
  });
  it("and with the outer variable as an argument", async () => {
    const inner = (y: Tensor, v: Tensor) => e.sum(e.tanh(e.matmul(y, v)));
    await expectGradient((v: Tensor) => e.sum(e.square(e.grad(inner)(x, v))), w);
  });
  it("is still wrong in jax-js itself under its wasm device", () => {
    // When this fails, the defect is gone: tracing under the cpu device (trace.ts) may be needless.
    const { numpy, grad } = jax();
    const array = (t: Tensor) => numpy.array(Float32Array.from(t.data), { shape: [...t.shape] });
    const raw = (v: JaxArray) => {
      const inner = (y: JaxArray, u: JaxArray) => numpy.tanh(numpy.matmul(y, u)).sum();
      const g = grad((y: JaxArray) => inner(y, v.ref))(array(x)) as unknown as JaxArray;
      return numpy.square(g).sum();
    };
    const own = e.grad((v: Tensor) => penalty(v, x))(w);
    const theirs = (grad(raw)(array(w)) as unknown as JaxArray).dataSync();
    const worst = Math.max(...Array.from(own.data, (value, i) => Math.abs(value - theirs[i])));
    expect(worst).toBeGreaterThan(1e-3);
  });
  it("jax-js's argnums inside an outer gradient still cuts the derivative off", () => {
    // When this fails, the defect is gone.
    const { numpy, grad } = jax();
    const array = (t: Tensor) => numpy.array(t.data as Float64Array<ArrayBuffer>, { shape: [...t.shape] });
    const raw = (v: JaxArray) => {
      const inner = (u: JaxArray, y: JaxArray) => numpy.tanh(numpy.matmul(y, u)).sum();
      const g = grad(inner, { argnums: 1 })(v, array(x)) as unknown as JaxArray;
      return numpy.square(g).sum();
    };
    const theirs = (grad(raw)(array(w)) as unknown as JaxArray).dataSync();
    expect(Math.max(...Array.from(theirs, Math.abs))).toBe(0);
  });
});
