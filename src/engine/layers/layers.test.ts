import { describe, expect, it } from "vitest";
import { expectGradient, weighted } from "../../../test/engine/finite-differences.ts";
import {
  compile,
  grad,
  mean,
  random,
  reshape,
  slice,
  square,
  type Tensor,
  type Tree,
  tensor,
  valueAndGrad,
  zeros,
} from "../index.ts";
import {
  conv2d,
  dense,
  dropout,
  embedding,
  type GruParams,
  gru,
  layerNorm,
  multiHeadAttention,
} from "./index.ts";

const key = random.key(1);
const dtype = "float64" as const;
const normal = (shape: number[], seed: number): Tensor => random.normal(random.key(seed), shape, dtype);
/** Differences of two ways to compute the same float64 numbers of size 1. */
const close = (value: number) => expect.closeTo(value, 12);

/** Compiled, because on Wasm the elementary functions have single precision only. */
async function natively<A extends Tree[]>(f: (...args: A) => Tensor, ...args: A): Promise<Tensor> {
  const compiled = compile(f);
  const result = await compiled(...args);
  await compiled.dispose();
  return result;
}

describe("dense", () => {
  it("multiplies by the kernel and adds the bias, over any axes before the last", () => {
    const layer = dense(2, 3);
    const params = {
      kernel: tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      bias: tensor([10, 20, 30]),
    };
    expect(
      layer
        .apply(
          params,
          tensor([
            [1, 0],
            [0, -1],
          ]),
        )
        .toArray(),
    ).toEqual([
      [11, 22, 33],
      [6, 15, 24],
    ]);
    expect(layer.apply(params, tensor([1, 1])).toArray()).toEqual([15, 27, 39]);
    expect(layer.apply(params, zeros([4, 5, 2])).shape).toEqual([4, 5, 3]);
  });

  it("has the gradient of its values", async () => {
    const layer = dense(3, 2, { dtype });
    await expectGradient(([p, x]) => weighted(layer.apply(p, x)), [
      layer.init(key),
      normal([2, 2, 3], 2),
    ] as const);
  });

  it("names itself, what it expected and what it got", () => {
    const layer = dense(784, 512, { name: "encoder.hidden" });
    const params = layer.init(key);
    expect(() => layer.apply(params, zeros([32, 10]))).toThrow(
      'encoder.hidden: shapes do not fit together; expected an input [..., 784], got "float32[32,10]"',
    );
    expect(() => dense(784, 10).apply(params, zeros([1, 784]))).toThrow(
      'dense(784, 10): the parameter kernel does not belong to this layer; expected [784,10], got "float32[784,512]"',
    );
    expect(() => dense(0, 1)).toThrow("dense(0, 1): inputs is not a size; expected an integer from 1, got 0");
  });
});

describe("layerNorm", () => {
  it("gives rows of mean 0 and variance 1", () => {
    const layer = layerNorm(4, { epsilon: 0, dtype });
    const [row] = layer.apply(layer.init(key), tensor([[1, 2, 3, 6]], { dtype })).toArray() as number[][];
    const deviation = Math.sqrt(3.5);
    expect(row).toEqual([-2 / deviation, -1 / deviation, 0, 3 / deviation].map(close));
  });

  it("has the gradient of its values", async () => {
    const layer = layerNorm(3, { dtype });
    const params = { scale: normal([3], 3), bias: normal([3], 4) };
    await expectGradient(([p, x]) => weighted(layer.apply(p, x)), [params, normal([2, 3], 5)] as const);
  });

  it("refuses rows of another length", () => {
    const layer = layerNorm(3);
    expect(() => layer.apply(layer.init(key), zeros([3, 2]))).toThrow(
      /^layerNorm\(3\): .*expected an input \[\.\.\., 3\]/,
    );
  });
});

describe("dropout", () => {
  it("keeps the mean, drops the share asked for and scales the rest", () => {
    const x = tensor(new Float32Array(10_000).fill(3));
    const dropped = dropout(key, x, 0.25).data;
    const zerosAmong = dropped.filter((value) => value === 0).length;
    // 4 standard errors of a binomial share: 4 √(0.25 · 0.75 / 10000) = 0.0173.
    expect(Math.abs(zerosAmong / 10_000 - 0.25)).toBeLessThan(0.0174);
    expect(new Set(dropped)).toEqual(new Set([0, 4]));
  });

  it("drops the same places for the same key, others for another, and none at rate 0", () => {
    const x = tensor(new Float32Array(100).fill(1));
    expect(dropout(key, x, 0.5).data).toEqual(dropout(key, x, 0.5).data);
    expect(dropout(random.key(2), x, 0.5).data).not.toEqual(dropout(key, x, 0.5).data);
    expect(dropout(key, x, 0)).toBe(x);
    expect(() => dropout(key, x, 1)).toThrow(
      "dropout: not a rate; expected a number from 0 to below 1, got 1",
    );
  });

  it("passes gradients through the places it kept", () => {
    const x = tensor(new Float32Array(20).fill(1));
    const kept = dropout(key, x, 0.5).data;
    const [dropped, plain] = [(y: Tensor) => weighted(dropout(key, y, 0.5)), weighted].map(
      (f) => grad(f)(x).data,
    );
    expect([...dropped]).toEqual(Array.from(plain, (w, i) => (kept[i] === 0 ? 0 : w * kept[i])));
  });
});

describe("embedding", () => {
  it("looks rows up, and has the gradient of its values", async () => {
    const layer = embedding(4, 2, { dtype });
    const params = layer.init(key);
    const x = tensor(
      [
        [3, 1],
        [3, 0],
      ],
      { dtype: "int32" },
    );
    const rows = params.table.toArray() as number[][];
    expect(layer.apply(params, x).toArray()).toEqual([
      [rows[3], rows[1]],
      [rows[3], rows[0]],
    ]);
    await expectGradient((p) => weighted(layer.apply(p, x)), params);
    expect(() => layer.apply(params, tensor([0.5]))).toThrow(/indices are not whole numbers/);
  });
});

describe("conv2d", () => {
  it("sums over windows and channels", () => {
    const layer = conv2d(1, 1, 2);
    const params = {
      kernel: tensor([
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ]),
      bias: tensor([0.5]),
    };
    const x = reshape(tensor([1, 2, 3, 4, 5, 6, 7, 8, 9]), [1, 1, 3, 3]);
    expect(layer.apply(params, x).toArray()).toEqual([
      [
        [
          [37.5, 47.5],
          [67.5, 77.5],
        ],
      ],
    ]);
  });

  it("has the gradient of its values, with strides, padding, dilation and groups", async () => {
    const layer = conv2d(2, 2, [2, 3], {
      strides: [2, 1],
      padding: "same",
      dilation: [1, 2],
      groups: 2,
      dtype,
    });
    const params = layer.init(key);
    expect(params.kernel.shape).toEqual([2, 1, 2, 3]);
    await expectGradient(([p, x]) => weighted(layer.apply(p, x)), [params, normal([1, 2, 4, 5], 6)] as const);
  });

  it("refuses other channels", () => {
    const layer = conv2d(3, 8, 3, { name: "stem" });
    expect(() => layer.apply(layer.init(key), zeros([1, 1, 28, 28]))).toThrow(
      'stem: shapes do not fit together; expected an input [batch, 3, height, width], got "float32[1,1,28,28]"',
    );
    expect(() => conv2d(3, 4, 3, { groups: 2 })).toThrow(/groups do not divide the channels/);
  });
});

describe("multiHeadAttention", () => {
  const layer = multiHeadAttention(8, 2, { dtype });
  const params = layer.init(key);
  const x = normal([2, 3, 8], 7);

  it("mixes values by the softmax of scaled products, head by head", async () => {
    const [q, k, v] = [params.query, params.key, params.value].map(
      (p) => (dense(8, 8, { dtype }).apply(p, x).toArray() as number[][][])[1],
    );
    const mixed = q.map((query) =>
      [0, 1].flatMap((head) => {
        const part = (row: number[]) => row.slice(4 * head, 4 * head + 4);
        const weights = k.map((one) =>
          Math.exp(part(query).reduce((sum, value, i) => sum + value * part(one)[i], 0) / 2),
        );
        const total = weights.reduce((a, b) => a + b);
        return [0, 1, 2, 3].map((i) =>
          v.reduce((sum, row, j) => sum + (weights[j] / total) * part(row)[i], 0),
        );
      }),
    );
    const expected = dense(8, 8, { dtype })
      .apply(params.out, tensor(mixed, { dtype }))
      .toArray() as number[][];
    const found = (await natively(layer.apply, params, x)).toArray() as number[][][];
    expect(found[1]).toEqual(expected.map((row) => row.map(close)));
  });

  it("sees the past only when causal, which a mask can say too", () => {
    const causal = layer.apply(params, x, { causal: true });
    const first = layer.apply(params, slice(x, [], [0, 1]));
    expect((causal.toArray() as number[][][]).map((rows) => rows[0])).toEqual(
      (first.toArray() as number[][][]).map((rows) => rows[0].map(close)),
    );
    const mask = tensor(
      [
        [true, false, false],
        [true, true, false],
        [true, true, true],
      ].map((row) => row.map(Number)),
      { dtype: "bool" },
    );
    expect(layer.apply(params, x, { mask }).data).toEqual(causal.data);
  });

  it("ignores what the mask hides, and gives the bias where it hides everything", () => {
    const mask = tensor([[[[1, 1, 0]]], [[[0, 0, 0]]]], { dtype: "bool" });
    const masked = layer.apply(params, x, { mask }).toArray() as number[][][];
    const short = layer.apply(params, x, { context: slice(x, [], [0, 2]) }).toArray() as number[][][];
    expect(masked[0]).toEqual(short[0].map((row) => row.map(close)));
    expect(masked[1][2]).toEqual([...params.out.bias.data]);
  });

  it("has the gradient of its values, masked and with another context", async () => {
    const small = multiHeadAttention(2, 1, { dtype });
    const inputs = [small.init(key), normal([2, 2], 8), normal([3, 2], 9)] as const;
    const mask = tensor(
      [
        [1, 0, 1],
        [0, 0, 0],
      ],
      { dtype: "bool" },
    );
    await expectGradient(([p, a, context]) => weighted(small.apply(p, a, { context, mask })), inputs);
    await expectGradient(([p, a]) => weighted(small.apply(p, a, { causal: true })), [
      inputs[0],
      inputs[1],
    ] as const);
  });

  it("refuses other features, heads that do not divide and masks that do not fit", () => {
    expect(() => layer.apply(params, zeros([3, 5]))).toThrow(
      'multiHeadAttention(8, 2): shapes do not fit together; expected an input [..., queries, 8], got "float32[3,5]"',
    );
    expect(() => layer.apply(params, x, { mask: zeros([3, 4], "bool") })).toThrow(
      /a bool mask that broadcasts to \[2, 2, 3, 3\], got "bool\[3,4\]"/,
    );
    expect(() => multiHeadAttention(64, 5)).toThrow(
      /heads do not divide the 64 features; expected a divisor, got 5/,
    );
  });
});

describe("gru", () => {
  const layer = gru(2, 2, { dtype });
  const params: GruParams = { ...layer.init(key), bias: normal([6], 10), recurrentBias: normal([6], 11) };

  it("is unrolled: its program grows in proportion to the sequence", async () => {
    const step = compile((p: GruParams, x: Tensor) =>
      valueAndGrad((q: GruParams) => mean(square(layer.apply(q, x))))(p),
    );
    for (const time of [4, 8, 12]) await step(params, normal([1, time, 2], 1));
    const [four, eight, twelve] = step.explain().map(({ equations }) => equations);
    // Within the few equations that first and last elements save.
    expect((twelve - eight) / (eight - four)).toBeCloseTo(1, 1);
    await step.dispose();
  });

  it("follows its equations from state to state", async () => {
    const x = normal([1, 2, 2], 12);
    const [w, u] = [params.kernel.toArray(), params.recurrent.toArray()] as number[][][];
    const [b, c] = [params.bias.data, params.recurrentBias.data];
    const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
    let h = [0, 0];
    const expected = (x.toArray() as number[][][])[0].map((input) => {
      const fromX = Array.from(b, (bias, j) => bias + input[0] * w[0][j] + input[1] * w[1][j]);
      const fromH = Array.from(c, (bias, j) => bias + h[0] * u[0][j] + h[1] * u[1][j]);
      h = h.map((old, i) => {
        const r = sigmoid(fromX[i] + fromH[i]);
        const z = sigmoid(fromX[2 + i] + fromH[2 + i]);
        return (1 - z) * Math.tanh(fromX[4 + i] + r * fromH[4 + i]) + z * old;
      });
      return h;
    });
    const found = (await natively(layer.apply, params, x)).toArray() as number[][][];
    expect(found[0]).toEqual(expected.map((row) => row.map(close)));
  });

  it("goes on from a state", () => {
    const x = normal([3, 4, 2], 13);
    const whole = layer.apply(params, x).toArray() as number[][][];
    const half = layer.apply(params, slice(x, [], [0, 2]));
    const rest = layer.apply(params, slice(x, [], [2]), slice(half, [], -1)).toArray() as number[][][];
    expect(rest).toEqual(whole.map((rows) => rows.slice(2).map((row) => row.map(close))));
  });

  it("has the gradient of its values", async () => {
    const small = gru(1, 2, { dtype });
    const inputs = [small.init(key), normal([1, 3, 1], 14), normal([1, 2], 15)] as const;
    await expectGradient(([p, x, state]) => weighted(small.apply(p, x, state)), inputs);
  });

  it("refuses other axes", () => {
    expect(() => layer.apply(params, zeros([3, 2]))).toThrow(/^gru\(2, 2\): .*\[batch, time, 2\]/);
    expect(() => layer.apply(params, zeros([3, 1, 2]), zeros([1, 2]))).toThrow(
      /^gru\(2, 2\): state: .*\[3, 2\]/,
    );
  });
});

describe("layers", () => {
  it("compile together as one function", async () => {
    const hidden = dense(3, 4);
    const norm = layerNorm(4);
    const keys = random.split(key);
    const params = { hidden: hidden.init(slice(keys, 0)), norm: norm.init(slice(keys, 1)) };
    const model = (p: typeof params, x: Tensor) => norm.apply(p.norm, hidden.apply(p.hidden, x));
    const compiled = compile(model);
    const x = random.normal(key, [5, 3]);
    const expected = model(params, x).data;
    (await compiled(params, x)).data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
    await compiled.dispose();
  });
});
