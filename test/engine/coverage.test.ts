// Every array function, in every element type it takes, natively and on jax-js's slow device.
import { describe, expect, it } from "vitest";
import { elementTypes, fallbacks, outcomeOf, type Sample, samples } from "../../src/engine/coverage.ts";
import * as activations from "../../src/engine/functions/activations.ts";
import * as attention from "../../src/engine/functions/attention.ts";
import * as contraction from "../../src/engine/functions/contraction.ts";
import * as convolution from "../../src/engine/functions/convolution.ts";
import * as creation from "../../src/engine/functions/creation.ts";
import * as elementwise from "../../src/engine/functions/elementwise.ts";
import * as indexing from "../../src/engine/functions/indexing.ts";
import * as linalg from "../../src/engine/functions/linalg.ts";
import * as random from "../../src/engine/functions/random.ts";
import * as reductions from "../../src/engine/functions/reductions.ts";
import * as shape from "../../src/engine/functions/shape.ts";
import { tensor } from "../../src/engine/index.ts";
import { families } from "../../src/engine/lowering/lower.ts";
import { jax } from "../../src/engine/runtime.ts";
import type { DType, Tensor } from "../../src/engine/tensor.ts";
import { expectSame, numbers } from "./reference.ts";

const modules = {
  elementwise,
  activations,
  attention,
  contraction,
  convolution,
  creation,
  indexing,
  linalg,
  random,
  reductions,
  shape,
};

const calls: [name: string, sample: Sample][] = Object.values(samples).flatMap((family) =>
  Object.entries(family),
);

function matrix(dtype: DType, seed: number): Tensor {
  const x = numbers([3, 3], seed, "float64", 0.1, 0.9);
  if (dtype.startsWith("float")) return tensor(x, { dtype });
  return tensor(
    Array.from(x.data, (one) => (dtype === "bool" ? Number(one > 0.5) : 1 + Math.floor(5 * one))),
    { dtype, shape: [3, 3] },
  );
}

describe("coverage", () => {
  it("has a sample call of every function", () => {
    for (const [name, family] of Object.entries(modules)) {
      expect([name, ...Object.keys(samples[name as keyof typeof samples]).sort()]).toEqual([
        name,
        ...Object.keys(family).sort(),
      ]);
    }
  });

  it("knows a rule for every primitive of jax-js but the decompositions and the Fourier transform", () => {
    const all = Object.keys(jax().numpy.Array._implRules()).filter((name) => name !== "jit");
    const lowered = Object.values(families).flatMap((family) => Object.keys(family));
    expect(all.filter((name) => !lowered.includes(name)).sort()).toEqual([
      "cholesky",
      "fft",
      "jacobi_eigh",
      "lu",
      "triangular_solve",
    ]);
    expect(lowered.filter((name) => !all.includes(name))).toEqual([]);
  });

  it("says which functions have no native form, and why", () => {
    expect(Object.fromEntries(fallbacks())).toEqual({
      "ONNX has no operator for cholesky": ["linalg.cholesky"],
      "ONNX has no operator for lu": ["linalg.solve", "linalg.inv", "linalg.slogdet"],
      "ONNX has no operator for triangular_solve": ["linalg.triangularSolve"],
      "ONNX has no operator for jacobi_eigh": ["linalg.eigh"],
    });
  });

  it.each(elementTypes)("holds in %s: native results are those of the reference", async (dtype) => {
    const inputs = {
      x: matrix(dtype, 1),
      y: matrix(dtype, 2),
      at: tensor([2, 0, 2], { dtype: "int32" }),
      key: random.key(5),
    };
    for (const [name, sample] of calls) {
      const outcome = outcomeOf(sample, dtype);
      expect([name, outcome?.runs === "wasm"]).toEqual([name, name in linalg]);
      if (outcome?.runs !== "native") continue;
      await expectSame((given: typeof inputs) => sample(given), [inputs]).catch((error) => {
        throw new Error(`${name} in ${dtype}: ${error.message}`);
      });
    }
  });
});
