import { afterAll, describe, expect, test } from "vitest";
import { byteModel, closedModel, wordModel } from "../../../../test/fixtures/language/models.ts";
import {
  type RunningServer,
  type ServerOptions,
  startServer,
} from "../../../../test/fixtures/language/server.ts";
import { type Endpoint, openEndpoint } from "./endpoint.ts";

const servers: RunningServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function open(options: ServerOptions): Promise<Endpoint & { server: RunningServer }> {
  const server = await startServer(options);
  servers.push(server);
  return { ...(await openEndpoint({ endpoint: server.url, backoffMs: 1 })), server };
}

const scorers = ["vllm", "sglang", "llama.cpp"] as const;
const all = [...scorers, "ollama", "openai-chat"] as const;

describe.each(scorers)("%s", (dialect) => {
  test.each([
    ["bytes", byteModel],
    ["words", wordModel],
  ] as const)("scores texts and continuations as the model of %s behind it does", async (_, train) => {
    const model = await train();
    const endpoint = await open({ dialect, model });
    expect(endpoint.dialect).toBe(dialect);
    for (const text of ["the cat sat on the rug", "is the dog red? no, the dog is green"]) {
      const [here, there] = [await model.scoreText(text), await endpoint.scoreText(text)];
      expect(there.sum).toBeCloseTo(here.sum, 6);
      expect(there.count).toBe(here.count);
      expect(there.tokens.map(({ token }) => token)).toEqual(here.tokens.map(({ token }) => token));
    }
    const pairs = [
      ["the cat", " sat on the rug"],
      ["is the sky blue?", " yes"],
      ["", "the dog"],
      ["the dog ran to the", ""],
    ];
    for (const [prefix, continuation] of pairs) {
      const here = await model.scoreContinuation(prefix, continuation);
      const there = await endpoint.scoreContinuation(prefix, continuation);
      expect(there.sum).toBeCloseTo(here.sum, 6);
      expect(there.count).toBe(here.count);
      expect(there.boundaryMoved).toBeUndefined();
    }
    const choices = [" yes", " no", " the"];
    for (const mode of ["all-tokens", "first-token"] as const) {
      const here = await model.scoreChoices("is the sky blue?", choices, mode);
      const there = await endpoint.scoreChoices("is the sky blue?", choices, mode);
      expect(there.map(({ count }) => count)).toEqual(here.map(({ count }) => count));
      for (const [i, { sum }] of there.entries()) expect(sum).toBeCloseTo(here[i].sum, 6);
    }
    expect(await endpoint.countTokens("the cat sat")).toBe(await model.countTokens("the cat sat"));
  });

  test("says when the boundary between prefix and continuation moved, and scores from the last common token", async () => {
    const model = await wordModel();
    const endpoint = await open({ dialect, model });
    const moved = await endpoint.scoreContinuation("the do", "g sat");
    const here = await model.scoreContinuation("the do", "g sat");
    expect(moved.boundaryMoved).toBe(true);
    expect(moved.tokens.map(({ token }) => token)).toEqual([" dog", " sat"]);
    expect(moved.sum).toBeCloseTo(here.sum, 6);
    // The space at the end of a prefix goes into the next token, as it does in byte-pair tokenizers.
    const spaced = await endpoint.scoreContinuation("the ", "dog");
    expect(spaced.boundaryMoved).toBe(true);
    expect(spaced.tokens.map(({ token }) => token)).toEqual([" dog"]);
  });

  test("leaves out the first token of a text where there is no begin-of-text token", async () => {
    const model = await byteModel();
    const endpoint = await open({ dialect, model, bos: false });
    const here = await model.scoreText("the cat");
    const there = await endpoint.scoreText("the cat");
    expect(there.count).toBe(here.count - 1);
    expect(there.sum).toBeCloseTo(here.sum - here.tokens[0].logprob, 6);
    const first = endpoint.scoreChoices("", ["t"], "first-token");
    await expect(first).rejects.toThrow(/a choice has no token with a probability: nothing comes before it/);
  });

  test("keeps an impossible continuation at −∞, where the server can say so", async () => {
    // JSON has no −∞: vLLM and llama.cpp write a number for it, SGLang nothing.
    const endpoint = await open({ dialect, model: await closedModel() });
    if (dialect === "sglang") {
      expect(endpoint.features[0].detail).toBe("/generate answered without the log-probability of token 2");
      return;
    }
    const impossible = await endpoint.scoreContinuation("the", " zebra");
    expect(impossible.sum).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe.each(all)("%s", (dialect) => {
  test("generates the same text for the same seed", async () => {
    const endpoint = await open({ dialect, model: await byteModel() });
    const twice = { maxTokens: 12, seed: 3, n: 2 };
    const [a, b] = await endpoint.generate("the ", twice);
    expect(await endpoint.generate("the ", twice)).toEqual([a, b]);
    expect(a.text).not.toBe(b.text);
    expect(a.text).toHaveLength(12);
    expect(a.logprobs?.map(({ token }) => token).join("")).toBe(a.text);
    const [greedy] = await endpoint.generate("the ", { maxTokens: 5, temperature: 0, stop: ["t"] });
    expect(greedy.text).not.toContain("t");
  });

  test("is found out by itself, and states what it can do", async () => {
    const endpoint = await open({ dialect, model: await wordModel(), name: "some/model-1B" });
    expect(endpoint.dialect).toBe(dialect);
    expect(endpoint.name).toBe(`some/model-1B (${dialect})`);
    const scores = scorers.some((one) => one === dialect);
    expect([...endpoint.capabilities].sort()).toEqual(
      scores ? ["generate", "scoreChoices", "scoreContinuation", "scoreText"] : ["generate", "scoreChoices"],
    );
    expect(endpoint.features.every(({ works }) => works)).toBe(true);
  });
});

test("one request asks SGLang for all choices once their first tokens are known", async () => {
  const model = await wordModel();
  const { server, ...endpoint } = await open({ dialect: "sglang", model });
  const prompts = ["is the sky blue?", "is the grass red?", "is the film a joy?"];
  const ending =
    " answer with A or B or C, with yes or no, answer with yes or no, with yes or no, the answer is";
  const before = server.requests.length;
  const answers = await Promise.all(
    prompts.map((prompt) => endpoint.scoreChoices(prompt + ending, [" yes", " no", " A"], "first-token")),
  );
  expect(server.requests.length - before).toBe(3 + 1 + 1);
  for (const [i, prompt] of prompts.entries()) {
    const here = await model.scoreChoices(prompt + ending, [" yes", " no", " A"], "first-token");
    for (const [j, { sum }] of answers[i].entries()) expect(sum).toBeCloseTo(here[j].sum, 6);
  }
});
