import { InputError } from "../../core/errors.ts";
import type { LabelSpace, Relabelled } from "../../decide/loki/loki.ts";
import { stem } from "../report-paths.ts";

/** Where the labels go; nothing where only JSON was asked for. Refused before work starts. */
export async function outputPath(
  file: string,
  { output, json, metric }: { output?: string; json?: boolean; metric: string },
): Promise<string | undefined> {
  if (output === undefined && json) return undefined;
  const path = output ?? `${stem(file)}.labels.csv`;
  const [{ existsSync }, { dirname, resolve }] = await Promise.all([import("node:fs"), import("node:path")]);
  const refuse = (problem: string, expected: string, got: string) =>
    new InputError({ code: "bad-output", where: "--output", problem, expected, got });
  if (!/\.(csv|npy)$/i.test(path))
    throw refuse("labels are written as a table or an array", ".csv or .npy", path);
  if ([file, metric].some((read) => resolve(read) === resolve(path))) {
    throw refuse("the labels would replace the input", "another path", path);
  }
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) throw refuse("there is no such folder", "an existing folder", folder);
  return path;
}

export async function writeLabels(
  path: string,
  { names: all }: LabelSpace,
  relabelled: Relabelled,
): Promise<void> {
  const { labels, before, variance, varianceBefore, ranking } = relabelled;
  const top = ranking?.[0].length ?? 1;
  if (/\.npy$/i.test(path)) {
    const { writeArray } = await import("../../data/arrays.ts");
    const data = ranking ? Int32Array.from(ranking.flatMap((row) => [...row])) : labels;
    await writeArray(path, { shape: ranking ? [labels.length, top] : [labels.length], data });
    return;
  }
  const { writeFileAtomic } = await import("../../data/atomic.ts");
  const more = Array.from({ length: top - 1 }, (_, k) => `label ${k + 2}`);
  const lines = [["label", ...more, "before", "expected squared distance", "expected before"]];
  for (let i = 0; i < labels.length; i++) {
    const others = ranking ? [...ranking[i].subarray(1)].map((label) => all[label]) : [];
    const numbers = [variance[i], varianceBefore[i]].map((value) => String(Number(value.toPrecision(10))));
    lines.push([all[labels[i]], ...others, all[before[i]], ...numbers]);
  }
  await writeFileAtomic(path, lines.map((cells) => `${cells.map(cell).join(",")}\n`).join(""));
}

function cell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
