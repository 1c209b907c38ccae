import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { unreadable } from "./unreadable.ts";

/**
 * SHA-256 of a file's bytes, in hexadecimal; the file is streamed, never held.
 *
 * @throws InputError `missing-file` or `is-a-folder`
 * @throws ReachError when the file cannot be read
 * @example
 * import { hashFile } from "surprisal/data";
 * const hash = await hashFile("node_modules/vega-datasets/data/penguins.json");
 * // 64 hexadecimal digits
 */
export async function hashFile(path: string, options?: { signal?: AbortSignal }): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash, { signal: options?.signal });
  } catch (error) {
    throw await unreadable(path, error, options?.signal);
  }
  return hash.digest("hex");
}
