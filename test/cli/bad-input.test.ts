import { once } from "node:events";
import { createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { writeArray } from "../../src/data/index.ts";
import { surprisal, temporaryFolder, writeTable } from "./run.ts";

const cwd = temporaryFolder();
beforeAll(() => writeTable(join(cwd, "table.csv")));

/** Every refusal is one line on stderr, nothing on stdout, exit code 2. */
async function refusal(words: readonly string[], code = 2): Promise<string> {
  const ran = await surprisal(words, { cwd });
  expect(ran.stdout).toBe("");
  expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(ran.stderr).not.toMatch(/\bat .*\.js:\d+/);
  expect(ran.code).toBe(code);
  return ran.stderr;
}

const write = (name: string, content: string | Uint8Array) => writeFileSync(join(cwd, name), content);
const rows = (n: number, line: (i: number) => string) =>
  Array.from({ length: n }, (_, i) => line(i)).join("\n");

describe("bad input gets one clear line", () => {
  test("a missing file, with the nearest name", async () => {
    expect(await refusal(["measure", "tabel.csv", "--target", "label"])).toMatch(/no such file.*table\.csv/);
  });

  test("an empty file", async () => {
    write("empty.csv", "");
    expect(await refusal(["measure", "empty.csv"])).toMatch(/empty/);
  });

  test("one row", async () => {
    write("one.csv", "a,b\n1,2\n");
    expect(await refusal(["measure", "one.csv", "--target", "b"])).toMatch(/one row|1 row|too few|at least/);
  });

  test("an unknown column, with the nearest name", async () => {
    expect(await refusal(["measure", "table.csv", "--target", "labl"])).toMatch(/no such column.*label/);
    expect(await refusal(["measure", "table.csv", "--x", "storng", "--y", "label"])).toMatch(/strong/);
    expect(await refusal(["measure", "table.csv", "--discrete", "weka"])).toMatch(/weak/);
  });

  test("a constant target", async () => {
    expect(await refusal(["measure", "table.csv", "--target", "constant"])).toMatch(
      /constant.*all rows are the same/,
    );
  });

  test("a column with no values at all", async () => {
    write("gaps.csv", `a,b,c\n${rows(40, (i) => `${i * 0.37},${(i * 7) % 11},`)}\n`);
    expect(await refusal(["measure", "gaps.csv", "--target", "c"])).toMatch(/c.*missing/);
    write("void.csv", `a,b\n${rows(40, () => ",")}\n`);
    expect(await refusal(["measure", "void.csv"])).toMatch(/missing|no other column|at least two columns/);
  });

  test("no more rows than neighbours", async () => {
    write("few.csv", `a,b\n${rows(6, (i) => `${Math.sin(i)},${Math.cos(3 * i)}`)}\n`);
    expect(
      await refusal(["measure", "few.csv", "--x", "a", "--y", "b", "--estimator", "ksg1", "--k", "6"]),
    ).toMatch(/k = 6 neighbours need more rows/);
  });

  test("NaN and infinities in an array", async () => {
    const data = new Float64Array(60).map((_, i) => Math.sin(i));
    data[7] = Number.POSITIVE_INFINITY;
    await writeArray(join(cwd, "inf.npy"), { data, shape: [30, 2] });
    expect(await refusal(["measure", "inf.npy"])).toMatch(/infinit|finite/i);
  });

  test("text in a column that is to be numbers", async () => {
    expect(await refusal(["measure", "table.csv", "--continuous", "colour"])).toMatch(/colour.*text.*row/);
  });

  test("duplicate column names", async () => {
    write("twice.csv", `a,b,a\n${rows(40, (i) => `${i},${i * 2},${i * 3}`)}\n`);
    expect(await refusal(["measure", "twice.csv"])).toMatch(/a.*(twice|duplicate)/i);
  });

  test("a line of 100 MB", async () => {
    const out = createWriteStream(join(cwd, "long.csv"));
    out.write("a,b\n1,2\n");
    const part = "x".repeat(1 << 20);
    for (let i = 0; i < 100; i++) if (!out.write(part)) await once(out, "drain");
    out.end("\n3,4\n");
    await once(out, "close");
    expect(await refusal(["measure", "long.csv"])).toMatch(/long|line/);
  });

  test("a binary file", async () => {
    write(
      "picture.csv",
      Uint8Array.from({ length: 4096 }, (_, i) => (i * 89) % 256),
    );
    expect(await refusal(["measure", "picture.csv"])).toMatch(/binary|not a table|not text/i);
  });

  test("an unknown option, with the nearest one", async () => {
    expect(await refusal(["measure", "table.csv", "--targt", "label"])).toMatch(
      /unknown option '--targt'.*--target/,
    );
  });

  test("an unknown command, estimator, method, unit, or a number that is none", async () => {
    expect(await refusal(["mesure", "table.csv"])).toMatch(/unknown command 'mesure'.*measure/);
    expect(await refusal(["measure", "table.csv", "--estimator", "ksg3"])).toMatch(
      /unknown estimator.*ksg1|ksg2/,
    );
    expect(await refusal(["papers", "show", "kgs"])).toMatch(/no such method.*ksg/);
    expect(await refusal(["measure", "table.csv", "--unit", "bit"])).toMatch(/bits/);
    expect(await refusal(["measure", "table.csv", "--k", "many"])).toMatch(/whole number.*many/);
    expect(await refusal(["measure", "table.csv", "--level", "95"])).toMatch(/between 0 and 1, got 95/);
    expect(await refusal(["measure", "table.csv", "--threads", "0"])).toMatch(/number of threads/);
    expect(await refusal(["measure", "table.csv", "--sample", "-5"])).toMatch(/sample/);
  });

  test("an estimator that does not take these columns", async () => {
    expect(
      await refusal(["measure", "table.csv", "--x", "strong", "--y", "label", "--estimator", "ksg1"]),
    ).toMatch(/estimator ksg1 does not take/);
  });

  test("a report that would replace the data, has no folder or is no page", async () => {
    expect(await refusal(["measure", "table.csv", "--report", "table.csv"])).toMatch(/\.html/);
    expect(await refusal(["measure", "table.csv", "--report", "no/such/out.html"])).toMatch(/no such folder/);
  });

  test("a column on both sides of the question", async () => {
    expect(await refusal(["measure", "table.csv", "--x", "strong", "--y", "strong"])).toMatch(/both sides/);
  });

  test("series options without series", async () => {
    expect(await refusal(["measure", "table.csv", "--lag", "1"])).toMatch(/--lag: needs two time series/);
    expect(await refusal(["measure", "table.csv", "--x", "strong", "--y", "weak", "--lag", "0"])).toMatch(
      /from 1/,
    );
  });
});
