import type { LongRunning } from "../progress.ts";

/**
 * Work that can run anywhere: a function exported from a module under `name`. Units and results are plain data
 * (whatever structured cloning takes); `shared` is handed over once and may hold arrays over shared memory.
 */
export interface Task<Unit, Result, Shared = undefined> {
  readonly module: string;
  readonly name: string;
  readonly run: (unit: Unit, shared: Shared) => Result | Promise<Result>;
}

export interface MapOptions<Result, Shared> extends LongRunning {
  shared?: Shared;
  /** Called as each result arrives, in any order: what has come so far is not lost when work is stopped. */
  onResult?: (result: Result, index: number) => void;
}

/** Runs one task over independent units; results come back in the order of the units. */
export interface Executor {
  /** How many units run at once. */
  readonly workers: number;
  map<Unit, Result, Shared = undefined>(
    task: Task<Unit, Result, Shared>,
    units: readonly Unit[],
    options?: MapOptions<Result, Shared>,
  ): Promise<Result[]>;
  close(): Promise<void>;
}

/**
 * Declares a task. The constant must be exported from its module under the same name, so that another thread
 * can find it.
 *
 * @param module always `import.meta.url`
 * @example
 * import { defineTask, inline } from "surprisal/core";
 * export const square = defineTask(import.meta.url, "square", (x: number) => x * x);
 * const squares = await inline().map(square, [1, 2, 3]);
 * // squares is [1, 4, 9]
 */
export function defineTask<Unit, Result, Shared = undefined>(
  module: string,
  name: string,
  run: (unit: Unit, shared: Shared) => Result | Promise<Result>,
): Task<Unit, Result, Shared> {
  return { module, name, run };
}

/** Copies numbers into memory that threads see without another copy. */
export function shareFloats(values: Float64Array): Float64Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

/** Copies integers into memory that threads see without another copy. */
export function shareIntegers(values: Int32Array): Int32Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const shared = new Int32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
