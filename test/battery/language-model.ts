import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/core/errors.ts";
import type { Capability, LanguageModel, Scored } from "../../src/language/model/language-model.ts";

interface ContractOptions {
  /** A prefix and what follows it, in words the model knows something of. */
  readonly pairs?: readonly (readonly [prefix: string, continuation: string])[];
  readonly choices?: readonly string[];
  /** Why log p(a + b) = log p(a) + log p(b | a) is not to be expected of this model. */
  readonly noChainRule?: string;
  /** Why probabilities of this model do not sum to one. */
  readonly unnormalised?: string;
  /** Vocabularies whose tokens stand for several texts, so that tokens do not spell what was scored. @default false */
  readonly lossyTokens?: boolean;
}

const ordinary: NonNullable<ContractOptions["pairs"]> = [
  ["The people of the United States", " are proud of their country."],
  ["We have", " the duty to speak."],
  ["There was a great", " deal of work to do.\nThen we rested."],
];

/**
 * What every language model promises (rules of the sheet on language models), as tests. A capability that the model does
 * not list must be refused by name.
 *
 * @param open gives the model, undefined where it cannot be had; then the tests are skipped
 */
export function languageModelContract(
  name: string,
  open: () => Promise<LanguageModel>,
  {
    pairs = ordinary,
    choices = [" yes", " no", " maybe so"],
    noChainRule,
    unnormalised,
    lossyTokens = false,
  }: ContractOptions = {},
): void {
  describe(`contract of language models: ${name}`, () => {
    let model: LanguageModel;
    beforeAll(async () => {
      model = await open();
    }, 120_000);
    afterAll(() => model?.close?.());
    const has = (capability: Capability) => model.capabilities.has(capability);

    test("1: sums and means are those of the tokens, in nats", async () => {
      for (const [prefix, continuation] of pairs) {
        if (has("scoreText")) {
          requireSums(await model.scoreText(prefix));
          if (!lossyTokens) expect(prefix.endsWith(joined(await model.scoreText(prefix)))).toBe(true);
        }
        if (has("scoreContinuation")) {
          const scored = await model.scoreContinuation(prefix, continuation);
          requireSums(scored);
          if (!lossyTokens && !scored.boundaryMoved) expect(joined(scored)).toBe(continuation);
        }
      }
    });

    test("1: nothing scored is nothing, with sum 0 and mean 0", async () => {
      if (has("scoreContinuation")) {
        expect(await model.scoreContinuation(pairs[0][0], "")).toMatchObject({
          sum: 0,
          mean: 0,
          count: 0,
          tokens: [],
        });
      }
      expect(await model.countTokens("")).toBe(0);
    });

    test("2: a text is as likely as its beginning times the rest given that", async (context) => {
      if (noChainRule !== undefined) return context.skip(noChainRule);
      if (!has("scoreText") || !has("scoreContinuation")) return context.skip("does not score texts");
      for (const [prefix, continuation] of pairs) {
        const [whole, begin, rest] = await Promise.all([
          model.scoreText(prefix + continuation),
          model.scoreText(prefix),
          model.scoreContinuation(prefix, continuation),
        ]);
        if (rest.boundaryMoved) continue;
        expect(rest.count).toBe(whole.count - begin.count);
        expect(Math.abs(whole.sum - begin.sum - rest.sum)).toBeLessThan(1e-4 * whole.count);
      }
    });

    test("2: a boundary that moves is said, and the tokens then begin before it", async () => {
      if (!has("scoreContinuation")) return;
      const [prefix] = pairs[0];
      const cut = prefix.length - 2;
      const scored = await model.scoreContinuation(prefix.slice(0, cut), prefix.slice(cut));
      if (lossyTokens) return;
      const text = joined(scored);
      if (scored.boundaryMoved) expect(text.length).toBeGreaterThan(2);
      else expect(text).toBe(prefix.slice(cut));
      expect(prefix.endsWith(text)).toBe(true);
    });

    test("3: after any prefix the whole vocabulary has probability one", async (context) => {
      if (unnormalised !== undefined) return context.skip(unnormalised);
      if (!has("fullVocab")) return;
      for (const prefix of ["", ...pairs.map(([one]) => one)]) {
        const next = await model.nextTokens!(prefix);
        expect(new Set(next.map(({ id }) => id)).size).toBe(next.length);
        const total = next.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
        expect(Math.abs(total - 1)).toBeLessThan(1e-4);
      }
    }, 60_000);

    test("3: what comes next has the probability with which it is scored", async () => {
      if (!has("fullVocab") || !has("scoreContinuation")) return;
      for (const [prefix, continuation] of pairs) {
        const [first] = (await model.scoreContinuation(prefix, continuation)).tokens;
        const listed = (await model.nextTokens!(prefix)).find(({ id }) => id === first.id);
        // A class of unknown words is listed as a whole, and shared among its members when one is scored.
        if (listed && listed.token !== "<unk>")
          expect(Math.abs(listed.logprob - first.logprob)).toBeLessThan(1e-4);
      }
    }, 60_000);

    test("4: no score is NaN or above 0, also of texts that are strange", async () => {
      const strange = [
        "\u0000",
        "🦄🦄",
        "漢字かな",
        "a\r\n\tb",
        "x".repeat(300),
        " ",
        "\n\n",
        "é́",
        "<unk> </s> <s>",
      ];
      for (const text of strange) {
        if (has("scoreText")) requireFiniteOrImpossible(await model.scoreText(text));
        if (has("scoreContinuation")) requireFiniteOrImpossible(await model.scoreContinuation("The", text));
      }
    });

    test("5: equal questions get equal answers, and a seed fixes what is drawn", async () => {
      const [prefix, continuation] = pairs[0];
      if (has("scoreContinuation")) {
        const [one, two] = [
          await model.scoreContinuation(prefix, continuation),
          await model.scoreContinuation(prefix, continuation),
        ];
        expect(two).toEqual(one);
      }
      if (has("generate")) {
        const draw = (seed: number) => model.generate(prefix, { maxTokens: 12, seed, n: 2 });
        expect(await draw(3)).toEqual(await draw(3));
        const greedy = () => model.generate(prefix, { maxTokens: 6, temperature: 0 });
        expect(await greedy()).toEqual(await greedy());
      }
    }, 60_000);

    test("5: generation stops before a stop text, and its tokens spell it", async () => {
      if (!has("generate")) return;
      const [{ text, logprobs }] = await model.generate(pairs[0][0], { maxTokens: 40, seed: 1, stop: ["e"] });
      expect(text).not.toContain("e");
      expect(await model.generate(pairs[0][0], { maxTokens: 3, seed: 1, n: 3 })).toHaveLength(3);
      if (logprobs && !lossyTokens)
        expect(text.startsWith(logprobs.map(({ token }) => token).join(""))).toBe(true);
    }, 60_000);

    test("6: what the model cannot do is refused with the capability's name and who has it", async () => {
      const calls: Partial<Record<Capability, () => Promise<unknown> | undefined>> = {
        scoreText: () => model.scoreText("a b"),
        scoreContinuation: () => model.scoreContinuation("a", " b"),
        scoreChoices: () => model.scoreChoices("a", [" b", " c"]),
        generate: () => model.generate("a", { maxTokens: 1 }),
        fullVocab: () => model.nextTokens?.("a"),
        embed: () => model.embed?.(["a"]),
      };
      for (const [capability, call] of Object.entries(calls)) {
        if (has(capability as Capability)) continue;
        const refusal = await (call() ?? Promise.resolve()).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (refusal === undefined && (capability === "embed" || capability === "fullVocab")) continue;
        expect(refusal).toBeInstanceOf(InputError);
        expect(refusal).toMatchObject({ code: "missing-capability" });
        expect((refusal as Error).message).toMatch(new RegExp(`lacks ${capability}; .+ (can|give|embeds)`));
      }
    });

    test("7: choices are scored as continuations, by all tokens or by the first", async () => {
      if (!has("scoreChoices") || !has("scoreContinuation")) return;
      const [prefix] = pairs[0];
      const all = await model.scoreChoices(prefix, choices);
      const first = await model.scoreChoices(prefix, choices, "first-token");
      for (const [i, choice] of choices.entries()) {
        const alone = await model.scoreContinuation(prefix, choice);
        expect(all[i].sum).toBeCloseTo(alone.sum, 4);
        expect(all[i].count).toBe(alone.count);
        expect(first[i].count).toBe(1);
        expect(first[i].sum).toBeCloseTo(alone.tokens[0].logprob, 4);
      }
    });

    test("a call that is stopped rejects", async () => {
      const signal = AbortSignal.abort();
      if (has("scoreText")) await expect(model.scoreText("stop this", { signal })).rejects.toThrow(/stopped/);
      if (has("generate")) {
        await expect(model.generate("stop", { maxTokens: 5, signal })).rejects.toThrow(/stopped/);
      }
    });

    test("generation is refused for options that mean nothing", async () => {
      if (!has("generate")) return;
      for (const bad of [{ maxTokens: 0 }, { maxTokens: 5, temperature: -1 }, { maxTokens: 5, topP: 0 }]) {
        await expect(model.generate("a", bad)).rejects.toThrow(InputError);
      }
    });
  });
}

function joined({ tokens }: Scored): string {
  return tokens.map(({ token }) => token).join("");
}

function requireSums(scored: Scored): void {
  const { tokens, sum, mean, count } = scored;
  expect(tokens).toHaveLength(count);
  const added = tokens.reduce((total, { logprob }) => total + logprob, 0);
  expect(sum).toBeCloseTo(added, 6);
  expect(mean).toBeCloseTo(count === 0 ? 0 : sum / count, 6);
  requireFiniteOrImpossible(scored);
}

function requireFiniteOrImpossible({ tokens, sum }: Scored): void {
  for (const value of [sum, ...tokens.map(({ logprob }) => logprob)]) {
    expect(Number.isNaN(value)).toBe(false);
    expect(value).toBeLessThanOrEqual(1e-9);
  }
}
