import { InputError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import { type DataArray, fromData, newData, Tensor, type Tree } from "../tensor.ts";
import { flatten } from "../tree.ts";
import { firstNonFinite, leavesOf } from "./leaves.ts";

/** What a {@link BatchSource} is told about the epoch that begins. */
export interface EpochStart {
  /** From 0. */
  readonly epoch: number;
  /** A stream that depends on the seed and the epoch only. */
  readonly random: Random;
}

/**
 * Gives the mini-batches of an epoch, one after the other. For training that can be resumed it must give the same
 * batches when it is called again with the same epoch.
 */
export type BatchSource<B extends Tree> = (start: EpochStart) => Iterable<B> | AsyncIterable<B>;

/** Batches of an epoch from number `skip` on. */
export interface Batches<B extends Tree> {
  /** Rows of all batches together, where known. */
  readonly rows?: number;
  /** Number of batches, where known. */
  readonly perEpoch?: number;
  epoch(start: EpochStart, skip: number): AsyncGenerator<B, void>;
}

export interface BatchSettings {
  readonly batchSize: number;
  /** What becomes of a last batch with fewer rows. */
  readonly lastBatch: "keep" | "drop";
  readonly shuffle: boolean;
}

/** Batches of rows of tensors that are equally long on their first axis. */
export function batchesOfRows<B extends Tree>(
  where: string,
  data: B,
  { batchSize, lastBatch, shuffle }: BatchSettings,
): Batches<B> {
  const rows = requireRows(where, data);
  const size = Math.min(batchSize, rows);
  const perEpoch = lastBatch === "keep" ? Math.ceil(rows / size) : Math.floor(rows / size);
  const flat = flatten(data, where);
  return {
    rows,
    perEpoch,
    async *epoch({ random }, skip) {
      const order = shuffle ? random.permutation(rows) : undefined;
      for (let b = skip; b < perEpoch; b++) {
        const [from, to] = [b * size, Math.min((b + 1) * size, rows)];
        yield flat.rebuild(
          flat.leaves.map((leaf) => (order ? gather(leaf, order.subarray(from, to)) : range(leaf, from, to))),
        );
      }
    },
  };
}

/** Batches that a source gives, at most `perEpoch` of them. */
export function batchesOfSource<B extends Tree>(
  where: string,
  source: BatchSource<B>,
  perEpoch?: number,
): Batches<B> {
  return {
    perEpoch,
    async *epoch(start, skip) {
      let given = 0;
      for await (const batch of source(start)) {
        if (given++ >= skip) yield batch;
        if (given === perEpoch) return;
      }
      if (given === 0) {
        throw new InputError({
          code: "empty",
          where,
          problem: "the source of batches gave none",
          got: `epoch ${start.epoch}`,
        });
      }
    },
  };
}

/** Rows of a batch: the length of its first tensor, 1 for scalars. */
export function rowsOf(batch: Tree): number {
  const [first] = flatten(batch).leaves;
  return first?.shape[0] ?? 1;
}

function gather(leaf: Tensor, chosen: Int32Array): Tensor {
  const width = leaf.size / leaf.shape[0];
  const data = newData(leaf.dtype, chosen.length * width);
  const from: DataArray = leaf.data;
  for (let i = 0; i < chosen.length; i++) {
    const start = chosen[i] * width;
    data.set(from.subarray(start, start + width), i * width);
  }
  return fromData(data, [chosen.length, ...leaf.shape.slice(1)], leaf.dtype);
}

function range(leaf: Tensor, from: number, to: number): Tensor {
  const width = leaf.size / leaf.shape[0];
  return fromData(
    leaf.data.subarray(from * width, to * width),
    [to - from, ...leaf.shape.slice(1)],
    leaf.dtype,
  );
}

function requireRows(where: string, data: Tree): number {
  let rows: number | undefined;
  for (const [path, leaf] of leavesOf(data, "data")) {
    if (!(leaf instanceof Tensor) || leaf.ndim === 0) {
      throw new InputError({
        code: "bad-data",
        where,
        problem: `${path} has no rows`,
        expected: "a tensor with rows along its first axis",
        got: leaf instanceof Tensor ? leaf.shape : leaf,
      });
    }
    rows ??= leaf.shape[0];
    if (leaf.shape[0] === rows) continue;
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: `${path} has another number of rows than the first tensor`,
      expected: String(rows),
      got: leaf.shape[0],
    });
  }
  if (!rows)
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "no rows",
      expected: "at least 1",
      got: rows ?? 0,
    });
  const bad = firstNonFinite(data, "data");
  if (!bad) return rows;
  throw new InputError({
    code: "not-finite",
    where,
    problem: `${bad.path}, row ${bad.row} is not finite`,
    expected: "finite numbers",
    got: bad.value,
    hint: "remove or fill missing values first",
  });
}
