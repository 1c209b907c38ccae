import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError, ReachError } from "../core/errors.ts";

/**
 * Writes a file so that a reader sees the old content or the new one, never a part: into a temporary file in the same
 * folder, flushed to disk, then renamed. After a failure the old file is as it was and the temporary file is gone.
 * A pipe or device is written to directly; a symbolic link keeps pointing where it did.
 *
 * @param content text (UTF-8), bytes, or several pieces of bytes in order
 * @throws InputError when the path is a folder or its folder does not exist
 * @throws ReachError when the file cannot be written
 * @example
 * import { writeFileAtomic } from "surprisal/data";
 * import { tmpdir } from "node:os";
 * await writeFileAtomic(`${tmpdir()}/surprisal-example.txt`, "all or nothing\n");
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const pieces =
    typeof content === "string"
      ? [Buffer.from(content)]
      : content instanceof Uint8Array
        ? [content]
        : content;
  try {
    const existing = await stat(path).catch(() => undefined);
    if (existing?.isDirectory()) {
      throw new InputError({ code: "is-a-folder", where: path, problem: "a folder, not a file to write to" });
    }
    if (existing && !existing.isFile()) {
      const device = await open(path, "w");
      await writeAll(device, pieces).finally(() => device.close());
      return;
    }
    await replace(existing ? await realpath(path) : path, pieces, existing?.mode);
  } catch (error) {
    throw asWriteError(path, error);
  }
}

async function replace(target: string, pieces: readonly Uint8Array[], mode?: number): Promise<void> {
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target).slice(0, 100)}.${randomBytes(6).toString("hex")}.tmp`);
  const file = await open(temporary, "wx");
  try {
    try {
      if (mode !== undefined) await file.chmod(mode);
      await writeAll(file, pieces);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
  }
}

/** Makes the rename itself durable, where the system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

function asWriteError(path: string, error: unknown): unknown {
  if (error instanceof InputError || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new InputError({
      code: "missing-folder",
      where: path,
      problem: "no such folder",
      got: dirname(path),
    });
  }
  return new ReachError(path, `cannot be written (${error.message})`, { cause: error });
}
