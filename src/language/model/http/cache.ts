/**
 * Answers of servers on disk: one small file each, named by a hash of what was asked, written whole or not at all. So
 * a run that was killed goes on without asking again, and a damaged file only means that its question is asked again.
 */
import { createHash } from "node:crypto";
import { access, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError } from "../../../core/errors.ts";
import { writeFileAtomic } from "../../../data/atomic.ts";

export interface AnswerCache {
  get(key: string): Promise<string | undefined>;
  has(key: string): Promise<boolean>;
  set(key: string, answer: string): Promise<void>;
}

/** The name of a question: model, kind of endpoint and the exact request; no address and no key. */
export function cacheKey(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** @throws InputError when the folder cannot be made */
export async function openCache(folder: string): Promise<AnswerCache> {
  await makeFolder(folder);
  const place = (key: string) => join(folder, key.slice(0, 2), `${key.slice(2)}.json`);
  return {
    get: (key) => readFile(place(key), "utf8").catch(() => undefined),
    has: (key) =>
      access(place(key)).then(
        () => true,
        () => false,
      ),
    async set(key, answer) {
      const path = place(key);
      await makeFolder(dirname(path));
      await writeFileAtomic(path, answer);
    },
  };
}

/** Only its owner looks in: answers repeat what was in the prompts. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new InputError({
      code: "bad-cache",
      where: "cache",
      problem: `the folder cannot be made (${(error as NodeJS.ErrnoException).code})`,
      got: folder,
    });
  }
}
