import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../core/random.ts";
import { writeArray, writeArrays } from "./arrays.ts";
import { openDatabase } from "./duckdb.ts";
import { readTable } from "./read-table.ts";
import type { Column, Table } from "./table.ts";

let folder: string;
let count = 0;
/** A new file with that content. */
async function file(content: string | Uint8Array, extension = ".csv"): Promise<string> {
  const path = join(folder, `file${count++}${extension}`);
  await writeFile(path, content);
  return path;
}
const read = async (content: string | Uint8Array, extension?: string) =>
  readTable(await file(content, extension));
/** Values of a column, null where missing. */
function values({ numbers, codes, levels }: Column): (number | string | null)[] {
  if (numbers) return Array.from(numbers, (value) => (Number.isNaN(value) ? null : value));
  return Array.from(codes, (code) => (code < 0 ? null : levels[code]));
}
const content = ({ columns }: Table) =>
  Object.fromEntries(columns.map((column) => [column.name, values(column)]));
const codesOf = ({ notes }: Table) => notes.map(({ code }) => code);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-table-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("readTable of delimited text", () => {
  it("tells numbers from text", async () => {
    const table = await read("a,b,c\n1,x,1.5\n-2,y,2e3\n3,x,.5\n");
    expect(content(table)).toEqual({ a: [1, -2, 3], b: ["x", "y", "x"], c: [1.5, 2000, 0.5] });
    expect(table).toMatchObject({ rows: 3, totalRows: 3, notes: [] });
    expect(table.columns[1]).toMatchObject({ type: "text", levels: ["x", "y"], missing: 0 });
  });

  it("reads tabs, semicolons with decimal commas, and bars", async () => {
    expect(content(await read("a\tb\n1\tx,y\n2\tz\n", ".tsv"))).toEqual({ a: [1, 2], b: ["x,y", "z"] });
    const comma = await read("a;b;c\n1,5;2;x\n2,25;3;y\n");
    expect(content(comma)).toEqual({ a: [1.5, 2.25], b: [2, 3], c: ["x", "y"] });
    expect(comma.notes).toMatchObject([{ code: "decimal-comma", columns: ["a"] }]);
    expect(content(await read("a;b\n1,234;x\n5,678;y\n")).a).toEqual([1.234, 5.678]);
    expect(content(await read('a,b\n"1,234",x\n"5,678,901.5",y\n')).a).toEqual([1234, 5678901.5]);
    expect(content(await read("a|b\n1|x\n2|y\n")).b).toEqual(["x", "y"]);
  });

  it("reads a byte-order mark, Windows line ends, quotes, and line breaks inside quotes", async () => {
    const table = await read('\ufeffa,b\r\n1,"x\r\ny"\r\n2,"he said ""so"""\r\n');
    expect(content(table)).toEqual({ a: [1, 2], b: ["x\r\ny", 'he said "so"'] });
  });

  it("keeps names with quotes, commas, blanks, letters of any language and line breaks", async () => {
    const names = ['a "b"', "c, d", "e f", "größe 🐧", "two\nlines", "'; DROP TABLE x; --", "c0"];
    const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join();
    const table = await read(`${header}\n1,2,3,4,5,6,7\n2,3,4,5,6,7,8\n`);
    expect(table.columns.map(({ name }) => name)).toEqual(names);
    expect(table.columns.map((column) => column.numbers?.[0])).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(
      (await readTable(await file(`${header}\n1,2,3,4,5,6,7\n2,3,4,5,6,7,8\n`), { columns: names.slice(5) }))
        .columns,
    ).toHaveLength(2);
  });

  it("keeps names that differ in capitals only", async () => {
    expect(content(await read("x,X\n1,2\n3,4\n"))).toEqual({ x: [1, 3], X: [2, 4] });
  });

  it("reads the usual markers as missing, keeps the column numeric, and says so", async () => {
    const table = await read("x,sex,y\n1,M,1\nNA,.,2\n?,F,\nN/A,null,nan\n5,,3\nNone,M,inf\n");
    expect(content(table)).toEqual({
      x: [1, null, null, null, 5, null],
      sex: ["M", null, "F", null, null, "M"],
      y: [1, 2, null, null, 3, null],
    });
    expect(table.columns.map(({ missing }) => missing)).toEqual([4, 3, 3]);
    const messages = table.notes.map(({ message }) => message);
    expect(messages).toContain('sex: 1 "." read as missing');
    expect(messages).toContain('x: 1 "?" read as missing');
    expect(messages).toContain('y: 1 "NaN" read as missing');
    expect(messages).toContain("y: 1 infinite values read as missing");
  });

  it("keeps None as a value among words, not among numbers", async () => {
    const table = await read("damage,x,yes\nNone,None,None\nminor,1,true\nNone,2,false\n");
    expect(content(table)).toEqual({
      damage: ["None", "minor", "None"],
      x: [null, 1, 2],
      yes: [null, "true", "false"],
    });
    expect(table.notes.map(({ message }) => message)).toEqual([
      'damage: 2 "None" kept as a value',
      'x, yes: 2 "None" read as missing',
    ]);
  });

  it("stays numeric when a marker first comes after very many numbers", async () => {
    const table = await read(`x,y\n${"1.5,a\n".repeat(30_000)}NA,b\n2,c\n`);
    expect(table.columns[0]).toMatchObject({ type: "number", missing: 1 });
    expect(table.rows).toBe(30_002);
  });

  it("reads a column of numbers with other words in it as text, and names the first", async () => {
    const table = await read(`x,y\n${"1,1\n".repeat(10)}two,1\n3,1\n`);
    expect(table.columns[0]).toMatchObject({ type: "text", levels: ["1", "two", "3"] });
    expect(table.notes[0]).toMatchObject({ code: "mixed-column", severity: "problem" });
    expect(table.notes[0].message).toBe(
      'x: 1 of 12 values are not numbers, first "two" in row 11: read as text',
    );
  });

  it("does not count blanks around values", async () => {
    const table = await read("a,b\n 1 , x\n2,x \n 3,y\n");
    expect(content(table)).toEqual({ a: [1, 2, 3], b: ["x", "x", "y"] });
    expect(codesOf(table)).toEqual(["blanks-trimmed"]);
  });

  it("keeps codes with leading zeros and numbers with underscores as they are written", async () => {
    const table = await read("zip,padded,plain,under\n02134,007,7,1_0\n90210,08,8,2_0\n10001,9,9,30\n");
    expect(content(table)).toEqual({
      zip: ["02134", "90210", "10001"],
      padded: [7, 8, 9],
      plain: [7, 8, 9],
      under: ["1_0", "2_0", "30"],
    });
    expect(table.notes).toMatchObject([{ code: "leading-zeros", columns: ["zip"] }]);
  });

  it("reads dates in the usual ways of writing as days since 1970", async () => {
    const table = await read(
      "iso,us,german,word,stamp,not\n" +
        "1970-01-02,12/31/1999,31.12.1999,Jan 5 1970,1970-01-01T12:00:00Z,2021-02-30\n" +
        '2000-02-29,01/02/2000,01.02.2000,"February 1, 1970",1970-01-02 00:00:00+06:00,2021-02-28\n',
    );
    expect(content(table)).toMatchObject({
      iso: [1, 11016],
      us: [10956, 10958],
      german: [10956, 10988],
      word: [4, 31],
      stamp: [0.5, 0.75],
      not: ["2021-02-30", "2021-02-28"],
    });
    expect(table.columns.map(({ type }) => type)).toEqual(["date", "date", "date", "date", "date", "text"]);
    const doubtful = await read("d,x\n01/02/2000,1\n03/04/2000,2\n");
    expect(codesOf(doubtful)).toEqual(["dates", "ambiguous-dates"]);
  });

  it("reads true and false as such", async () => {
    const table = await read("a,b\ntrue,TRUE\nfalse,False\n,TRUE\n");
    expect(table.columns[0]).toMatchObject({ type: "boolean", levels: ["false", "true"], missing: 1 });
    expect(content(table)).toEqual({ a: ["true", "false", null], b: ["true", "false", "true"] });
  });

  it("calls columns column1, column2 … when no line names them, and says so", async () => {
    const table = await read("1,2,x\n3,4,y\n5,6,z\n");
    expect(table.columns.map(({ name }) => name)).toEqual(["column1", "column2", "column3"]);
    expect(table).toMatchObject({ rows: 3, notes: [{ code: "no-header", severity: "problem" }] });
    expect((await read(",a\n0,5\n1,6\n")).columns.map(({ name }) => name)).toEqual(["column1", "a"]);
  });

  it("passes over remarks before the header", async () => {
    const table = await read("# from the lab\n\na,b\n1,2\n3,4\n");
    expect(content(table)).toEqual({ a: [1, 3], b: [2, 4] });
    expect(codesOf(table)).toEqual(["lines-skipped"]);
  });

  it("reads a column without any value", async () => {
    const table = await read("a,b\n1,\n2,NA\n");
    expect(table.columns[1]).toMatchObject({ type: "number", missing: 2 });
  });

  it("reads back any table of numbers and texts", async () => {
    const word = fc.stringMatching(/^[b-z](["',;|\t\n é]{0,3}[b-z]{1,14}){0,2}$/);
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    const row = fc.record({ x: fc.option(number), y: number, t: fc.option(word), u: word });
    const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 2, maxLength: 30 }),
        fc.constantFrom(",", ";", "\t", "|"),
        async (rows, mark) => {
          const lines = rows.map(({ x, y, t, u }) =>
            [x ?? "", y, t === null ? "NA" : quoted(t), quoted(u)].join(mark),
          );
          const table = await read(`${["x", "y", "t", "u"].join(mark)}\n${lines.join("\n")}\n`);
          expect(table.rows).toBe(rows.length);
          const found = content(table);
          expect(found.x).toEqual(rows.map(({ x }) => x));
          expect(found.y).toEqual(rows.map(({ y }) => y));
          expect(found.t).toEqual(rows.map(({ t }) => t));
          expect(found.u).toEqual(rows.map(({ u }) => u));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("tells apart texts that begin alike, and short from long ones", async () => {
    const words = [
      "",
      "a",
      "ab",
      "twelve bytes",
      "thirteen byte",
      "thirteen bytes",
      "größer als zwölf Bytes",
      "x".repeat(5000),
    ];
    const rows = Array.from(
      { length: 5000 },
      (_, i) => `${i},${words[i % words.length]},${"k".repeat(i % 13)}${i}`,
    );
    const [, text, many] = (await read(`i,t,u\n${rows.join("\n")}\n`)).columns;
    expect(text.levels).toEqual(words.slice(1));
    expect(values(text).slice(0, 8)).toEqual([null, ...words.slice(1)]);
    expect(many.levels).toHaveLength(5000);
    expect(values(many)[4321]).toBe(`${"k".repeat(4321 % 13)}4321`);
  });
});

describe("readTable of JSON", () => {
  it("reads lists of records and records line by line", async () => {
    const expected = { x: [1, 2.5, null], y: ["a", null, "b"], z: ["true", "false", "true"] };
    const records = [
      { x: 1, y: "a", z: true },
      { x: 2.5, y: null, z: false },
      { y: "b", z: true },
    ];
    expect(content(await read(JSON.stringify(records), ".json"))).toEqual(expected);
    const lines = records.map((record) => JSON.stringify(record)).join("\n");
    for (const extension of [".jsonl", ".ndjson", ".json", ""])
      expect(content(await read(lines, extension))).toEqual(expected);
    expect(content(await read(`\ufeff${JSON.stringify(records)}`, ".json"))).toEqual(expected);
  });

  it("makes columns of the fields of nested records, and leaves lists out with a note", async () => {
    const table = await read(
      '[{"p":{"x":1,"q":{"y":"a"},"l":[1]},"tags":["t"]},{"p":{"x":2,"q":{"y":"b"}}}]',
      ".json",
    );
    expect(content(table)).toEqual({ "p.x": [1, 2], "p.q.y": ["a", "b"] });
    expect(table.notes).toMatchObject([{ code: "nested-ignored", columns: ["p.l", "tags"] }]);
  });

  it("leaves out a column in which values and records are mixed", async () => {
    const table = await read('[{"x":1,"y":1},{"x":{"u":2},"y":2}]', ".json");
    expect(content(table)).toEqual({ y: [1, 2] });
    expect(table.notes).toMatchObject([{ code: "nested-ignored", columns: ["x"] }]);
  });

  it("reads markers among numbers as missing, and numbers written as text as numbers", async () => {
    const table = await read(
      '[{"x":1,"s":"1.5","d":"2020-01-01"},{"x":"NA","s":"2","d":"2020-01-03"}]',
      ".json",
    );
    expect(content(table)).toEqual({ x: [1, null], s: [1.5, 2], d: [18262, 18264] });
  });

  it("sees fields and types that first occur late", async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) =>
      i < 29_999 ? `{"x":${i}}` : '{"x":"late","new":7}',
    );
    const table = await read(lines.join("\n"), ".jsonl");
    expect(table.columns.map(({ name, type, missing }) => [name, type, missing])).toEqual([
      ["x", "text", 0],
      ["new", "number", 29_999],
    ]);
  });

  it("keeps names with quotes, dots and line breaks", async () => {
    const record = { 'a "q"': 1, "n\nl": 2, "a.b": 3, "'": 4 };
    expect(content(await read(JSON.stringify([record, record]), ".json"))).toEqual({
      'a "q"': [1, 1],
      "n\nl": [2, 2],
      "a.b": [3, 3],
      "'": [4, 4],
    });
  });

  it("reads the penguins", async () => {
    const table = await readTable("node_modules/vega-datasets/data/penguins.json");
    expect(table).toMatchObject({ name: "penguins.json", rows: 344, totalRows: 344 });
    expect(table.columns.map(({ type, missing }) => `${type} ${missing}`)).toEqual([
      "text 0",
      "text 0",
      "number 2",
      "number 2",
      "number 2",
      "number 2",
      "text 11",
    ]);
    expect(table.notes.map(({ message }) => message)).toEqual(['Sex: 1 "." read as missing']);
  });
});

describe("readTable of Parquet", () => {
  it("reads all plain types, and leaves nested ones out", async () => {
    const path = await parquet(
      `SELECT i::BIGINT AS big, (i / 4)::DECIMAL(18, 3) AS "dec", i::FLOAT / 2 AS f, DATE '1970-01-02' + i::INT AS d,
        TIMESTAMP '1970-01-01 12:00:00' AS ts, TIMESTAMPTZ '1970-01-01 12:00:00+06' AS tz, TIME '01:00:00' AS t,
        [1, 2] AS l, {a: i, b: {c: 'x' || i}} AS s, i % 2 = 0 AS yes, 'lvl' || i % 2 AS v, '0' || i AS num,
        'x'::BLOB AS bl, MAP {'k': i} AS m, NULL AS none, 'q' AS "a ""b""", i * 1e308 * 10 AS huge
      FROM range(3) t(i)`,
    );
    const table = await readTable(path);
    expect(content(table)).toEqual({
      big: [0, 1, 2],
      dec: [0, 0.25, 0.5],
      f: [0, 0.5, 1],
      d: [1, 2, 3],
      ts: [0.5, 0.5, 0.5],
      tz: [0.25, 0.25, 0.25],
      t: [3600, 3600, 3600],
      "s.a": [0, 1, 2],
      "s.b.c": ["x0", "x1", "x2"],
      yes: ["true", "false", "true"],
      v: ["lvl0", "lvl1", "lvl0"],
      num: ["00", "01", "02"],
      none: [null, null, null],
      'a "b"': ["q", "q", "q"],
      huge: [0, null, null],
    });
    expect(table.notes.find(({ code }) => code === "nested-ignored")?.columns).toEqual(["l", "bl", "m"]);
    expect(codesOf(table)).toEqual(["nested-ignored", "dates", "times", "infinite-values"]);
  });

  it("keeps names that differ in capitals only, and says when integers are too long", async () => {
    const bytes = await readFile(
      await parquet("SELECT 9007199254740993 AS xy, {b: 1} AS s, i AS qq FROM range(2) t(i)"),
    );
    const table = await read(
      Buffer.from(bytes.toString("latin1").replaceAll("qq", "XY"), "latin1"),
      ".parquet",
    );
    expect(table.columns.map(({ name }) => name)).toEqual(["xy", "s.b", "XY"]);
    expect(codesOf(table)).toEqual(["long-integers"]);
  });
});

describe("readTable of arrays", () => {
  it("calls the columns of an .npy file x0, x1 …", async () => {
    const path = join(folder, "m.npy");
    await writeArray(path, [
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(content(await readTable(path))).toEqual({ x0: [1, 3, 5], x1: [2, 4, 6] });
  });

  it("refuses NaN and infinities in arrays and says where", async () => {
    const path = join(folder, "broken.npy");
    for (const wrong of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      await writeArray(path, [
        [1, 2],
        [3, wrong],
      ]);
      await expect(readTable(path)).rejects.toThrow(
        `x1 is not a finite number in row 1; expected finite numbers, got ${wrong} (remove or fill such rows first)`,
      );
    }
  });

  it("calls the columns of an .npz file like its arrays", async () => {
    const path = join(folder, "m.npz");
    await writeArrays(path, {
      h: [
        [1, 2],
        [3, 4],
      ],
      y: Int32Array.of(0, 1),
    });
    expect(content(await readTable(path))).toEqual({ h0: [1, 3], h1: [2, 4], y: [0, 1] });
    expect(content(await readTable("test/fixtures/data/stored.npz"))).toMatchObject({ label: ["a", "b"] });
    expect((await readTable("test/fixtures/data/deflated.npz", { columns: ["flag"] })).columns[0].type).toBe(
      "boolean",
    );
  });

  it("draws rows of an array", async () => {
    const path = join(folder, "long.npy");
    await writeArray(
      path,
      Float64Array.from({ length: 1000 }, (_, i) => i),
    );
    const table = await readTable(path, { sample: 10, seed: 3 });
    expect(table).toMatchObject({ rows: 10, totalRows: 1000 });
    expect(table.columns[0].numbers).toEqual(Float64Array.from(new Random(3).subsample(1000, 10)));
  });
});

describe("readTable of files in other ways", () => {
  it("reads compressed files, also of several members", async () => {
    const members = Buffer.concat([gzipSync("a,b\n1,x\n"), gzipSync("2,y\n")]);
    expect(content(await read(members, ".csv.gz"))).toEqual({ a: [1, 2], b: ["x", "y"] });
    expect(content(await read(gzipSync('[{"a":1},{"a":2}]'), ".json.gz"))).toEqual({ a: [1, 2] });
    expect(content(await read(gzipSync("a\tb\n1\t2\n3\t4\n"), ".tsv.gz"))).toEqual({ a: [1, 3], b: [2, 4] });
  });

  it("reads a pattern in the order of the names, matching columns by name", async () => {
    const parts = join(folder, "it's [parts]");
    await mkdir(parts);
    await writeFile(join(parts, "p1.csv"), "a,b\n1,x\n2,y\n");
    await writeFile(join(parts, "p2.csv"), "b;a;c\nz;3,5;1\n");
    const table = await readTable(join(folder, "it's*", "p?.csv"));
    expect(content(table)).toMatchObject({ b: ["x", "y", "z"], c: [null, null, 1] });
    expect(table.name).toBe(join(folder, "it's*", "p?.csv"));
    expect(codesOf(table)).toContain("column-absent");
    expect((await readTable([join(parts, "p1.csv"), join(parts, "p1.csv")])).rows).toBe(4);
    expect((await readTable(join(parts, "p1.csv"))).name).toBe("p1.csv");
  });

  it("goes by the content where the name says nothing or something else", async () => {
    const unknown = await read("a,b\n1,2\n3,4\n", ".dat");
    expect(unknown.notes).toMatchObject([{ code: "format-assumed" }]);
    const parts = await parquet("SELECT i FROM range(3) t(i)", ".csv");
    expect(await readTable(parts)).toMatchObject({ rows: 3, notes: [{ code: "format-assumed" }] });
    expect((await read("PAR1,PAR2\n1,2\n3,4\n")).columns[1].name).toBe("PAR2");
    const plain = await read("a,b\n1,2\n3,4\n", ".csv.gz");
    expect(codesOf(plain)).toEqual(["not-compressed"]);
    expect((await readTable(await file("[a]\n1\n2\n", ".x"), { format: "csv" })).columns[0].name).toBe("[a]");
  });

  it("reads only the columns asked for, in that order", async () => {
    const path = await file("a,b,c\n1,2,3\n4,5,6\n");
    expect((await readTable(path, { columns: ["c", "a"] })).columns.map(({ name }) => name)).toEqual([
      "c",
      "a",
    ]);
  });

  it("reads standard input of any kind and leaves no copy behind", async () => {
    const script = await file(
      `import { readTable } from ${JSON.stringify(resolve("src/data/read-table.ts"))};
       const { name, rows, columns } = await readTable("-");
       process.stdout.write(JSON.stringify({ name, rows, columns: columns.map((c) => c.name) }));`,
      ".mts",
    );
    const temporary = await mkdtemp(join(folder, "tmp-"));
    const parquetBytes = await readFile(await parquet("SELECT i AS a FROM range(3) t(i)"));
    for (const [input, columns] of [
      ["a,b\n1,2\n3,4\n5,6\n", ["a", "b"]],
      ['{"a":1}\n{"a":2}\n{"a":3}\n', ["a"]],
      [gzipSync("a;b\n1;2\n3;4\n5;6\n"), ["a", "b"]],
      [parquetBytes, ["a"]],
    ] as const) {
      const run = promisify(execFile)(process.execPath, ["--import", "tsx", script], {
        env: { ...process.env, TMPDIR: temporary },
      });
      run.child.stdin!.end(input);
      expect(JSON.parse((await run).stdout)).toEqual({ name: "standard input", rows: 3, columns });
    }
    expect((await readdir(temporary)).filter((name) => name.startsWith("surprisal"))).toEqual([]);
  }, 30_000);
});

describe("readTable of a sample", () => {
  const total = 300_000;
  let path: string;
  beforeAll(async () => {
    const random = new Random(1);
    const rows = Array.from(
      { length: total },
      (_, i) => `${i},${random.uniform().toFixed(4)},${i % 3 ? "a" : "b"}`,
    );
    path = await file(`i,u,g\n${rows.join("\n")}\n`);
  });

  it("draws as many rows as asked, in their order, the same for the same seed", async () => {
    const first = await readTable(path, { sample: 2000, seed: 7 });
    const again = await readTable(path, { sample: 2000, seed: 7 });
    const other = await readTable(path, { sample: 2000, seed: 8 });
    expect(first).toMatchObject({ rows: 2000, totalRows: total });
    expect(codesOf(first)).toContain("sampled");
    expect(first.columns).toEqual(again.columns);
    expect(first.columns[0].numbers).not.toEqual(other.columns[0].numbers);
    expect(first.columns[0].numbers).toEqual(Float64Array.from(new Random(7).subsample(total, 2000)));
  });

  it("keeps the values of a row together", async () => {
    const all = await readTable(path);
    const { columns } = await readTable(path, { sample: 500, seed: 2 });
    const rows = columns[0].numbers!;
    expect(columns[1].numbers).toEqual(Float64Array.from(rows, (row) => all.columns[1].numbers![row]));
    expect(values(columns[2])).toEqual(Array.from(rows, (row) => (row % 3 ? "a" : "b")));
  });

  it("is the whole table when that is smaller", async () => {
    const small = await readTable(await file("a,b\n1,2\n3,4\n"), { sample: 10 });
    expect(small).toMatchObject({ rows: 2, totalRows: 2, notes: [] });
  });

  it("stops when asked to", async () => {
    const controller = new AbortController();
    const answer = readTable(path, { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await expect(answer).rejects.toMatchObject({ name: "StoppedError" });
    await expect(readTable(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "StoppedError",
    });
  });
});

/** A Parquet file with the result of a query. */
async function parquet(query: string, extension = ".parquet"): Promise<string> {
  const path = join(folder, `query${count++}${extension}`);
  const database = await openDatabase(undefined, "test");
  await database.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`);
  database.close();
  return path;
}
