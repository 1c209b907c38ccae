import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.ts";
import { parseArpa, saveArpa } from "./arpa.ts";
import { trainNgram } from "./ngram/ngram.ts";

const folder = mkdtempSync(join(tmpdir(), "arpa-"));
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** p(a) = 0.5, p(b) = 0.3, p(</s>) = 0.2; p(b | a) = 0.9, and a gives 0.4 to all else. */
const small = `remarks come first
\\data\\
ngram 1=4
ngram 2=2
ngram 3=1

\\1-grams:
-99\t<s>\t-0.3010300
-0.6989700\t</s>
-0.3010300\ta\t-0.3979400
-0.5228787\tb\t0

\\2-grams:
-0.0457575\ta b\t-0.1549020
-0.3010300\t<s> a\t0

\\3-grams:
-0.0969100\ta b b

\\end\\
`;

describe("reading", () => {
  const scoreOf = async (text: string) => (await parseArpa(bytesOf(small), "small")).scoreText(text);

  test("takes the longest n-gram that is listed, else backs off with the context's weight", async () => {
    const { tokens } = await scoreOf("a b b a\n");
    const p = tokens.map(({ logprob }) => Math.exp(logprob));
    // p(a | <s>), p(b | a), p(b | a b), p(a) with the weight of b alone, as b b is not listed, p(</s>) with that of a.
    expect(p).toEqual([0.5, 0.9, 0.8, 0.5, 0.2 * 0.4].map((value) => expect.closeTo(value, 6)));
  });

  test("begins anew after a newline, and weighs contexts of two words", async () => {
    const { tokens } = await scoreOf("b\na b a");
    const p = tokens.map(({ logprob }) => Math.exp(logprob));
    expect(p).toEqual([0.3 * 0.5, 0.2, 0.5, 0.9, 0.5 * 0.7].map((value) => expect.closeTo(value, 6)));
  });

  test("a word that is not listed is impossible without a class for it", async () => {
    expect((await scoreOf("a c")).tokens[1].logprob).toBe(Number.NEGATIVE_INFINITY);
    const open = small.replace("ngram 1=4", "ngram 1=5").replace("-99\t<s>", "-2\t<unk>\n-99\t<s>");
    const model = parseArpa(bytesOf(open), "open");
    // After a, with its weight of 0.4.
    expect(Math.exp((await model.scoreText("a c")).tokens[1].logprob)).toBeCloseTo(0.01 * 0.4, 8);
  });

  test("an n-gram whose beginning is not listed is found, and the beginning has the backed-off probability", async () => {
    const holes = small.replace("ngram 2=2", "ngram 2=1").replace("-0.0457575\ta b\t-0.1549020\n", "");
    const model = parseArpa(bytesOf(holes), "holes");
    const p = (await model.scoreText("a b b")).tokens.map(({ logprob }) => Math.exp(logprob));
    expect(p).toEqual([0.5, 0.3 * 0.4, 0.8].map((value) => expect.closeTo(value, 6)));
  });
});

test("a trained model that was written and read scores as before", async () => {
  const letters = fc.constantFrom("a", "b", "c", "d");
  const lines = fc.array(fc.array(letters, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.integer({ min: 2, max: 4 }),
      fc.integer({ min: 1, max: 2 }),
      async (all, order, minCount) => {
        const text = all.map((line) => line.join(" ")).join("\n");
        const model = await trainNgram(text, { order, minCount });
        const path = join(folder, "m.arpa");
        await saveArpa(path, model);
        const read = parseArpa(readFileSync(path), path);
        const probe = `${all.flat().reverse().join(" ")}\n${text}\n`;
        const [before, after] = [await model.scoreText(probe), await read.scoreText(probe)];
        for (const [i, { id, logprob }] of before.tokens.entries()) {
          // The class of unknown words is spelt by the one and not by the other. Seven decimals per term are written.
          if (id !== model.units.unknown) expect(after.tokens[i].logprob).toBeCloseTo(logprob, 5);
        }
      },
    ),
    { seed: 3, numRuns: 40 },
  );
});

describe("refusals name the line", () => {
  test.each([
    ["no data", "nothing here", /^x: line 1: no \\data\\ line; not a whole ARPA file$/],
    ["no counts", "\\data\\\n\\end\\", /line 1: expected ngram 1=…/],
    [
      "counts too large",
      small.replace("ngram 3=1", "ngram 3=999999999"),
      /line 5: more n-grams than the file has room/,
    ],
    ["a missing section", small.replace("\\2-grams:", ""), /line 14: expected \\2-grams:/],
    ["fewer lines than said", small.replace("-0.3010300\t<s> a\t0\n", ""), /expected 2 words|not a number/],
    ["more lines than said", small.replace("\\end\\", "-1\ta b a\n\\end\\"), /expected \\end\\/],
    ["cut short", small.slice(0, -8), /expected \\end\\/],
    ["a bad number", small.replace("-0.0969100", "zero"), /line 18: not a number, "zero"/],
    ["an unknown word", small.replace("a b b", "a q b"), /line 18: a word that is no 1-gram, "q"/],
    ["a probability above one", small.replace("-0.0969100", "0.5"), /line 18: a probability above 1/],
    [
      "the same n-gram twice",
      small.replace("-0.3010300\t<s> a\t0", "-0.3\ta b\t0"),
      /line 15: an n-gram that was there before/,
    ],
  ])("%s", (_, text, message) => {
    expect(() => parseArpa(bytesOf(text), "x")).toThrow(message);
    expect(() => parseArpa(bytesOf(text), "x")).toThrow(InputError);
  });
});
