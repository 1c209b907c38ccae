import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { InputError } from "../src/core/errors.ts";

/** Something a person has to put right; shown as one line, without a stack. */
export class Refusal extends Error {}

/** Runs `main` when the module at `url` is the script that was started, not imported by a test. */
export async function runMain(url: string, main: () => void | Promise<void>): Promise<void> {
  if (pathToFileURL(realpathSync(process.argv[1])).href !== url) return;
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Refusal || error instanceof InputError ? error.message : error);
    process.exitCode = 1;
  }
}
