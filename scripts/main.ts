import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** Whether a module is the script that was started, not imported by a test. */
export function isMain(url: string): boolean {
  return process.argv[1] !== undefined && pathToFileURL(realpathSync(process.argv[1])).href === url;
}
