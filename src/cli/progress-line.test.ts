import { expect, test } from "vitest";
import { progressLine } from "./progress-line.ts";

/** A terminal that keeps what is written to it. */
function terminal(columns: number, isTTY = true) {
  const lines: string[] = [];
  return { isTTY, columns, lines, write: (text: string) => lines.push(text) > 0 };
}

test("training shows loss, speed and the remaining time that it knows itself", () => {
  const out = terminal(100);
  const line = progressLine(out);
  const label = "epoch 3/60, loss 107.3, 12 steps/s";
  line.update({ done: 30, total: 600, label, remainingSeconds: 47.4 });
  expect(out.lines).toEqual([`\r\u001b[2K▇··················· 30/600 ${label}  47 s left`]);
  line.end();
  expect(out.lines.at(-1)).toBe("\r\u001b[2K");
});

test("long times are shown in minutes, and a line never breaks", () => {
  const out = terminal(44);
  progressLine(out).update({ done: 1, total: 2, label: "a", remainingSeconds: 600 });
  progressLine(out).update({ done: 1, total: 2, label: "a long label", remainingSeconds: 600 });
  expect(out.lines.map((line) => line.replace("\r\u001b[2K", ""))).toEqual([
    "▇▇▇▇▇▇▇▇▇▇·········· 1/2 a  10 min left",
    "▇▇▇▇▇▇▇▇▇▇·········· 1/2 a lon  10 min left",
  ]);
});

test("nothing is written where stderr is no terminal", () => {
  const out = terminal(80, false);
  const line = progressLine(out);
  line.update({ done: 1, total: 2 });
  line.end();
  expect(out.lines).toEqual([]);
});
