import { describe, expect, it } from "vitest";
import { expectGradient, weighted } from "../../../test/engine/finite-differences.ts";
import { multiply, svd, symmetricEigen, transpose as transposeMatrix } from "../../core/linear-algebra.ts";
import { asMatrix, type Matrix, matrix } from "../../core/matrix.ts";
import {
  add,
  compile,
  div,
  grad,
  linalg,
  log,
  matmul,
  maximum,
  mean,
  mul,
  power,
  random,
  sqrt,
  square,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  valueAndGrad,
  vmap,
} from "../index.ts";
import { compileValueAndGrad, hostFunction, withGradient } from "./index.ts";

const dtype = "float64" as const;
const normal = (shape: number[], seed: number): Tensor => random.normal(random.key(seed), shape, dtype);

/** Σ of the singular values; the gradient is U Vᵀ. */
const nuclearNorm = hostFunction("nuclearNorm", (x) => {
  const { u, singularValues, v } = svd(asMatrix(x));
  return { value: singularValues.reduce((a, b) => a + b), gradient: multiply(u, transposeMatrix(v)).data };
});

/** V f(λ) Vᵀ. */
function ofEigenvalues(vectors: Matrix, values: Float64Array, f: (value: number) => number): Float64Array {
  const n = vectors.rows;
  const scaled = matrix(n, n);
  for (let i = 0; i < n * n; i++) scaled.data[i] = vectors.data[i] * f(values[i % n]);
  return multiply(scaled, transposeMatrix(vectors)).data;
}

/** −Σ λ log λ of a symmetric matrix; the gradient is −(log K + I). */
const vonNeumannEntropy = hostFunction("vonNeumannEntropy", (k) => {
  const { values, vectors } = symmetricEigen(asMatrix(k));
  return {
    value: -values.reduce((total, one) => total + one * Math.log(one), 0),
    gradient: ofEigenvalues(vectors, values, (one) => -(Math.log(one) + 1)),
  };
});

/** A kernel matrix of trace 1 between the rows of tanh(x w): (1 + ⟨zᵢ, zⱼ⟩ / 2)² scaled, plus a part of the identity. */
function gram(w: Tensor, x: Tensor): Tensor {
  const z = tanh(matmul(x, w));
  const n = x.shape[0];
  const kernel = square(add(div(matmul(z, transpose(z)), 2), 1));
  const ridge = tensor(
    Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 0.5 : 0)),
    { shape: [n, n] },
  );
  const positive = add(kernel, ridge);
  return div(positive, sum(mul(positive, mul(ridge, 2))));
}

/** Central differences of an asynchronous function, entry by entry. */
async function differences(f: (w: Tensor) => Promise<number>, w: Tensor): Promise<number[]> {
  const at = async (i: number, shift: number) => {
    const moved = Float64Array.from(w.data);
    moved[i] += shift;
    return f(tensor(moved, { shape: w.shape }));
  };
  const result: number[] = [];
  for (let i = 0; i < w.size; i++) result.push(((await at(i, 1e-5)) - (await at(i, -1e-5))) / 2e-5);
  return result;
}

/** As in finite-differences.ts: truncation and rounding of a step of 1e-5. */
function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value)).toBeLessThan(1e-8 * (1 + Math.abs(value)));
  });
}

describe("hostFunction", () => {
  const x = normal([6, 4], 1);
  const w = normal([4, 3], 2);

  it("gives the nuclear norm and its gradient in the middle of a loss", async () => {
    const loss = (p: Tensor, data: Tensor) => add(nuclearNorm(tanh(matmul(data, p))), mean(square(p)));
    const step = compileValueAndGrad(loss);
    const [value, gradient] = await step(w, x);
    const plain = compile((p: Tensor) => [tanh(matmul(x, p)), mean(square(p))] as const);
    const [z, penalty] = await plain(w);
    const expected = svd(asMatrix(z)).singularValues.reduce((a, b) => a + b) + penalty.item();
    expect(value.item()).toBeCloseTo(expected, 12);
    expectClose(gradient.data, await differences(async (p) => (await step(p, x))[0].item(), w));
    await Promise.all([step.dispose(), plain.dispose()]);
  });

  it("gives the von Neumann entropy of a Gram matrix and its gradient", async () => {
    const step = compileValueAndGrad((p: Tensor) => vonNeumannEntropy(gram(p, x)));
    const [value, gradient] = await step(w);
    // Between the entropies of one state and of six equally likely ones.
    expect(value.item()).toBeGreaterThan(0);
    expect(value.item()).toBeLessThan(Math.log(6));
    expectClose(gradient.data, await differences(async (p) => (await step(p))[0].item(), w));
    await step.dispose();
  });

  it("may be called several times, with another shape in another call", async () => {
    const loss = (p: Tensor, data: Tensor) =>
      mul(nuclearNorm(matmul(data, p)), add(vonNeumannEntropy(gram(p, data)), nuclearNorm(p)));
    const step = compileValueAndGrad(loss);
    for (const rows of [6, 5]) {
      const data = normal([rows, 4], rows);
      const [, gradient] = await step(w, data);
      expectClose(gradient.data, await differences(async (p) => (await step(p, data))[0].item(), w));
    }
    await step.dispose();
  });

  it("gives its value outside of compiled functions, and says what to do inside", async () => {
    expect(
      nuclearNorm(
        tensor([
          [3, 0],
          [0, 4],
        ]),
      ).item(),
    ).toBeCloseTo(7, 6);
    const compiled = compile((y: Tensor) => nuclearNorm(y));
    await expect(compiled(w)).rejects.toThrow(/^nuclearNorm: .*compileValueAndGrad/);
    expect(() => grad(nuclearNorm)(w)).toThrow(/^nuclearNorm: /);
  });

  it("gives NaN for arguments that are not finite instead of decomposing them", async () => {
    const step = compileValueAndGrad((p: Tensor) => nuclearNorm(p));
    const [value, gradient] = await step(tensor([[Number.NaN, 1]]));
    expect([value.item(), ...gradient.data].every(Number.isNaN)).toBe(true);
    await step.dispose();
  });

  it("refuses a gradient of another length", async () => {
    const wrong = hostFunction("wrong", () => ({ value: 1, gradient: [1] }));
    expect(() => wrong(w)).toThrow(
      "wrong: the gradient has not one number for each of the argument; expected 12, got 1",
    );
  });
});

describe("withGradient", () => {
  /** The nuclear norm through the eigenvalues of xᵀx, inside the program. */
  const inProgram = withGradient(
    (x) => sum(sqrt(maximum(linalg.eigh(matmul(transpose(x), x))[0], 0))),
    (x) => {
      const [values, vectors] = linalg.eigh(matmul(transpose(x), x));
      return matmul(x, matmul(div(vectors, sqrt(values)), transpose(vectors)));
    },
  );

  it("differentiates through a decomposition that has no derivative rule", () => {
    const x = normal([4, 3], 3);
    const [value, gradient] = valueAndGrad((y: Tensor) => inProgram(mul(y, 2)))(x);
    const { u, singularValues, v } = svd(asMatrix(x));
    // Both are iterative decompositions in double precision.
    expect(value.item()).toBeCloseTo(2 * singularValues.reduce((a, b) => a + b), 9);
    const expected = multiply(u, transposeMatrix(v)).data;
    gradient.data.forEach((one, i) => {
      expect(one).toBeCloseTo(2 * expected[i], 9);
    });
  });

  it("uses the gradient it is given, in compiled functions, over batches and twice", async () => {
    // A wrong factor on purpose: 10 x instead of 2 x.
    const f = withGradient(
      (x) => sum(square(x)),
      (x) => mul(x, 10),
    );
    const x = tensor([1, -2], { dtype });
    expect([...grad(f)(x).data]).toEqual([10, -20]);
    expect([...grad((y: Tensor) => sum(square(grad(f)(y))))(x).data]).toEqual([200, -400]);
    const batch = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype },
    );
    expect([...vmap(f)(batch).data]).toEqual([5, 25]);
    expect([...grad((y: Tensor) => weighted(vmap(f)(y)))(batch).data].map((one) => one / 10)).toEqual(
      [1 * Math.sin(1), 2 * Math.sin(1), 3 * Math.sin(3.3), 4 * Math.sin(3.3)].map((one) =>
        expect.closeTo(one, 12),
      ),
    );
    const compiled = compile(grad(f));
    expect([...(await compiled(x)).data]).toEqual([10, -20]);
    await compiled.dispose();
  });

  it("takes trees", async () => {
    type Pair = { a: Tensor; b: Tensor };
    const f = withGradient<Pair>(
      ({ a, b }) => sum(mul(power(a, 3), log(b))),
      ({ a, b }) => ({ a: mul(mul(square(a), 3), log(b)), b: div(power(a, 3), b) }),
    );
    await expectGradient((p: Pair) => mul(f(p), 2), {
      a: tensor([1, -2], { dtype }),
      b: tensor([0.5, 2], { dtype }),
    });
  });

  it("refuses a gradient of another shape", () => {
    const f = withGradient(
      (x) => sum(x),
      (x) => sum(x),
    );
    expect(() => grad(f)(tensor([1, 2]))).toThrow(
      "withGradient: the gradient is not shaped like the argument; expected [2]",
    );
  });
});
