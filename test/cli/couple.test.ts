import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { card } from "../../src/decide/coupling/card.ts";
import type { CoupleReport } from "../../src/report/couple/report.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const run = (...words: string[]) => surprisal(["couple", ...words], { cwd });
const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
const read = (name: string) => readFileSync(join(cwd, name), "utf8");

beforeAll(() => {
  write("p.csv", "id,p\na,0.5\nb,0.4\nc,0.1\n");
  write("q.csv", "word,prob\nsun,0.6\nmoon,0.2\nstar,0.2\n");
  symlinkSync(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(cwd, "node_modules"));
});

/** Lines of a table as x, y and a number. */
function cells(name: string): [string, string, number][] {
  const [, ...lines] = read(name).trimEnd().split("\n");
  return lines.map((line) => {
    const [x, y, p] = line.split(",");
    return [x, y, Number(p)];
  });
}

describe("surprisal couple", () => {
  test("couples two files, and writes the joint distribution, a report and its JSON", async () => {
    const { code, stdout, stderr } = await run("p.csv", "q.csv");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("X tells 0.971 bits of Y, as much as any joint distribution");
    expect(stdout).toMatch(/H\(X,Y\) {2}1\.761 bits {3}the least possible/);
    expect(stdout).toMatch(/again {4}surprisal couple p\.csv q\.csv\n$/);
    const rounded = cells("p-q.joint.csv").map(([x, y, p]) => [x, y, Number(p.toFixed(12))]);
    expect(rounded).toEqual([
      ["a", "sun", 0.5],
      ["b", "moon", 0.2],
      ["b", "star", 0.2],
      ["c", "sun", 0.1],
    ]);
    const report: CoupleReport = JSON.parse(read("p-q.report.json"));
    expect(report).toMatchObject({ optimal: true, gap: 0, method: "exact", cellCount: 4, unit: "bits" });
    expect(report.curve).toHaveLength(25);
    expect(read("p-q.report.html")).toMatch(/^<!doctype html>/);
  });

  test("goes through a code of limited entropy, and says what it costs", async () => {
    const { code, stdout } = await run("p.csv", "q.csv", "--rate", "1", "-o", "sent.csv", "--no-report");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Through 2 codes with an entropy of 0\.971 bits/);
    expect(stdout).toMatch(/t1 {2}0\.600 {3}a and c → sun/);
    const sums = new Map<string, number>();
    for (const [, y, p] of cells("sent.csv")) sums.set(y, (sums.get(y) ?? 0) + p);
    for (const [y, p] of Object.entries({ sun: 0.6, moon: 0.2, star: 0.2 }))
      expect(sums.get(y)).toBeCloseTo(p, 12);
    expect(cells("sent.encoder.csv").map(([x, t]) => `${x} ${t}`)).toEqual(["a t1", "b t2", "c t1"]);
    expect(
      cells("sent.decoder.csv")
        .filter(([t]) => t === "t2")
        .map(([, y]) => y),
    ).toEqual(["moon", "star"]);
  });

  test("--json prints JSON only, all cells, and writes nothing", async () => {
    const before = readdirSync(cwd).length;
    const { code, stdout } = await run("p.csv", "q.csv", "--rate", "0.3", "--unit", "nats", "--json");
    expect(code).toBe(0);
    const report: CoupleReport = JSON.parse(stdout);
    expect(report.cells).toHaveLength(report.cellCount);
    expect(report.code?.entropy).toBeLessThanOrEqual(0.3 + 1e-12);
    expect(readdirSync(cwd)).toHaveLength(before);
  });

  test("reads counts, bare numbers, dates and standard input", async () => {
    write("counts.tsv", "k\tn\nlow\t3\nhigh\t5\nnone\t0\n");
    write("bare.csv", "0.25\n0.25\n0.5\n");
    write("days.json", '[{"day":"2020-01-01","p":0.5},{"day":"2020-01-02","p":0.5}]');
    const counted = await run("counts.tsv", "bare.csv", "--normalize", "--json");
    const report: CoupleReport = JSON.parse(counted.stdout);
    expect(report.x.top).toEqual([
      { name: "high", p: 0.625 },
      { name: "low", p: 0.375 },
      { name: "none", p: 0 },
    ]);
    expect(report.notes.map(({ code }) => code)).toEqual(["zero-probabilities"]);
    expect(report.y.top[0]).toEqual({ name: "3", p: 0.5 });
    const input = read("p.csv");
    const piped = await surprisal(["couple", "-", "days.json", "--json"], { cwd, input });
    const { x, y } = JSON.parse(piped.stdout) as CoupleReport;
    expect([x.file, y.top.map(({ name }) => name)]).toEqual(["standard input", ["2020-01-01", "2020-01-02"]]);
  });

  test("runs the command of its card", async () => {
    const { code, stdout } = await surprisal([...card.commands[0].split(" ").slice(1), "--json"], { cwd });
    expect(code).toBe(0);
    const report: CoupleReport = JSON.parse(stdout);
    expect(report.code?.entropy).toBeLessThanOrEqual(3);
    expect(report.mutualInformation).toBeGreaterThan(2.5);
  });
});

describe("bad input gets one clear line", () => {
  async function refusal(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(...words);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
    return stderr;
  }
  async function refusedFile(text: string, ...more: string[]): Promise<string> {
    write("bad.csv", text);
    return refusal("bad.csv", "q.csv", ...more);
  }

  test("sums other than 1, by how much", async () => {
    expect(await refusedFile("id,p\na,0.5\nb,0.48\n")).toMatch(
      /bad.csv: .*sum to 0.98, 0.02 too little.*--normalize/,
    );
    expect(await refusedFile("id,n\na,5\nb,3\n")).toMatch(/sum to 8, not to 1.*--normalize/);
    expect(await refusedFile("id,n\na,0\nb,0\n", "--normalize")).toMatch(/all entries are 0/);
  });

  test("weights that are negative or none", async () => {
    expect(await refusedFile("id,p\na,1.2\nb,-0.2\n")).toMatch(/column "p", row 2 is negative.*got -0.2/);
    expect(await refusedFile("id,p\na,0.5\nb,NaN\n")).toMatch(/column "p" has no number in row 2/);
    expect(await refusedFile("id,p\na,0.5\nb,oops\n")).toMatch(/column "p" has text in row 2.*"oops"/);
  });

  test("outcomes that occur twice or have no name", async () => {
    expect(await refusedFile("id,p\na,0.5\nb,0.25\na,0.25\n")).toMatch(
      /same outcome in rows 1 and 3.*got "a"/,
    );
    expect(await refusedFile("id,p\n,0.5\nb,0.5\n")).toMatch(/row 1 has no name/);
  });

  test("files that are empty, missing or wide", async () => {
    expect(await refusedFile("")).toMatch(/bad.csv: the file is empty/);
    expect(await refusedFile("id,p\n")).toMatch(/no row of data/);
    expect(await refusedFile("a,b,c\nx,1,2\ny,3,4\n")).toMatch(/not said which columns.*--x a,b/);
    expect(await refusal("p.csv", "qq.csv")).toMatch(/no such file/);
    expect(await refusal("p.csv", "q.csv", "--y", "wrd,prob")).toMatch(/no such column.*did you mean "word"/);
    expect(await refusal("-", "-")).toMatch(/both distributions come from standard input/);
  });

  test("options that will not do", async () => {
    expect(await refusal("p.csv", "q.csv", "--rate", "-1")).toMatch(/--rate: .*bits from 0, got -1/);
    expect(await refusal("p.csv", "q.csv", "--encoder", "greedy")).toMatch(/no code without a rate.*--rate/);
    expect(await refusal("p.csv", "q.csv", "--methd", "greedy")).toMatch(/--method/);
    expect(await refusal("p.csv", "q.csv", "-o", "p.csv")).toMatch(/would replace an input/);
    expect(await refusal("p.csv", "q.csv", "-o", "out.txt")).toMatch(/ends in .csv/);
    write("seven.csv", `id,n\n${Array.from({ length: 7 }, (_, i) => `${i},${i + 1}`).join("\n")}\n`);
    expect(await refusal("seven.csv", "seven.csv", "--normalize", "--method", "exact")).toMatch(
      /--method: .*at most 36 cells, got 49/,
    );
    expect(read("p.csv")).toMatch(/^id,p/);
  });
});

test("shows three examples before its options", async () => {
  const { code, stdout } = await run("--help");
  expect(code).toBe(0);
  const examples = stdout.slice(stdout.indexOf("Examples:"), stdout.indexOf("Options:"));
  expect(examples.match(/^ {2}surprisal /gm)).toHaveLength(3);
});
