import { throwIfStopped } from "../errors.ts";
import type { Executor } from "./executor.ts";

/** An executor that runs units one after the other on the calling thread. */
export function inline(): Executor {
  return {
    workers: 1,
    async map(task, units, { shared, signal, onProgress, onResult } = {}) {
      const results = [];
      for (const [index, unit] of units.entries()) {
        // A turn of the event loop, so that a signal from outside can arrive.
        if (signal) await new Promise(setImmediate);
        throwIfStopped(signal, task.name);
        const result = await task.run(unit, shared as never);
        results.push(result);
        onResult?.(result, index);
        onProgress?.({ done: index + 1, total: units.length });
      }
      return results;
    },
    async close() {},
  };
}
