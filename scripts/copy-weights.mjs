// What tsc leaves out: trained weights belong beside the built modules that load them.
import { cpSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const src = fileURLToPath(new URL("../src", import.meta.url));
const dist = fileURLToPath(new URL("../dist", import.meta.url));
for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
  if (!entry.isDirectory() || entry.name !== "weights") continue;
  const folder = join(entry.parentPath, entry.name);
  cpSync(folder, join(dist, relative(src, folder)), { recursive: true });
}
