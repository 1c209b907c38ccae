import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError, ReachError, StoppedError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";

/** The error to show when a file could not be read, from what the system said. */
export async function unreadable(path: string, error: unknown, signal?: AbortSignal): Promise<unknown> {
  if (signal?.aborted) return new StoppedError(path);
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return missingFile(path);
  if (code === "EISDIR") return aFolder(path);
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return new ReachError(path, `cannot be read (${code === "EACCES" ? "permission denied" : error.message})`, {
    cause: error,
  });
}

export function aFolder(path: string): InputError {
  return new InputError({
    code: "is-a-folder",
    where: path,
    problem: "a folder, not a file",
    hint: `for all its files of one kind write "${join(path, "*.csv")}"`,
  });
}

async function missingFile(path: string): Promise<InputError> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => undefined);
  return new InputError({
    code: "missing-file",
    where: path,
    problem: names ? "no such file" : "no such file, and no such folder",
    hint: names && didYouMean(basename(path), names),
  });
}
