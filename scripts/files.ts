import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** Every TypeScript file below a folder, without what is generated, as paths; sorted. */
export function typescriptFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".generated.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
