// npm run experiments [-- id… --quick]: runs experiments and prints them; a full run is recorded in its room.
import { writeFileSync } from "node:fs";
import { formatExperiment } from "../src/papers/format.ts";
import { runExperiment } from "../src/papers/run.ts";
import { findRooms, recordedPath } from "./rooms.ts";

const words = process.argv.slice(2);
const quick = words.includes("--quick");
const wanted = words.filter((word) => word !== "--quick");
const rooms = await findRooms();
const ids = wanted.length > 0 ? wanted : rooms.map((room) => room.id);

for (const id of ids) {
  const run = await runExperiment(id, { quick, onProgress });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  console.log(formatExperiment(run, { width: process.stdout.columns ?? 120 }));
  const room = rooms.find((one) => one.id === id);
  if (!quick && room) writeFileSync(recordedPath(room.folder), `${JSON.stringify(run, null, 1)}\n`);
}
if (!quick) console.log("Recorded. Next: npm run generate");

function onProgress({ done, total, label }: { done: number; total: number; label?: string }): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${done}/${total} ${label ?? ""}`);
}
