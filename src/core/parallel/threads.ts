import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { InputError, StoppedError, throwIfStopped } from "../errors.ts";
import type { Executor, MapOptions, Task } from "./executor.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

/**
 * An executor over worker threads, one unit at a time each. Threads start with the first `map` and stay until
 * `close()`; they do not keep the process alive.
 *
 * @param workers number of threads; default: as many as the machine runs at once
 * @throws InputError when `workers` is not a positive integer
 */
export function threads(workers: number = availableParallelism()): Executor {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new InputError({
      code: "bad-thread-count",
      where: "threads",
      problem: "not a number of threads",
      expected: "an integer from 1",
      got: workers,
    });
  }
  const pool: Worker[] = [];
  let nextJob = 0;

  async function map<Unit, Result, Shared>(
    task: Task<Unit, Result, Shared>,
    units: readonly Unit[],
    { shared, signal, onProgress, onResult }: MapOptions<Result, Shared> = {},
  ): Promise<Result[]> {
    throwIfStopped(signal, task.name);
    if (units.length === 0) return [];
    const job = nextJob++;
    const results = new Array<Result>(units.length);
    while (pool.length < Math.min(workers, units.length)) pool.push(startWorker());
    const crew = pool.slice(0, Math.min(workers, units.length));
    let next = 0;
    let done = 0;

    await new Promise<void>((resolve, reject) => {
      const cleanups: (() => void)[] = [];
      const finish = (error?: unknown) => {
        for (const cleanup of cleanups) cleanup();
        if (error === undefined) return resolve();
        // Threads may be in the middle of a unit: they are of no more use.
        void close();
        reject(error);
      };
      const onAbort = () => finish(new StoppedError(task.name));
      signal?.addEventListener("abort", onAbort, { once: true });
      cleanups.push(() => signal?.removeEventListener("abort", onAbort));

      for (const worker of crew) {
        const send = (message: ToWorker) => worker.postMessage(message);
        const hand = () => {
          if (next < units.length) send({ kind: "unit", job, index: next, unit: units[next++] });
        };
        const onMessage = (message: FromWorker) => {
          if (message.job !== job) return;
          if (message.kind === "failure") return finish(revive(message.error));
          const result = message.result as Result;
          results[message.index] = result;
          done++;
          onResult?.(result, message.index);
          onProgress?.({ done, total: units.length });
          if (done === units.length) finish();
          else hand();
        };
        const onError = (error: Error) => finish(error);
        const onExit = (code: number) =>
          finish(new Error(`${task.name}: a worker thread ended early (code ${code})`));
        worker.on("message", onMessage).once("error", onError).once("exit", onExit);
        worker.ref();
        cleanups.push(() => {
          worker.off("message", onMessage).off("error", onError).off("exit", onExit);
          send({ kind: "end", job });
          worker.unref();
        });
        send({ kind: "job", job, module: task.module, name: task.name, shared });
        hand();
      }
    });
    return results;
  }

  async function close(): Promise<void> {
    await Promise.all(pool.splice(0).map((worker) => worker.terminate()));
  }

  return { workers, map, close };
}

/** Run from sources, a thread has to register the TypeScript loader of the development tools by itself. */
function startWorker(): Worker {
  if (import.meta.url.endsWith(".js")) return new Worker(new URL("./worker.js", import.meta.url));
  const file = JSON.stringify(new URL("./worker.ts", import.meta.url).href);
  return new Worker(`import("tsx/esm/api").then((loader) => (loader.register(), import(${file})))`, {
    eval: true,
  });
}

/** An error as it was thrown in the thread, with its class where that carries meaning. */
function revive(error: Record<string, unknown>): Error {
  const known =
    error.name === "InputError" ? Object.create(InputError.prototype) : new Error(String(error.message));
  for (const [key, value] of Object.entries(error)) {
    Object.defineProperty(known, key, {
      value,
      configurable: true,
      writable: true,
      enumerable: key !== "stack",
    });
  }
  return known;
}
