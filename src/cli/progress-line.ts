import type { Progress } from "../core/progress.ts";

const everyMs = 100;

/** Who knows better than from the share that is done says how long it will take. */
type Timed = Progress & { readonly remainingSeconds?: number };

type Terminal = Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write">;

/** A progress line with the remaining time, on stderr; silent unless that is a terminal. */
export function progressLine(out: Terminal = process.stderr): {
  update: (progress: Timed) => void;
  end: () => void;
} {
  if (!out.isTTY) return { update: () => {}, end: () => {} };
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
      const time = remaining(left);
      const width = (out.columns ?? 80) - 1;
      const text = `${bar} ${progress.done}/${progress.total} ${label ?? ""}`;
      // Where there is little room the label is cut, not the time.
      const line = time ? `${text.slice(0, Math.max(0, width - time.length - 2))}  ${time}` : text;
      out.write(`\r\u001b[2K${line.slice(0, width)}`);
    },
    end() {
      if (shown > 0) out.write("\r\u001b[2K");
    },
  };
}

function remaining(seconds: number): string {
  if (!(seconds >= 1 && Number.isFinite(seconds))) return "";
  return seconds < 100 ? `${Math.round(seconds)} s left` : `${Math.round(seconds / 60)} min left`;
}
