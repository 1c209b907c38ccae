import { existsSync, statSync } from "node:fs";
import { basename, dirname, extname, resolve } from "node:path";
import { InputError } from "../../core/errors.ts";
import { stem } from "../report-paths.ts";
import type { CompressFlags } from "./flags.ts";

/** Where the shorter text goes: a path, "-" for standard output, or nothing. */
export function outputPath(files: readonly string[], { output, json }: CompressFlags): string | undefined {
  if (output === undefined && json) return undefined;
  const path =
    output ?? (files[0] === "-" ? "-" : `${stem(files[0])}.short${extname(basename(files[0])) || ".txt"}`);
  if (path === "-") {
    if (json) throw refused("JSON and the text cannot both go to standard output", "a path", path);
    return path;
  }
  if (files.some((file) => resolve(file) === resolve(path))) {
    throw refused("the shorter text would replace the text", "another path", path);
  }
  const folder = dirname(resolve(path));
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw refused("there is no such folder", "an existing folder", folder);
  }
  return path;
}

function refused(problem: string, expected: string, got: string): InputError {
  return new InputError({ code: "bad-output-path", where: "--output", problem, expected, got });
}
