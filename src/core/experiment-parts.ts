import type { ExperimentOptions, ExperimentResult } from "./card.ts";
import { pacer } from "./pace.ts";

/** Runs the parts of an experiment in order, each with its name as progress, and puts their rows and tables together. */
export async function inParts(
  id: string,
  parts: Readonly<Record<string, () => Promise<ExperimentResult> | ExperimentResult>>,
  { signal, onProgress }: ExperimentOptions,
): Promise<ExperimentResult> {
  const pace = pacer(signal, id);
  const results: ExperimentResult[] = [];
  const total = Object.keys(parts).length;
  for (const [label, part] of Object.entries(parts)) {
    await pace();
    onProgress?.({ done: results.length, total, label });
    results.push(await part());
  }
  onProgress?.({ done: total, total });
  return {
    rows: results.flatMap(({ rows }) => rows),
    tables: results.flatMap(({ tables = [] }) => tables),
  };
}
