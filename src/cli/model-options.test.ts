import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { byteModel } from "../../test/fixtures/language/models.ts";
import { startServer } from "../../test/fixtures/language/server.ts";
import { openEndpoint } from "../language/model/model.ts";
import { addModelOptions, type ModelFlags, modelSource, usageLine } from "./model-options.ts";

function flags(...words: string[]): ModelFlags {
  const command = addModelOptions(new Command().exitOverride().configureOutput({ writeErr: () => {} }));
  return command.parse(words, { from: "user" }).opts();
}

describe("options of a language model", () => {
  test("none: the built-in model", () => {
    expect(modelSource(flags())).toEqual({ model: undefined });
  });

  test("become what openLanguageModel opens", () => {
    const words =
      "--endpoint http://x/v1 --endpoint-model m --dialect sglang --concurrency 9 --timeout 1.5 --cache here";
    expect(modelSource(flags(...words.split(" ")))).toEqual({
      endpoint: "http://x/v1",
      endpointModel: "m",
      dialect: "sglang",
      concurrency: 9,
      timeoutMs: 1500,
      cacheDir: "here",
    });
  });

  test("keep answers in the user's cache folder, unless told not to", () => {
    const before = process.env.XDG_CACHE_HOME;
    process.env.XDG_CACHE_HOME = "/somewhere";
    try {
      expect(modelSource(flags("--endpoint", "http://x")).cacheDir).toBe("/somewhere/surprisal/answers");
      expect(modelSource(flags("--endpoint", "http://x", "--no-cache")).cacheDir).toBeUndefined();
    } finally {
      if (before === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = before;
    }
  });

  test("of an endpoint are refused without one", () => {
    expect(() => modelSource(flags("--timeout", "5"))).toThrow("--timeout: needs an --endpoint, got 5");
    expect(() => modelSource(flags("--api-key-env", "KEY"))).toThrow(
      '--api-key-env: needs an --endpoint, got "KEY"',
    );
  });

  test("that are no numbers or names are refused", () => {
    expect(() => flags("--timeout", "0")).toThrow(/expected a number of seconds above 0, got "0"/);
    expect(() => flags("--dialect", "vlm")).toThrow(/Allowed choices are vllm, sglang/);
  });

  test("a variable that is not set is named", () => {
    expect(() => modelSource(flags("--endpoint", "http://x", "--api-key-env", "NO_SUCH_KEY_9"))).toThrow(
      '--api-key-env: this environment variable is not set, got "NO_SUCH_KEY_9"',
    );
  });
});

test("a run's requests are summed up in a line; a model on this machine has none", async () => {
  const model = await byteModel();
  const server = await startServer({ dialect: "vllm", model });
  try {
    const endpoint = await openEndpoint({ endpoint: server.url });
    await endpoint.scoreText("the cat");
    expect(usageLine(endpoint)).toBe("test-model (vllm): 3 requests, 36 tokens read, 1 written");
    expect(usageLine(model)).toBeUndefined();
  } finally {
    await server.close();
  }
});
