import { describe, expect, it } from "vitest";
import type { Operand, Tensor } from "../../src/engine/index.ts";
import * as e from "../../src/engine/index.ts";

const square = (x: Tensor) => e.sum(e.square(x));

describe("compile", () => {
  it("records once per argument shapes and says how each runs", async () => {
    let recordings = 0;
    const f = e.compile((x: Tensor) => {
      recordings++;
      return e.matmul(x, e.transpose(x));
    });
    await f(e.ones([2, 3]));
    await f(e.zeros([2, 3]));
    await f(e.ones([4, 3]));
    expect(recordings).toBe(2);
    expect(f.explain().map(({ executor, inputs }) => [executor, ...inputs])).toEqual([
      ["onnx", "float32[2,3]"],
      ["onnx", "float32[4,3]"],
    ]);
  });
  it("takes plain numbers that change without recording again, in full precision", async () => {
    const f = e.compile((x: Tensor, rate: Operand) => e.mul(x, rate));
    expect((await f(e.ones([2], "float64"), 0.1)).data).toEqual(Float64Array.of(0.1, 0.1));
    expect((await f(e.ones([2], "float64"), 0.2)).data).toEqual(Float64Array.of(0.2, 0.2));
    expect((await f(e.ones([2]), 0.1)).dtype).toBe("float32");
    expect(f.explain()).toHaveLength(2);
  });
  it("keeps numbers written in a float64 function in full precision", async () => {
    const x = e.astype(e.ones([3]), "float64");
    for (const executor of ["onnx", "wasm"] as const) {
      const y = await e.compile((v: Tensor) => e.mul(v, 0.3), { executor })(x);
      expect(Array.from(y.data)).toEqual([0.3, 0.3, 0.3]);
    }
  });

  it("takes nested objects with switches that are part of the recording", async () => {
    const f = e.compile((p: { a: Tensor; b: Tensor[] }, train: boolean) =>
      train ? e.add(p.a, p.b[0]) : { out: p.a },
    );
    const p = { a: e.ones([2]), b: [e.full([2], 2)] };
    expect(((await f(p, true)) as Tensor).toArray()).toEqual([3, 3]);
    expect(((await f(p, false)) as { out: Tensor }).out.toArray()).toEqual([1, 1]);
  });
  it("falls back to Wasm with a reason where ONNX has no operator", async () => {
    const f = e.compile((a: Tensor) => e.linalg.cholesky(a));
    const l = await f(e.tensor(Float64Array.of(4, 2, 2, 5), { shape: [2, 2] }));
    expect(l.toArray()).toEqual([
      [2, 0],
      [1, 2],
    ]);
    expect(f.explain()[0]).toMatchObject({ executor: "wasm", reason: "ONNX has no operator for cholesky" });
  });
  it("refuses when native execution is insisted on and impossible", async () => {
    const f = e.compile((a: Tensor) => e.linalg.inv(a), { executor: "onnx" });
    await expect(f(e.eye(2))).rejects.toThrow(
      /^compile: the function cannot run in ONNX Runtime: ONNX has no operator/,
    );
  });
  it("runs on Wasm when asked to, with the same numbers", async () => {
    const [native, wasm] = [e.compile(e.grad(square)), e.compile(e.grad(square), { executor: "wasm" })];
    const x = e.tensor([
      [1, -2],
      [3, 0.5],
    ]);
    expect((await wasm(x)).data).toEqual((await native(x)).data);
    expect(wasm.explain()[0].executor).toBe("wasm");
  });
  it("returns inputs, constants and one value twice", async () => {
    const f = e.compile((x: Tensor) => {
      const y = e.mul(x, 2);
      return [x, y, y, e.full([2], 7), e.reshape(y, [2, 1])];
    });
    const [x, y, again, constant, column] = await f(e.ones([2]));
    expect([x, y, again, constant].map((t) => t.toArray())).toEqual([
      [1, 1],
      [2, 2],
      [2, 2],
      [7, 7],
    ]);
    expect(column.shape).toEqual([2, 1]);
    expect(y.data).not.toBe(again.data);
  });
  it("keeps what it was given unless that was donated, and refuses to read what was", async () => {
    const f = e.compile((w: Tensor) => e.add(w, 1), { donate: [0] });
    const own = new Float32Array(4);
    const first = await f(e.tensor(own));
    const second = await f(first);
    const third = await f(second);
    expect(own).toEqual(new Float32Array(4));
    expect(third.toArray()).toEqual([3, 3, 3, 3]);
    expect(() => second.data).toThrow(/donated/);
    await expect(f(second)).rejects.toThrow(/donated/);
  });
  it("refuses an index outside of its axis when it runs", async () => {
    const f = e.compile((x: Tensor, i: Tensor) => e.take(x, i));
    await expect(f(e.ones([2]), e.tensor([5], { dtype: "int32" }))).rejects.toThrow(
      "compile: an index is outside of its axis; expected -2 to 1, got 5",
    );
  });
  it("says what is wrong with a function that reads numbers or is nested", async () => {
    await expect(e.compile((x: Tensor) => e.mul(x, x.item()))(e.ones([]))).rejects.toThrow(
      /not known while a function is traced/,
    );
    const inner = e.compile(square);
    let refusal: Promise<unknown> | undefined;
    await e.compile((x: Tensor) => {
      refusal = inner(x);
      refusal.catch(() => {});
      return x;
    })(e.ones([2]));
    await expect(refusal).rejects.toThrow(/call the plain function/);
  });
});

describe("an option that nobody reads", () => {
  const { layers, optimisers, schedules } = e;
  const calls: [call: () => unknown, message: string][] = [
    [
      () => e.compile(square, { donates: [0] } as never),
      'compile: unknown option, got "donates" (did you mean "donate"?)',
    ],
    [
      () => e.compile(square, { executor: "gpu" } as never),
      'compile: no such executor; expected "auto", "onnx" or "wasm", got "gpu"',
    ],
    [
      () => optimisers.adam({ learningrate: 0.1 } as never),
      'adam: unknown option, got "learningrate" (did you mean "learningRate"?)',
    ],
    [
      () => optimisers.momentum({ nestrov: true } as never),
      'momentum: unknown option, got "nestrov" (did you mean "nesterov"?)',
    ],
    [
      () => schedules.cosine({ peek: 1, steps: 3 } as never),
      'cosine: unknown option, got "peek" (did you mean "peak"?)',
    ],
    [
      () => layers.dense(2, 3, { name: "out", initializer: 3 } as never),
      'out: unknown option, got "initializer" (did you mean "initialiser"?)',
    ],
    [
      () => layers.conv2d(1, 2, 3, { name: "first", stride: 2 } as never),
      'first: unknown option, got "stride" (did you mean "strides"?)',
    ],
    [
      () => e.lbfgs(() => [0, [0]], [1], { tolerence: 1 } as never),
      'lbfgs: unknown option, got "tolerence" (did you mean "tolerance"?)',
    ],
  ];
  it.each(calls)("is refused with the nearest name (%#)", (call, message) => {
    expect(call).toThrow(message);
  });
});
