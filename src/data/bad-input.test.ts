import { mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../core/errors.ts";
import { type ReadTableOptions, readTable } from "./read-table.ts";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-bad-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The error that reading gives, without the folder; it must be one line that starts with the file. */
async function refusal(
  content: string | Uint8Array,
  extension = ".csv",
  options?: ReadTableOptions,
): Promise<InputError> {
  const path = join(folder, `bad${count++}${extension}`);
  await writeFile(path, content);
  return refusalOf(path, options);
}

async function refusalOf(source: string | string[], options?: ReadTableOptions): Promise<InputError> {
  const error = await readTable(source, options).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).not.toContain("\n");
  expect(error.message.length).toBeLessThan(400);
  if (typeof source === "string") expect(error.message.startsWith(`${source}: `)).toBe(true);
  error.message = error.message.replaceAll(`${folder}/`, "");
  return error;
}

describe("readTable refuses with one line", () => {
  it("a file that is missing, with the nearest name", async () => {
    await writeFile(join(folder, "penguins.csv"), "a,b\n1,2\n3,4\n");
    const error = await refusalOf(join(folder, "penguin.csv"));
    expect(error.code).toBe("missing-file");
    expect(error.message).toBe('penguin.csv: no such file (did you mean "penguins.csv"?)');
    expect((await refusalOf(join(folder, "none", "x.csv"))).message).toContain("no such folder");
  });

  it("a folder, and a pattern that nothing matches", async () => {
    await mkdir(join(folder, "dir"));
    expect(await refusalOf(join(folder, "dir"))).toMatchObject({ code: "is-a-folder" });
    expect(await refusalOf(join(folder, "*.xyz"))).toMatchObject({ code: "no-files" });
    expect(await refusalOf([])).toMatchObject({ code: "no-files" });
  });

  it("an empty file, a header alone, and one row", async () => {
    expect(await refusal("")).toMatchObject({ code: "empty-file" });
    expect(await refusal(gzipSync(""), ".csv.gz")).toMatchObject({ code: "empty-file" });
    expect(await refusal("\n\n\n")).toMatchObject({ code: "malformed-csv" });
    expect((await refusal("a,b\n")).message).toMatch(
      /no row of data in it; expected at least 2 rows, got 0$/,
    );
    expect((await refusal("a,b\n1,2\n")).message).toMatch(
      /one row of data only; expected at least 2 rows, got 1$/,
    );
    expect(await refusal("[]", ".json")).toMatchObject({ code: "too-few-rows" });
    expect(await refusal('{"a":1}', ".json")).toMatchObject({ code: "too-few-rows" });
  });

  it("column names that occur twice", async () => {
    const once = await refusal("a,b,a\n1,2,3\n4,5,6\n");
    expect(once.code).toBe("duplicate-columns");
    expect(once.message).toMatch(/two columns have the same name; expected different names, got "a"$/);
    expect((await refusal("a,b,a,b,a\n1,2,3,4,5\n4,5,6,7,8\n")).message).toMatch(/got \["a","b"\]$/);
    expect(await refusal('[{"x":1,"x":2},{"x":1,"x":2}]', ".json")).toMatchObject({
      code: "duplicate-columns",
    });
    expect(await refusal('[{"x":1,"X":2},{"x":1,"X":2}]', ".json")).toMatchObject({
      code: "duplicate-columns",
    });
    expect(await refusal('[{"a.b":1,"a":{"b":2}},{"a.b":1,"a":{"b":2}}]', ".json")).toMatchObject({
      code: "duplicate-columns",
    });
  });

  it("an unknown column, with the nearest name", async () => {
    const error = await refusal("species,sex\na,b\nc,d\n", ".csv", { columns: ["specie"] });
    expect(error.message).toMatch(
      /no such column; expected one of species, sex, got "specie" \(did you mean "species"\?\)$/,
    );
  });

  it("rows of another length, with their line", async () => {
    const short = await refusal("a,b,c\n1,2,3\n4,5\n6,7,8\n");
    expect(short.code).toBe("ragged-rows");
    expect(short.message).toMatch(/line 3 has 2 values; expected 3 like the first line, got "4,5"$/);
    expect((await refusal(`a,b\n${"1,2\n".repeat(50_000)}1,2,3\n`)).message).toMatch(
      /line 50002 has 3 values/,
    );
    expect(await refusal(gzipSync("a,b\n1,2\n3\n"), ".csv.gz")).toMatchObject({ code: "ragged-rows" });
  });

  it("quotes that do not close, and line ends of two kinds", async () => {
    expect((await refusal('a,b\n1,2\n3,"x\n4,5\n')).message).toMatch(
      /a quote that opens on line 3 does not close/,
    );
    expect(await refusal("a,b\r\n1,2\n3,4\r\n5,6\n")).toMatchObject({ code: "malformed-csv" });
  });

  it("text that is not UTF-8", async () => {
    const latin = Buffer.from("a,b\n1,x\n2,caf\xe9\n", "latin1");
    expect((await refusal(latin)).message).toMatch(/line 3 is not UTF-8; expected UTF-8 text, .*iconv/);
    expect(await refusal(Buffer.from('[{"a":"\xe9"},{"a":"b"}]', "latin1"), ".json")).toMatchObject({
      code: "not-utf8",
    });
    expect((await refusal(Buffer.from("\ufeffa,b\n1,2\n", "utf16le"))).message).toMatch(/UTF-16/);
  });

  it("binary files, whatever their name", async () => {
    const png = await readFile("node_modules/vega-datasets/data/ffox.png");
    expect((await refusal(png)).message).toMatch(/not a table: the file is a PNG image; expected CSV/);
    expect(await refusal(png, ".png")).toMatchObject({ code: "binary-file" });
    expect(await refusal(png, ".parquet")).toMatchObject({ code: "binary-file" });
    expect(await refusal(Buffer.from("a,b\n1,\0\n"), ".csv")).toMatchObject({ code: "binary-file" });
    expect(await refusal(png, ".csv.gz")).toMatchObject({ code: "binary-file" });
    expect(await refusal(png, ".csv", { format: "csv" })).toMatchObject({ code: "binary-file" });
    expect(await refusal(Buffer.from("504b030400", "hex"), ".xlsx")).toMatchObject({
      code: "malformed-array",
    });
  });

  it("compressed files that are cut, damaged, or compressed twice", async () => {
    const whole = gzipSync(`a,b\n${"1,2\n".repeat(1000)}`);
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 6] ^= 0xff;
    expect((await refusal(whole.subarray(0, 30), ".csv.gz")).message).toMatch(/ends too early/);
    expect((await refusal(damaged, ".csv.gz")).message).toMatch(/damaged/);
    expect((await refusal(gzipSync(whole), ".csv.gz")).message).toMatch(/compressed twice/);
  });

  it("JSON that is malformed, cut, or nested all through", async () => {
    expect((await refusal('{"x":1}\n{"x":2\n{"x":3}\n', ".jsonl")).message).toMatch(
      /line \d, byte \d+: unexpected character/,
    );
    expect(await refusal('[{"x":1},{"x":2}', ".json")).toMatchObject({ code: "malformed-json" });
    expect((await refusal('{"rows":[{"x":1},{"x":2}]}', ".json")).message).toMatch(
      /"rows" holds lists or nested values/,
    );
    expect(await refusal("[[1,2],[3,4]]", ".json")).toMatchObject({ code: "nested-data" });
    expect(await refusal("a,b\n1,2\n", ".json")).toMatchObject({ code: "malformed-json" });
  });

  it("Parquet files that are cut or only look like one", async () => {
    expect(await refusal("PAR1 and PAR1", ".parquet")).toMatchObject({ code: "malformed-parquet" });
    const flights = await readFile("node_modules/vega-datasets/data/flights-3m.parquet");
    expect(await refusal(flights.subarray(0, 100_000), ".parquet")).toMatchObject({
      code: "malformed-parquet",
    });
  });

  it("arrays of objects, of unequal lengths, and single numbers", async () => {
    expect(await refusalOf("test/fixtures/data/object.npy")).toMatchObject({ code: "unsupported-array" });
    expect(await refusalOf("test/fixtures/data/scalar.npy")).toMatchObject({ code: "malformed-array" });
    expect(await refusalOf(["test/fixtures/data/bool.npy", "test/fixtures/data/bool.npy"])).toMatchObject({
      code: "several-arrays",
    });
  });

  it("files of different formats as one table", async () => {
    await writeFile(join(folder, "m1.csv"), "a\n1\n2\n");
    await writeFile(join(folder, "m2.json"), '[{"a":1}]');
    expect(await refusalOf([join(folder, "m1.csv"), join(folder, "m2.json")])).toMatchObject({
      code: "mixed-formats",
    });
  });

  it("options that make no sense", async () => {
    for (const sample of [0, 1, 2.5, Number.NaN]) {
      await expect(readTable("x.csv", { sample })).rejects.toMatchObject({ code: "bad-option" });
    }
  });
});

describe("readTable of a line of 100 MB", () => {
  const long = async (parts: (string | number)[], extension: string) => {
    const path = join(folder, `long${count++}${extension}`);
    const file = await open(path, "w");
    for (const part of parts) await file.write(typeof part === "string" ? part : "x".repeat(part));
    await file.close();
    return path;
  };
  const million = 1_000_000;

  it("gives one line, quickly, and needs no room for it", async () => {
    const before = process.memoryUsage().rss;
    for (const [parts, extension] of [
      [["a,b\n1,", 100 * million, "\n2,3\n"], ".csv"],
      [[100 * million], ".csv"],
      [['[{"x":"', 100 * million, '"},{"x":"b"}]'], ".json"],
      [['{"x":"a"}\n{"x":"', 100 * million, '"}\n'], ".jsonl"],
    ] as const) {
      const path = await long([...parts], extension);
      expect(await refusalOf(path)).toMatchObject({ code: "long-line" });
      await rm(path);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(1e9);
  });

  it("is noticed also after many good lines", async () => {
    const path = await long(["a,b\n", "1,2\n".repeat(300_000), "1,", 5 * million, "\n3,4\n"], ".csv");
    expect(await refusalOf(path)).toMatchObject({ code: "long-line" });
  });
});
