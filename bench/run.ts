// npm run bench [-- id…]: runs comparisons, prints their tables and records them in bench/results.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { Refusal, runMain } from "../scripts/main.ts";
import type { Bench, BenchResult } from "./support/bench.ts";

const folder = import.meta.dirname;

async function main(): Promise<void> {
  const known = readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && name !== "run.ts")
    .map((name) => name.slice(0, -".ts".length));
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new Refusal(`bench: unknown id; expected one of ${known.join(", ")}, got ${unknown}`);

  for (const id of wanted.length > 0 ? wanted : known) {
    const { bench }: { bench: Bench } = await import(`./${id}.ts`);
    console.log(`\n${bench.title}`);
    const result = await bench.run();
    console.log(asTable(result.rows));
    for (const finding of result.findings) console.log(finding);
    record(bench, result);
  }
}

function record({ id, title }: Bench, result: BenchResult): void {
  const environment = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
  };
  mkdirSync(join(folder, "results"), { recursive: true });
  const content = JSON.stringify({ id, title, environment, ...result }, null, 1);
  writeFileSync(join(folder, "results", `${id}.json`), `${content}\n`);
}

/** Columns as wide as their longest cell, numbers to the right. */
function asTable(rows: BenchResult["rows"]): string {
  const names = Object.keys(rows[0] ?? {});
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => `${row[name]}`.length)));
  const line = (cells: (string | number)[]) =>
    cells
      .map((cell, i) => (typeof cell === "number" ? `${cell}`.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join("  ");
  return [line(names), ...rows.map((row) => line(names.map((name) => row[name])))].join("\n");
}

await runMain(import.meta.url, main);
