import { throwIfStopped } from "./errors.ts";

const turnMs = 40;

/**
 * A function to await between units of synchronous work: it lets the event loop turn every now and then, so that
 * timers and signals are heard, and throws a StoppedError once the signal has fired.
 */
export function pacer(signal: AbortSignal | undefined, where: string): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    throwIfStopped(signal, where);
    if (performance.now() - last < turnMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        last = performance.now();
        resolve();
      });
    });
  };
}
