// Gradients against central differences in double precision.
import { expect } from "vitest";
import { compile, flatten, grad, mul, sum, type Tensor, type Tree, tensor } from "../../src/engine/index.ts";
import { newData } from "../../src/engine/tensor.ts";

const step = 1e-5;
/**
 * For functions of size 1 with third derivatives up to some tens: truncation step² f‴ / 6 and rounding
 * (1e-15 of some dozen operations, over the step) stay below 1e-8.
 */
const allowed = 1e-8;

/**
 * Expects the derivative of a scalar function at a tree of float64 tensors to agree with differences, all entries.
 * Both are compiled: on Wasm the elementary functions have single precision only.
 */
export async function expectGradient<P extends Tree>(
  f: (params: P) => Tensor,
  params: P,
  tolerance = allowed,
): Promise<void> {
  const { leaves, rebuild } = flatten(params);
  const [value, derivative] = [compile(f), compile(grad(f))];
  const gradient = flatten(await derivative(params)).leaves;
  for (const [k, leaf] of leaves.entries()) {
    const valueAt = async (i: number, shift: number): Promise<number> => {
      const moved = Float64Array.from(leaf.data);
      moved[i] += shift;
      const point = leaves.map((one, j) => (j === k ? tensor(moved, { shape: leaf.shape }) : one));
      return (await value(rebuild(point))).item();
    };
    for (let i = 0; i < leaf.size; i++) {
      const expected = ((await valueAt(i, step)) - (await valueAt(i, -step))) / (2 * step);
      const error = Math.abs(gradient[k].data[i] - expected);
      const message = `leaf ${k}, entry ${i}: ${gradient[k].data[i]} and ${expected}`;
      expect(error, message).toBeLessThan(tolerance * (1 + Math.abs(expected)));
    }
  }
  await Promise.all([value.dispose(), derivative.dispose()]);
}

/** Σ wᵢ yᵢ with weights that differ for all entries: a scalar that notices every output. */
export function weighted(y: Tensor): Tensor {
  const weights = newData(y.dtype, y.size);
  for (let i = 0; i < weights.length; i++) weights[i] = Math.sin(1 + 2.3 * i);
  return sum(mul(y, tensor(weights, { shape: y.shape })));
}
