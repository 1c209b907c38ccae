import type { Journal } from "./journal.ts";
import type { FitProgress } from "./options.ts";
import type { Measured } from "./step.ts";

const everyMs = 50;

/** Tells a listener how training goes, at most twenty times a second. */
export function progressReporter(
  onProgress: ((progress: FitProgress) => void) | undefined,
  epochs: number,
): (journal: Journal, latest: Measured, perEpoch: number | undefined, isLast: boolean) => void {
  if (!onProgress) return () => {};
  let first: { at: number; step: number } | undefined;
  let shown = Number.NEGATIVE_INFINITY;
  return ({ epoch, step, best }, { loss, terms }, perEpoch, isLast) => {
    const now = performance.now();
    // The first update includes compilation and says nothing of the speed.
    first ??= { at: now, step };
    if (now - shown < everyMs && !isLast) return;
    shown = now;
    const seconds = (now - first.at) / 1000;
    const speed = step > first.step && seconds > 0 ? (step - first.step) / seconds : undefined;
    const total = perEpoch === undefined ? undefined : perEpoch * epochs;
    const remaining =
      speed !== undefined && total !== undefined ? Math.max(0, total - step) / speed : undefined;
    onProgress({
      ...(total === undefined ? { done: epoch, total: epochs } : { done: step, total }),
      label: labelOf(Math.min(epoch + 1, epochs), epochs, loss, speed),
      epoch: Math.min(epoch + 1, epochs),
      step,
      loss,
      terms,
      ...(speed === undefined ? {} : { stepsPerSecond: speed }),
      ...(remaining === undefined ? {} : { remainingSeconds: remaining }),
      ...(best ? { best: best.score } : {}),
    });
  };
}

function labelOf(epoch: number, epochs: number, loss: number, speed: number | undefined): string {
  const pace =
    speed === undefined ? "" : `, ${speed >= 10 ? Math.round(speed) : speed.toPrecision(2)} steps/s`;
  return `epoch ${epoch}/${epochs}, loss ${loss.toPrecision(4)}${pace}`;
}
