import { describe, expect, it } from "vitest";
import {
  add,
  compile,
  conv,
  exp,
  grad,
  greater,
  jvp,
  linalg,
  matmul,
  maxPool,
  mean,
  mul,
  type Operand,
  random,
  reshape,
  slice,
  softmax,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  take,
  tanh,
  tensor,
  topK,
  valueAndGrad,
  vmap,
  where,
  zeros,
} from "../../src/engine/index.ts";

describe("eager functions", () => {
  it("give the numbers of NumPy", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(add(x, 1).toArray()).toEqual([
      [2, 3, 4],
      [5, 6, 7],
    ]);
    expect(sum(x, 0).toArray()).toEqual([5, 7, 9]);
    expect(mean(x).item()).toBeCloseTo(3.5, 6);
    expect(slice(x, [], -1).toArray()).toEqual([3, 6]);
    expect(take(x, tensor([1, 0, 1], { dtype: "int32" })).toArray()).toEqual([
      [4, 5, 6],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(topK(x, 2)[1].toArray()).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(where(greater(x, 3), x, 0).toArray()).toEqual([
      [0, 0, 0],
      [4, 5, 6],
    ]);
    expect(softmax(zeros([2, 4])).toArray()).toEqual([
      [0.25, 0.25, 0.25, 0.25],
      [0.25, 0.25, 0.25, 0.25],
    ]);
    expect(stack([x, x]).shape).toEqual([2, 2, 3]);
    expect(random.normal(random.key(1), [3]).shape).toEqual([3]);
  });
  it("keep the precision of float64", () => {
    const x = tensor(Float64Array.of(1, 2, 4));
    expect(mean(x).item()).toBe((1 + 2 + 4) * (1 / 3));
    expect(mul(x, 0.1).data).toEqual(Float64Array.of(0.1, 0.2, 0.4));
  });
  it("name the function, the shapes wanted and the shapes received when they do not fit", () => {
    expect(() => matmul(zeros([2, 3]), zeros([4, 5]))).toThrow(
      /^matmul: .*expected.*got "float32\[2,3\] and float32\[4,5\]"/,
    );
    expect(() => add(zeros([2, 3]), zeros([4]))).toThrow(/^add: /);
    expect(() => reshape(zeros([2, 3]), [5])).toThrow(/^reshape: .*got \[5\]$/);
  });
});

describe("transformations", () => {
  it("differentiate nested parameters", () => {
    const params = {
      w: tensor([
        [1, 2],
        [3, 4],
      ]),
      b: { c: tensor([0.5, -0.5]) },
    };
    const loss = (p: typeof params, x: Tensor) => sum(square(add(matmul(x, p.w), p.b.c)));
    const [value, gradient] = valueAndGrad(loss)(params, tensor([[1, 1]]));
    expect(value.item()).toBeCloseTo(4.5 ** 2 + 5.5 ** 2, 5);
    expect(gradient.w.toArray()).toEqual([
      [9, 11],
      [9, 11],
    ]);
    expect(gradient.b.c.toArray()).toEqual([9, 11]);
  });
  it("differentiate derivatives, map over batches and push tangents forward", () => {
    const cube = (x: Tensor) => mul(mul(x, x), x);
    expect(grad(grad(cube))(tensor(2)).item()).toBeCloseTo(12, 5);
    expect(vmap(grad(cube))(tensor([1, 2, 3])).toArray()).toEqual([3, 12, 27]);
    const [y, dy] = jvp(exp, [tensor(0)], [tensor(2)]);
    expect([y.item(), dy.item()]).toEqual([1, 2]);
  });
  it("pass further results through", () => {
    const f = (x: Tensor) => {
      const y = tanh(x);
      return [sum(y), { y }] as const;
    };
    const [[, aux], g] = valueAndGrad(f, { hasAux: true })(tensor([0, 1]));
    expect(aux.y.data[1]).toBeCloseTo(Math.tanh(1), 6);
    expect((g as Tensor).data[0]).toBeCloseTo(1, 6);
  });
  it("differentiate convolution, pooling and decompositions", () => {
    const k = random.normal(random.key(3), [2, 1, 3, 3]);
    const x = random.normal(random.key(4), [1, 1, 6, 6]);
    const f = (k: Tensor) => sum(square(maxPool(conv(x, k, { padding: "same" }), 2)));
    expect(grad(f)(k).shape).toEqual([2, 1, 3, 3]);
    const a = tensor(Float64Array.of(2, 0.5, 0.5, 1), { shape: [2, 2] });
    const g = grad((m: Tensor) => linalg.slogdet(m)[1])(a);
    expect(sub(g, linalg.inv(a)).toArray()).toEqual([
      [expect.closeTo(0, 6), expect.closeTo(0, 6)],
      [expect.closeTo(0, 6), expect.closeTo(0, 6)],
    ]);
  });
});

describe("compile", () => {
  it("replays a training step with a changing learning rate", async () => {
    const step = compile((w: Tensor, x: Tensor, rate: Operand) => {
      const [loss, g] = valueAndGrad((w: Tensor) => sum(square(matmul(x, w))))(w);
      return [loss, sub(w, mul(g, rate))] as const;
    });
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const start = tensor([1, 1]);
    const [loss, w] = await step(start, x, 0.01);
    expect(loss.item()).toBeCloseTo(9 + 49, 4);
    const [next] = await step(w, x, 0.02);
    expect(next.item()).toBeLessThan(loss.item());
    expect(step.explain()).toHaveLength(1);
  });
});
