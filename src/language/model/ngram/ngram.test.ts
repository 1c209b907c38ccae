import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainKneserNey } from "../../../../test/fixtures/language/plain-kneser-ney.ts";
import { InputError } from "../../../core/errors.ts";
import { type Ngram, ngramOf, trainNgram } from "./ngram.ts";
import { pruned } from "./prune.ts";
import { formatNgram, loadNgram, parseNgram, saveNgram } from "./store.ts";
import { WordScanner } from "./words.ts";

const worked = () => trainNgram("a b a b\na c\nb a c", { order: 2, minCount: 1, discount: 0.75 });

/** p(word | before); the empty text stands for the beginning. */
async function probability(model: Ngram, before: string, word: string): Promise<number> {
  return Math.exp((await model.scoreContinuation(before === "" ? "" : `${before} `, word)).sum);
}

describe("the sheet's worked example", () => {
  test.each([
    ["", "a", 47 / 84],
    ["", "b", 19 / 84],
    ["", "c", 1 / 14],
    ["", "\n", 1 / 7],
    ["a", "b", 47 / 112],
    ["a", "c", 41 / 112],
    ["a", "a", 3 / 28],
    ["a", "\n", 3 / 28],
    ["c", "\n", 41 / 56],
  ])("p(%j → %j) is exact", async (before, word, expected) => {
    expect(await probability(await worked(), before, word)).toBeCloseTo(expected, 14);
  });

  test("a whole sentence has ln p = −3.346396, 0.965566 bits per token", async () => {
    const { sum, mean, count } = await (await worked()).scoreText("a b a c\n");
    expect(count).toBe(5);
    expect(sum).toBeCloseTo(-3.346396, 6);
    expect(-mean / Math.LN2).toBeCloseTo(0.965566, 6);
  });
});

const letters = fc.constantFrom("a", "b", "c", "d", "e");
const sentences = fc.array(fc.array(letters, { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 12,
});
const orders = fc.integer({ min: 2, max: 5 });

describe("Kneser–Ney against the definition", () => {
  test("every probability is that of a plain implementation with maps", async () => {
    await fc.assert(
      fc.asyncProperty(
        sentences,
        orders,
        fc.boolean(),
        fc.array(letters, { maxLength: 6 }),
        async (all, order, fixed, tail) => {
          const discount = fixed ? 0.6 : undefined;
          const model = await trainNgram(all.map((one) => one.join(" ")).join("\n"), {
            order,
            minCount: 1,
            discount,
          });
          const plain = plainKneserNey(all, order, { open: false, discount });
          const { tokens } = await model.scoreText(`${tail.join(" ")}\n`);
          const words = ["<s>", ...tail, "</s>"];
          const known = new Set(all.flat());
          for (const [i, { logprob }] of tokens.entries()) {
            // A word outside the vocabulary is impossible, and what comes after it has no context.
            if (!tail.slice(0, i + 1).every((word) => known.has(word))) break;
            expect(logprob).toBeCloseTo(plain.logProbability(words.slice(0, i + 1), words[i + 1]), 10);
          }
        },
      ),
      { seed: 5, numRuns: 120 },
    );
  });

  test("with rare words as one class, unigrams are interpolated with the uniform distribution", async () => {
    const text = "a b a b z\na c y\nb a c c\nb b a";
    const model = await trainNgram(text, { order: 3 });
    const mapped = text.split("\n").map((line) => line.replace(/[zy]/g, "<unk>").split(" "));
    const plain = plainKneserNey(mapped, 3, { open: true });
    for (const history of [[], ["a"], ["c", "c"], ["a", "b"]]) {
      for (const { token, logprob } of await model.nextTokens!(history.join(" "))) {
        const word = token === "\n" ? "</s>" : token;
        expect(logprob).toBeCloseTo(plain.logProbability(["<s>", ...history], word), 12);
      }
    }
  });

  test("any model sums to one after any text, also pruned and read back", async () => {
    const units = fc.constantFrom("word", "character", "byte");
    await fc.assert(
      fc.asyncProperty(
        sentences,
        orders,
        units,
        fc.integer({ min: 1, max: 3 }),
        fc.string({ maxLength: 8 }),
        async (all, order, unit, minCount, prefix) => {
          const text = all.map((one) => one.join(" ")).join("\n");
          const full = await trainNgram(text, { order, unit, minCount });
          const fewer = ngramOf(full.units, pruned(full.counts, [2, 3, 2, 2]), full.spelling);
          for (const model of [full, fewer, parseNgram(formatNgram(fewer), "x")]) {
            for (const before of [prefix, `${text} ${prefix}`]) {
              const next = await model.nextTokens!(before);
              expect(next.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 10);
            }
          }
        },
      ),
      { seed: 6, numRuns: 60 },
    );
  });
});

describe("words and unknown words", () => {
  const words = (text: string) => {
    const scanner = new WordScanner(text);
    const found: string[] = [];
    while (scanner.next()) found.push(text.slice(scanner.start, scanner.end));
    return found;
  };

  test("words are runs of letters and digits with what joins them inside, marks alone, newlines counted", () => {
    expect(words("Don't  pay $1,234.50, re-try (it's 20 °C)!\r\n\n漢字 🦄é.")).toEqual([
      "Don't",
      "pay",
      "$",
      "1,234.50",
      ",",
      "re",
      "-",
      "try",
      "(",
      "it's",
      "20",
      "°",
      "C",
      ")",
      "!",
      "\n",
      "\n",
      "漢",
      "字",
      "🦄",
      "é",
      ".",
    ]);
  });

  test("places of words lie in order, do not overlap, and leave only white space out", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
        const scanner = new WordScanner(text);
        let at = 0;
        while (scanner.next()) {
          expect(text.slice(at, scanner.start).trim()).toBe("");
          expect(scanner.end).toBeGreaterThan(scanner.start);
          at = scanner.end;
        }
        expect(text.slice(at).trim()).toBe("");
      }),
      { seed: 7 },
    );
  });

  test("a longer strange word is less likely, and unknown words share the probability of their class", async () => {
    const model = await trainNgram("the cat saw a dog\nthe dog saw a bat\nthe cat saw one hat", { order: 2 });
    const score = async (word: string) => (await model.scoreContinuation("the", ` ${word}`)).sum;
    expect(await score("zebras")).toBeLessThan(await score("hut"));
    const listed = (await model.nextTokens!("the")).find(({ token }) => token === "<unk>")!.logprob;
    const some = ["bat", "hat", "one", "hut", "bone", "zebras"];
    const masses = await Promise.all(some.map(async (word) => Math.exp(await score(word))));
    expect(Math.log(masses.reduce((sum, p) => sum + p))).toBeLessThan(listed);
  });

  test("a closed vocabulary makes an unknown word impossible and says so with −∞", async () => {
    const { tokens, sum } = await (await worked()).scoreText("a zebra b");
    expect(tokens.map(({ logprob }) => Number.isFinite(logprob))).toEqual([true, false, true]);
    expect(sum).toBe(Number.NEGATIVE_INFINITY);
  });

  test("capital letters are small ones only where asked for", async () => {
    const model = await trainNgram("The dog. The dog.", { order: 2, lowerCase: true });
    expect((await model.scoreText("THE DOG")).sum).toBe((await model.scoreText("the dog")).sum);
    const strict = await trainNgram("The dog. The dog.", { order: 2 });
    expect((await strict.scoreText("THE DOG")).sum).toBeLessThan((await strict.scoreText("The dog")).sum);
  });

  test("a prefix that ends inside a word moves the boundary back to the word's beginning", async () => {
    const model = await trainNgram("the cat sat\nthe cat sat", { order: 2 });
    const moved = await model.scoreContinuation("the c", "at sat");
    expect(moved.boundaryMoved).toBe(true);
    expect(moved.tokens.map(({ token }) => token)).toEqual([" cat", " sat"]);
    const kept = await model.scoreContinuation("the ", "cat sat");
    expect(kept.boundaryMoved).toBeUndefined();
    expect(kept.tokens.map(({ token }) => token)).toEqual(["cat", " sat"]);
    expect(kept.sum).toBe(moved.sum);
  });
});

describe("drawing", () => {
  test("what is drawn has the frequencies of the listed probabilities", async () => {
    const model = await worked();
    const draws = 4000;
    const texts = await model.generate("a", { maxTokens: 1, n: draws, seed: 11 });
    for (const { token, logprob } of await model.nextTokens!("a")) {
      const p = Math.exp(logprob);
      const share =
        texts.filter(({ text }) => text.trim() === token.trim() && (text === "\n") === (token === "\n"))
          .length / draws;
      // Four standard errors of a share.
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws) + 1e-12);
    }
  });

  test("a low temperature and a small nucleus leave the likeliest word", async () => {
    const model = await worked();
    for (const options of [{ temperature: 0 }, { temperature: 0.01 }, { topP: 0.1 }]) {
      const texts = await model.generate("a", { maxTokens: 1, n: 20, seed: 2, ...options });
      expect(new Set(texts.map(({ text }) => text))).toEqual(new Set([" b"]));
    }
  });

  test("the probabilities of what was drawn are those with which it is scored", async () => {
    const text = "the cat sat on the mat. the dog ran to the cat, and the cat ran.\nthe end.\n";
    for (const options of [{ order: 3 }, { unit: "character" as const }, { unit: "byte" as const }]) {
      const model = await trainNgram(text, options);
      const [drawn] = await model.generate("the", { maxTokens: 25, seed: 4 });
      const scored = await model.scoreContinuation("the", drawn.text);
      if (drawn.text.includes("\ufffd") || drawn.text.includes("<unk>")) continue;
      expect(scored.tokens.map(({ logprob }) => logprob)).toEqual(
        drawn.logprobs!.map(({ logprob }) => expect.closeTo(logprob, 9)),
      );
    }
  });
});

describe("files", () => {
  const small = () =>
    trainNgram("the cat sat on the mat. the dog ran, the cat ran.\nthe end é.\n", { order: 3 });

  test("a model that was saved scores as before, to the last bit", async () => {
    const model = await small();
    const path = join(mkdtempSync(join(tmpdir(), "ngram-")), "m.ngram");
    await saveNgram(path, model);
    const back = await loadNgram(path);
    const text = "the cat ran on the zebra.\nthe end";
    expect((await back.scoreText(text)).tokens).toEqual((await model.scoreText(text)).tokens);
    expect(back.name).toBe(model.name);
    expect(Buffer.from(formatNgram(back)).equals(Buffer.from(formatNgram(model)))).toBe(true);
  });

  test("a file that is cut short anywhere is refused in one line", async () => {
    const bytes = formatNgram(await small());
    for (let length = 0; length < bytes.length; length += 7) {
      const read = () => parseNgram(bytes.subarray(0, length), "cut.ngram");
      expect(read).toThrow(InputError);
      expect(read).toThrow(/^cut\.ngram: .+; not a whole n-gram model of this package$/);
    }
  });

  test("a file with a changed byte is refused or read, and never anything else", async () => {
    const bytes = formatNgram(await small());
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(bytes);
        changed[at] ^= flip;
        try {
          parseNgram(changed, "bad.ngram");
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { seed: 8, numRuns: 400 },
    );
  });
});

describe("refusals", () => {
  test.each([
    [{ order: 1 }, /^trainNgram: order will not do; expected 2, 3, 4 or 5, got 1$/],
    [{ order: 6 }, /order/],
    [{ minCount: 0 }, /^trainNgram: minCount will not do; expected a whole number from 1, got 0$/],
    [{ discount: 1.5 }, /^trainNgram: discount will not do; expected a number from 0 to 1, got 1.5$/],
  ])("options %j", async (options, message) => {
    await expect(trainNgram("a b", options)).rejects.toThrow(message);
  });

  test("nothing to learn from", async () => {
    await expect(trainNgram(["", " "])).rejects.toThrow(/^trainNgram: the texts hold nothing to learn from/);
  });

  test("training stops when asked to", async () => {
    await expect(trainNgram("a b", { signal: AbortSignal.abort() })).rejects.toThrow(/stopped/);
  });
});
