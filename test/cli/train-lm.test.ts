import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const text =
  "The people of the United States are proud of their country. We have the duty to speak — and to act.\nThere was a great deal of work to do. ".repeat(
    50,
  );
writeFileSync(join(cwd, "corpus.txt"), text);
const tiny = [
  ...["--vocabulary-size", "280", "--width", "16", "--layers", "1", "--heads", "2", "--context", "16"],
  ...["--batch-size", "4", "--test-share", "0.1"],
];

test("a text becomes a model, with what it is worth beside n-grams, and the model is used", async () => {
  const words = ["train-lm", "corpus.txt", "-o", "model.safetensors", "--steps", "30", ...tiny];
  const ran = await surprisal([...words, "--gguf", "model.gguf"], { cwd });

  expect([ran.code, ran.stderr]).toEqual([0, ""]);
  expect(ran.stdout).toMatch(/^bits per byte of the last 10 % of corpus\.txt, held out \(\d+ bytes\)/);
  expect(ran.stdout).toMatch(/transformer +\d\.\d{3}\n +Kneser–Ney 5-gram of bytes +\d\.\d{3}\n/);
  expect(ran.stdout).toContain("again   surprisal train-lm corpus.txt -o model.safetensors --steps 30");
  expect(readFileSync(join(cwd, "model.gguf")).toString("latin1", 0, 4)).toBe("GGUF");
  expect(existsSync(join(cwd, "model.safetensors.checkpoint"))).toBe(false);

  const second = await surprisal(words, { cwd });
  expect(second.code).toBe(2);
  expect(second.stderr).toContain("there is a model already");
});

test("a run that is killed goes on to the model that it would have become", async () => {
  const words = (output: string) => [
    ...["train-lm", "corpus.txt", "-o", output, "--steps", "60", ...tiny],
    ...["--checkpoint-every", "0"],
  ];
  const checkpoint = join(cwd, "killed.safetensors.checkpoint");
  const killed = await surprisal(words("killed.safetensors"), {
    cwd,
    during: (child) => {
      const timer = setInterval(() => {
        if (existsSync(checkpoint)) child.kill("SIGKILL");
      }, 20);
      child.on("close", () => clearInterval(timer));
    },
  });
  expect(killed.code).toBe(null);
  expect(existsSync(join(cwd, "killed.safetensors"))).toBe(false);

  const unasked = await surprisal(words("killed.safetensors"), { cwd });
  expect(unasked.code).toBe(2);
  expect(unasked.stderr).toContain("go on with --resume");

  const resumed = await surprisal([...words("killed.safetensors"), "--resume", "--json"], { cwd });
  const whole = await surprisal([...words("whole.safetensors"), "--json"], { cwd });
  const [a, b] = [resumed, whole].map(({ stdout }) => JSON.parse(stdout));
  expect(a.training.steps).toBe(60);
  expect(a.heldOut).toEqual(b.heldOut);
  expect(a.sample).toBe(b.sample);
}, 120_000);

test("what cannot become a model is bad input, before any training", async () => {
  writeFileSync(join(cwd, "empty.txt"), " \n");
  const refused: [string[], RegExp][] = [
    [["empty.txt", "-o", "x.safetensors"], /no text to learn from/],
    [["corpus.txt", "-o", "no/such/x.safetensors"], /no such folder/],
    [["corpus.txt", "-o", "x.safetensors", "--heads", "3"], /heads will not do/],
    [["corpus.txt", "-o", "x.safetensors", "--test-share", "0.9"], /--test-share/],
    [["corpus.txt", "-o", "x.safetensors", "--resume"], /no training to go on from/],
  ];
  for (const [words, message] of refused) {
    const ran = await surprisal(["train-lm", ...words], { cwd });
    expect(ran.code, words.join(" ")).toBe(2);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trim().split("\n")).toHaveLength(1);
  }
});
