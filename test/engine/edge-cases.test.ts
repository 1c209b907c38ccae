import { describe, expect, it } from "vitest";
import type { DType, Tensor, Tree } from "../../src/engine/index.ts";
import * as e from "../../src/engine/index.ts";
import { expectSame, numbers } from "./reference.ts";

const whole = (shape: readonly number[], seed: number, dtype: DType) => {
  const raw = numbers(shape, seed, "float64", dtype === "uint32" ? 0 : -50, 50);
  return e.tensor(Array.from(raw.data, Math.trunc), { dtype, shape });
};

describe("whole numbers and booleans, natively", () => {
  it.each(["int32", "uint32"] as const)("compute in %s", async (dtype) => {
    const [x, y] = [whole([3, 4], 1, dtype), e.add(whole([3, 4], 2, "uint32"), 1)];
    const z = e.astype(y, dtype);
    await expectSame(
      (a: Tensor, b: Tensor) => [
        e.add(a, b),
        e.sub(b, a),
        e.mul(a, b),
        e.floorDivide(a, b),
        e.remainder(a, b),
        e.maximum(a, b),
        e.minimum(a, b),
        e.abs(a),
        e.where(e.less(a, b), a, b),
        e.sum(a, 0),
        e.max(a, 1),
        e.min(a),
        e.prod(e.slice(a, [], [0, 2]), 1),
        e.sort(a),
        e.argsort(a, 0),
        e.equal(a, 3),
        e.greaterEqual(a, b),
        e.astype(a, "float32"),
        e.astype(a, "bool"),
        e.concatenate([a, b]),
        e.transpose(a),
        e.flip(a),
        e.pad(a, [
          [1, 0],
          [0, 1],
        ]),
        e.argmax(a, 1),
        e.argmin(a),
        e.cumsum(a, 1),
        e.take(a, e.tensor([2, 0], { dtype: "int32" })),
        e.floorDivide(e.astype(a, "float32"), e.astype(b, "float32")),
      ],
      [x, z],
    );
  });
  it("combine booleans", async () => {
    const [x, y] = [numbers([3, 4], 1, "bool"), numbers([4], 2, "bool")];
    await expectSame(
      (a: Tensor, b: Tensor) => [
        e.logicalAnd(a, b),
        e.logicalOr(a, b),
        e.logicalNot(a),
        e.where(a, b, e.logicalNot(b)),
        e.equal(a, b),
        e.any(a, 1),
        e.all(a),
        e.astype(a, "int32"),
        e.sum(e.astype(a, "float32")),
        e.flip(a, 0),
        e.concatenate([a, a], 1),
        e.reshape(e.transpose(a), [2, 6]),
        e.where(a, 1, e.astype(b, "float32")),
      ],
      [x, y],
    );
  });
  it("cast floats towards zero", async () => {
    const x = e.tensor([-2.7, -0.5, 0.5, 2.7]);
    await expectSame(
      (a: Tensor) => [
        e.astype(a, "int32"),
        e.astype(a, "bool"),
        e.astype(a, "float64"),
        e.round(a),
        e.floor(a),
        e.ceil(a),
      ],
      [x],
    );
  });
  it("tell finite numbers from others", async () => {
    const x = e.tensor([1, Number.NaN, Number.POSITIVE_INFINITY, -1]);
    await expectSame((a: Tensor) => [e.isfinite(a), e.isnan(a), e.where(e.isnan(a), 0, a)], [x]);
  });
});

describe("random numbers, natively", () => {
  it("are those of the reference for the same key", async () => {
    await expectSame(
      (k: Tensor) => [
        e.random.bits(k, [3, 5]),
        e.random.split(k, 3),
        e.random.uniform(k, [7]),
        e.random.uniform(k, [4], "float64"),
        e.random.normal(k, [3, 3]),
        e.random.bernoulli(k, 0.3, [10]),
        e.random.permutation(k, 9),
        e.random.categorical(k, e.zeros([4, 3])),
      ],
      [e.random.key(2 ** 40 + 5)],
    );
  });
  it("have the moments of their distributions", () => {
    const n = 20_000;
    const normal = e.random.normal(e.random.key(1), [n]).data;
    const uniform = e.random.uniform(e.random.key(2), [n]).data;
    const mean = (data: ArrayLike<number>, f: (x: number) => number) =>
      Array.from(data, f).reduce((a, b) => a + b) / n;
    // Four standard errors: σ/√n, √2 σ²/√n, σ/√(12 n).
    expect(Math.abs(mean(normal, (x) => x))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(mean(normal, (x) => x * x) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(mean(uniform, (x) => x) - 0.5)).toBeLessThan(4 / Math.sqrt(12 * n));
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
  });
});

describe("axes of length 0 and 1, natively", () => {
  const empty: [string, (x: Tensor) => Tree, number[]][] = [
    ["arithmetic", (x) => e.add(e.exp(x), 1), [0, 3]],
    ["sum of nothing", (x) => [e.sum(x, 0), e.sum(x)], [0, 3]],
    ["matmul with no rows", (x) => e.matmul(x, e.ones([3, 2])), [0, 3]],
    ["matmul over nothing", (x) => e.matmul(x, e.ones([0, 2])), [3, 0]],
    [
      "reshape, transpose, concatenate",
      (x) => [e.reshape(x, [3, 0]), e.transpose(x), e.concatenate([x, e.ones([2, 3])])],
      [0, 3],
    ],
    [
      "slices and padding",
      (x) => [
        e.slice(x, [], [1, 1]),
        e.pad(x, [
          [1, 1],
          [0, 0],
        ]),
      ],
      [0, 3],
    ],
    ["sort", (x) => e.sort(x, 0), [0, 3]],
    ["softmax", (x) => e.softmax(x), [0, 3]],
    [
      "ones everywhere",
      (x) => [e.sum(x, 1), e.softmax(x, 1), e.max(x), e.sort(x), e.cumsum(x), e.standardize(x)],
      [1, 1],
    ],
    [
      "a column",
      (x) => [e.matmul(x, e.transpose(x)), e.softmax(x, 0), e.logSumExp(x, 0), e.transpose(x)],
      [4, 1],
    ],
    ["conv of size 1", (x) => e.conv(e.reshape(x, [1, 1, 1, 4]), e.ones([1, 1, 1, 1])), [4, 1]],
  ];
  it.each(empty)("%s", async (_, f, shape) => {
    const x = numbers(shape);
    await expectSame(f, [x]);
    const total = (v: Tensor) =>
      e.flatten(f(v)).leaves.reduce((a, leaf) => e.add(a, e.sum(e.mul(leaf, leaf))), e.zeros([]));
    await expectSame(e.grad(total), [x], { tolerance: 1e-4 });
  });
});

describe("vmap, natively", () => {
  const rows = numbers([5, 3, 4]);
  const mapped: [string, (x: Tensor) => Tensor][] = [
    ["a matrix product", (x) => e.matmul(x, e.transpose(x))],
    ["a softmax", (x) => e.softmax(x, 0)],
    ["standardised rows", (x) => e.standardize(x)],
    ["attention", (x) => e.attention(x, x, x)],
    ["sorting", (x) => e.sort(x)],
    ["gathering", (x) => e.take(x, e.tensor([2, 1], { dtype: "int32" }), 1)],
    ["convolution", (x) => e.conv(e.reshape(x, [1, 1, 3, 4]), numbers([2, 1, 2, 2]))],
    ["pooling", (x) => e.maxPool(e.reshape(x, [1, 1, 3, 4]), 2)],
    ["cumulative sums", (x) => e.cumsum(x, 0)],
    ["a whole derivative", (x) => e.grad((y: Tensor) => e.sum(e.gelu(e.matmul(y, e.transpose(y)))))(x)],
  ];
  it.each(mapped)("of %s", async (_, f) => {
    await expectSame(e.vmap(f), [rows], { tolerance: 1e-4 });
    await expectSame(
      e.grad((x: Tensor) => e.sum(e.square(e.vmap(f)(x)))),
      [rows],
      { tolerance: 1e-3 },
    );
  });
  it("in vmap, with shared arguments and other axes", async () => {
    const x = numbers([2, 3, 4]);
    const y = numbers([4, 5], 2);
    const inner = e.vmap((a: Tensor, b: Tensor) => e.mul(e.sum(e.mul(a, b)), b), [null, 1]);
    await expectSame((a: Tensor, b: Tensor) => e.vmap(e.vmap(inner, [0, null]), [0, null])(a, b), [x, y]);
  });
  it("of random numbers with one key per row", async () => {
    const keys = e.random.split(e.random.key(3), 4);
    await expectSame((k: Tensor) => e.vmap((one: Tensor) => e.random.normal(one, [3]))(k), [keys]);
  });
  it("of a convolution with one kernel per row", async () => {
    const [x, k] = [numbers([3, 2, 2, 5, 5]), numbers([3, 4, 2, 3, 3], 2)];
    const f = e.vmap((a: Tensor, b: Tensor) => e.conv(a, b, { strides: 2, padding: "same" }));
    await expectSame(f, [x, k], { tolerance: 1e-4 });
    await expectSame(
      (a: Tensor, b: Tensor) => e.grad((p: Tensor[]) => e.sum(e.square(f(p[0], p[1]))))([a, b]),
      [x, k],
      { tolerance: 1e-3 },
    );
  });
});

describe("float64, natively", () => {
  it("has erf, erfc, asin and atan to fifteen digits", async () => {
    const x = e.tensor(Float64Array.of(-6, -3, -0.99, -0.5, -1e-9, 0, 0.3, 0.7, 1, 2, 5), { shape: [11] });
    const inside = e.clip(x, -1, 1);
    const run = e.compile((a: Tensor, b: Tensor) => [e.erf(a), e.erfc(a), e.arctan(a), e.arcsin(b)], {
      executor: "onnx",
    });
    const [erf, erfc, atan, asin] = await run(x, inside);
    x.data.forEach((v, i) => {
      expect(atan.data[i]).toBeCloseTo(Math.atan(v), 14);
      expect(asin.data[i]).toBeCloseTo(Math.asin(inside.data[i]), 14);
      expect(erf.data[i] + erfc.data[i]).toBeCloseTo(1, 14);
    });
    // Abramowitz & Stegun, table 7.1, and erfc 5 from its asymptotic series.
    expect(erf.data[9]).toBeCloseTo(0.995322265018953, 14);
    expect(erfc.data[10] / 1.5374597944280349e-12).toBeCloseTo(1, 12);
    await run.dispose();
  });
});
