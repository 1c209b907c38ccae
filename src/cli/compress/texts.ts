import { readFile } from "node:fs/promises";
import { InputError } from "../../core/errors.ts";
import { unreadable } from "../../data/unreadable.ts";

/** A file of text as it stands, byte-order mark and line ends included; "-" is standard input. */
export async function readText(file: string, signal?: AbortSignal): Promise<string> {
  const bytes =
    file === "-" ? await standardInput(signal) : await readFile(file, { signal }).catch(fail(file, signal));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const where = file === "-" ? "standard input" : file;
    throw new InputError({ code: "not-text", where, problem: "not UTF-8 text", expected: "a text file" });
  }
}

function fail(file: string, signal?: AbortSignal) {
  return async (error: unknown): Promise<never> => {
    throw await unreadable(file, error, signal);
  };
}

async function standardInput(signal?: AbortSignal): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) {
    if (signal?.aborted) break;
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces);
}
