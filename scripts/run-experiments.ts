// npm run experiments [-- id… --quick]: runs experiments and prints them; a full run is recorded in its room,
// and what is generated from recordings is brought up to date.
import { writeFileSync } from "node:fs";
import type { Progress } from "../src/core/progress.ts";
import { formatExperiment } from "../src/papers/format.ts";
import { writeGenerated } from "./generate.ts";
import { runMain } from "./main.ts";
import { findRooms, recordedPath } from "./rooms.ts";

async function main(): Promise<void> {
  await writeGenerated();
  const { runExperiment } = await import("../src/papers/run.ts");
  const words = process.argv.slice(2);
  const quick = words.includes("--quick");
  const wanted = words.filter((word) => word !== "--quick");
  const rooms = await findRooms();
  const width = process.stdout.columns ?? 120;

  for (const id of wanted.length > 0 ? wanted : rooms.map((room) => room.id)) {
    const run = await runExperiment(id, { quick, onProgress: showProgress });
    showLine("");
    console.log(formatExperiment(run, { width }));
    const room = rooms.find((one) => one.id === id);
    if (quick || !room) continue;
    writeFileSync(recordedPath(room.folder), `${JSON.stringify(run, null, 1)}\n`);
    await writeGenerated();
  }
}

function showProgress({ done, total, label = "" }: Progress): void {
  showLine(`${done}/${total} ${label}`);
}

/** Replaces the current line of a terminal. */
function showLine(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

await runMain(import.meta.url, main);
