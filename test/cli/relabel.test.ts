import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.ts";
import { readArray, writeArray } from "../../src/data/index.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/relabel/${name}`, import.meta.url));
const run = (...words: string[]) => surprisal(["relabel", ...words], { cwd });
const write = (name: string, value: unknown) =>
  writeFileSync(join(cwd, name), typeof value === "string" ? value : JSON.stringify(value));
const grades = ["E", "D", "C", "B", "A"];

beforeAll(async () => {
  write("grades.json", { order: grades, observed: ["E", "A"] });
  write("tree.json", {
    parents: { cat: "mammal", dog: "mammal", mammal: "animal", eel: "animal", animal: null },
  });
  const random = new Random(1);
  const rows = Array.from({ length: 40 }, () => random.uniform()).map((w) => [1 - w, w]);
  await writeArray(join(cwd, "probs.npy"), rows);
  await writeArray(
    join(cwd, "truth.npy"),
    Int32Array.from(rows, ([, w]) => Math.round(4 * w)),
  );
  write("truth.csv", `grade\n${rows.map(([, w]) => grades[Math.round(4 * w)]).join("\n")}\n`);
  await writeArray(
    join(cwd, "logits.npy"),
    rows.map((row) => row.map((w) => Math.log(w) / 3)),
  );
});

async function refusal(...words: string[]): Promise<string> {
  const ran = await run(...words);
  expect([ran.code, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(ran.stderr).not.toMatch(/\bat .*\.js:\d+/);
  return ran.stderr;
}

describe("surprisal relabel", () => {
  test("writes new labels of a table, a report and its JSON, and says the result first", async () => {
    const ran = await run(fixture("cities.csv"), "--metric", fixture("cities.json"), "--truth", "city");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toMatch(
      /180 rows {3}7 of 22 labels known\n\n69 of 180 predictions changed, 68 to labels/,
    );
    expect(ran.stdout).toMatch(/observe next: Dublin \(\+2: 20\), Helsinki/);
    const lines = readFileSync(join(cwd, "cities.labels.csv"), "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(181);
    expect(lines[0]).toBe("label,before,expected squared distance,expected before");
    expect(lines[1]).toMatch(/^Copenhagen,Berlin,3\d+\.\d+,3\d+\.\d+$/);
    const report = JSON.parse(readFileSync(join(cwd, "cities.report.json"), "utf8"));
    expect(report).toMatchObject({
      changed: 69,
      unseen: 68,
      locus: { method: "lp", exact: true, reachable: 18 },
    });
    expect(report.truth.squaredDistance.difference.high).toBeLessThan(0);
    expect(report.inputHash).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(join(cwd, "cities.report.html"), "utf8")).toMatch(/^<!doctype html>/);
  });

  test("writes numbers of labels for an array, ranked where asked", async () => {
    const one = await run("probs.npy", "-m", "grades.json", "-o", "new.npy", "--no-report");
    expect([one.code, one.stderr]).toEqual([0, ""]);
    const truth = await readArray(join(cwd, "truth.npy"));
    const found = await readArray(join(cwd, "new.npy"));
    expect([found.shape, [...found.data]]).toEqual([[40], [...truth.data]]);
    expect(existsSync(join(cwd, "probs.report.html"))).toBe(false);
    await run("probs.npy", "-m", "grades.json", "-o", "top.npy", "--top", "3", "--no-report");
    const top = await readArray(join(cwd, "top.npy"));
    expect(top.shape).toEqual([40, 3]);
    expect(Array.from(top.data.filter((_, i) => i % 3 === 0))).toEqual([...truth.data]);
    await run("probs.npy", "-m", "grades.json", "-o", "top.csv", "--top", "2", "--no-report");
    expect(readFileSync(join(cwd, "top.csv"), "utf8")).toMatch(/^label,label 2,before,/);
  });

  test("prints only JSON with the labels in it, and writes nothing", async () => {
    const ran = await run("probs.npy", "-m", "grades.json", "--truth", "truth.csv", "--json");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    const report = JSON.parse(ran.stdout);
    expect(report.predictions).toHaveLength(40);
    expect(report.truth.accuracy.after).toBe(1);
    expect(report.command).toBe("surprisal relabel probs.npy -m grades.json --truth truth.csv --json");
    expect(existsSync(join(cwd, "probs.labels.csv"))).toBe(false);
  });

  test("fits a temperature on held-out rows", async () => {
    const words = ["logits.npy", "-m", "grades.json", "--input", "logits", "--held-out", "logits.npy"];
    const ran = await run(...words, "--held-out-truth", "truth.npy", "--truth", "truth.npy", "--json");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    const { temperature, temperatures, truth } = JSON.parse(ran.stdout);
    // The logits are those of the probabilities divided by 3.
    expect(Math.abs(Math.log(3 * temperature))).toBeLessThan(0.2);
    expect(temperatures).toHaveLength(25);
    expect(truth.squaredDistance.after).toBeLessThan(0.1);
  });

  test("reads a tree, the columns by name, and standard input", async () => {
    const input = "name,eel,cat\nx,0.2,0.8\ny,0.45,0.55\n";
    const ran = await surprisal(["relabel", "-", "-m", "tree.json", "--json", "--next", "1"], { cwd, input });
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    const report = JSON.parse(ran.stdout);
    expect(report.observed).toEqual(["eel", "cat"]);
    expect(report.predictions).toEqual(["mammal", "mammal"]);
    expect(report.next).toEqual([{ label: "dog", gain: 1, reachable: 5 }]);
    expect(report.locus.method).toBe("tree");
  });

  test("refuses bad input in one line", async () => {
    write("sum.csv", "E,A\n0.5,0.5\n0.5,0.7\n");
    expect(await refusal("sum.csv", "-m", "grades.json")).toMatch(
      /sum.csv: the probabilities of row 2 sum to 1.2, off by 0.2.*--input scores/,
    );
    write("hole.csv", "E,A\n0.5,0.5\n,0.5\n");
    expect(await refusal("hole.csv", "-m", "grades.json")).toMatch(/hole.csv.*row 2/);
    await writeArray(join(cwd, "nan.npy"), [
      [0.5, 0.5],
      [Number.NaN, 1],
    ]);
    expect(await refusal("nan.npy", "-m", "grades.json")).toMatch(
      /nan.npy: row 1, column 0 is not a finite number/,
    );
    expect(await refusal("probs.npy", "-m", "tree.json")).toMatch(
      /which of the 5 labels are the 2 columns\?.*--observed/,
    );
    expect(await refusal("probs.npy", "-m", "tree.json", "--observed", "cat,egl")).toMatch(
      /did you mean "eel"/,
    );
    expect(await refusal("sum.csv", "-m", "tree.json")).toMatch(/no column is named like a label/);
    expect(await refusal("probs.npy", "-m", "grade.json")).toMatch(/no such file.*grades.json/);
    write("broken.json", "{");
    expect(await refusal("probs.npy", "-m", "broken.json")).toMatch(/broken.json: not JSON/);
    write("apart.json", {
      edges: [
        ["a", "b"],
        ["c", "d"],
      ],
      observed: ["a", "c"],
    });
    expect(await refusal("probs.npy", "-m", "apart.json")).toMatch(/apart.json: no path from "a" to "c"/);
    expect(await refusal("probs.npy", "-m", "grades.json", "-o", "labels.txt")).toMatch(/.csv or .npy/);
    expect(await refusal("probs.npy", "-m", "grades.json", "-o", "probs.npy")).toMatch(/replace the input/);
    expect(await refusal("probs.npy", "-m", "grades.json", "--held-out", "probs.npy")).toMatch(
      /belong together/,
    );
    expect(await refusal("probs.npy", "-m", "grades.json", "--temperature", "0")).toMatch(
      /must be positive.*got 0/,
    );
    write("short.csv", "grade\nA\nB\n");
    expect(await refusal("probs.npy", "-m", "grades.json", "--truth", "short.csv")).toMatch(
      /expected 40, got 2/,
    );
    write("odd.csv", `grade\n${"A\n".repeat(39)}F\n`);
    expect(await refusal("probs.npy", "-m", "grades.json", "--truth", "odd.csv")).toMatch(
      /row 40 .*not in the map.*"F"/,
    );
  });
});
