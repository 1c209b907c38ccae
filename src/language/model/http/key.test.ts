import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { Fault } from "../../../../test/fixtures/language/faults.ts";
import { byteModel } from "../../../../test/fixtures/language/models.ts";
import { startServer } from "../../../../test/fixtures/language/server.ts";
import { openEndpoint } from "./endpoint.ts";

const key = "sk-live-4f9a81c7d2e6";

test("the API key reaches the server and nothing else: no error, cache, description or count shows it", async () => {
  let fault: Fault | undefined;
  const server = await startServer({
    dialect: "vllm",
    model: await byteModel(),
    apiKey: key,
    faults: () => fault,
  });
  const cacheDir = await mkdtemp(join(tmpdir(), "surprisal-key-"));
  const seen: unknown[] = [];
  try {
    const endpoint = await openEndpoint({
      endpoint: server.url,
      apiKey: key,
      cacheDir,
      retries: 1,
      backoffMs: 1,
    });
    await endpoint.scoreText("the cat");
    seen.push(endpoint, endpoint.usage(), await endpoint.generate("the ", { maxTokens: 3 }));
    // A server that answers with what it was sent: the answer is good, but is not kept.
    await endpoint.generate(`${key} `, { maxTokens: 3 });
    await endpoint.scoreText(`the ${key}`);
    for (const each of ["unauthorized", "echoes-key", "busy", "reset", "not-json", "one-short"] as const) {
      fault = each;
      const error = await endpoint.scoreText(`the dog ${each}`).then(
        () => expect.unreachable(),
        (reason) => reason,
      );
      seen.push(error, error.stack, JSON.stringify(error), error.cause);
    }
    fault = undefined;
    for (const apiKey of [undefined, "another-key-that-is-wrong"]) {
      const error = await openEndpoint({ endpoint: server.url, apiKey }).catch((reason) => reason);
      expect(error.message).toBe(
        `${server.url}: the server refuses the API key, or wants one (HTTP 401) (--api-key-env names the environment variable that holds it)`,
      );
      seen.push(error);
    }
    const shown = seen.map((one) =>
      typeof one === "string" ? one : inspect(one, { depth: 12, showHidden: true }),
    );
    expect(shown.join("\n")).not.toContain(key);
    const files = readdirSync(cacheDir, { recursive: true, encoding: "utf8" }).map((name) =>
      join(cacheDir, name),
    );
    expect(files.join("\n")).not.toContain(key);
    const written = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, "utf8"));
    expect(written.length).toBeGreaterThan(3);
    expect(written.join("\n")).not.toContain(key);
  } finally {
    await server.close();
    await rm(cacheDir, { recursive: true });
  }
});
