import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.ts";
import { writeArray } from "../../src/data/index.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const n = 90;

/** Runs whose layers gather around their classes as epochs go by. */
async function writeRuns(folder: string, seeds: readonly number[]): Promise<void> {
  for (const seed of seeds) {
    const random = new Random(seed);
    for (const [epoch, spread] of [2, 0.5, 0.05].entries()) {
      const path = join(cwd, folder, `seed-${seed}`, `epoch-${String(10 * epoch).padStart(4, "0")}`);
      mkdirSync(path, { recursive: true });
      for (const [l, units] of [3, 2].entries()) {
        const data = Float32Array.from({ length: n * units }, () => spread * random.normal());
        for (let i = 0; i < n; i++) data[i * units] += i % 3;
        await writeArray(join(path, `layer-${l + 1}.npy`), { shape: [n, units], data });
      }
    }
  }
  await writeArray(
    join(cwd, folder, "y.npy"),
    Int32Array.from({ length: n }, (_, i) => i % 3),
  );
}

beforeAll(async () => {
  await writeRuns("runs", [1, 2, 3]);
  await writeRuns("alone", [1]);
});

const watch = (...words: string[]) => surprisal(["watch", ...words], { cwd });

async function json(...words: string[]) {
  const { code, stdout, stderr } = await watch(...words, "--json");
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

async function refusal(...words: string[]): Promise<string> {
  const ran = await watch(...words);
  expect([ran.code, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
  return ran.stderr;
}

describe("surprisal watch", () => {
  test("says what each layer knows and how far it compresses, and writes a page with the pictures", async () => {
    const { code, stdout, stderr } = await watch("runs", "--unit", "bits");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^runs {3}3 runs {3}2 layers {3}3 epochs {3}90 rows/);
    expect(stdout).toMatch(/After its peak, I\(X;T\) falls in layer-1 and layer-2/);
    expect(stdout).toMatch(/H\(Y\) = 1\.585/);
    expect(stdout).toMatch(/again {3}surprisal watch runs --unit bits --seed 0\n$/);
    const page = readFileSync(join(cwd, "runs.report.html"), "utf8");
    for (const title of ["Information plane", "Over epochs", "Runs", "Repeat"]) {
      expect(page).toContain(`>${title}</h2>`);
    }
    expect(page.match(/<svg /g)?.length).toBe(5);
    expect(page.replace(/<script[\s\S]*?<\/script>/g, "")).not.toMatch(/NaN|undefined/);
  });

  test("prints only JSON with --json and writes no files", async () => {
    const plane = await json("alone", "--layers", "layer-2", "--estimator", "kde");
    expect(plane).toMatchObject({
      n,
      unit: "nats",
      estimator: "kde",
      layers: ["layer-2"],
      epochs: [0, 10, 20],
    });
    expect(plane.points).toHaveLength(3);
    expect(plane.notes.map(({ code }: { code: string }) => code)).toContain("one-run");
    expect(existsSync(join(cwd, "alone.report.html"))).toBe(false);
  });

  test("gives intervals over seeds, and the same answer again", async () => {
    const [first, second] = [await json("runs"), await json("runs")];
    expect(first.points).toEqual(second.points);
    expect(first.compression[0].share.interval.level).toBe(0.95);
  });

  test("takes a single epoch, and says what it cannot show", async () => {
    mkdirSync(join(cwd, "single/epoch-5"), { recursive: true });
    const path = join(cwd, "single/epoch-5/layer-1.npy");
    writeFileSync(path, readFileSync(join(cwd, "runs/seed-1/epoch-0020/layer-1.npy")));
    writeFileSync(join(cwd, "single/y.npy"), readFileSync(join(cwd, "runs/y.npy")));
    const { code, stdout } = await watch("single", "--no-report");
    expect(code).toBe(0);
    expect(stdout).toMatch(/a single epoch: nothing can be said of fitting and compression/);
    expect(stdout).not.toMatch(/NaN|undefined/);
  });

  test("says in one line what is wrong with a folder", async () => {
    expect(await refusal("run")).toMatch(/run: no such folder.*did you mean "runs"/);
    mkdirSync(join(cwd, "empty"));
    expect(await refusal("empty")).toMatch(/no activations in this folder; expected runs\/.*an empty folder/);
    expect(await refusal("runs", "--estimator", "bining")).toMatch(
      /unknown estimator.*did you mean "binning"/,
    );
    expect(await refusal("runs", "--layers", "layer-9")).toMatch(
      /no such layer.*layer-1, layer-2.*"layer-9"/,
    );
    expect(await refusal("runs", "--estimator", "ksg")).toMatch(/needs the inputs.*x/);
    expect(await refusal("runs", "--unit", "nat")).toMatch(/Allowed choices are nats, bits/);
    expect(await refusal("runs", "--estimater", "kde")).toMatch(/unknown option.*--estimator/);
  });

  test("names the file with another number of rows or numbers that are not finite", async () => {
    await writeRuns("odd", [1]);
    const path = join(cwd, "odd/seed-1/epoch-0010/layer-2.npy");
    await writeArray(path, new Float32Array(n - 1));
    expect(await refusal("odd")).toMatch(
      /seed-1, epoch 10, layer-2: another number of rows.*90 rows, got 89/,
    );
    await writeArray(path, new Float32Array(n).fill(1).fill(Number.NaN, 7, 8));
    expect(await refusal("odd")).toMatch(
      /epoch-0010\/layer-2.npy: row 7, unit 0 is not a finite number.*NaN/,
    );
  });

  test("shows three examples before its options", async () => {
    const { code, stdout } = await watch("--help");
    expect(code).toBe(0);
    const examples = stdout.slice(stdout.indexOf("Examples:"), stdout.indexOf("Options:"));
    expect(examples.match(/^ {2}surprisal watch /gm)?.length).toBe(3);
  });
});

const python = "/usr/bin/python3";
const script = fileURLToPath(new URL("../../bench/watch-pytorch.py", import.meta.url));
const hasTorch = spawnSync(python, ["-c", "import torch, numpy"]).status === 0;
const reason = hasTorch ? "" : " (skipped: python3 with torch and numpy is not installed)";

describe("activations that PyTorch saved", () => {
  test.skipIf(!hasTorch)(`are read and measured${reason}`, async () => {
    const words = [script, "torch", "--seeds", "2", "--epochs", "5", "--rows", "300", "--rate", "0.004"];
    execFileSync(python, words, { cwd });
    const plane = await json("torch", "--estimator", "ebab");
    expect(plane).toMatchObject({ n: 300, runs: ["seed-1", "seed-2"], epochs: [0, 1, 2, 3, 4, 5] });
    expect(plane.layers).toEqual(["layer-1", "layer-2", "layer-3", "layer-4", "layer-5"]);
    for (const { aboutInput, aboutLabel } of plane.points) {
      expect(aboutInput).toBeLessThanOrEqual(Math.log(300) + 1e-9);
      expect(aboutLabel).toBeLessThanOrEqual(plane.labelEntropy + 1e-9);
    }
  });
});
