import { availableParallelism, cpus } from "node:os";
import type { ExperimentOptions } from "../core/card.ts";
import { throwIfStopped } from "../core/errors.ts";
import type { ExperimentRun } from "./method.ts";
import { findMethod } from "./registry.ts";

/**
 * Runs a method's experiment: the claims of its paper, measured on this machine.
 *
 * @param options `quick` (default false) runs the small version of the test suite in seconds; `signal` stops the
 *   run, `onProgress` tells how far it is
 * @throws InputError for an unknown id, StoppedError once the signal has fired
 * @example
 * import { runExperiment } from "surprisal/papers";
 *
 * const run = await runExperiment("beyond-normal", { quick: true });
 * const holding = run.rows.filter((row) => row.holds).length;
 */
export async function runExperiment(id: string, options: ExperimentOptions = {}): Promise<ExperimentRun> {
  const { card, experiment } = findMethod(id, "runExperiment");
  throwIfStopped(options.signal, "runExperiment");
  const { run } = await experiment();
  const start = performance.now();
  const { rows, tables } = await run(options);
  const seconds = (performance.now() - start) / 1000;
  return {
    id,
    title: card.title,
    quick: options.quick ?? false,
    seconds: Math.round(seconds * 10) / 10,
    environment: {
      date: new Date().toISOString().slice(0, 10),
      node: process.version,
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
    },
    rows,
    tables,
  };
}
