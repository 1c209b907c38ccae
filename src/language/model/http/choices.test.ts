import { afterAll, describe, expect, test } from "vitest";
import { byteModel, wordModel } from "../../../../test/fixtures/language/models.ts";
import { type RunningServer, startServer } from "../../../../test/fixtures/language/server.ts";
import type { LanguageModel } from "../language-model.ts";
import { lettered, readChoices } from "./choices.ts";
import { openEndpoint } from "./endpoint.ts";

const servers: RunningServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function serve(dialect: "ollama" | "openai-chat", model: LanguageModel): Promise<RunningServer> {
  const server = await startServer({ dialect, model });
  servers.push(server);
  return server;
}

describe.each(["ollama", "openai-chat"] as const)("choices from the likeliest tokens of %s", (dialect) => {
  test("have the log-probabilities that the model behind gives their first tokens", async () => {
    const model = await wordModel();
    const server = await serve(dialect, model);
    const endpoint = await openEndpoint({ endpoint: server.url });
    const prefix = "answer with";
    const before = server.requests.length;
    const there = await endpoint.scoreChoices(prefix, [" yes", " A", " the"], "first-token");
    expect(server.requests.length - before).toBe(1);
    const here = await model.scoreChoices(prefix, [" yes", " A", " the"], "first-token");
    for (const [i, { sum, count }] of there.entries()) {
      expect(sum).toBeCloseTo(here[i].sum, 6);
      expect(count).toBe(1);
    }
    const top = (await model.nextTokens!(prefix))
      .filter(({ token }) => token !== "<unk>")
      .map(({ logprob }) => Math.exp(logprob))
      .sort((a, b) => b - a)
      .slice(0, 20);
    expect(there[0].censoredMass).toBeCloseTo(1 - top.reduce((sum, p) => sum + p, 0), 6);
  });

  test("are found with and without the space in front", async () => {
    const server = await serve(dialect, await wordModel());
    const endpoint = await openEndpoint({ endpoint: server.url });
    const [spaced] = await endpoint.scoreChoices("answer with", [" yes"], "first-token");
    const [bare] = await endpoint.scoreChoices("answer with", ["yes"], "first-token");
    expect(bare.sum).toBe(spaced.sum);
  });

  test("outside them are refused, or take the smallest on request", async () => {
    const server = await serve(dialect, await wordModel());
    const strict = await openEndpoint({ endpoint: server.url });
    await expect(strict.scoreChoices("the answer", [" is", " zebra"], "first-token")).rejects.toThrow(
      /^test-model \(\S+\): a choice is not among the 20 likeliest next tokens, which leave 0\.\d+ of the probability to all others, got " zebra" \(--missing floor gives it the smallest that was returned\)$/,
    );
    const lenient = await openEndpoint({ endpoint: server.url, missing: "floor" });
    const [is, zebra] = await lenient.scoreChoices("the answer", [" is", " zebra"], "first-token");
    expect(is.floored).toBeUndefined();
    expect(zebra).toMatchObject({ floored: 1, count: 1 });
    expect(zebra.sum).toBeLessThan(is.sum);
    expect(zebra.censoredMass).toBe(is.censoredMass);
  });

  test("that begin with the same token are lettered", async () => {
    const model = await byteModel();
    const server = await serve(dialect, model);
    const endpoint = await openEndpoint({ endpoint: server.url, missing: "floor" });
    const choices = [" the dog", " the cat"];
    const there = await endpoint.scoreChoices("and the answer is ", choices, "first-token");
    expect(there.map(({ lettered }) => lettered)).toEqual([true, true]);
    const { prompt } = lettered("and the answer is ", choices);
    const sent = server.requests.at(-1)?.body;
    expect(sent?.prompt ?? sent?.messages[0].content).toBe(prompt);
    expect(prompt).toBe(
      "and the answer is \n\nOptions:\nA) the dog\nB) the cat\n\nThe letter of the right option is",
    );
  });
});

test("more colliding choices than letters are refused", () => {
  expect(() => lettered("which?", new Array(27).fill("the"))).toThrow(
    "scoreChoices: some choices begin with the same token, and there are more than letters for them; expected at most 26, got 27",
  );
});

test("the longest token that begins a choice is its first token", () => {
  const top = [
    { token: " po", logprob: Math.log(0.1) },
    { token: " positive", logprob: Math.log(0.5) },
    { token: " ", logprob: Math.log(0.2) },
    { token: "neg", logprob: Math.log(0.1) },
  ];
  const [positive, negative] = readChoices("here", top, [" positive", " negative"], "error");
  expect(positive.sum).toBeCloseTo(Math.log(0.5), 12);
  expect(negative.sum).toBeCloseTo(Math.log(0.1), 12);
  expect(positive.censoredMass).toBeCloseTo(0.1, 12);
});
