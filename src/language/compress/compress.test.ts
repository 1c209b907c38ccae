import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordModel } from "../../../test/fixtures/language/models.ts";
import {
  type CompressOptions,
  compressJson,
  compressPrompt,
  compressStream,
  modelScorer,
  modelTokenizer,
  ngramScorer,
  openTokenizer,
  type WordScorer,
} from "./compress.ts";
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

describe("compressPrompt, what it refuses", () => {
  const refused = (options: CompressOptions, context: string | string[] = sentence) =>
    expect(compressPrompt(byLength, context, options)).rejects;

  it.each([0, -0.1, 1.1, Number.NaN])("a rate of %d", async (rate) => {
    await refused({ rate }).toThrow(/compressPrompt, rate: .*above 0 up to 1/);
  });

  it.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])("a budget of %d tokens", async (targetTokens) => {
    await refused({ targetTokens }).toThrow(/compressPrompt, targetTokens: not a number of tokens/);
  });

  it("more than 100 force tokens, empty ones, and empty patterns", async () => {
    const forceTokens = Array.from({ length: 101 }, (_, i) => `w${i}`);
    await refused({ forceTokens }).toThrow(/too many; expected at most 100, got 101/);
    await refused({ forceTokens: ["a", ""] }).toThrow(/a force token is empty/);
    await refused({ keepPatterns: [" "] }).toThrow(/pattern of what to keep is empty/);
    await refused({ question: "?!" }).toThrow(/a question needs at least one word, got "\?!"/);
  });

  it("budgets that do not match the contexts, and contexts that are not there", async () => {
    await refused({ budgets: [5] }, ["a", "b"]).toThrow(
      /one budget for each context is needed; expected 2, got 1/,
    );
    await refused({ forceContextIds: [2] }, ["a", "b"]).toThrow(
      /no context has this index; expected 0 to 1, got 2/,
    );
    await refused({ contextLevelRate: 2 }).toThrow(/contextLevelRate/);
    await refused({ targetContexts: 0 }).toThrow(/targetContexts/);
  });

  it("a budget below what must stay, with the number of tokens it needs", async () => {
    const options = { keepPatterns: ["City…adopt"], forceTokens: ["program"], targetTokens: 3 };
    const error = await compressPrompt(byLength, sentence, options).catch((e) => e);
    const needed = Number(/alone need (\d+) tokens/.exec(error.message)?.[1]);
    expect(error.code).toBe("budget-below-protected");
    const enough = await compressPrompt(byLength, sentence, { ...options, targetTokens: needed });
    expect(enough.compressedTokens).toBe(needed);
  });

  it("unknown tokenizers, with the nearest name, and files that are none", async () => {
    await expect(openTokenizer("o20k")).rejects.toThrow(/did you mean "o200k"\?/);
    await expect(openTokenizer("nowhere/tokenizer.json")).rejects.toThrow(/no such file/);
    await expect(openTokenizer("package.json")).rejects.toThrow(/not a tokenizer that can be used/);
  });
});

describe("compressPrompt, empty and hostile texts", () => {
  it("returns an empty text unchanged, with a note", async () => {
    for (const text of ["", " \n\t "]) {
      const result = await compressPrompt(byLength, text, { rate: 0.5 });
      expect(result.text).toBe(text);
      expect(result.warnings).toEqual(["the text is empty: returned as it is"]);
    }
  });

  it("says when nothing fits", async () => {
    const result = await compressPrompt(byLength, "pneumonoultramicroscopic", { targetTokens: 1 });
    expect(result.text).toBe("");
    expect(result.warnings).toEqual(["nothing fits into 1 tokens: the result is empty"]);
  });

  it("is done with long runs of letters, without spaces, and unclosed patterns, in linear time", async () => {
    const keepPatterns = ["(…)", "```…```"];
    for (const text of ["a".repeat(10_000), "国家".repeat(800), "(".repeat(5_000), "x.".repeat(10_000)]) {
      const result = await compressPrompt(byLength, text, { rate: 0.5, keepPatterns });
      expect(result.compressedTokens).toBeLessThanOrEqual(result.originalTokens / 2);
    }
  });

  it("counts special tokens of the model as text", async () => {
    const { count } = await openTokenizer();
    expect(count("<|endoftext|>")).toBeGreaterThan(1);
  });
});

describe("splitWords", () => {
  const words = (text: string) => wordList(text).join(" ");

  it.each([
    ["don't re-join 3.5 of 1,000 a@b.org", "don't re-join 3.5 of 1,000 a@b.org"],
    ["see https://a.b/c?d=1, now.", "see https://a.b/c?d=1 , now ."],
    ["#1 ##x (y)", "# 1 # # x ( y )"],
    ["👩‍👩‍👧‍👦🇩🇪👍🏽", "👩‍👩‍👧‍👦 🇩🇪 👍🏽"],
    ["e\u0301té naïve", "e\u0301té naïve"],
    ["我们a今", "我 们 a 今"],
    ["snake_case x1", "snake_case x1"],
  ])("cuts %j", (text, cut) => {
    expect(words(text)).toBe(cut);
  });

  it("leaves out nothing but white space", () => {
    fc.assert(
      fc.property(fc.oneof(prose, fc.string({ unit: "binary" })), (text) => {
        const { starts, ends } = splitWords(text);
        const gaps = [...starts, text.length].map((start, i) => text.slice(i === 0 ? 0 : ends[i - 1], start));
        expect(gaps.join("").trim()).toBe("");
        expect(ends.every((end, i) => end > starts[i])).toBe(true);
      }),
    );
  });
});

describe("compressPrompt, several contexts", () => {
  const contexts = ["aa bbbb cc", "dddddd eeeeee ffffff", "g hh i", "jjjj kkkk llll"];

  it("shares one budget among all, best words first", async () => {
    const tokenizer = await openTokenizer("words");
    const result = await compressPrompt(byLength, contexts, { targetTokens: 4, tokenizer });
    expect(result.text).toBe("bbbb\n\ndddddd eeeeee ffffff");
    expect(result.contexts.map(({ text }) => text)).toEqual(["bbbb", "dddddd eeeeee ffffff", "", ""]);
  });

  it("keeps each budget where there is one for each", async () => {
    const tokenizer = await openTokenizer("words");
    const result = await compressPrompt(byLength, contexts, { budgets: [1, 1, 2, 3], tokenizer });
    expect(result.contexts.map(({ compressedTokens }) => compressedTokens)).toEqual([1, 1, 2, 3]);
    expect(result.text).toBe("bbbb\n\ndddddd\n\ng hh\n\njjjj kkkk llll");
  });

  it("drops whole contexts by their mean score, but not the forced ones", async () => {
    const tokenizer = await openTokenizer("words");
    const options = { targetContexts: 2, rate: 1 / 2, tokenizer };
    const result = await compressPrompt(byLength, contexts, options);
    expect(result.contexts.map(({ kept }) => kept)).toEqual([false, true, false, true]);
    expect(result.text).toBe(`${contexts[1]}\n\n${contexts[3]}`);
    const forced = await compressPrompt(byLength, contexts, { ...options, forceContextIds: [2] });
    expect(forced.contexts.map(({ kept }) => kept)).toEqual([false, true, true, true]);
  });
});

describe("compressPrompt, what is weighed and counted", () => {
  it("keeps words with digits where asked to, in both selections", async () => {
    for (const selection of ["exact", "percentile"] as const) {
      const { text } = await compressPrompt(byLength, "item 15 of the programme, 7 votes, x2 and 3.5", {
        rate: 0.75,
        forceReserveDigit: true,
        selection,
      });
      for (const number of ["15", "7", "x2", "3.5"]) expect(text).toContain(number);
    }
  });

  it("has one percentile for each window of the scorer", async () => {
    const text = "a1 a2 a3 a4 b1 b2 b3 b4";
    const { starts, ends } = splitWords(text);
    const keep = Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9);
    const scorer = {
      name: "windows",
      score: async () => ({ starts, ends, keep, windows: Int32Array.of(0, 4) }),
    };
    const tokenizer = await openTokenizer("words");
    const result = await compressPrompt(scorer, text, { rate: 0.5, selection: "percentile", tokenizer });
    expect(result.text).toBe("a3 a4 b3 b4");
    expect((await compressPrompt(scorer, text, { rate: 0.5, tokenizer })).text).toBe("b1 b2 b3 b4");
  });

  it("keeps fewer when words tie at the percentile, and exactly the budget in exact mode", async () => {
    const tie = scorerOf(() => 0.5);
    const tokenizer = await openTokenizer("words");
    const text = "a b c d e f g h";
    expect((await compressPrompt(tie, text, { rate: 0.5, selection: "percentile", tokenizer })).text).toBe(
      "",
    );
    expect((await compressPrompt(tie, text, { rate: 0.5, tokenizer })).text).toBe("a b c d");
  });

  it("says what the kept words hold in bits, and labels every word", async () => {
    const result = await compressPrompt(await ngramScorer(), sentence, { rate: 0.5, returnWordLabels: true });
    const { kept, total } = result.information ?? { kept: 0, total: 0 };
    expect(kept / total).toBeGreaterThan(0.5);
    expect(result.contexts[0].labels?.filter((label) => label.kept).map(({ word }) => word)).toEqual(
      wordList(result.text),
    );
  });

  it("finds a word less informative the second time", async () => {
    const { bits } = await (await ngramScorer()).score("The zeppelin rose. The zeppelin fell.");
    expect(bits?.[5]).toBeLessThan(0.5 * (bits?.[1] ?? 0));
  });

  it("prefers sentences that share rare words with the question", async () => {
    const text =
      "The mayor opened the meeting. Anna paid for the roof with 4200 euros. The weather was discussed.";
    const ask = (question?: string) => compressPrompt(byLength, text, { rate: 0.4, question });
    expect((await ask()).text).not.toContain("roof");
    expect((await ask("Who pays for the roofs?")).text).toMatch(/Anna paid.*roof.*euros/);
  });

  it("scores words by a language model: the sum over a word's tokens", async () => {
    const model = await wordModel();
    const text = "the cat sat on the zebra";
    const { bits } = await modelScorer(model).score(text);
    const { tokens, sum } = await model.scoreText(text);
    expect((bits ?? new Float64Array()).reduce((a, b) => a + b, 0)).toBeCloseTo(-sum / Math.LN2, 9);
    expect(bits?.[1]).toBeCloseTo(-tokens[1].logprob / Math.LN2, 9);
  });

  it("stays within a budget that only the model can count", async () => {
    const model = await wordModel();
    const tokenizer = await modelTokenizer(model);
    const text = "the cat sat on the mat and the dog sat on the rug ".repeat(20);
    const result = await compressPrompt(byLength, text, { targetTokens: 60, tokenizer });
    expect(await model.countTokens(result.text)).toBe(result.compressedTokens);
    expect(result.compressedTokens).toBeLessThanOrEqual(60);
    expect(result.compressedTokens).toBeGreaterThan(50);
  });

  it("stops when asked to", async () => {
    const signal = AbortSignal.abort();
    await expect(compressPrompt(byLength, sentence, { signal })).rejects.toThrow(/stopped/);
  });
});

describe("compressJson", () => {
  it("keeps keys, structure, numbers and short strings, whatever the document", async () => {
    const long = fc.array(fc.constantFrom("the", "vote", 'say "so"', "a\nb", "é", "\\", "tab\t", "15"), {
      minLength: 9,
      maxLength: 30,
    });
    const value = fc.oneof(
      long.map((words) => words.join(" ")),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant("short"),
    );
    const documents = fc.array(fc.dictionary(fc.string({ maxLength: 5 }), value, { maxKeys: 3 }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(documents, fc.constantFrom(0, 2), async (document, indent) => {
        const text = JSON.stringify(document, null, indent);
        const result = await compressJson(scrambled, text, { rate: 0.9 }).catch((e) => e);
        if (result.code === "budget-below-protected") return;
        const shorter = JSON.parse(result.text);
        expect(shorter.map(Object.keys)).toEqual(document.map(Object.keys));
        document.forEach((row, i) => {
          for (const [key, before] of Object.entries(row)) {
            if (typeof before === "string" && before !== "short") {
              const visible = (part: string) => [...part.replace(/\s/g, "")];
              expect(isSubsequence(visible(shorter[i][key]), visible(before))).toBe(true);
            } else expect(shorter[i][key]).toEqual(before);
          }
        });
      }),
      { numRuns: 50 },
    );
  });

  it("takes JSON Lines, and refuses what is neither", async () => {
    const line = JSON.stringify({
      role: "user",
      content: "well I would like to know if I may when it opens today",
    });
    const { text } = await compressJson(byLength, `${line}\n${line}\n`, { rate: 0.9 });
    expect(
      text
        .trim()
        .split("\n")
        .map((row) => JSON.parse(row).role),
    ).toEqual(["user", "user"]);
    await expect(compressJson(byLength, "{not json")).rejects.toThrow(/neither JSON nor JSON Lines/);
  });
});

describe("compressStream", () => {
  it("compresses what arrives in pieces, and cuts no protected span", async () => {
    const paragraph = `${sentence} It was said <<and it stays as it is>> and more was said.\n`;
    const whole = paragraph.repeat(5000);
    const pieces = Array.from({ length: Math.ceil(whole.length / 7001) }, (_, i) =>
      whole.slice(7001 * i, 7001 * (i + 1)),
    );
    const parts: string[] = [];
    for await (const part of compressStream(byLength, pieces, { rate: 0.6, keepPatterns: ["<<…>>"] }))
      parts.push(part);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.join("").split("<<and it stays as it is>>")).toHaveLength(5001);
    const { count } = await openTokenizer();
    expect(count(parts.join(""))).toBeLessThanOrEqual(0.6 * count(whole) + parts.length);
  });

  it("refuses a number of tokens, since the length is not known", async () => {
    const stream = compressStream(byLength, ["a"], { targetTokens: 5 } as object);
    await expect(stream.next()).rejects.toThrow(/the length of a stream is not known; expected rate, got 5/);
  });
});
