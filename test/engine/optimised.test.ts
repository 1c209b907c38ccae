// What the written graph saves: which operators it holds, not only what they compute.
import { describe, expect, it } from "vitest";
import type { Tensor, Tree } from "../../src/engine/index.ts";
import * as e from "../../src/engine/index.ts";
import { lower } from "../../src/engine/lowering/lower.ts";
import { InputType, record } from "../../src/engine/program.ts";
import { numbers } from "./reference.ts";

/** How often each operator stands in the graph of a function of float32 tensors. */
function operators(f: (...inputs: Tensor[]) => Tree, ...shapes: number[][]): Record<string, number> {
  const program = record(
    (leaves) => f(...leaves),
    shapes.map((shape) => new InputType(shape, "float32")),
    "operators",
  );
  const counts: Record<string, number> = {};
  for (const { operator } of lower(program).graph.liveNodes()) counts[operator] = (counts[operator] ?? 0) + 1;
  program.dispose();
  return counts;
}

describe("a written graph", () => {
  it("holds no broadcast before a product", () => {
    const f = (x: Tensor, y: Tensor) => e.matmul(e.broadcastTo(x, [7, 5, 2, 3]), y);
    expect(operators(f, [5, 2, 3], [5, 3, 4])).toEqual({ MatMul: 1, Expand: 1, Reshape: expect.any(Number) });
    const columns = (x: Tensor, y: Tensor) => e.sum(e.matmul(e.broadcastTo(x, [64, 3]), y));
    expect(operators(columns, [1, 3], [3, 4]).Expand).toBeUndefined();
  });
  it("lets products take transposed factors and scalar factors along", () => {
    const loss = (w: Tensor, x: Tensor) => e.mul(e.sum(e.square(e.matmul(x, w))), 0.5);
    const { Transpose, FusedMatMul } = operators(e.grad(loss), [3, 4], [8, 3]);
    expect([Transpose, FusedMatMul]).toEqual([undefined, 1]);
    const before = (x: Tensor, y: Tensor) => e.matmul(e.mul(x, 3), e.transpose(e.mul(y, 0.5)));
    const after = (x: Tensor, y: Tensor) => e.mul(e.matmul(x, e.transpose(y)), 2);
    for (const f of [before, after]) expect(operators(f, [2, 3], [4, 3])).toEqual({ FusedMatMul: 1 });
  });
  it("shares what is computed twice and folds what is known", () => {
    expect(operators((x) => e.add(e.exp(e.mul(x, 2)), e.sin(e.exp(e.mul(x, 2)))), [3])).toEqual({
      Mul: 1,
      Exp: 1,
      Sin: 1,
      Add: 1,
    });
    const known = (x: Tensor) => e.mul(e.add(e.mul(x, 1), e.mul(e.full([3], 0), 5)), e.exp(e.zeros([])));
    expect(operators(known, [3])).toEqual({});
  });
  it("has as many operators for the optimiser of many parameters as of few", () => {
    const step = (count: number) => {
      const optimiser = e.optimisers.ravelled(e.optimisers.adam());
      const params = Array.from({ length: count }, (_, i) => numbers([3], i));
      const state = optimiser.init(params);
      const update = (...leaves: Tensor[]) => optimiser.update(leaves, leaves, state);
      const {
        Add = 0,
        Mul = 0,
        Sqrt = 0,
      } = operators(update as never, ...params.map(({ shape }) => [...shape]));
      return Add + Mul + Sqrt;
    };
    expect(step(12)).toBe(step(2));
  });
  it("writes the state of a donating step into the memory of an earlier one", async () => {
    const step = e.compile((w: Tensor) => e.mul(w, 0.5), { donate: [0], executor: "onnx" });
    const seen = new Set<unknown>();
    let w = await step(numbers([1000]));
    for (let i = 0; i < 20; i++) {
      w = await step(w);
      seen.add(w.data);
    }
    expect(seen.size).toBe(2);
    await step.dispose();
  });
});
