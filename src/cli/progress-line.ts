import type { Progress } from "../core/progress.ts";

const everyMs = 100;

/** A progress line on stderr with the remaining time; silent unless stderr is a terminal. */
export function progressLine(): { update: (progress: Progress) => void; end: () => void } {
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
      const left = ((now - started) / 1000) * (1 / share - 1);
      const bar = "▇".repeat(Math.round(20 * share)).padEnd(20, "·");
      const text = `${bar} ${progress.done}/${progress.total} ${label ?? ""}  ${left >= 1 ? `${Math.round(left)} s left` : ""}`;
      process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    },
    end() {
      if (shown > 0) process.stderr.write("\r\u001b[2K");
    },
  };
}
