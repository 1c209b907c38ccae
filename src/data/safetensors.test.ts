import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  formatSafetensors,
  parseSafetensors,
  readSafetensors,
  type StoredTensor,
  writeSafetensors,
} from "./safetensors.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file with any header and so many bytes of numbers. */
function file(header: unknown, numbers: number, length?: bigint): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([prefix, text, Buffer.alloc(numbers)]);
}

function entry(dtype: string, shape: unknown, from: unknown, to: unknown) {
  return { dtype, shape, data_offsets: [from, to] };
}

const numbers: StoredTensor[] = [
  { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, -0, Number.NaN, Number.POSITIVE_INFINITY) },
  { dtype: "F64", shape: [], data: Float64Array.of(Math.PI) },
  { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) },
  { dtype: "I32", shape: [0, 4], data: new Int32Array(0) },
  { dtype: "I64", shape: [1], data: BigInt64Array.of(-(2n ** 60n)) },
  { dtype: "U16", shape: [1], data: Uint16Array.of(65535) },
];

describe("safetensors", () => {
  it("gives back every tensor bit by bit, whatever the order and alignment", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(numbers),
        fc.integer({ min: 0, max: 7 }),
        async (chosen, shift) => {
          const named = new Map(chosen.map((tensor, i) => [`layer.${i}`, tensor]));
          const bytes = Buffer.concat(formatSafetensors(named, { note: "grüße" }));
          const moved = new Uint8Array(bytes.length + shift).subarray(shift);
          moved.set(bytes);
          const { tensors, metadata } = parseSafetensors(moved);
          expect(metadata).toEqual({ note: "grüße" });
          expect(tensors.size).toBe(named.size);
          for (const [name, tensor] of named) expect(tensors.get(name)).toEqual(tensor);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("writes what the format describes: length, JSON padded to eight bytes, numbers", async () => {
    const path = join(folder, "plain.safetensors");
    await writeSafetensors(path, { a: { dtype: "F32", shape: [1], data: Float32Array.of(1) } });
    const bytes = await readFile(path);
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.toString("utf8", 8, 8 + length))).toEqual({ a: entry("F32", [1], 0, 4) });
    expect(bytes.readFloatLE(8 + length)).toBe(1);
    expect((await readSafetensors(path)).tensors.get("a")?.data).toEqual(Float32Array.of(1));
  });

  it("reads half precision as the same numbers in float32", () => {
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x3555);
    const bytes = file({ h: entry("F16", [6], 0, 12), b: entry("BF16", [2], 12, 16) }, 16);
    bytes.set(new Uint8Array(bits.buffer), bytes.length - 16);
    bytes.set(new Uint8Array(Uint16Array.of(0x3f80, 0xc049).buffer), bytes.length - 4);
    const { tensors } = parseSafetensors(bytes);
    expect([...(tensors.get("h")?.data ?? [])]).toEqual([1, -2, 2 ** -24, 65504, Infinity, 1365 * 2 ** -12]);
    expect([...(tensors.get("b")?.data ?? [])]).toEqual([1, -3.140625]);
  });

  it("takes a tensor named like an object's prototype for a tensor", () => {
    const { tensors } = parseSafetensors(
      file('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
    );
    expect([...tensors.keys()]).toEqual(["__proto__"]);
  });

  const hostile: [string, Uint8Array, RegExp][] = [
    ["an empty file", new Uint8Array(0), /too short.*got 0$/],
    ["a header longer than the file", file({}, 0, 1000n), /ends inside its header/],
    ["a header longer than the format allows", file({}, 0, 2n ** 63n), /too long/],
    ["a header that is no object", file("[1,2]", 0), /not a JSON object/],
    ["a header that is no JSON", file("{not json", 0), /not a JSON object/],
    ["a header that is no text", Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), /not a JSON object/],
    ["an unknown type", file({ a: entry("F7", [1], 0, 4) }, 4), /unknown type.*got "F7"/],
    ["a type that every object has", file({ a: entry("constructor", [1], 0, 4) }, 4), /unknown type/],
    ["a negative length", file({ a: entry("F32", [-1], 0, 4) }, 4), /not a shape/],
    ["a shape of astronomic size", file({ a: entry("U8", [2 ** 40, 2 ** 40], 0, 4) }, 4), /not a shape/],
    ["a fractional offset", file({ a: entry("F32", [1], 0.5, 4.5) }, 5), /not a byte range/],
    ["a range that runs backwards", file({ a: entry("U8", [0], 4, 0) }, 4), /not a byte range/],
    [
      "a range that does not hold the shape",
      file({ a: entry("F32", [2], 0, 4) }, 4),
      /expected 8 bytes, got 4/,
    ],
    ["ranges that overlap", file({ a: entry("U8", [4], 0, 4), b: entry("U8", [4], 2, 6) }, 6), /overlaps/],
    ["a gap", file({ a: entry("U8", [2], 0, 2), b: entry("U8", [2], 3, 5) }, 5), /gap/],
    ["a truncated file", file({ a: entry("F32", [2], 0, 8) }, 7), /ends too early/],
    ["bytes after the last tensor", file({ a: entry("F32", [2], 0, 8) }, 9), /belong to no tensor/],
    ["metadata that are not texts", file({ __metadata__: { epochs: 3 } }, 0), /not texts/],
    ["a tensor without a description", file({ a: 3 }, 0), /not described/],
  ];
  it.each(hostile)("refuses %s", (_, bytes, message) => {
    expect(() => parseSafetensors(bytes, "model.safetensors")).toThrow(message);
    expect(() => parseSafetensors(bytes, "model.safetensors")).toThrow(
      expect.objectContaining({ code: "bad-safetensors" }),
    );
  });

  it("refuses any damaged header with one named error", () => {
    const bytes = Buffer.concat(formatSafetensors({ a: numbers[0], b: numbers[4] }));
    const header = 8 + Number(bytes.readBigUInt64LE());
    fc.assert(
      fc.property(fc.nat(header - 1), fc.nat(255), (at, value) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = value;
        try {
          parseSafetensors(damaged);
        } catch (error) {
          expect(error).toMatchObject({ code: "bad-safetensors" });
        }
      }),
    );
  });

  it("refuses to write numbers that do not fit their shape or type", () => {
    expect(() => formatSafetensors({ a: { ...numbers[0], shape: [3] } })).toThrow(
      /"a": the shape does not hold 4/,
    );
    expect(() => formatSafetensors({ a: { ...numbers[0], dtype: "F64" } })).toThrow(/expected Float64Array/);
    expect(() => formatSafetensors({ __metadata__: numbers[0] })).toThrow(/taken by the format/);
  });

  it("says when a file is missing", async () => {
    await writeFile(join(folder, "there"), "");
    await expect(readSafetensors(join(folder, "none"))).rejects.toMatchObject({ code: "missing-file" });
  });
});
