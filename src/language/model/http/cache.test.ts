import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { byteModel } from "../../../../test/fixtures/language/models.ts";
import {
  type RunningServer,
  type ServerOptions,
  startServer,
} from "../../../../test/fixtures/language/server.ts";
import { openEndpoint } from "./endpoint.ts";
import { planCost } from "./plan.ts";

const servers: RunningServer[] = [];
const folders: string[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ dialect: "vllm", model: await byteModel(), ...options });
  servers.push(server);
  return server;
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "surprisal-cache-"));
  folders.push(made);
  return made;
}

function filesIn(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: "utf8" })
    .map((name) => join(place, name))
    .filter((path) => statSync(path).isFile());
}

const paid = ({ requests }: RunningServer) =>
  requests.filter(({ path }) => path !== "/v1/models" && path !== "/tokenize");

describe("answers on disk", () => {
  test("are the same in another run, on another port, and ask the server for nothing", async () => {
    const [first, cacheDir] = [await start(), await folder()];
    const before = await openEndpoint({ endpoint: first.url, cacheDir });
    const asked = await before.scoreContinuation("the cat", " sat on the mat");
    const written = await before.generate("the ", { maxTokens: 5, seed: 4 });
    expect(before.usage()).toMatchObject({ cached: 0, retried: 0 });
    expect(before.usage().calls).toBeGreaterThan(2);
    const second = await start();
    const after = await openEndpoint({ endpoint: second.url, cacheDir });
    const probes = paid(second).length;
    expect(await after.scoreContinuation("the cat", " sat on the mat")).toEqual(asked);
    expect(await after.generate("the ", { maxTokens: 5, seed: 4 })).toEqual(written);
    expect(paid(second)).toHaveLength(probes);
    expect(after.usage().cached).toBe(2);
  });

  test("hold what one server can do for this server only", async () => {
    const [able, cacheDir] = [await start(), await folder()];
    await openEndpoint({ endpoint: able.url, cacheDir });
    const same = await openEndpoint({ endpoint: able.url, cacheDir });
    expect(same.usage().calls).toBe(0);
    const unable = await start({ faults: (_, __, body) => (body.echo ? "refused" : undefined) });
    expect((await openEndpoint({ endpoint: unable.url, cacheDir })).features[0].works).toBe(false);
  });

  test("that are damaged are asked for again", async () => {
    const [server, cacheDir] = [await start(), await folder()];
    const endpoint = await openEndpoint({ endpoint: server.url, cacheDir });
    const asked = await endpoint.scoreText("the dog ran");
    for (const path of filesIn(cacheDir)) writeFileSync(path, readFileSync(path, "utf8").slice(0, 40));
    const again = await openEndpoint({ endpoint: server.url, cacheDir });
    expect(await again.scoreText("the dog ran")).toEqual(asked);
    expect(again.usage().cached).toBe(0);
  });

  test("belong to a model and a dialect", async () => {
    const cacheDir = await folder();
    const model = await byteModel();
    for (const name of ["one", "two"]) {
      const server = await start({ model, name });
      const endpoint = await openEndpoint({ endpoint: server.url, cacheDir });
      await endpoint.scoreText("the dog ran");
      expect(endpoint.usage().cached).toBe(0);
    }
  });

  test("are not kept when they are no good", async () => {
    const cacheDir = await folder();
    let bad = false;
    const server = await start({ faults: () => (bad ? "one-short" : undefined) });
    const endpoint = await openEndpoint({ endpoint: server.url, cacheDir });
    const before = filesIn(cacheDir).length;
    bad = true;
    await expect(endpoint.scoreText("the dog")).rejects.toThrow();
    expect(filesIn(cacheDir)).toHaveLength(before);
  });

  test("go into a folder that can be made, or are refused before anything is asked", async () => {
    const server = await start();
    const file = join(await folder(), "file");
    writeFileSync(file, "");
    await expect(openEndpoint({ endpoint: server.url, cacheDir: join(file, "cache") })).rejects.toThrow(
      /^cache: the folder cannot be made \(ENOTDIR\), got /,
    );
    expect(server.requests).toEqual([]);
  });
});

test("the same question asked twice at once is sent once", async () => {
  const server = await start({ delayMs: 20 });
  const endpoint = await openEndpoint({ endpoint: server.url });
  const before = server.requests.length;
  const [a, b] = await Promise.all([endpoint.scoreText("the cat"), endpoint.scoreText("the cat")]);
  expect(a).toEqual(b);
  expect(server.requests.length - before).toBe(1);
});

test("so many questions are under way at a time as are allowed", async () => {
  let now = 0;
  let most = 0;
  const model = await byteModel();
  const counting = {
    ...model,
    async scoreText(text: string) {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 10));
      now--;
      return model.scoreText(text);
    },
  };
  const server = await start({ model: counting });
  const endpoint = await openEndpoint({ endpoint: server.url, concurrency: 3 });
  most = 0;
  await Promise.all(Array.from({ length: 12 }, (_, i) => endpoint.scoreText(`the cat ${i}`)));
  expect(most).toBe(3);
});

describe("what calls cost", () => {
  const calls = [
    { call: "scoreContinuation", prefix: "the cat", continuation: " sat" },
    { call: "scoreContinuation", prefix: "the cat", continuation: " ran" },
    { call: "scoreChoices", prefix: "the sky is", choices: [" blue", " red"] },
    { call: "generate", prefix: "the ", maxTokens: 5, n: 2 },
  ] as const;

  test("is known before they are made, and is what the server then counts", async () => {
    const server = await start();
    const endpoint = await openEndpoint({ endpoint: server.url, cacheDir: await folder() });
    const cost = await planCost(endpoint, calls);
    expect(cost).toMatchObject({ calls: 6, cached: 0, completionTokens: 10, exact: true });
    const before = endpoint.usage();
    await endpoint.scoreContinuation("the cat", " sat");
    expect(await planCost(endpoint, calls)).toMatchObject({ calls: 5, cached: 1 });
    await endpoint.scoreContinuation("the cat", " ran");
    await endpoint.scoreChoices("the sky is", [" blue", " red"]);
    await endpoint.generate("the ", { maxTokens: 5, n: 2 });
    const after = endpoint.usage();
    expect(after.calls - before.calls).toBe(cost.calls);
    // The server counts its begin-of-text token with each prompt.
    expect(after.promptTokens - before.promptTokens).toBe(cost.promptTokens + cost.calls);
    expect(after.completionTokens - before.completionTokens).toBe(10);
    expect(await planCost(endpoint, calls)).toMatchObject({ calls: 0, cached: 6 });
  });

  test("is one call a token where continuations are forced, one a prefix where tokens are read", async () => {
    const forcing = await openEndpoint({ endpoint: (await start({ dialect: "llama.cpp" })).url });
    const before = forcing.usage().calls;
    const two = calls.slice(0, 2);
    const cost = await planCost(forcing, two);
    for (const { prefix, continuation } of two as readonly { prefix: string; continuation: string }[]) {
      await forcing.scoreContinuation(prefix, continuation);
    }
    expect(forcing.usage().calls - before).toBe(cost.calls);
    const reading = await openEndpoint({ endpoint: (await start({ dialect: "ollama" })).url });
    const choices = { call: "scoreChoices", prefix: "x", choices: ["a", "b"], mode: "first-token" } as const;
    expect(await planCost(reading, [choices])).toEqual({
      calls: 1,
      cached: 0,
      promptTokens: 0,
      completionTokens: 1,
      exact: false,
    });
  });

  test("of a model on this machine is no calls", async () => {
    const cost = await planCost(await byteModel(), calls);
    expect(cost).toEqual({
      calls: 0,
      cached: 0,
      promptTokens: 11 + 11 + 15 + 14 + 4,
      completionTokens: 10,
      exact: true,
    });
  });
});
