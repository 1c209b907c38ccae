import { describe, expect, it } from "vitest";
import { compile, mul, square, sub, sum, type Tensor, tensor, valueAndGrad } from "../index.ts";
import { cosine } from "../schedules.ts";
import {
  adam,
  adamw,
  clipByGlobalNorm,
  clipped,
  globalNorm,
  momentum,
  movingAverage,
  type Optimiser,
  ravel,
  ravelled,
  sgd,
} from "./index.ts";

type Params = { w: Tensor; layers: { b: Tensor }[] };

const start = (dtype: "float32" | "float64" = "float64"): Params => ({
  w: tensor([[1, -2]], { dtype }),
  layers: [{ b: tensor([0.5], { dtype }) }],
});

/** Σ (θ − 3)² / 2 over all numbers, whose gradient is θ − 3. */
const loss = ({ w, layers }: Params): Tensor =>
  mul(sub(sum(square(sub(w, 3))), mul(sum(square(sub(layers[0].b, 3))), -1)), 0.5);

/** θ after some steps, computed by a rule on plain numbers. */
function reference(
  steps: number,
  rule: (theta: number, g: number, t: number, memory: number[]) => number,
): number[] {
  return [1, -2, 0.5].map((initial) => {
    const memory: number[] = [0, 0];
    let theta = initial;
    for (let t = 1; t <= steps; t++) theta = rule(theta, theta - 3, t, memory);
    return theta;
  });
}

const numbersOf = ({ w, layers }: Params): number[] => [...w.data, ...layers[0].b.data];

function run(optimiser: Optimiser, steps: number, params = start()): number[] {
  let state = optimiser.init(params);
  for (let t = 0; t < steps; t++) {
    const [, gradient] = valueAndGrad(loss)(params);
    [params, state] = optimiser.update(params, gradient, state);
  }
  return numbersOf(params);
}

/** Rounding of a few dozen float64 operations on numbers of size 1. */
const rounding = 1e-13;

function expectClose(actual: readonly number[], expected: readonly number[], tolerance = rounding): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThan(tolerance);
  });
}

const adamRule = (decay: number) => (theta: number, g: number, t: number, memory: number[]) => {
  memory[0] = 0.8 * memory[0] + 0.2 * g;
  memory[1] = 0.99 * memory[1] + 0.01 * g * g;
  const m = memory[0] / (1 - 0.8 ** t);
  const v = memory[1] / (1 - 0.99 ** t);
  return theta - 0.05 * (m / (Math.sqrt(v) + 1e-6) + decay * theta);
};
const adamOptions = { learningRate: 0.05, beta1: 0.8, beta2: 0.99, epsilon: 1e-6 };

describe("optimisers", () => {
  it("follow their published rules to rounding", () => {
    expectClose(
      run(sgd({ learningRate: 0.1 }), 5),
      reference(5, (theta, g) => theta - 0.1 * g),
    );
    const heavyBall = (theta: number, g: number, _: number, memory: number[]) => {
      memory[0] = 0.7 * memory[0] + g;
      return theta - 0.1 * memory[0];
    };
    expectClose(run(momentum({ learningRate: 0.1, decay: 0.7 }), 5), reference(5, heavyBall));
    const nesterov = (theta: number, g: number, _: number, memory: number[]) => {
      memory[0] = 0.7 * memory[0] + g;
      return theta - 0.1 * (g + 0.7 * memory[0]);
    };
    expectClose(run(momentum({ learningRate: 0.1, decay: 0.7, nesterov: true }), 5), reference(5, nesterov));
    expectClose(run(adam(adamOptions), 5), reference(5, adamRule(0)));
    expectClose(run(adamw({ ...adamOptions, weightDecay: 0.1 }), 5), reference(5, adamRule(0.1)));
  });

  it("take a schedule by the number of updates made", () => {
    const learningRate = cosine({ peak: 0.2, floor: 0.1, steps: 4 });
    const rule = (theta: number, g: number, t: number) =>
      theta - (0.1 + 0.05 * (1 + Math.cos((Math.PI * Math.min(t - 1, 4)) / 4))) * g;
    expectClose(run(sgd({ learningRate }), 6), reference(6, rule));
    const decaying = run(
      adamw({ ...adamOptions, learningRate: cosine({ peak: 0.05, floor: 0.05, steps: 3 }) }),
      4,
    );
    expectClose(decaying, run(adamw(adamOptions), 4));
  });

  it("work the same inside a compiled step, also on one vector of all parameters", async () => {
    for (const optimiser of [
      sgd(),
      momentum(),
      adam(adamOptions),
      ravelled(adamw(adamOptions)),
      clipped(adam(), 1),
    ]) {
      const step = compile((params: Params, state: ReturnType<Optimiser["init"]>) => {
        const [, gradient] = valueAndGrad(loss)(params);
        return optimiser.update(params, gradient, state);
      });
      let params = start("float32");
      let state = optimiser.init(params);
      for (let t = 0; t < 3; t++) [params, state] = await step(params, state);
      // A few float32 roundings (6e-8 of numbers up to 3) in each of three steps.
      expectClose(numbersOf(params), run(optimiser, 3, start("float32")), 2e-6);
      await step.dispose();
    }
    expectClose(run(ravelled(adam(adamOptions)), 4), run(adam(adamOptions), 4));
  });

  it("keep the element type of the parameters", () => {
    for (const optimiser of [
      sgd(),
      momentum(),
      adam(),
      adamw({ learningRate: cosine({ peak: 1, steps: 2 }) }),
    ]) {
      const params = start("float32");
      const [next, state] = optimiser.update(params, params, optimiser.init(params));
      expect(next.w.dtype).toBe("float32");
      for (const slot of ["velocity", "mean", "square"]) {
        if (slot in state) expect((state[slot] as Params).layers[0].b.dtype).toBe("float32");
      }
    }
  });

  it("refuse gradients of another structure and options out of range", () => {
    const params = start();
    const wrong = { w: params.w, layers: [] } as unknown as Params;
    expect(() => sgd().update(params, wrong, sgd().init(params))).toThrow(
      /sgd: trees of different structure/,
    );
    expect(() => adam({ learningRate: -1 })).toThrow(
      "adam: not a learning rate; expected a positive number or a schedule, got -1",
    );
    expect(() => adam({ beta2: 1 })).toThrow(/beta2 is out of range.*got 1$/);
    expect(() => momentum({ decay: 1.5 })).toThrow(/decay is out of range/);
    expect(() => adamw({ weightDecay: -0.1 })).toThrow(/weightDecay is out of range/);
  });
});

describe("clipping", () => {
  it("shortens a gradient to the norm and leaves a shorter one alone", () => {
    const gradient = start();
    expect(globalNorm(gradient).item()).toBeCloseTo(Math.sqrt(5.25), 14);
    expect(globalNorm(clipByGlobalNorm(gradient, 0.5)).item()).toBeCloseTo(0.5, 14);
    expect(numbersOf(clipByGlobalNorm(gradient, 10))).toEqual(numbersOf(gradient));
    expect(numbersOf(clipByGlobalNorm({ w: tensor([0]), layers: [{ b: tensor([0]) }] }, 1))).toEqual([0, 0]);
  });

  it("passes a NaN on, so that the training loop notices it", () => {
    const [clippedNaN] = clipByGlobalNorm([tensor([Number.NaN, 1])], 1);
    expect([...clippedNaN.data].every(Number.isNaN)).toBe(true);
  });

  it("refuses a norm that is not positive", () => {
    expect(() => clipped(sgd(), 0)).toThrow(/expected a positive number, got 0$/);
  });
});

describe("movingAverage", () => {
  it("weighs past parameters by powers of the decay", () => {
    const average = movingAverage(movingAverage([tensor([1])], [tensor([2])], 0.5), [tensor([4])], 0.5);
    expect(average[0].item()).toBe(0.25 * 1 + 0.25 * 2 + 0.5 * 4);
  });
});

describe("ravel", () => {
  it("lays a tree out and back, inside and outside a compiled function", async () => {
    const { vector, unravel } = ravel(start());
    expect([...vector.data]).toEqual([1, -2, 0.5]);
    expect(unravel(vector).layers[0].b.toArray()).toEqual([0.5]);
    const twice = compile((params: Params) => {
      const one = ravel(params);
      return one.unravel(mul(one.vector, 2));
    });
    expect(numbersOf(await twice(start()))).toEqual([2, -4, 1]);
    await twice.dispose();
  });

  it("refuses mixed element types and vectors of another length", () => {
    expect(() => ravel([tensor([1]), tensor([1], { dtype: "float64" })])).toThrow(
      /expected float32, got "float64"/,
    );
    expect(() => ravel(start()).unravel(tensor([1]))).toThrow(/expected shape \[3\], got \[1\]/);
  });
});
