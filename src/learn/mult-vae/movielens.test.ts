import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { movieLens } from "./movielens.ts";
import { field, readRObject } from "./r-data.ts";

const integer = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string) => Buffer.concat([integer(9), integer(value.length), Buffer.from(value)]);
const texts = (values: string[]) => Buffer.concat([integer(16), integer(values.length), ...values.map(text)]);
const integers = (values: number[]) =>
  Buffer.concat([integer(13), integer(values.length), ...values.map(integer)]);
const reals = (values: number[]) => {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => {
    bytes.writeDoubleBE(value, 8 * i);
  });
  return Buffer.concat([integer(14), integer(values.length), bytes]);
};
/** A list with a "names" attribute: a pair with a tag, the tag being a symbol when it is first used. */
const list = (items: Record<string, Buffer>, isFirst: boolean) =>
  Buffer.concat([
    integer(19 | 512),
    integer(Object.keys(items).length),
    ...Object.values(items),
    integer(2 | 1024),
    isFirst ? Buffer.concat([integer(1), text("names")]) : integer((1 << 8) | 255),
    texts(Object.keys(items)),
    integer(254),
  ]);
const file = (body: Buffer) =>
  Buffer.concat([
    Buffer.from("X\n"),
    integer(3),
    integer(0x40000),
    integer(0x30500),
    integer(5),
    Buffer.from("UTF-8"),
    body,
  ]);

describe("data frames of R packages", () => {
  it("are read with their names, from index and file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "surprisal-r-"));
    try {
      // The inner list comes first in the stream, so the symbol is defined there.
      const object = file(
        list({ who: list({ id: integers([1, -2]) }, true), stars: reals([0.5, 5]) }, false),
      );
      const stored = Buffer.concat([integer(object.length), deflateSync(object)]);
      const place = integers([3, stored.length]);
      const index = file(list({ variables: list({ ratings: place }, true) }, false));
      await writeFile(join(folder, "Rdata.rdb"), Buffer.concat([Buffer.from("abc"), stored]));
      await writeFile(join(folder, "Rdata.rdx"), gzipSync(index));
      const frame = await readRObject(folder, "ratings");
      expect(field(frame, "stars")?.values).toEqual(Float64Array.of(0.5, 5));
      expect(field(field(frame, "who"), "id")?.values).toEqual(Int32Array.of(1, -2));
      expect(field(frame, "none")).toBeNull();
      await expect(readRObject(folder, "films")).rejects.toThrow(/no object films/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("hold MovieLens latest-small as published", async ({ skip }) => {
    const clicks = await movieLens();
    if (!clicks) return skip("Debian's r-cran-dslabs is not installed");
    const { matrix, userIds, itemIds } = clicks;
    expect([matrix.indices.length, userIds.length, itemIds.length]).toEqual([51_535, 659, 6169]);
  });
});
