import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  readArray,
  readArrays,
  readStoredArray,
  readStoredArrays,
  writeArray,
  writeArrays,
} from "./arrays.ts";
import { encodeArray, type TypedArray } from "./npy.ts";

const fixture = (name: string) => `test/fixtures/data/${name}`;
let folder: string;
let count = 0;
const fresh = (extension: string) => join(folder, `${count++}${extension}`);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-arrays-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("arrays written by NumPy", () => {
  it("are read with their shape and type", async () => {
    const { shape, data, dtype } = await readArray(fixture("float64.npy"));
    expect({ shape, dtype }).toEqual({ shape: [2, 3], dtype: "float64" });
    expect(data).toEqual(Float64Array.of(0, 0.25, 0.5, 0.75, 1, 1.25));
  });

  it("are row-major also when the file is in Fortran order", async () => {
    const { shape, data } = await readArray(fixture("float32-fortran.npy"));
    expect(shape).toEqual([2, 3]);
    expect(data).toEqual(Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25));
  });

  it("may hold half precision, with its smallest, largest and special values", async () => {
    const { data, dtype } = await readArray(fixture("float16.npy"));
    expect(dtype).toBe("float16");
    // 6e-8 rounds to 2^-24, the smallest number of half precision
    expect(data).toEqual(
      Float32Array.of(0, -0, 1, -2.5, 65504, 2 ** -24, Number.POSITIVE_INFINITY, Number.NaN),
    );
  });

  it("may be big-endian 64-bit integers, bool, a single number, empty, and of version 2 or 3", async () => {
    expect((await readArray(fixture("int64-big-endian.npy"))).data).toEqual(
      Float64Array.of(-3, -2, -1, 0, 1, 2),
    );
    expect((await readArray(fixture("bool.npy"))).data).toEqual(Uint8Array.of(1, 0, 1));
    expect(await readArray(fixture("scalar.npy"))).toMatchObject({ shape: [], data: Float64Array.of(3.5) });
    expect(await readArray(fixture("empty.npy"))).toMatchObject({ shape: [0, 3], data: new Float64Array(0) });
    expect((await readArray(fixture("version2.npy"))).data).toEqual(Int16Array.of(0, 1, 2, 3, 4, 5));
    expect((await readArray(fixture("version3.npy"))).data).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 5));
  });

  it("may hold texts, which only tables take", async () => {
    expect((await readStoredArray(fixture("text.npy"), "text")).data).toEqual(["Adélie", "", "🐧"]);
    await expect(readArray(fixture("text.npy"))).rejects.toMatchObject({ code: "unsupported-array" });
  });

  it("come several in a file, stored or compressed", async () => {
    const stored = await readStoredArrays(fixture("stored.npz"), "stored");
    expect(Object.keys(stored)).toEqual(["x", "y", "label"]);
    expect(stored.label.data).toEqual(["a", "b"]);
    const { x, flag } = await readArrays(fixture("deflated.npz"));
    expect(x.shape).toEqual([2, 60]);
    expect(x.data[59]).toBe(0.5);
    expect(flag).toMatchObject({ dtype: "bool", data: Uint8Array.of(1, 0) });
  });
});

describe("arrays that are refused", () => {
  it("are those of Python objects, complex numbers, records, and integers beyond 2^53", async () => {
    await expect(readArray(fixture("object.npy"))).rejects.toThrow(
      /Python objects.*pickles are never executed/,
    );
    await expect(readArray(fixture("complex.npy"))).rejects.toMatchObject({ code: "unsupported-array" });
    await expect(readArray(fixture("record.npy"))).rejects.toMatchObject({ code: "unsupported-array" });
    await expect(readArray(fixture("too-long.npy"))).rejects.toMatchObject({ code: "long-integers" });
  });

  it("are those whose header is not what the format says, without evaluating it", async () => {
    const headers = [
      "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'more': 1, }",
      "{'descr': '<f8', 'fortran_order': False}",
      "{'descr': '<f8', 'fortran_order': 0, 'shape': (3,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (-3,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1e3)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (9007199254740993,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (4194304, 4194304, 4194304)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)} + __import__('os')",
      "{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
      "{'descr': '<f9', 'fortran_order': False, 'shape': (3,)}",
      "{'descr': 'toString', 'fortran_order': False, 'shape': (3,)}",
      "{'__proto__': '<f8', 'fortran_order': False, 'shape': (3,)}",
      "(",
      "",
    ];
    for (const header of headers) {
      const path = fresh(".npy");
      await writeFile(path, npyFile(header, new Uint8Array(24)));
      await expect(readArray(path), header).rejects.toMatchObject({ name: "InputError" });
    }
  });

  it("are those that end too early, hold more, lie about the length of their header or are of another version", async () => {
    const whole = await readFile(fixture("float64.npy"));
    const lying = Buffer.from(whole);
    lying.writeUInt16LE(60_000, 8);
    const huge = Buffer.concat([
      whole.subarray(0, 6),
      Buffer.from([2, 0, 0xff, 0xff, 0xff, 0x7f]),
      whole.subarray(10),
    ]);
    const version = Buffer.from(whole);
    version[6] = 9;
    const cases = [whole.subarray(0, -1), whole.subarray(0, 40), whole.subarray(0, 7), lying, huge, version];
    for (const bytes of [
      ...cases,
      Buffer.concat([whole, whole]),
      Buffer.alloc(0),
      Buffer.from("a,b\n1,2\n"),
    ]) {
      const path = fresh(".npy");
      await writeFile(path, bytes);
      await expect(readArray(path)).rejects.toMatchObject({ code: "malformed-array" });
    }
  });

  it("do not make memory be set aside for a shape the file does not hold", async () => {
    const path = fresh(".npy");
    await writeFile(
      path,
      npyFile("{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000,)}", new Uint8Array(8)),
    );
    await expect(readArray(path)).rejects.toThrow(/ends too early; expected 800000000000 bytes/);
  });
});

describe("archives that are refused", () => {
  const mutate = async (change: (bytes: Buffer) => Buffer | undefined) => {
    const bytes = await readFile(fixture("stored.npz"));
    const path = fresh(".npz");
    await writeFile(path, change(bytes) ?? bytes);
    return readArrays(path);
  };
  const central = Buffer.from([0x50, 0x4b, 1, 2]);
  const end = Buffer.from([0x50, 0x4b, 5, 6]);

  it("are those cut anywhere", async () => {
    const { length } = await readFile(fixture("stored.npz"));
    for (const at of [0, 3, 100, length - 200, length - 22, length - 1]) {
      await expect(mutate((bytes) => bytes.subarray(0, at))).rejects.toMatchObject({ name: "InputError" });
    }
  });

  it("are those with offsets, sizes or checksums that do not fit", async () => {
    const fields = { crc: 16, compressed: 20, size: 24, offset: 42 };
    for (const [name, at] of Object.entries(fields)) {
      for (const value of [1, 0x7fffffff, 0xffffffff]) {
        const answer = mutate((bytes) => void bytes.writeUInt32LE(value, bytes.indexOf(central) + at));
        await expect(answer, `${name} ${value}`).rejects.toMatchObject({ code: "malformed-array" });
      }
    }
    for (const at of [10, 12, 16]) {
      await expect(
        mutate((bytes) => void bytes.writeUInt16LE(0xfffe, bytes.lastIndexOf(end) + at)),
      ).rejects.toThrow();
    }
  });

  it("are those whose content was changed", async () => {
    await expect(mutate((bytes) => void (bytes[200] ^= 1))).rejects.toThrow(/damaged/);
  });

  it("are those of something else, with names that leave their folder, or the same name twice", async () => {
    await expect(mutate((bytes) => replaceAll(bytes, "x.npy", "x.xml"))).rejects.toThrow(
      /something else than arrays/,
    );
    await expect(mutate((bytes) => replaceAll(bytes, "label.npy", "../..x.npy".slice(1)))).rejects.toThrow();
    await expect(mutate((bytes) => replaceAll(bytes, "label.npy", "../la.npy"))).rejects.toThrow(
      /not a name/,
    );
    await expect(mutate((bytes) => replaceAll(bytes, "y.npy", "x.npy"))).rejects.toThrow(/same name/);
  });

  it("are those that would unpack to more than they declare", async () => {
    const bytes = await readFile(fixture("deflated.npz"));
    bytes.writeUInt32LE(200, bytes.indexOf(central) + 24);
    const path = fresh(".npz");
    await writeFile(path, bytes);
    await expect(readArrays(path)).rejects.toThrow(/damaged/);
  });
});

describe("arrays written here", () => {
  const typed: fc.Arbitrary<TypedArray> = fc.oneof(
    fc.float64Array(),
    fc.float32Array(),
    fc.int8Array(),
    fc.int16Array(),
    fc.int32Array(),
    fc.uint8Array(),
    fc.uint16Array(),
    fc.uint32Array(),
  );

  it("come back as they were, whatever their type", async () => {
    await fc.assert(
      fc.asyncProperty(typed, async (data) => {
        const path = fresh(".npy");
        await writeArray(path, data);
        expect(await readArray(path)).toMatchObject({ shape: [data.length], data });
      }),
      { numRuns: 50 },
    );
  });

  it("come back from an archive with their names and shapes", async () => {
    const name = fc.stringMatching(/^[a-zé_][a-z0-9 /é]{0,8}$/);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, typed, { maxKeys: 4 }), async (arrays) => {
        const path = fresh(".npz");
        await writeArrays(path, arrays);
        const back = await readArrays(path);
        expect(Object.keys(back)).toEqual(Object.keys(arrays));
        for (const key of Object.keys(arrays)) expect(back[key].data).toEqual(arrays[key]);
      }),
      { numRuns: 30 },
    );
  });

  it("may be given as lists, matrices and shaped numbers", async () => {
    const path = fresh(".npz");
    await writeArrays(path, {
      list: [1, Number.NaN, 3],
      rows: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      matrix: { rows: 1, cols: 2, data: Float64Array.of(7, 8) },
      cube: { shape: [1, 2, 2], data: [1, 2, 3, 4] },
    });
    const { list, rows, matrix, cube } = await readArrays(path);
    expect(list).toMatchObject({ shape: [3], data: Float64Array.of(1, Number.NaN, 3) });
    expect(rows).toMatchObject({ shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) });
    expect(matrix.shape).toEqual([1, 2]);
    expect(cube.shape).toEqual([1, 2, 2]);
  });

  it("begin their numbers at a multiple of 64 bytes, as the format asks", () => {
    for (const shape of [[3], [1, 3], [3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]) {
      const [header] = encodeArray(shape, Float64Array.of(1, 2, 3));
      expect(header.length % 64).toBe(0);
    }
  });

  it("are refused when the shape does not fit, something is not a number, or the name is a path", async () => {
    const path = fresh(".npy");
    await expect(writeArray(path, { shape: [2, 2], data: [1, 2, 3] })).rejects.toMatchObject({
      code: "shape-mismatch",
    });
    await expect(writeArray(path, ["1"] as unknown as number[])).rejects.toMatchObject({
      code: "not-a-number",
    });
    await expect(writeArrays(path, { "../x": [1] })).rejects.toMatchObject({ code: "malformed-array" });
  });
});

function npyFile(header: string, data: Uint8Array): Buffer {
  const head = Buffer.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    header.length & 0xff,
    header.length >> 8,
  ]);
  return Buffer.concat([head, Buffer.from(header, "latin1"), data]);
}

/** Both texts are equally long. */
function replaceAll(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString("latin1").replaceAll(from, to), "latin1");
}
