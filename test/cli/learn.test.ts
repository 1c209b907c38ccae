import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.ts";
import { readArray, writeArray } from "../../src/data/index.ts";
import type { LearnReport } from "../../src/learn/report-data.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const run = (...words: string[]) => surprisal(words, { cwd });
const tiny = ["--hidden", "16", "--latent-dim", "2"];
const rows = 240;

/** Three clusters in four columns, the cluster's name, and a column of texts; two cells are empty. */
function writeClusters(path: string): void {
  const random = new Random(1);
  const lines = ["a,b,c,d,kind,remark"];
  for (let i = 0; i < rows; i++) {
    const k = i % 3;
    const numbers = [k, -k, k * k, 0].map((middle) => (middle + 0.2 * random.normal()).toFixed(4));
    if (i === 7 || i === 8) numbers[1] = "";
    lines.push([...numbers, ["red", "green", "blue"][k], `note ${i}`].join(","));
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
}

/** 120 users who like one of three groups of items; "lone" has a single click. */
function writeRatings(path: string): void {
  const random = new Random(2);
  const lines = ["userId,itemId,rating"];
  for (let u = 0; u < 120; u++) {
    for (const i of random.subsample(30, 12)) lines.push(`u${u},item ${i},${i % 3 === u % 3 ? 5 : 2}`);
    for (const i of random.subsample(10, 6)) lines.push(`u${u},item ${3 * i + (u % 3)},4.5`);
  }
  lines.push("lone,item 3,5");
  writeFileSync(path, `${lines.join("\n")}\n`);
}

beforeAll(async () => {
  writeClusters(join(cwd, "clusters.csv"));
  writeRatings(join(cwd, "ratings.csv"));
  const random = new Random(3);
  const data = Float64Array.from({ length: 60 * 9 }, () => random.uniform());
  await writeArray(join(cwd, "pictures.npy"), { shape: [60, 3, 3], data });
  const damaged = data.slice();
  damaged[31 * 9 + 2] = Number.NaN;
  await writeArray(join(cwd, "nan.npy"), { shape: [60, 9], data: damaged });
  const first = await run(
    "learn",
    "contrastive-mim",
    "clusters.csv",
    "--label",
    "kind",
    "-o",
    "codes",
    ...tiny,
    "--epochs",
    "20",
  );
  expect([first.code, first.stderr]).toEqual([0, ""]);
  const second = await run("learn", "mult-vae", "ratings.csv", "-o", "next", ...tiny, "--epochs", "8");
  expect([second.code, second.stderr]).toEqual([0, ""]);
}, 120_000);

const reportOf = (folder: string): LearnReport =>
  JSON.parse(readFileSync(join(cwd, folder, "report.json"), "utf8"));

describe("surprisal learn contrastive-mim", () => {
  test("leaves a model, its ONNX files, a card and a report", () => {
    expect(readdirSync(join(cwd, "codes")).sort()).toEqual(
      [
        ...["card.json", "checkpoint.json", "checkpoint.safetensors", "decoder.onnx", "encoder.onnx"],
        ...["input.json", "model.safetensors", "report.html", "report.json"],
      ].sort(),
    );
    const report = reportOf("codes");
    expect(report.command).toBe(
      "surprisal learn contrastive-mim clusters.csv --label kind -o codes --hidden 16 --latent-dim 2 --epochs 20 --seed 0 --overwrite",
    );
    expect(report.notes.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["missing-rows", "columns-left-out"]),
    );
    expect(report.map?.colour).toMatchObject({ kind: "categories", name: "kind" });
    expect(report.scores[0].metrics[0].entries).toHaveLength(4);
    expect(report.facts.find(({ name }) => name === "columns")?.value).toBe("4");
    expect(report.training.curves[0].values).toHaveLength(20);
    expect(JSON.parse(readFileSync(join(cwd, "codes/input.json"), "utf8")).columns).toEqual([
      "a",
      "b",
      "c",
      "d",
    ]);
  });

  test("gives the same model for the same seed", async () => {
    const words = ["learn", "contrastive-mim", "pictures.npy", ...tiny, "--epochs", "2", "--json"];
    const [one, two] = [await run(...words, "-o", "one"), await run(...words, "-o", "two")];
    expect([one.code, two.code]).toEqual([0, 0]);
    const parts = (text: string) => {
      const { training, map, reconstruction } = JSON.parse(text) as LearnReport;
      return { training, map, reconstruction };
    };
    expect(parts(two.stdout)).toEqual(parts(one.stdout));
    expect(parts(one.stdout).reconstruction?.pictures).toMatchObject({ height: 3, width: 3 });
    expect(existsSync(join(cwd, "one/report.html"))).toBe(false);
  });

  test("goes on where it was stopped, and says how", async () => {
    const words = ["learn", "contrastive-mim", "clusters.csv", "-o", "long", ...tiny, "--epochs", "1000000"];
    const stopped = await surprisal(words, {
      cwd,
      during: (child) => setTimeout(() => child.kill("SIGINT"), 6000),
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(
      /^surprisal: stopped after \d+ of 1000000 epochs, the model so far is saved; go on with: surprisal learn contrastive-mim clusters.csv -o long .*--resume\n$/,
    );
    const { done } = reportOf("long").stopped!;
    const onward = await run(...words.slice(0, -1), String(done + 3), "--resume");
    expect([onward.code, onward.stderr]).toEqual([0, ""]);
    expect(reportOf("long").training.epochs).toHaveLength(done + 3);
  });

  test("goes on after it was killed, and refuses to start over by accident", async () => {
    const words = [
      "learn",
      "contrastive-mim",
      "clusters.csv",
      "-o",
      "killed",
      ...tiny,
      "--checkpoint-every",
      "0.2",
    ];
    const killed = await surprisal([...words, "--epochs", "1000000"], {
      cwd,
      during: (child) => setTimeout(() => child.kill("SIGKILL"), 6000),
    });
    expect(killed.code).not.toBe(0);
    expect(await refusal(...words, "--epochs", "1000000")).toMatch(
      /unfinished training.*--resume.*--overwrite/,
    );
    expect(await refusal(...words, "--resume", "--learning-rate", "0.5")).toMatch(
      /--learning-rate was 0.001, not 0.5.*--overwrite/,
    );
    const anew = await run(...words, "--epochs", "1", "--overwrite");
    expect([anew.code, anew.stderr]).toEqual([0, ""]);
  });
});

describe("surprisal encode", () => {
  test("writes a code for every row, of the columns that the model knows", async () => {
    const { code, stdout } = await run("encode", "codes", "pictures.npy", "-o", "z.npy");
    expect([code, stdout]).toEqual([2, ""]);
    writeFileSync(join(cwd, "few.csv"), "d,extra,c,b,a\n0.1,x,1,-1,1\n0,y,4,-2,2\n");
    const mean = await run("encode", "codes", "few.csv", "-o", "z.npy");
    expect([mean.code, mean.stdout]).toEqual([0, "2 rows, 2 numbers each (mean codes)\ncodes  z.npy\n"]);
    expect((await readArray(join(cwd, "z.npy"))).shape).toEqual([2, 2]);
    const wide = await run("encode", "codes", "few.csv", "-o", "h.npy", "--kind", "informative", "--json");
    expect(JSON.parse(wide.stdout)).toMatchObject({ kind: "informative", rows: 2, columns: 16 });
  });
});

describe("surprisal learn mult-vae and recommend", () => {
  test("compares the model with its baselines on new users", () => {
    const report = reportOf("next");
    const [{ metrics }] = report.scores;
    expect(metrics.map(({ name }) => name)).toEqual(["Recall@20", "Recall@50", "NDCG@100"]);
    expect(metrics[0].entries.map(({ own }) => own)).toEqual([true, false, false, false]);
    for (const { interval } of metrics[2].entries) expect(interval?.level).toBe(0.95);
    expect(report.notes.map(({ message }) => message).join("\n")).toMatch(
      /users in userId, items in itemId.*rating above 3.5/,
    );
    const card = JSON.parse(readFileSync(join(cwd, "next/card.json"), "utf8"));
    expect(card.metrics["NDCG@100"]).toBe(metrics[2].entries[0].value);
  });

  test("recommends what the user has not clicked", async () => {
    const { code, stdout } = await run("recommend", "next", "--user", "u5", "--top", "4", "--json");
    expect(code).toBe(0);
    const { items, history, rate, unknown } = JSON.parse(stdout);
    expect(items).toHaveLength(4);
    expect(items.filter(({ item }: { item: string }) => history.includes(item))).toEqual([]);
    expect(rate).toBeGreaterThan(0);
    expect(unknown).toEqual([]);
    const lone = await run("recommend", "next", "--user", "lone", "--top", "2");
    expect([lone.code, lone.stdout.split("\n")[0]]).toEqual([
      0,
      expect.stringMatching(/for user lone with 1 item;/),
    ]);
  });

  test("says what is unknown, and gives what is popular to someone without a known item", async () => {
    const some = await run("recommend", "next", "--history", "item 3,itm 6", "--top", "2");
    expect([some.code, some.stdout]).toEqual([
      0,
      expect.stringMatching(/1 of 2 items.*itm 6[\s\S]*did you mean "item 6"/),
    ]);
    const none = await run("recommend", "next", "--history", "nothing");
    expect([none.code, none.stdout]).toEqual([
      0,
      expect.stringMatching(/^popularity: [\s\S]*clicks[\s\S]*most popular/),
    ]);
    expect(await refusal("recommend", "next", "--user", "u999")).toMatch(
      /nobody of that name.*--history.*"u999"/,
    );
    expect(await refusal("recommend", "next")).toMatch(/for whom\?.*--user.*--history/);
  });
});

async function refusal(...words: string[]): Promise<string> {
  const ran = await run(...words);
  expect([ran.code, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(ran.stderr).not.toMatch(/\bat .*\.js:\d+/);
  return ran.stderr;
}

describe("bad input gets one clear line", () => {
  const learn = (file: string, ...more: string[]) =>
    refusal("learn", "contrastive-mim", file, "-o", "bad", ...more);

  test("a number that is not finite, with its row", async () => {
    expect(await learn("nan.npy")).toMatch(/nan.npy: row 31, column 2 is not a finite number.*NaN/);
  });

  test("rows of another width than the model", async () => {
    expect(await refusal("encode", "codes", "pictures.npy", "-o", "z.npy")).toMatch(
      /4 columns, got \[60,9\]/,
    );
    expect(await refusal("encode", "codes", "ratings.csv", "-o", "z.npy")).toMatch(/no such column.*"a"/);
    expect(await learn("pictures.npy", "--image", "2x2")).toMatch(/height × width = 9, got "2x2"/);
  });

  test("unknown options, learners and columns, with the nearest", async () => {
    expect(await learn("clusters.csv", "--epoch", "3")).toMatch(/unknown option '--epoch'.*--epochs/);
    expect(await learn("clusters.csv", "--label", "knd")).toMatch(/no such column.*"kind"/);
    expect(await refusal("learn", "contrastive-mm", "clusters.csv", "-o", "bad")).toMatch(/contrastive-mim/);
    expect(await refusal("learn", "mult-vae", "ratings.csv", "-o", "bad", "--user", "usrId")).toMatch(
      /"userId"/,
    );
  });

  test("values that will not do, by the names that were typed", async () => {
    expect(await learn("clusters.csv", "--latent-dim", "0")).toMatch(/--latent-dim will not do.*got 0/);
    expect(await learn("clusters.csv", "--likelihood", "bernoulli")).toMatch(/no probability.*bernoulli/);
    expect(await learn("clusters.csv", "--batch-size", "1")).toMatch(/at least 2 rows, got 1/);
    expect(await learn("clusters.csv", "--test-share", "0.9")).toMatch(/share from 0 to below 0.5/);
  });

  test("a folder that holds a model, a file in its place, nothing to go on from", async () => {
    const again = await refusal("learn", "contrastive-mim", "clusters.csv", "-o", "codes");
    expect(again).toMatch(/a model in it already.*--resume.*--overwrite/);
    expect(await refusal("learn", "contrastive-mim", "clusters.csv", "-o", "ratings.csv")).toMatch(
      /a file, not a folder/,
    );
    expect(await learn("clusters.csv", "--resume")).toMatch(/no training in it to go on from/);
  });

  test("a checkpoint of other data or a damaged one, which stays as it is", async () => {
    const path = join(cwd, "codes/checkpoint.safetensors");
    const whole = readFileSync(path);
    const resume = [
      "learn",
      "contrastive-mim",
      "clusters.csv",
      "--label",
      "kind",
      "-o",
      "codes",
      ...tiny,
      "--resume",
    ];
    writeFileSync(
      join(cwd, "other.csv"),
      readFileSync(join(cwd, "clusters.csv"), "utf8").replace("note 0", "note 00"),
    );
    expect(await refusal(...resume.with(2, "other.csv"))).toMatch(/of other data.*contents/);
    const damaged = Uint8Array.from(whole);
    damaged[damaged.length - 5] ^= 1;
    writeFileSync(path, damaged);
    expect(await refusal(...resume)).toMatch(/checkpoint.safetensors/);
    expect(readFileSync(path).equals(damaged)).toBe(true);
    writeFileSync(path, whole);
  });

  test("a model of another command, a damaged one and none", async () => {
    expect(await refusal("encode", "next", "clusters.csv", "-o", "z.npy")).toMatch(
      /another method.*surprisal recommend/,
    );
    expect(await refusal("recommend", "codes", "--user", "1")).toMatch(/another method.*surprisal encode/);
    expect(await refusal("recommend", "nowhere", "--user", "1")).toMatch(/no such/);
    const path = join(cwd, "next/model.safetensors");
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length - 9));
    expect(await refusal("recommend", "next", "--user", "u1")).toMatch(/model.safetensors/);
    writeFileSync(path, whole);
  });

  test("training that goes astray ends with a line that says where, and exit code 1", async () => {
    const words = [
      "learn",
      "contrastive-mim",
      "clusters.csv",
      "-o",
      "astray",
      ...tiny,
      "--learning-rate",
      "1e30",
    ];
    const { code, stderr } = await run(...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(/step \d+.*--overwrite and a smaller --learning-rate\)\n$/);
  });
});

test("every command shows three examples before its options", async () => {
  for (const words of [
    ["learn"],
    ["learn", "contrastive-mim"],
    ["learn", "mult-vae"],
    ["encode"],
    ["recommend"],
  ]) {
    const { code, stdout } = await run(...words, "--help");
    expect(code).toBe(0);
    const examples = stdout.slice(stdout.indexOf("Examples:"), stdout.indexOf("Options:"));
    expect(examples.match(/^ {2}.*surprisal /gm)?.length).toBe(3);
  }
});
