import { setMaxListeners } from "node:events";
import { StoppedError } from "../../../core/errors.ts";

/** Lets at most `count` pieces of work run at a time; the others wait in order. */
export function slots(count: number): <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work, signal) => {
    if (free === 0) {
      const turn = new Promise<void>((resolve) => waiting.push(resolve));
      await turn;
    } else free--;
    try {
      if (signal?.aborted) throw new StoppedError("endpoint");
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

/** The same promise, given up when the signal fires; the work behind it goes on for others. */
export function unlessStopped<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  where: string,
): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(new StoppedError(where));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Waits; ends at once with a StoppedError when the signal fires. */
export function pause(ms: number, signal: AbortSignal | undefined, where: string): Promise<void> {
  let timer: NodeJS.Timeout;
  const sleep = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return unlessStopped(sleep, signal, where).finally(() => clearTimeout(timer));
}

const shared = new WeakMap<AbortSignal, AbortSignal>();

/** The same signal for any number of listeners: that many questions are open at once is no leak. */
export function manyListeners(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (!signal) return undefined;
  let found = shared.get(signal);
  if (!found) {
    found = AbortSignal.any([signal]);
    setMaxListeners(0, found);
    shared.set(signal, found);
  }
  return found;
}
