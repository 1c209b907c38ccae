// Comparing a native run with jax-js's own slow `cpu` device.
import { expect } from "vitest";
import { flatten, Tensor, type Tree, tensor } from "../../src/engine/index.ts";
import { loadNative } from "../../src/engine/native.ts";
import { InputType, record, runInJax } from "../../src/engine/program.ts";
import { type DType, newData } from "../../src/engine/tensor.ts";

/** Numbers that look random but are the same in every run, away from 0 and from each other. */
export function numbers(
  shape: readonly number[],
  seed = 1,
  dtype: DType = "float32",
  low = -1,
  high = 1,
): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = newData(dtype, size);
  let state = (seed * 2654435761) >>> 0;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
    const u = ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
    data[i] = dtype === "bool" ? Number(u < 0.5) : low + (high - low) * u;
  }
  return tensor(data, { shape, dtype });
}

export interface Comparison {
  /** Largest difference allowed, relative to 1 + the size of the number. */
  tolerance?: number;
}

/** Runs a function natively and on the reference device and expects equal results. */
export async function expectSame<A extends Tree[]>(
  f: (...args: A) => Tree,
  args: A,
  { tolerance = 2e-5 }: Comparison = {},
): Promise<void> {
  const flat = flatten(args as unknown as Tree);
  const types = flat.leaves.map((leaf) => new InputType(leaf.shape, leaf.dtype));
  const program = record((leaves) => f(...(flat.rebuild(leaves) as unknown as A)), types, "expectSame");
  const loaded = await loadNative(program);
  try {
    const native = await loaded.run(flat.leaves);
    const reference = runInJax(program, flat.leaves, "cpu");
    expect(native.length).toBe(reference.length);
    native.forEach((own, i) => {
      const other = reference[i];
      expect([own.dtype, ...own.shape]).toEqual([other.dtype, ...other.shape]);
      expect(largestDifference(own, other)).toBeLessThanOrEqual(
        own.dtype.startsWith("float") ? tolerance : 0,
      );
    });
  } finally {
    program.dispose();
    await loaded.dispose();
  }
}

export function largestDifference(a: Tensor, b: Tensor): number {
  let worst = 0;
  for (let i = 0; i < a.size; i++) {
    const [x, y] = [a.data[i], b.data[i]];
    if (Object.is(x, y) || x === y) continue;
    const difference = Math.abs(x - y) / (1 + Math.abs(y));
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }
  return worst;
}

export { Tensor };
