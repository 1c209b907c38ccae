import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

const interval = 150;
const enough = 0.93;

/** Waits for a moment in which the machine has nothing else to do; gives up at the deadline. */
export async function quietMoment(deadline: number): Promise<boolean> {
  while (performance.now() < deadline) {
    const [idle, total] = ticks();
    await sleep(interval);
    const [idleAfter, totalAfter] = ticks();
    if ((idleAfter - idle) / (totalAfter - total) > enough) return true;
  }
  return false;
}

/** Idle and all processor ticks since start. */
function ticks(): [idle: number, total: number] {
  const times = cpus().map((cpu) => cpu.times);
  const total = times.reduce((sum, t) => sum + t.user + t.nice + t.sys + t.idle + t.irq, 0);
  return [times.reduce((sum, t) => sum + t.idle, 0), total];
}
