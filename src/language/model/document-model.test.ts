import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.ts";
import { documentModel } from "./document-model.ts";
import { englishModel } from "./english.ts";
import type { LanguageModel } from "./language-model.ts";
import { trainNgram } from "./ngram/ngram.ts";

const background = () =>
  trainNgram("the cat sat on the mat\nthe dog sat on the rug\nthe cat ran", { order: 3 });

describe("a document's model", () => {
  test("is λ times the document's bigram plus 1 − λ times the background, word by word", async () => {
    const outer = await background();
    const document = "the zebra sat and the zebra ran\n";
    const inner = await trainNgram(document, { order: 2, minCount: 1 });
    const share = 0.6;
    const text = "the cat ran and the zebra sat";
    const score = async (model: LanguageModel) => (await model.scoreContinuation(document, text)).tokens;
    const [both, here, there] = await Promise.all([documentModel(outer, { share }), inner, outer].map(score));
    expect(both.map(({ token }) => token)).toEqual(["the", " cat", " ran", " and", " the", " zebra", " sat"]);
    for (const [i, { logprob }] of both.entries()) {
      const expected = share * Math.exp(here[i].logprob) + (1 - share) * Math.exp(there[i].logprob);
      expect(Math.exp(logprob)).toBeCloseTo(expected, 14);
    }
  });

  test("makes what the document says likelier, and leaves the rest at 1 − λ of the background at least", async () => {
    const english = await englishModel();
    const model = documentModel(english);
    const told = await model.scoreContinuation("The treaty was signed in Lisbon.", " signed in Lisbon");
    const untold = await model.scoreText(" signed in Lisbon");
    expect(told.sum - untold.sum).toBeGreaterThan(8);
    const elsewhere = await model.scoreContinuation("The treaty was signed in Lisbon.", " Congress");
    const alone = await english.scoreContinuation("The treaty was signed in Lisbon.", " Congress");
    expect(elsewhere.sum).toBeCloseTo(alone.sum + Math.log(0.3), 10);
  });

  test("sums to one over the words of both", async () => {
    const model = documentModel(await background());
    for (const document of ["the zebra ran", "Zyzzyva, zyzzyva!", "the", "  "]) {
      for (const after of ["", " the", " zebra", "\n"]) {
        const next = await model.nextTokens!(document + after);
        expect(next.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 12);
      }
    }
  });

  test("draws with the listed probabilities", async () => {
    const model = documentModel(await background());
    const document = "the zebra ran and the zebra sat";
    const draws = 3000;
    const texts = await model.generate(`${document} the`, { maxTokens: 1, n: draws, seed: 5 });
    for (const word of ["zebra", "cat", "sat"]) {
      const p = Math.exp(
        (await model.nextTokens!(`${document} the`)).find(({ token }) => token === word)!.logprob,
      );
      const share = texts.filter(({ text }) => text === ` ${word}`).length / draws;
      // Four standard errors of a share.
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws));
    }
  });

  test("without a prefix is the background", async () => {
    const outer = await background();
    const model = documentModel(outer);
    expect((await model.scoreText("the cat sat")).sum).toBe((await outer.scoreText("the cat sat")).sum);
    expect((await model.scoreContinuation("", "the cat sat")).sum).toBe(
      (await outer.scoreText("the cat sat")).sum,
    );
  });

  test("refuses a share that is none", async () => {
    const outer = await background();
    for (const share of [0, 1, Number.NaN]) expect(() => documentModel(outer, { share })).toThrow(InputError);
  });
});
