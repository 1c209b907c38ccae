/** Makes `npx surprisal` work inside this repository, as it does wherever the package is installed. */
import { chmodSync, mkdirSync, rmSync, symlinkSync } from "node:fs";

if (process.platform !== "win32") {
  const folder = new URL("../node_modules/.bin/", import.meta.url);
  chmodSync(new URL("../dist/cli/main.js", import.meta.url), 0o755);
  mkdirSync(folder, { recursive: true });
  rmSync(new URL("surprisal", folder), { force: true });
  symlinkSync("../../dist/cli/main.js", new URL("surprisal", folder));
}
