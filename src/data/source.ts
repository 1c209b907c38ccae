/**
 * From what a person names — a file, a pattern, several of them, or `-` for standard input — to regular files whose
 * content is known to be of one kind. What is compressed or arrives through a pipe is first copied to a temporary
 * folder, which also checks that a compressed file is complete.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { InputError, throwIfStopped } from "../core/errors.ts";
import { literal, openDatabase } from "./duckdb.ts";
import { refuseBinary, startsWith } from "./signatures.ts";
import type { TableNote } from "./table.ts";
import { aFolder, unreadable } from "./unreadable.ts";

export type Format = "csv" | "tsv" | "json" | "jsonl" | "parquet" | "npy" | "npz";

export interface SourceFile {
  /** A regular, uncompressed file. */
  path: string;
  /** How the person calls it. */
  label: string;
  format: Format;
}

export interface Source {
  /** For a table: without folders. */
  name: string;
  /** For errors: as the person wrote it. */
  label: string;
  files: SourceFile[];
  notes: TableNote[];
  /** Deletes temporary copies. */
  dispose(): Promise<void>;
}

/** Bytes looked at to tell what a file is. */
const headBytes = 65_536;

/**
 * @throws InputError `missing-file`, `no-files`, `is-a-folder`, `empty-file`, `binary-file`, `not-gzip`, `mixed-formats`
 * @throws ReachError when a file cannot be read
 */
export async function openSource(
  source: string | readonly string[],
  format: Format | undefined,
  signal?: AbortSignal,
): Promise<Source> {
  const asked = typeof source === "string" ? [source] : source;
  if (asked.length === 0) throw noFiles("readTable", "no file was named");
  let folder: string | undefined;
  const copies = {
    async path() {
      folder ??= await mkdtemp(join(tmpdir(), "surprisal-"));
      return join(folder, String(copies.count++));
    },
    count: 0,
  };
  const dispose = async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const notes: TableNote[] = [];
    const files: SourceFile[] = [];
    for (const name of asked) {
      for (const path of await expand(name, signal)) {
        throwIfStopped(signal, "readTable");
        files.push(await settle(path, { format, copies, notes, signal }));
      }
    }
    requireOneFormat(files);
    return { ...called(asked, files), files, notes, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function called(asked: readonly string[], files: readonly SourceFile[]): { name: string; label: string } {
  if (asked.length > 1) return { name: `${asked.length} files`, label: `${asked.length} files` };
  const [{ label }] = files;
  const isItself = files.length === 1 && (label === asked[0] || label === standardInput);
  return isItself ? { name: basename(label), label } : { name: asked[0], label: asked[0] };
}

const standardInput = "standard input";

function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/** The files a name stands for: itself when there is one, otherwise those that match it as a pattern, sorted. */
async function expand(name: string, signal?: AbortSignal): Promise<string[]> {
  if (name === "-" || !isPattern(name) || (await stat(name).catch(() => undefined))) return [name];
  const database = await openDatabase(undefined, name, signal);
  try {
    const rows = await database.texts(["file"], `glob(${literal(name)})`);
    const paths = rows.map(([path]) => path).sort();
    if (paths.length === 0) throw noFiles(name, "no file matches this pattern");
    return paths;
  } finally {
    database.close();
  }
}

interface Settling {
  format: Format | undefined;
  copies: { path(): Promise<string> };
  notes: TableNote[];
  signal?: AbortSignal;
}

/** One named file as a regular, uncompressed file of known format. */
async function settle(name: string, { format, copies, notes, signal }: Settling): Promise<SourceFile> {
  const label = name === "-" ? standardInput : name;
  let path = resolve(name);
  let head: Buffer;
  try {
    if (name === "-") {
      path = await copies.path();
      await copy(process.stdin, path, signal);
    } else {
      const { isDirectory, isFile } = await kindOf(path);
      if (isDirectory) throw aFolder(name);
      if (!isFile) {
        const target = await copies.path();
        await copy(createReadStream(path), target, signal);
        path = target;
      }
    }
    head = await readHead(path, headBytes);
  } catch (error) {
    throw await unreadable(label, error, signal);
  }
  if (startsWith(head, "gzip")) {
    const target = await copies.path();
    await gunzip(path, target, label, signal);
    path = target;
    head = await readHead(path, headBytes);
  } else if (/\.gz$/i.test(name)) {
    refuseBinary(head, label);
    notes.push(fact("not-compressed", `${label} is not compressed, in spite of its name`));
  }
  if (head.length === 0) {
    throw new InputError({ code: "empty-file", where: label, problem: "the file is empty" });
  }
  const found = format ?? recognise(head, label, notes);
  if (found === "csv" || found === "tsv" || found === "json" || found === "jsonl") refuseBinary(head, label);
  if ((found === "json" || found === "jsonl") && startsWith(head, "utf8Mark")) {
    const target = await copies.path();
    await copy(createReadStream(path, { start: 3 }), target, signal);
    path = target;
  }
  return { path, label, format: found };
}

async function kindOf(path: string) {
  const stats = await stat(path);
  return { isDirectory: stats.isDirectory(), isFile: stats.isFile() };
}

async function copy(from: NodeJS.ReadableStream, to: string, signal?: AbortSignal): Promise<void> {
  await pipeline(from, createWriteStream(to, { mode: 0o600 }), { signal });
}

async function gunzip(from: string, to: string, label: string, signal?: AbortSignal): Promise<void> {
  try {
    await pipeline(createReadStream(from), createGunzip(), createWriteStream(to, { mode: 0o600 }), {
      signal,
    });
  } catch (error) {
    throwIfStopped(signal, label);
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!code.startsWith("Z_")) throw await unreadable(label, error);
    const problem =
      code === "Z_BUF_ERROR" ? "the compressed file ends too early" : "the compressed file is damaged";
    throw new InputError({ code: "not-gzip", where: label, problem, got: (error as Error).message });
  }
}

/** The first bytes of a file. */
export async function readHead(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(bytes);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, bytes - length);
      length += bytesRead;
      if (bytesRead === 0 || length === bytes) return buffer.subarray(0, length);
    }
  } finally {
    await file.close();
  }
}

const byExtension: Record<string, Format> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
};

/** What a file is: by its first bytes where these tell, then by its name, then by the look of its text. */
function recognise(head: Buffer, label: string, notes: TableNote[]): Format {
  const extension = /\.([a-z0-9]+)(\.gz)?$/i.exec(label)?.[1].toLowerCase() ?? "";
  const assume = (format: Format, name: string) => {
    notes.push(fact("format-assumed", `${label} was read as ${name}, by the look of it`));
    return format;
  };
  for (const binary of ["parquet", "npy", "npz"] as const) {
    // the letters PAR1 may also begin a header
    if (!startsWith(head, binary) || !(head.includes(0) || extension === binary)) continue;
    return extension in byExtension ? assume(binary, binary) : binary;
  }
  refuseBinary(head, label);
  if (extension in byExtension) return byExtension[extension];
  const [first] = head.toString("utf8").replace("\ufeff", "").trimStart();
  if (first === "{" || first === "[") return assume("json", "JSON");
  return extension === "txt" ? "csv" : assume("csv", "CSV");
}

function requireOneFormat(files: readonly SourceFile[]): void {
  const kind = (format: Format) => (format === "tsv" ? "csv" : format === "jsonl" ? "json" : format);
  const other = files.find((file) => kind(file.format) !== kind(files[0].format));
  if (!other) return;
  throw new InputError({
    code: "mixed-formats",
    where: other.label,
    problem: `files of different formats cannot be one table: ${files[0].label} is ${files[0].format}`,
    expected: files[0].format,
    got: other.format,
  });
}

function fact(code: string, message: string): TableNote {
  return { code, severity: "fact", message, columns: [] };
}

function noFiles(where: string, problem: string): InputError {
  return new InputError({ code: "no-files", where, problem });
}
