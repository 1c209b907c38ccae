import { type Matrix, matrix } from "../../core/matrix.ts";
import { flatten, type Tensor, type Tree } from "../../engine/index.ts";
import { fromData, newData } from "../../engine/tensor.ts";

const mostRowsAtOnce = 1024;

/** Rows of a tree of tensors with equally many. */
export function rowsOf(tree: Tree): number {
  return flatten(tree).leaves[0].shape[0];
}

/** The chosen rows of every tensor, in the given order. */
export function takeTreeRows<B extends Tree>(tree: B, rows: ArrayLike<number>): B {
  const { leaves, rebuild } = flatten(tree);
  return rebuild(
    leaves.map(({ data, shape, dtype }) => {
      const width = data.length / shape[0];
      const out = newData(dtype, rows.length * width);
      for (let i = 0; i < rows.length; i++)
        out.set(data.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
      return fromData(out, [rows.length, ...shape.slice(1)], dtype);
    }),
  );
}

/** Rows 0 … n − 1 in pieces of about equal length, at most so many in each. */
export function balancedBlocks(rows: number, most: number): Int32Array[] {
  const count = Math.ceil(rows / most);
  return Array.from({ length: count }, (_, b) => {
    const [from, to] = [b, b + 1].map((edge) => Math.round((edge * rows) / count));
    return Int32Array.from({ length: to - from }, (_, i) => from + i);
  });
}

/**
 * Runs a function of independent rows on all rows, some at a time. The last block is filled up with repeats to a power
 * of two, so that few shapes have to be compiled.
 */
export async function inBlocks<B extends Tree, K extends string>(
  tree: B,
  run: (block: B) => Promise<Readonly<Record<K, Tensor>>>,
): Promise<Record<K, Matrix>> {
  const rows = rowsOf(tree);
  const out = {} as Record<K, Matrix>;
  for (let from = 0; from < rows; from += mostRowsAtOnce) {
    const used = Math.min(mostRowsAtOnce, rows - from);
    const height = 2 ** Math.ceil(Math.log2(used));
    const chosen = Int32Array.from({ length: height }, (_, i) => from + Math.min(i, used - 1));
    const results = await run(takeTreeRows(tree, chosen));
    for (const name in results) {
      const { data } = results[name];
      const cols = data.length / height;
      out[name] ??= matrix(rows, cols);
      out[name].data.set(data.subarray(0, used * cols), from * cols);
    }
  }
  return out;
}
