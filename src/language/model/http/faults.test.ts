import { createServer } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import type { Fault } from "../../../../test/fixtures/language/faults.ts";
import { byteModel } from "../../../../test/fixtures/language/models.ts";
import {
  type RunningServer,
  type ServerOptions,
  startServer,
} from "../../../../test/fixtures/language/server.ts";
import { InputError, ReachError, StoppedError } from "../../../core/errors.ts";
import { type Endpoint, type EndpointSource, openEndpoint } from "./endpoint.ts";

const servers: RunningServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

/** A server that does well while it is probed; then `fault` happens to so many scorings. */
async function faulty(
  fault: Fault,
  times = Number.POSITIVE_INFINITY,
  { dialect = "vllm", ...source }: Partial<EndpointSource> = {},
): Promise<Endpoint & { server: RunningServer }> {
  let left = 0;
  const server = await start({
    dialect,
    faults: (path) => (left > 0 && path !== "/tokenize" && left-- > 0 ? fault : undefined),
  });
  const endpoint = await openEndpoint({ endpoint: server.url, backoffMs: 1, retries: 2, ...source });
  left = times;
  return { ...endpoint, server };
}

async function start(options: Partial<ServerOptions>): Promise<RunningServer> {
  const server = await startServer({ dialect: "vllm", model: await byteModel(), ...options });
  servers.push(server);
  return server;
}

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error("nothing went wrong");
    },
    (error) => error,
  );
}

/** What is said, with the address of the server as URL. */
const said = (error: Error) => error.message.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "URL");

describe("a server that is", () => {
  test.each([
    ["busy", "URL: too many requests (HTTP 429): rate limit reached, after 3 tries"],
    ["failing", "URL: the server failed (HTTP 503): the model is loading, after 3 tries"],
    ["reset", "URL: cannot be reached (the connection broke), after 3 tries"],
    ["short-body", "URL: cannot be reached (the connection broke), after 3 tries"],
  ] as const)(
    "%s is asked again, and given up after as many tries as are allowed",
    async (fault, message) => {
      const well = await faulty(fault, 2);
      expect((await well.scoreText("the cat")).count).toBe(7);
      expect(well.usage().retried).toBe(2);
      const ill = await faulty(fault);
      const error = await failure(ill.scoreText("the cat"));
      expect(error).toBeInstanceOf(ReachError);
      expect(said(error)).toBe(message);
    },
  );

  test.each([
    ["busy-for-long", "URL: too many requests: the server asks to wait 3600 s"],
    ["cut-off", /^URL: \/v1\/completions answered with JSON that is cut off or damaged \(\d+ characters\)$/],
    ["not-json", "URL: /v1/completions answered with something that is not JSON"],
    ["page", "URL: /v1/completions answered with a page, not with JSON: is this the address of the API?"],
    ["nan", "URL: /v1/completions answered with NaN or Infinity, which are not JSON"],
    [
      "redirect",
      "URL: redirects to http://elsewhere.example/v1/completions; give the address where the server answers itself",
    ],
    ["huge", "URL: the answer is longer than 64 MB, so it is not read"],
    ["no-logprobs", "URL: /v1/completions answered without logprobs"],
    ["gap", "URL: /v1/completions answered without the log-probability of token 2"],
    ["one-short", "URL: /v1/completions answered with 8 tokens but 7 log-probabilities"],
    [
      "positive",
      "URL: /v1/completions answered without a usable choices[0].logprobs.token_logprobs[1] (a log-probability above 0)",
    ],
    ["wrong-text", "URL: /v1/completions answered with the tokens of another text than was sent"],
  ] as const)("%s is not asked again", async (fault, message) => {
    const { server, ...endpoint } = await faulty(fault);
    const before = server.requests.length;
    const error = await failure(endpoint.scoreText("the cat"));
    expect(error).toBeInstanceOf(ReachError);
    if (typeof message === "string") expect(said(error)).toBe(message);
    else expect(said(error)).toMatch(message);
    expect(server.requests.length - before).toBe(1);
  });

  test("refusing is not asked again, and is bad input", async () => {
    const { server, ...endpoint } = await faulty("refused");
    const before = server.requests.length;
    const error = await failure(endpoint.scoreText("the cat"));
    expect(error).toBeInstanceOf(InputError);
    expect(said(error)).toBe("URL: /v1/completions is refused (HTTP 400): echo is not supported");
    expect(server.requests.length - before).toBe(1);
  });

  test("slow is given up after the timeout, without asking again: the first question may have been paid", async () => {
    const { server, ...endpoint } = await faulty("slow", undefined, { timeoutMs: 2000 });
    const before = server.requests.length;
    const error = await failure(endpoint.scoreText("the cat"));
    expect(error).toBeInstanceOf(ReachError);
    expect(said(error)).toBe("URL: no answer within 2 s; a longer timeout waits longer");
    expect(server.requests.length - before).toBe(1);
  });

  test("down is said to be so, with its address", async () => {
    const port = await freePort();
    const error = await failure(
      openEndpoint({ endpoint: `http://127.0.0.1:${port}/v1/`, retries: 1, backoffMs: 1 }),
    );
    expect(error).toBeInstanceOf(ReachError);
    expect(said(error)).toBe("URL: cannot be reached (connection refused: is the server running?)");
  });

  test("at a port that fetch never uses is said to be so", async () => {
    const error = await failure(openEndpoint({ endpoint: "http://127.0.0.1:1" }));
    expect(error.message).toBe("http://127.0.0.1:1: cannot be reached (bad port)");
  });

  test("a web site is told from an API", async () => {
    const server = await start({ faults: () => "page" });
    expect(said(await failure(openEndpoint({ endpoint: server.url })))).toBe(
      "URL: /v1/models answered with a page, not with JSON: is this the address of the API?",
    );
  });
});

test("Retry-After is waited for", async () => {
  const waits = await faulty("busy", 1, { backoffMs: 60 });
  const started = performance.now();
  await waits.scoreText("the dog");
  expect(performance.now() - started).toBeGreaterThanOrEqual(59);
});

test("a signal stops a call at once, also while it waits for another try", async () => {
  const slow = await faulty("slow");
  const busy = await faulty("busy", undefined, { backoffMs: 60_000 });
  for (const endpoint of [slow, busy]) {
    const controller = new AbortController();
    const started = performance.now();
    const call = failure(endpoint.scoreText("the cat", { signal: controller.signal }));
    setTimeout(() => controller.abort(), 50);
    expect(await call).toBeInstanceOf(StoppedError);
    expect(performance.now() - started).toBeLessThan(10_000);
  }
});

test("a signal may be shared by many calls without a warning", async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on("warning", listen);
  const endpoint = await openEndpoint({ endpoint: (await start({})).url });
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 30 }, (_, i) => endpoint.scoreText(`the ${i}`, { signal })));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", listen);
  expect(warnings).toEqual([]);
});

test("whoever asks the same gets an answer although the first to ask was stopped", async () => {
  const endpoint = await faulty("slow", 1);
  const controller = new AbortController();
  const first = failure(endpoint.scoreText("the cat", { signal: controller.signal }));
  const second = endpoint.scoreText("the cat");
  setTimeout(() => controller.abort(), 50);
  expect(await first).toBeInstanceOf(StoppedError);
  expect((await second).count).toBe(7);
});

describe("a server that lacks something", () => {
  test("is asked for prompt_logprobs where it refuses echo", async () => {
    const server = await start({
      faults: (path, _, body) => (path === "/v1/completions" && body.echo ? "refused" : undefined),
    });
    const endpoint = await openEndpoint({ endpoint: server.url });
    expect(endpoint.features.slice(0, 2)).toEqual([
      {
        name: "echo",
        works: false,
        detail: `${server.url}: /v1/completions is refused (HTTP 400): echo is not supported`,
      },
      { name: "prompt_logprobs", works: true, detail: "the same by prompt_logprobs" },
    ]);
    const here = await (await byteModel()).scoreContinuation("the cat", " sat");
    const there = await endpoint.scoreContinuation("the cat", " sat");
    expect(there.sum).toBeCloseTo(here.sum, 6);
    expect(there.tokens.map(({ token }) => token)).toEqual(here.tokens.map(({ token }) => token));
  });

  test("names the missing capability and who has it", async () => {
    const server = await start({ dialect: "ollama" });
    const endpoint = await openEndpoint({ endpoint: server.url });
    const errors = await Promise.all([
      failure(endpoint.scoreText("the cat")),
      failure(endpoint.scoreContinuation("the cat", " sat")),
      failure(endpoint.scoreChoices("the cat", [" sat", " ran"])),
      failure(endpoint.countTokens("the cat")),
    ]);
    for (const error of errors) expect((error as InputError).code).toBe("missing-capability");
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^test-model \(ollama\): this model lacks scoreText; the built-in models, .*vLLM/,
      ),
      expect.stringMatching(
        /^test-model \(ollama\): this model lacks scoreContinuation; .*llama\.cpp servers can score/,
      ),
      expect.stringMatching(/^test-model \(ollama\): this model lacks scoreContinuation; /),
      "test-model (ollama): this server has no tokenizer to count with; vLLM, SGLang and llama.cpp servers have one (name a tokenizer, for instance o200k)",
    ]);
  });

  test("without any logprobs still generates", async () => {
    const server = await start({ dialect: "openai-chat", faults: () => "no-logprobs" });
    const endpoint = await openEndpoint({ endpoint: server.url });
    expect([...endpoint.capabilities]).toEqual(["generate"]);
    expect((await endpoint.generate("the ", { maxTokens: 4 }))[0].text).toHaveLength(4);
    expect((await failure(endpoint.scoreChoices("a", ["b"], "first-token"))).message).toMatch(
      /lacks scoreChoices; the built-in models, GGUF files and every endpoint that returns logprobs/,
    );
  });

  test("forces no tokens where the bias changes what is reported", async () => {
    const server = await start({
      dialect: "llama.cpp",
      faults: (_, __, body) => (body.logit_bias ? "positive" : undefined),
    });
    const endpoint = await openEndpoint({ endpoint: server.url });
    expect([...endpoint.capabilities].sort()).toEqual(["generate", "scoreChoices"]);
    expect(endpoint.features.find(({ name }) => name === "logit_bias")).toMatchObject({ works: false });
  });
});

describe("opening refuses", () => {
  test.each([
    [
      { endpoint: "localhost" },
      'endpoint: not an address; expected an address such as http://localhost:8000, got "localhost"',
    ],
    [
      { endpoint: "ftp://x" },
      'endpoint: not an http address; expected an address such as http://localhost:8000, got "ftp://x"',
    ],
    [
      { endpoint: "http://me:secret-word@x" },
      "endpoint: keys and options do not go into the address; expected an address such as http://localhost:8000",
    ],
    [
      { endpoint: "http://x?key=secret-word" },
      "endpoint: keys and options do not go into the address; expected an address such as http://localhost:8000",
    ],
    [
      { endpoint: "http://x", concurrency: 0 },
      "openEndpoint: concurrency will not do; expected a whole number from 1, got 0",
    ],
    [
      { endpoint: "http://x", timeoutMs: 0.5 },
      "openEndpoint: timeoutMs will not do; expected a whole number from 1, got 0.5",
    ],
    [
      { endpoint: "http://x", retries: -1 },
      "openEndpoint: retries will not do; expected a whole number from 0, got -1",
    ],
    [
      { endpoint: "http://x", apiKey: "two words" },
      "openEndpoint: the API key has spaces or characters that no key has",
    ],
    [
      { endpoint: "http://x", dialect: "ollma" as "ollama" },
      'dialect: no such dialect; expected vllm, sglang, llama.cpp, ollama, openai-chat, got "ollma" (did you mean "ollama"?)',
    ],
  ])("%j", async (source, message) => {
    const error = await failure(openEndpoint(source));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe(message);
  });

  test("a model that the server lacks", async () => {
    const server = await start({ dialect: "openai-chat" });
    const error = await failure(openEndpoint({ endpoint: server.url, endpointModel: "other" }));
    expect(said(error)).toBe(
      "URL: /v1/chat/completions is refused (HTTP 404): The model `other` does not exist.",
    );
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
