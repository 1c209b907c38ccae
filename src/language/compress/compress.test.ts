import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CompressOptions, compressPrompt, openTokenizer, type WordScorer } from "./compress.ts";
import { percentOf, weightedPercentile } from "./percentile.ts";
import { removalOrder } from "./removal-order.ts";
import { splitWords } from "./words.ts";

/** Sheet 30, table B. */
const tableB: [word: string, probability: number, tokens: number][] = [
  ["City", 0.97, 1],
  ["Manager", 0.95, 1],
  ["recommends", 0.81, 2],
  ["that", 0.12, 1],
  ["we", 0.08, 1],
  ["adopt", 0.9, 1],
  ["three", 0.93, 1],
  ["resolutions", 0.96, 2],
  [",", 0.2, 1],
  ["first", 0.6, 1],
  ["to", 0.1, 1],
  ["join", 0.85, 1],
  ["the", 0.05, 1],
  ["program", 0.88, 1],
  [".", 0.4, 1],
];
const sentence = "City Manager recommends that we adopt three resolutions, first to join the program.";

function wordList(text: string): string[] {
  const { starts, ends } = splitWords(text);
  return Array.from(starts, (start, i) => text.slice(start, ends[i]));
}

/** Scores words by a rule. */
function scorerOf(scoreOf: (word: string, place: number) => number): WordScorer {
  return {
    name: "rule",
    score: async (text) => {
      const { starts, ends } = splitWords(text);
      const keep = Float64Array.from(starts, (start, i) => scoreOf(text.slice(start, ends[i]), i));
      return { starts, ends, keep, bits: keep };
    },
  };
}

const tableScorer = scorerOf((word) => tableB.find(([w]) => w === word)?.[1] ?? 0);
const tableTokens = (text: string) =>
  wordList(text).reduce((sum, word) => sum + (tableB.find(([w]) => w === word)?.[2] ?? 1), 0);
const byLength = scorerOf((word) => word.length);
/** A score without ties that has nothing to do with meaning. */
const scrambled = scorerOf((word, place) => (place * 7919 + word.length * 104729) % 1009);

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const item of whole) if (item === part[at]) at++;
  return at === part.length;
}

const prose = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom("the", "council", "votes", "on", "item", "15", "program", "and", "3.5"),
      },
      fc.constantFrom(
        ",",
        ".",
        "(",
        ")",
        "\n",
        "\r\n",
        "\n\n",
        "  ",
        "\t",
        "don't",
        "a/b",
        "re-join",
        '"',
        "```",
      ),
      fc.constantFrom(
        "我们",
        "今天",
        "。",
        "👩‍👩‍👧‍👦",
        "🇩🇪",
        "é",
        "e\u0301",
        "naïve",
        "Ж",
        "#1",
        "##",
        "<|endoftext|>",
      ),
      fc.string({ unit: "grapheme", maxLength: 6 }),
    ),
    { maxLength: 60 },
  )
  .chain((parts) => fc.constantFrom("", " ").map((glue) => parts.join(glue)));

describe("compressPrompt, table of the sheet", () => {
  const run = (options: CompressOptions) =>
    compressPrompt(tableScorer, sentence, { countTokens: tableTokens, ...options });

  it.each([
    [0.33, "City Manager adopt three resolutions", 6],
    [0.5, "City Manager adopt three resolutions join program", 8],
    [0.7, "City Manager recommends adopt three resolutions first join program.", 12],
  ])("keeps the words above the percentile at rate %d", async (rate, text, tokens) => {
    const result = await run({ rate, selection: "percentile" });
    expect(result.text).toBe(text);
    expect(result.compressedTokens).toBe(tokens);
    expect(result.originalTokens).toBe(17);
  });

  it.each([
    [0.33, "City Manager three resolutions", 5],
    [0.5, "City Manager adopt three resolutions join program", 8],
  ])("keeps the best words that fit at rate %d in exact mode", async (rate, text, tokens) => {
    const result = await run({ rate });
    expect(result.text).toBe(text);
    expect(result.compressedTokens).toBe(tokens);
  });

  it.each([
    [0.33, 68, 0.8976],
    [0.5, 51, 0.8164],
    [0.7, 31, 0.392],
  ])("has the percentile and threshold of the sheet at rate %d", (rate, percent, threshold) => {
    const values = Float64Array.from(tableB, ([, p]) => p);
    const weights = Float64Array.from(tableB, ([, , tokens]) => tokens);
    expect(percentOf(1 - rate, 1)).toBe(percent);
    expect(weightedPercentile(values, weights, percent)).toBeCloseTo(threshold, 10);
  });

  it("takes 11 as the percent of rate 0.9, where doubles give 10.999…", () => {
    expect(percentOf(1 - 0.9, 1)).toBe(11);
  });
});

describe("compressPrompt, whatever the text", () => {
  const o200k = openTokenizer();

  it("gives a subsequence of the words, within the budget by an actual count", async () => {
    const tokenizer = await o200k;
    await fc.assert(
      fc.asyncProperty(prose, fc.double({ min: 0.05, max: 0.99, noNaN: true }), async (text, rate) => {
        const result = await compressPrompt(scrambled, text, { rate, tokenizer });
        expect(isSubsequence(wordList(result.text), wordList(text))).toBe(true);
        expect(tokenizer.count(result.text)).toBe(result.compressedTokens);
        if (text.trim() !== "")
          expect(result.compressedTokens).toBeLessThanOrEqual(rate * result.originalTokens + 1e-9);
      }),
      { numRuns: 150 },
    );
  });

  it("keeps a subset of the words when the budget is smaller", async () => {
    await fc.assert(
      fc.asyncProperty(
        prose,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 20 }),
        async (text, b, more) => {
          const small = await compressPrompt(scrambled, text, { targetTokens: b });
          const large = await compressPrompt(scrambled, text, { targetTokens: b + more });
          const { kept } = large.contexts[0].words;
          small.contexts[0].words.kept.forEach((flag, i) => {
            expect(flag).toBeLessThanOrEqual(kept[i]);
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  it("returns the text byte for byte at rate 1 and at budgets it fits", async () => {
    await fc.assert(
      fc.asyncProperty(prose, prose, async (a, b) => {
        expect((await compressPrompt(byLength, a, { rate: 1 })).text).toBe(a);
        expect((await compressPrompt(byLength, [a, b], { rate: 1 })).text).toBe(`${a}\n\n${b}`);
        expect(
          (await compressPrompt(byLength, a, { targetTokens: 100_000, selection: "percentile" })).text,
        ).toBe(a);
      }),
      { numRuns: 50 },
    );
  });

  it("leaves protected spans as they are", async () => {
    await fc.assert(
      fc.asyncProperty(prose, prose, fc.string({ maxLength: 12 }), async (before, after, inside) => {
        const span = `<<${inside.replaceAll(">", "")}>>`;
        const text = `${before.replaceAll("<", "")} ${span} ${after.replaceAll("<", "")}`;
        for (const selection of ["exact", "percentile"] as const) {
          const targetTokens = (await o200k).count(` ${span}`) + 20;
          const options = { targetTokens, keepPatterns: ["<<…>>"], selection };
          const result = await compressPrompt(scrambled, text, options);
          expect(result.text).toContain(span);
          expect(result.protectedSpans).toBe(1);
        }
      }),
      { numRuns: 75 },
    );
  });

  it("keeps every force token", async () => {
    const text = "Item 15, the council? The green council; item 7! No items here.";
    for (const selection of ["exact", "percentile"] as const) {
      const result = await compressPrompt(byLength, text, {
        rate: 0.6,
        forceTokens: ["item", "?", "!", "The green"],
        selection,
      });
      for (const token of [" item 7", "?", "!", "The green"])
        expect(result.text).toContain(token.trim().split(" 7")[0]);
      expect(wordList(result.text).filter((word) => word === "item")).toHaveLength(1);
    }
  });
});

describe("compressPrompt, spacing", () => {
  const shorten = async (text: string, drop: readonly string[], options: CompressOptions = {}) => {
    const scorer = scorerOf((word) => (drop.includes(word) ? 0 : 1));
    const tokens = wordList(text).filter((word) => !drop.includes(word)).length;
    const tokenizer = await openTokenizer("words");
    return (await compressPrompt(scorer, text, { tokenizer, targetTokens: tokens, ...options })).text;
  };

  it.each([
    ["to join, the council", ["join"], "to, the council"],
    ["said (the program) twice", ["the"], "said (program) twice"],
    ["the green/solar program", ["green"], "the /solar program"],
    ["the green/solar program", ["/"], "the green solar program"],
    ["one\n\ntwo\n\nthree", ["two"], "one\n\nthree"],
    ["one two\r\nthree four\r\n", ["two", "three"], "one\r\nfour\r\n"],
    ["  one two", ["one"], "  two"],
    ["- one\n- two three\n", ["-", "two"], "one\nthree\n"],
    ['he said "so it is" then', ["so", "is"], 'he said "it" then'],
    ["我们今天去公园。", ["今", "天"], "我们去公园。"],
    ["if (a)\n    return b;", ["a"], "if ()\n    return b;"],
    ["#1 and ##2", ["and"], "#1 ##2"],
  ])("shortens %j without %j to %j", async (text, drop, shorter) => {
    expect(await shorten(text, drop)).toBe(shorter);
  });

  it("drops the repeats of a force token only when asked to", async () => {
    const text = "one . two . three . four";
    const drop = ["two", "three"];
    const forceTokens = ["."];
    expect(await shorten(text, drop, { forceTokens })).toBe("one . . . four");
    expect(await shorten(text, drop, { forceTokens, dropConsecutive: true, targetTokens: 3 })).toBe(
      "one . four",
    );
  });
});

describe("removalOrder", () => {
  it("sorts as a comparison does, later places first among equals", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1, -1))), (list) => {
        const values = Float64Array.from(list);
        const places = list.map((_, i) => i).filter((i) => i % 3 !== 1);
        places.sort((a, b) => values[a] - values[b] || b - a);
        expect([...removalOrder(values, (i) => i % 3 !== 1)]).toEqual(places);
      }),
    );
  });
});
