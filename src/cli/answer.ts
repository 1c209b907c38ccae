/** What every command that ends in a report shares: progress and Ctrl-C while it works, then JSON, page and terminal. */
import { availableParallelism } from "node:os";
import type { Environment } from "../core/environment.ts";
import type { LongRunning } from "../core/progress.ts";
import { writeFileAtomic } from "../data/atomic.ts";
import type { TerminalOptions } from "../report/terminal.ts";
import { progressLine } from "./progress-line.ts";
import type { reportPaths } from "./report-paths.ts";
import { stopSignal } from "./stop-signal.ts";
import { version } from "./version.ts";

/** Runs with a progress line, and with a signal that fires at the first Ctrl-C. */
export async function withProgress<T>(work: (run: Required<LongRunning>) => Promise<T>): Promise<T> {
  const progress = progressLine();
  const stop = stopSignal();
  try {
    return await work({ signal: stop.signal, onProgress: progress.update });
  } finally {
    progress.end();
    stop.release();
  }
}

/** Where and when something was measured. */
export function environmentSince(started: number): Environment {
  return {
    version,
    node: process.version,
    cores: availableParallelism(),
    date: new Date().toISOString(),
    elapsedMs: Math.round(performance.now() - started),
  };
}

export interface Rendering<R> {
  page: (report: R) => Promise<string>;
  terminal: (report: R, options: TerminalOptions) => string;
}

/** Writes the page and its JSON where paths are given, and prints the answer, or only JSON. */
export async function answer<R extends object>(
  report: R,
  paths: ReturnType<typeof reportPaths>,
  { page, terminal }: Rendering<R>,
  json?: { readonly asked?: boolean; readonly printed?: object },
): Promise<void> {
  if (paths) {
    await writeFileAtomic(paths.json, `${JSON.stringify(report)}\n`);
    await writeFileAtomic(paths.report, await page(report));
  }
  if (json?.asked) {
    process.stdout.write(`${JSON.stringify(json.printed ?? report)}\n`);
    return;
  }
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  process.stdout.write(terminal(report, { width: process.stdout.columns ?? 100, color, paths }));
}
