import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();

test("a quick training leaves a network, its card and its curve, and repeats itself", async () => {
  const words = ["train-mist", "-o", "net", "--quick", "--seed", "3"];
  const first = await surprisal(words, { cwd });
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(first.stdout).toMatch(/^pinball loss of ln\(1 \+ I\) on fresh sets: pure 0\.\d+, hybrid 0\.\d+/);
  expect(first.stdout).toContain("held out");
  expect(first.stdout).toContain("again   surprisal train-mist -o net --quick --seed 3");
  const weights = readFileSync(join(cwd, "net", "model.safetensors"));
  const curve = JSON.parse(readFileSync(join(cwd, "net", "curve.json"), "utf8"));
  expect(curve.map(({ step }: { step: number }) => step)).toEqual([15, 30]);

  const again = await surprisal([...words, "--json"], { cwd });
  const { card, compared, stopped } = JSON.parse(again.stdout);
  expect(card).toMatchObject({
    method: "mist",
    steps: 30,
    seed: 3,
    trained: { rows: [16, 32], columns: [1, 1] },
  });
  expect(compared.length).toBe(2);
  expect(stopped).toBe(false);
  expect(readFileSync(join(cwd, "net", "model.safetensors")).equals(weights)).toBe(true);
});

test("a missing folder for the network and weights that are not there are bad input", async () => {
  const none = await surprisal(["train-mist"], { cwd });
  expect(none.code).toBe(2);
  expect(none.stderr).toContain("--output");
  const absent = await surprisal(["train-mist", "-o", "x", "--from", "nowhere"], { cwd });
  expect(absent.code).toBe(2);
  expect(absent.stderr).toMatch(/^surprisal: nowhere/);
});
