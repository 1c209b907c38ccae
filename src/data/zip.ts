/**
 * The part of the zip format that `.npz` files use: entries stored or deflated, 64-bit sizes on reading, no encryption,
 * one disk. Entries are found through the central directory; every offset and size is checked against the file, and
 * nothing is unpacked beyond the size an entry declares.
 */
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";
import { malformed } from "./npy-header.ts";

export interface ZipEntry {
  name: string;
  method: number;
  crc: number;
  compressedSize: number;
  size: number;
  /** Of the local header. */
  offset: number;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;
const endSize = 22;
const longestComment = 65_535;
const mostEntries = 100_000;
const stored = 0;
const deflated = 8;
/** Deflate cannot shrink data further than about 1032 times. */
const largestRatio = 1_040;

const inflate = promisify(inflateRaw);

/** The entries of an archive of `size` bytes. */
export async function listZip(file: FileHandle, size: number, where: string): Promise<ZipEntry[]> {
  const tailStart = Math.max(0, size - endSize - longestComment);
  const tail = await readAt(file, tailStart, size - tailStart, where);
  let end = tail.length - endSize;
  while (
    end >= 0 &&
    !(tail.readUInt32LE(end) === endSignature && end + endSize + tail.readUInt16LE(end + 20) <= tail.length)
  )
    end--;
  if (end < 0) throw malformed(where, "not an .npz file, or it ends too early");
  let count = tail.readUInt16LE(end + 10);
  let length = tail.readUInt32LE(end + 12);
  let start = tail.readUInt32LE(end + 16);
  if (count === 0xffff || length === 0xffffffff || start === 0xffffffff) {
    const locator = end - 20;
    if (locator < 0 || tail.readUInt32LE(locator) !== locator64Signature) throw damaged(where);
    const record = await readAt(file, safe(tail.readBigUInt64LE(locator + 8), where), 56, where);
    if (record.readUInt32LE(0) !== end64Signature) throw damaged(where);
    count = safe(record.readBigUInt64LE(32), where);
    length = safe(record.readBigUInt64LE(40), where);
    start = safe(record.readBigUInt64LE(48), where);
  }
  if (count > mostEntries || start + length > size || length < 46 * count) throw damaged(where);
  const directory = await readAt(file, start, length, where);
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== centralSignature) throw damaged(where);
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const next = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw damaged(where);
    const name = directory.toString("utf8", at + 46, at + 46 + nameLength);
    if ((directory.readUInt16LE(at + 8) & 1) !== 0)
      throw malformed(where, "an entry is encrypted", undefined, name);
    const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const [entrySize, compressedSize, offset] = longSizes(
      [directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)],
      extra,
      where,
    );
    const method = directory.readUInt16LE(at + 10);
    entries.push({
      name,
      method,
      crc: directory.readUInt32LE(at + 16),
      compressedSize,
      size: entrySize,
      offset,
    });
    at = next;
  }
  return entries;
}

/** The content of an entry, checked against its size and checksum. */
export async function readZipEntry(file: FileHandle, entry: ZipEntry, where: string): Promise<Uint8Array> {
  const { name, method, size, compressedSize, offset, crc } = entry;
  const header = await readAt(file, offset, 30, where);
  if (header.readUInt32LE(0) !== localSignature) throw damaged(where);
  if (method !== stored && method !== deflated) throw malformed(where, `${name} is packed in an unknown way`);
  if (size > (method === stored ? compressedSize : compressedSize * largestRatio + 1024))
    throw damaged(where);
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = await readAt(file, start, compressedSize, where);
  const bytes =
    method === stored
      ? packed
      : await inflate(packed, { maxOutputLength: Math.max(1, size) }).catch(() => undefined);
  if (bytes?.length !== size || crc32(bytes) !== crc) throw malformed(where, `${name} is damaged`);
  return bytes;
}

/** An archive of stored entries, in pieces. */
export function zip(
  entries: readonly { name: string; pieces: readonly Uint8Array[] }[],
  where: string,
): Uint8Array[] {
  const out: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const put = (bytes: Uint8Array) => {
    out.push(bytes);
    offset += bytes.length;
  };
  for (const { name, pieces } of entries) {
    const title = Buffer.from(name);
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (offset + size > 0xfffffffe)
      throw malformed(where, "the arrays are too large for one file", "at most 4 GB");
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0); // version needed
    shared.writeUInt16LE(0x800, 2); // names in UTF-8
    shared.writeUInt16LE(0x21, 8); // 1 January 1980: the same arrays give the same bytes
    shared.writeUInt32LE(checksum(pieces), 10);
    shared.writeUInt32LE(size, 14);
    shared.writeUInt32LE(size, 18);
    shared.writeUInt16LE(title.length, 22);
    const local = Buffer.alloc(4);
    local.writeUInt32LE(localSignature);
    const central = Buffer.alloc(6);
    central.writeUInt32LE(centralSignature);
    central.writeUInt16LE(20, 4);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(central, shared, rest, title);
    for (const bytes of [local, shared, title, ...pieces]) put(bytes);
  }
  const start = offset;
  for (const bytes of directory) put(bytes);
  const end = Buffer.alloc(endSize);
  end.writeUInt32LE(endSignature);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(offset - start, 12);
  end.writeUInt32LE(start, 16);
  put(end);
  return out;
}

function checksum(pieces: readonly Uint8Array[]): number {
  // the checksum of nothing is 0 whatever came before, so empty pieces are left out
  return pieces.reduce((crc, piece) => (piece.length === 0 ? crc : crc32(piece, crc)), 0);
}

/** Sizes of 0xffffffff stand in a field of their own, in this order. */
function longSizes(sizes: number[], extra: Buffer, where: string): number[] {
  if (!sizes.includes(0xffffffff)) return sizes;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let from = at + 4;
    const to = from + extra.readUInt16LE(at + 2);
    return sizes.map((size) => {
      if (size !== 0xffffffff) return size;
      if (from + 8 > to || to > extra.length) throw damaged(where);
      from += 8;
      return safe(extra.readBigUInt64LE(from - 8), where);
    });
  }
  throw damaged(where);
}

/** Exactly `length` bytes from `start`. */
export async function readAt(
  file: FileHandle,
  start: number,
  length: number,
  where: string,
): Promise<Buffer> {
  const { size } = await file.stat();
  if (start + length > size) throw malformed(where, "the file ends too early");
  const buffer = Buffer.from(new ArrayBuffer(length));
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(buffer, at, Math.min(length - at, 1 << 28), start + at);
    if (bytesRead === 0) throw malformed(where, "the file ends too early");
    at += bytesRead;
  }
  return buffer;
}

function safe(value: bigint, where: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(where);
  return Number(value);
}

function damaged(where: string) {
  return malformed(where, "the archive is damaged");
}
