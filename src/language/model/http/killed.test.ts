import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { byteModel } from "../../../../test/fixtures/language/models.ts";
import { startServer } from "../../../../test/fixtures/language/server.ts";

const script = fileURLToPath(new URL("../../../../test/fixtures/language/paid-calls.ts", import.meta.url));
const texts = 40;
const answeredBeforeKill = 20;

test("a run that was killed goes on without repeating a call that was answered", async () => {
  const model = await byteModel();
  let holds = true;
  let scored = 0;
  const server = await startServer({
    dialect: "vllm",
    model,
    // Of the first run, so many texts are answered; the calls after them are under way when it is killed.
    faults: (_, __, { prompt }) =>
      typeof prompt === "string" && prompt.startsWith("the cat") && ++scored > answeredBeforeKill && holds
        ? "slow"
        : undefined,
  });
  const cacheDir = await mkdtemp(join(tmpdir(), "surprisal-killed-"));
  const run = () => {
    const child = spawn(process.execPath, ["--import", "tsx", script, server.url, cacheDir, String(texts)]);
    let printed = "";
    child.stdout.on("data", (part) => {
      printed += part;
    });
    const ended = new Promise<string>((resolve) => child.on("close", () => resolve(printed)));
    return { child, ended };
  };
  try {
    const first = run();
    const probes = 3;
    while (answersIn(cacheDir) < probes + answeredBeforeKill || scored < answeredBeforeKill + 4) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    first.child.kill("SIGKILL");
    expect(await first.ended).toBe("");
    holds = false;
    const sums = JSON.parse(await run().ended);
    const answered = server.requests
      .filter(({ path, status }) => path === "/v1/completions" && status === 200)
      .map(({ body }) => JSON.stringify(body));
    expect(new Set(answered).size).toBe(answered.length);
    const here = await Promise.all(
      Array.from({ length: texts }, (_, i) => model.scoreText(`the cat sat on mat number ${i}`)),
    );
    for (const [i, { sum }] of here.entries()) expect(sums[i]).toBeCloseTo(sum, 6);
  } finally {
    await server.close();
    await rm(cacheDir, { recursive: true });
  }
});

function answersIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /[0-9a-f]+\.json$/.test(name),
  ).length;
}
