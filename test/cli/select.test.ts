import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.ts";
import { writeArray } from "../../src/data/index.ts";
import type { SelectReport } from "../../src/decide/submodular/report-data.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const run = (...words: string[]) => surprisal(words, { cwd });

async function selected(...words: string[]): Promise<SelectReport> {
  const { code, stdout, stderr } = await run("select", ...words, "--json");
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

/** Five clusters of very different sizes in three columns; row 4 has a gap. */
const sizes = [80, 24, 10, 4, 2];
const kinds = ["red", "green", "blue", "white", "black"];

function writeClusters(path: string): void {
  const random = new Random(1);
  const lines = ["name,a,b,c,kind,price,constant"];
  for (const [cluster, size] of sizes.entries()) {
    for (let i = 0; i < size; i++) {
      const angle = (2 * Math.PI * cluster) / sizes.length;
      const numbers = [4 * Math.cos(angle), 4 * Math.sin(angle), cluster % 2].map((middle) =>
        (middle + 0.3 * random.normal()).toFixed(4),
      );
      if (lines.length === 4) numbers[1] = "";
      lines.push([`row ${lines.length}`, ...numbers, kinds[cluster], 1 + (i % 3), 7].join(","));
    }
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
}

const texts = [
  ...["what is my account balance", "how much money is in my account", "tell me my balance"],
  ...["play some jazz music", "put on a song by miles davis"],
  ...["will it rain tomorrow", "weather forecast for the weekend"],
];

beforeAll(async () => {
  writeClusters(join(cwd, "rows.csv"));
  writeFileSync(join(cwd, "asked.csv"), "c,b,a\n0.1,0.2,4.1\n");
  writeFileSync(join(cwd, "seen.csv"), "a,b,c\n4,0.1,0\n3.9,0,0\n");
  const lines = texts.map((body, i) => JSON.stringify({ id: `t${i}`, body, length: body.length }));
  writeFileSync(join(cwd, "texts.jsonl"), `${[...lines, '{"id":"t7","body":null,"length":0}'].join("\n")}\n`);
  writeFileSync(join(cwd, "music.jsonl"), '{"body":"I want to hear rock music"}\n');
  const random = new Random(2);
  const data = Float32Array.from({ length: 60 * 5 }, () => random.normal());
  data.fill(0, 10, 15);
  await writeArray(join(cwd, "embeddings.npy"), { shape: [60, 5], data });
  await writeArray(join(cwd, "narrow.npy"), { shape: [2, 4], data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
  await writeArray(join(cwd, "nan.npy"), { shape: [2, 2], data: Float64Array.of(1, 2, Number.NaN, 4) });
});

describe("surprisal select", () => {
  test("says what was chosen and how good it is, and writes rows, report and JSON", async () => {
    const { code, stdout, stderr } = await run("select", "rows.csv", "-k", "5", "--columns", "a,b,c");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^rows\.csv {3}119 of 120 rows {3}a, b, c {3}facility location/);
    expect(stdout).toMatch(
      /5 of 119 rows\nMean similarity of a row to the chosen row most similar to it: 0\.\d+/,
    );
    expect(stdout).toMatch(/1 of 120 rows were left out: no value in a or b or c\./);
    expect(stdout).toMatch(
      /rows {4}rows\.selected\.csv\nreport {2}rows\.report\.html\njson {4}rows\.report\.json\n/,
    );
    expect(stdout).toMatch(/again {3}surprisal select rows\.csv -k 5 --columns a,b,c --seed 0\n$/);
    const [head, ...lines] = readFileSync(join(cwd, "rows.selected.csv"), "utf8").trimEnd().split("\n");
    expect(head).toBe("rank,row,gain,name,a,b,c,kind,price,constant");
    expect(lines).toHaveLength(5);
    const gains = lines.map((line) => Number(line.split(",")[2]));
    expect(gains).toEqual(gains.toSorted((a, b) => b - a));
    for (const line of lines) expect(line.split(",")[3]).toBe(`row ${line.split(",")[1]}`);
    const report: SelectReport = JSON.parse(readFileSync(join(cwd, "rows.report.json"), "utf8"));
    expect(report.picks.map(({ row }) => row)).toEqual(lines.map((line) => Number(line.split(",")[1])));
    expect(report.curve.chosen.at(-1)!).toBeGreaterThan(report.curve.random.high.at(-1)!);
    expect(report.certified!).toBeGreaterThan(report.guarantee.factor!);
    const page = readFileSync(join(cwd, "rows.report.html"), "utf8");
    for (const id of ["coverage", "redundancy", "map", "rows", "repeat"])
      expect(page).toContain(`<section id="${id}"`);
  });

  test("is the same for the same seed, and with --json writes nothing that was not named", async () => {
    const before = readdirSync(cwd).length;
    const words = ["rows.csv", "-k", "7", "--optimizer", "stochastic", "--seed", "3"];
    const [one, two] = [await selected(...words), await selected(...words)];
    expect(two.picks).toEqual(one.picks);
    expect(readdirSync(cwd)).toHaveLength(before);
    await selected(...words, "-o", "named.jsonl");
    const first = JSON.parse(readFileSync(join(cwd, "named.jsonl"), "utf8").split("\n")[0]);
    expect(first).toMatchObject({ rank: 1, row: one.picks[0].row, gain: one.picks[0].gain, constant: 7 });
    expect(existsSync(join(cwd, "rows.selected.jsonl"))).toBe(false);
  });

  test("balances values, sharing out what rare ones cannot give", async () => {
    const { balance } = await selected("rows.csv", "-k", "25", "--columns", "a,b,c", "--balance", "kind");
    const chosen = balance!.groups.map(({ name, chosen }) => [name, chosen]);
    expect(Object.fromEntries(chosen)).toEqual({ red: 7, green: 6, blue: 6, white: 4, black: 2 });
  });

  test("keeps within a budget", async () => {
    const { picks } = await selected("rows.csv", "--columns", "a,b,c", "--cost", "price", "--budget", "6");
    const rows = readFileSync(join(cwd, "rows.csv"), "utf8").split("\n");
    const cost = picks.reduce((sum, { row }) => sum + Number(rows[row].split(",")[5]), 0);
    expect(cost).toBeLessThanOrEqual(6);
    expect(picks.length).toBeGreaterThan(2);
  });

  test("finds rows like a single example, and rows that the avoided do not represent", async () => {
    const rows = readFileSync(join(cwd, "rows.csv"), "utf8").split("\n");
    const kindOf = ({ row }: { row: number }) => rows[row].split(",")[4];
    const asked = await selected("rows.csv", "-k", "3", "--columns", "a,b,c", "--query", "asked.csv");
    expect(asked.objective).toBe("FLQMI");
    expect(asked.picks.map(kindOf)).toEqual(["red", "red", "red"]);
    expect(asked.targets!.queries!.chosen).toBeGreaterThan(asked.targets!.queries!.pool);
    const beside = await selected("rows.csv", "-k", "2", "--columns", "a,b,c", "--avoid", "seen.csv");
    expect(beside.picks.map(kindOf)).not.toContain("red");
    const both = await selected(
      "rows.csv",
      "-k",
      "2",
      "--columns",
      "a,b,c",
      "--query",
      "asked.csv",
      "--avoid",
      "seen.csv",
    );
    expect(both.objective).toBe("FLCMI");
  });

  test.each(["saturated-coverage", "graph-cut", "log-determinant", "sum-redundancy"])(
    "knows the objective %s",
    async (objective) => {
      const { picks } = await selected("rows.csv", "-k", "4", "--columns", "a,b,c", "--objective", objective);
      expect(new Set(picks.map(({ row }) => row)).size).toBe(4);
    },
  );

  test("keeps neighbours only when asked, and says what that leaves out", async () => {
    const { notes, curve } = await selected(
      "rows.csv",
      "-k",
      "5",
      "--columns",
      "a,b,c",
      "--neighbours",
      "20",
    );
    expect(notes.map(({ message }) => message).join()).toMatch(/20 most similar rows/);
    expect(curve.judges).toBe(119);
  });

  test("compares arrays as they are, without rows of zeros", async () => {
    const { code, stdout } = await run(
      "select",
      "embeddings.npy",
      "-k",
      "4",
      "--no-report",
      "-o",
      "chosen.csv",
    );
    expect([code, /^report/m.test(stdout)]).toEqual([0, false]);
    expect(stdout).toMatch(/1 of 60 rows were left out: all zeros/);
    expect(readFileSync(join(cwd, "chosen.csv"), "utf8")).toMatch(/^rank,row,gain\n1,\d+,[\d.]+\n/);
  });

  test("compares texts by what they say", async () => {
    const { picks, totalRows, rows } = await selected("texts.jsonl", "-k", "3", "--text", "body");
    expect([rows, totalRows]).toEqual([7, 8]);
    const topic = (row: number) => (row <= 3 ? "account" : row <= 5 ? "music" : "weather");
    expect(new Set(picks.map(({ row }) => topic(row))).size).toBe(3);
    expect(texts).toContain(picks[0].label);
    const music = await selected(
      "texts.jsonl",
      "-k",
      "2",
      "--text",
      "body",
      "--query",
      "music.jsonl",
      "--id",
      "id",
    );
    expect(music.picks.map(({ label }) => label).sort()).toEqual(["t3", "t4"]);
  });
});

async function refusal(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("select", ...words);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
  return stderr;
}

describe("bad input gets one clear line", () => {
  test("how many", async () => {
    expect(await refusal("rows.csv")).toMatch(/how many rows\?.*-k <rows>/);
    expect(await refusal("rows.csv", "-k", "500", "--columns", "a,b,c")).toMatch(
      /-k: more than there are rows that can be compared \(of 120\); expected a whole number from 1 to 119, got 500/,
    );
    expect(await refusal("rows.csv", "-k", "0")).toMatch(/got 0/);
  });

  test("columns that are not there, hold no text, or nothing to compare", async () => {
    expect(await refusal("rows.csv", "-k", "2", "--columns", "aa")).toMatch(/no such column.*"aa"/);
    expect(await refusal("texts.jsonl", "-k", "2", "--text", "length")).toMatch(
      /--text length: the column holds no texts/,
    );
    expect(await refusal("texts.jsonl", "-k", "2", "--columns", "body")).toMatch(
      /column "body" has text in row 1/,
    );
    expect(await refusal("rows.csv", "-k", "2", "--columns", "constant")).toMatch(
      /all rows are the same there/,
    );
    writeFileSync(join(cwd, "words.csv"), "a,b\nx,long text of a row\ny,another text\nz,a third\n");
    expect(await refusal("words.csv", "-k", "2")).toMatch(/no column of numbers.*--text b/);
  });

  test("ids that occur twice, costs and budgets that do not do, values that are missing", async () => {
    expect(await refusal("rows.csv", "-k", "2", "--id", "kind")).toMatch(
      /--id kind: rows 1 and 2 have the same id.*"red"/,
    );
    expect(await refusal("rows.csv", "-k", "2", "--budget", "3")).toMatch(/--cost and --budget go together/);
    expect(await refusal("rows.csv", "--columns", "a", "--cost", "b", "--budget", "3")).toMatch(
      /no usable cost.*above 0/,
    );
    expect(await refusal("rows.csv", "--columns", "a", "--cost", "price", "--budget", "0.5")).toMatch(
      /budget: no item fits/,
    );
    expect(await refusal("rows.csv", "-k", "2", "--balance", "kind")).toMatch(
      /more values than rows to choose.*got 5/,
    );
  });

  test("examples that are empty or of another kind", async () => {
    writeFileSync(join(cwd, "empty.csv"), "a,b,c\n");
    expect(await refusal("rows.csv", "-k", "2", "--columns", "a,b,c", "--query", "empty.csv")).toMatch(
      /no row of data/,
    );
    expect(await refusal("rows.csv", "-k", "2", "--columns", "a,price", "--query", "seen.csv")).toMatch(
      /no such column.*"price"/,
    );
    expect(await refusal("embeddings.npy", "-k", "2", "--query", "narrow.npy")).toMatch(
      /--query narrow.npy.*expected 5 columns, got 4/,
    );
  });

  test("arrays with gaps or asked for columns", async () => {
    expect(await refusal("nan.npy", "-k", "1")).toMatch(/nan.npy: row 1 is not finite/);
    expect(await refusal("embeddings.npy", "-k", "1", "--text", "body")).toMatch(
      /an array has no named columns/,
    );
  });

  test("objectives and options that do not exist, with the nearest", async () => {
    const words = ["rows.csv", "-k", "2", "--columns", "a,b,c"];
    expect(await refusal(...words, "--objective", "facility-lokation")).toMatch(
      /unknown.*did you mean "facility-location"/,
    );
    expect(await refusal(...words, "--objective", "flqmi")).toMatch(/does not go with what is given/);
    expect(await refusal(...words, "--querry", "x")).toMatch(/unknown option '--querry'.*--query/);
    expect(await refusal(...words, "-o", "rows.parquet")).toMatch(
      /--output: rows are written as a table.*\.csv or \.jsonl/,
    );
    expect(await refusal(...words, "-o", "rows.csv")).toMatch(/would replace the data/);
  });
});

test("help shows three examples before the options", async () => {
  const { code, stdout } = await run("select", "--help");
  expect(code).toBe(0);
  const examples = stdout.slice(stdout.indexOf("Examples:"), stdout.indexOf("Options:"));
  expect(examples.match(/^ {2}surprisal /gm)?.length).toBe(3);
});
