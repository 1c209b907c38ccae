import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  add,
  concatenate,
  exp,
  gelu,
  linalg,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maxPool,
  mean,
  min,
  mul,
  random,
  relu,
  reshape,
  slice,
  softmax,
  square,
  sub,
  sum,
  swapAxes,
  type Tensor,
  tanh,
  tensor,
} from "../index.ts";
import { conv2d, dense, embedding, gru, layerNorm, multiHeadAttention } from "../layers/index.ts";
import { type OnnxInput, toOnnx } from "./index.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "surprisal-onnx-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const key = random.key(1);
type Model = (inputs: Record<string, Tensor>) => Tensor | Record<string, Tensor>;

function fill(shape: readonly number[], dtype: string, seed: number): Tensor {
  const x = random.normal(random.key(seed), shape);
  if (dtype === "float32") return x;
  return tensor(
    Int32Array.from(x.data, (value) => Math.abs(Math.round(3 * value)) % 5),
    { shape },
  );
}

/** Runs the exported file in a plain session for several batch sizes and compares with the function itself. */
async function expectSameNumbers(model: Model, inputs: Record<string, OnnxInput>): Promise<Uint8Array> {
  const bytes = toOnnx(model, inputs);
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  for (const [i, size] of [1, 2, 7].entries()) {
    const given = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, dtype = "float32" }], j) => [
        name,
        fill(
          shape.map((length) => (length === "batch" ? size : length)),
          dtype,
          10 * i + j,
        ),
      ]),
    );
    const feeds = Object.fromEntries(
      Object.entries(given).map(([name, { dtype, data, shape }]) => [
        name,
        new OrtTensor(dtype as "float32", data as Float32Array, shape),
      ]),
    );
    const expected = model(given);
    const named: Record<string, Tensor> =
      "shape" in expected ? { output: expected as Tensor } : (expected as Record<string, Tensor>);
    const found = await session.run(feeds);
    expect(Object.keys(found)).toEqual(Object.keys(named));
    for (const [name, { data, shape }] of Object.entries(named)) {
      expect(found[name].dims).toEqual(shape);
      const numbers = found[name].data as Float32Array;
      const largest = [...data].reduce((most, one) => Math.max(most, Math.abs(one)), 1);
      numbers.forEach((value, at) => {
        expect(Math.abs(value - data[at])).toBeLessThan(1e-5 * largest);
      });
    }
  }
  await session.release();
  return bytes;
}

const [first, second] = [dense(6, 8), dense(8, 3)];
const params = { first: first.init(key), second: second.init(random.key(2)) };
const mlp = ({ x }: Record<string, Tensor>) =>
  second.apply(params.second, relu(first.apply(params.first, x)));

describe("toOnnx", () => {
  it("gives the same numbers in a plain session for every batch size", async () => {
    await expectSameNumbers(mlp, { x: { shape: ["batch", 6] } });
  });

  it("exports convolutional, recurrent and attention models", async () => {
    const conv = conv2d(1, 4, 3, { padding: "same" });
    const head = dense(4 * 4 * 4, 5);
    const [pc, ph] = [conv.init(key), head.init(key)];
    await expectSameNumbers(
      ({ image }) => {
        const pooled = maxPool(relu(conv.apply(pc, image)), 2);
        return { logits: logSoftmax(head.apply(ph, reshape(pooled, [-1, 64]))) };
      },
      { image: { shape: ["batch", 1, 8, 8] } },
    );
    const cell = gru(3, 4);
    const pg = cell.init(key);
    await expectSameNumbers(({ x }) => slice(cell.apply(pg, x), [], -1), { x: { shape: ["batch", 5, 3] } });
    const [words, norm, attention] = [embedding(5, 8), layerNorm(8), multiHeadAttention(8, 2)];
    const [pw, pn, pa] = [words.init(key), norm.init(key), attention.init(key)];
    await expectSameNumbers(
      ({ ids }) => {
        const h = words.apply(pw, ids);
        const mixed = add(h, attention.apply(pa, norm.apply(pn, h), { causal: true }));
        return mean(gelu(mixed), 1);
      },
      { ids: { shape: ["batch", 6], dtype: "int32" } },
    );
  });

  it("exports several inputs and outputs, reductions, and lengths made of the batch size", async () => {
    await expectSameNumbers(
      ({ x, z }) => ({
        pairs: matmul(x, swapAxes(z, 0, 1)),
        twice: concatenate([x, z]),
        flat: reshape(x, [-1]),
        stats: concatenate(
          [
            max(x, -1, { keepdims: true }),
            min(x, -1, { keepdims: true }),
            logSumExp(x, -1, { keepdims: true }),
          ],
          -1,
        ),
        weights: softmax(sub(x, z)),
      }),
      { x: { shape: ["batch", 4] }, z: { shape: ["batch", 4] } },
    );
  });

  it("needs no operators beyond the standard and names open lengths", () => {
    const bytes = toOnnx(({ x }) => ({ y: mlp({ x }), flat: reshape(exp(x), [-1]) }), {
      x: { shape: ["batch", 6] },
    });
    const model = fromBinary(ModelProtoSchema, bytes);
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([["", 17n]]);
    expect(model.graph!.node.every(({ domain }) => domain === "")).toBe(true);
    const shapes = [...model.graph!.input, ...model.graph!.output].map(({ name, type }) => [
      name,
      type?.value.case === "tensorType" ? type.value.value.shape?.dim.map(({ value }) => value.value) : [],
    ]);
    expect(shapes).toEqual([
      ["x", ["batch", 6n]],
      ["y", ["batch", 3n]],
      ["flat", ["6*batch"]],
    ]);
  });

  it("keeps fixed shapes where nothing is open", async () => {
    await expectSameNumbers(({ x }) => sub(x, mean(x, 0)), { x: { shape: [3, 4] } });
  });

  it("passes ONNX's own checker, where Debian's python3-onnx is installed", ({ skip }) => {
    if (spawnSync("/usr/bin/python3", ["-c", "import onnx"]).status !== 0) skip();
    const attention = multiHeadAttention(8, 2);
    const pa = attention.init(key);
    const models = [
      toOnnx(mlp, { x: { shape: ["batch", 6] } }),
      toOnnx(({ x }) => max(attention.apply(pa, x), 1), { x: { shape: ["batch", 3, 8] } }),
    ];
    const paths = models.map((bytes, i) => {
      const path = join(folder, `${i}.onnx`);
      writeFileSync(path, bytes);
      return path;
    });
    const code =
      "import sys, onnx\nfor p in sys.argv[1:]: onnx.checker.check_model(onnx.load(p), full_check=True)";
    const { status, stderr } = spawnSync("/usr/bin/python3", ["-c", code, ...paths], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("refuses what mixes rows, has no ONNX form or is not used", () => {
    const x = { shape: ["batch", 4] } as const;
    expect(() => toOnnx(({ x }) => sub(x, mean(x, 0)), { x })).toThrow(
      /^toOnnx: the function does not do the same for every batch size/,
    );
    expect(() => toOnnx(({ x }) => linalg.cholesky(x), { x: { shape: [4, 4] } })).toThrow(
      /^toOnnx: ONNX has no operator for cholesky/,
    );
    expect(() => toOnnx(({ x }) => mul(x, 2), { x, unused: x })).toThrow(
      'toOnnx: the result does not depend on an input, got "unused"',
    );
    expect(() => toOnnx(({ x }) => x, { x: { shape: ["rows" as "batch", 4] } })).toThrow(
      /the shape of x is not one/,
    );
    expect(() => toOnnx(() => sum(square(tanh(tensor([1])))), {})).toThrow(/no inputs/);
  });
});
