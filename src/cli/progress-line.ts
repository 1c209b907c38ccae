import type { Progress } from "../core/progress.ts";

const everyMs = 100;

/** Who knows better than from the share that is done says how long it will take. */
type Timed = Progress & { readonly remainingSeconds?: number };

/** A progress line on stderr with the remaining time; silent unless stderr is a terminal. */
export function progressLine(): { update: (progress: Timed) => void; end: () => void } {
  if (!process.stderr.isTTY) return { update: () => {}, end: () => {} };
  let label: string | undefined;
  let started = performance.now();
  let shown = 0;
  return {
    update(progress) {
      const now = performance.now();
      if (progress.label !== label) {
        label = progress.label;
        started = now;
      }
      if (now - shown < everyMs) return;
      shown = now;
      const share = progress.done / progress.total;
      const left = progress.remainingSeconds ?? ((now - started) / 1000) * (1 / share - 1);
      const bar = "▇".repeat(Math.round(20 * share)).padEnd(20, "·");
      const text = `${bar} ${progress.done}/${progress.total} ${label ?? ""}  ${remaining(left)}`;
      process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    },
    end() {
      if (shown > 0) process.stderr.write("\r\u001b[2K");
    },
  };
}

function remaining(seconds: number): string {
  if (!(seconds >= 1 && Number.isFinite(seconds))) return "";
  return seconds < 100 ? `${Math.round(seconds)} s left` : `${Math.round(seconds / 60)} min left`;
}
