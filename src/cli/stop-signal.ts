/** A signal that fires at the first Ctrl-C (or a polite kill); a second one ends the process at once. */
export function stopSignal(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const onStop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", onStop).on("SIGTERM", onStop);
  return {
    signal: controller.signal,
    release: () => process.off("SIGINT", onStop).off("SIGTERM", onStop),
  };
}
