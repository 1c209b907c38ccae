// One of our models in a process of its own. Answers first with the milliseconds of its first step (recording,
// lowering and loading included), then each line with milliseconds, processor milliseconds, loss and peak memory.
import { createInterface } from "node:readline";
import { models } from "./models.ts";

const training = models[process.argv[2]]();
const start = performance.now();
await training.step();
console.log(performance.now() - start);
for await (const _ of createInterface({ input: process.stdin })) {
  const before = performance.now();
  const cpu = process.cpuUsage();
  const loss = await training.step();
  const used = process.cpuUsage(cpu);
  console.log(
    performance.now() - before,
    (used.user + used.system) / 1000,
    loss,
    process.resourceUsage().maxRSS / 1024,
  );
}
