// One of our models: reads "step" lines, answers each with milliseconds, processor milliseconds, loss, peak memory.
import { createInterface } from "node:readline";
import { models } from "./models.ts";

const start = performance.now();
const training = models[process.argv[2]]();
await training.step();
console.error(`first ${performance.now() - start}`);
for await (const _ of createInterface({ input: process.stdin })) {
  const before = performance.now();
  const cpu = process.cpuUsage();
  const loss = await training.step();
  const used = process.cpuUsage(cpu);
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(performance.now() - before, (used.user + used.system) / 1000, loss, peak);
}
