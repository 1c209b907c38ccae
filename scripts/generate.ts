// npm run generate: writes what follows from the cards and recorded experiments; -- --check only compares.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { engineFunctionsPage } from "./engine-functions.ts";
import { runMain } from "./main.ts";
import { methodPage, methodsPage } from "./pages.ts";
import { registrySource } from "./registry.ts";
import { findRooms, root } from "./rooms.ts";

const pagesFolder = "docs/methods";

/** What the repository should contain, by path; `undefined` for a page whose method is gone. */
async function generatedFiles(): Promise<Map<string, string | undefined>> {
  const rooms = await findRooms();
  const files = new Map<string, string | undefined>();
  for (const path of existingPages()) files.set(path, undefined);
  for (const room of rooms) files.set(`${pagesFolder}/${room.id}.md`, methodPage(room));
  files.set("src/papers/registry.generated.ts", registrySource(rooms));
  files.set("METHODS.md", methodsPage(rooms));
  files.set("docs/engine-functions.md", engineFunctionsPage());
  return files;
}

/** The generated files that differ from what they should be. */
export async function staleFiles(): Promise<Map<string, string | undefined>> {
  const files = await generatedFiles();
  return new Map([...files].filter(([path, wanted]) => current(path) !== wanted));
}

function existingPages(): string[] {
  const folder = join(root, pagesFolder);
  return existsSync(folder) ? readdirSync(folder).map((name) => `${pagesFolder}/${name}`) : [];
}

function current(path: string): string | undefined {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Brings the generated files up to date; returns what was done, a line each. */
export async function writeGenerated(): Promise<string[]> {
  const stale = await staleFiles();
  return [...stale].map(([path, text]) => {
    const file = join(root, path);
    if (text === undefined) {
      rmSync(file);
      return `removed ${path}`;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return `wrote ${path}`;
  });
}

await runMain(import.meta.url, async () => {
  if (!process.argv.includes("--check")) {
    for (const line of await writeGenerated()) console.log(line);
    return;
  }
  const stale = await staleFiles();
  for (const path of stale.keys()) console.error(`${path} is stale: npm run generate`);
  if (stale.size > 0) process.exitCode = 1;
});
