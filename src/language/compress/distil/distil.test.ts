import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LanguageModel, trainNgram } from "../../model/model.ts";
import { chunkStarts, chunkTexts } from "./chunk.ts";
import { distil, filterDistilled, labelByAlignment, labelPairs, ruleTeacher } from "./distil.ts";
import { wordsOf } from "./words.ts";

const original =
  "the council will vote on item 15 to join the green program and to join the solar program next week".split(
    " ",
  );

describe("labelling by alignment", () => {
  it.each([
    [
      "council vote item 15 join green program join solar program",
      400,
      "01010110101100101100",
      0,
      0.5,
      0.5,
      0,
    ],
    [
      "council approved item 15 join program program program",
      400,
      "01000110100100000100",
      0.125,
      0.35,
      0.3,
      0.05,
    ],
    ["solar program join green program council", 400, "01000000001100101100", 0, 0.3, 0.3, 0],
    ["council week program", 4, "01000000000000000000", 0, 0.15, 0.05, 0.1],
  ])("gives the published labels and rates for %j", (compressed, window, labels, vr, hr, mr, ag) => {
    const found = labelByAlignment(original, compressed.split(" "), { window });
    expect(found.labels.map(Number).join("")).toBe(labels);
    expect(found.variationRate).toBeCloseTo(vr, 12);
    expect(found.hittingRate).toBeCloseTo(hr, 12);
    expect(found.matchingRate).toBeCloseTo(mr, 12);
    expect(found.alignmentGap).toBeCloseTo(ag, 12);
    expect(found.compressionRate).toBe(compressed.split(" ").length / 20);
  });

  it("labels every word of a compression that only leaves out words, within the window", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.boolean()), (words, choice) => {
        const kept = words.filter(() => choice.next().value);
        const { labels, variationRate, alignmentGap } = labelByAlignment(words, kept);
        // Greedy: a word may be matched elsewhere, but as many words are labelled as were kept.
        expect(labels.filter(Boolean).length).toBe(kept.length);
        expect(alignmentGap).toBe(0);
        expect(variationRate).toBe(kept.length === 0 ? 1 : 0);
        expect(words.filter((_, i) => labels[i]).sort()).toEqual([...kept].sort());
      }),
    );
  });

  it("never labels more words than the compression has, and HR is never below MR", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "d", "x"), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 9 }), (words, compressed, window) => {
        const found = labelByAlignment(words, compressed, { window });
        expect(found.labels.filter(Boolean).length).toBeLessThanOrEqual(compressed.length);
        expect(found.hittingRate).toBeGreaterThanOrEqual(found.matchingRate);
        expect(found.alignmentGap).toBeCloseTo(found.hittingRate - found.matchingRate, 12);
      }),
    );
  });

  it("counts an empty compression as all variation", () => {
    expect(labelByAlignment(["a"], []).variationRate).toBe(1);
  });

  it("does not mind case, and matches lemmas where told to", async () => {
    expect(labelByAlignment(["The", "Council"], ["council"]).labels).toEqual([false, true]);
    const [row] = await labelPairs([
      { original: "It votes, twice, on items.", compressed: "vote twice item" },
    ]);
    expect(row.labels.map(Number).join("")).toBe("01010010");
  });

  it("refuses a text without words and a window that is none", () => {
    expect(() => labelByAlignment([], ["a"])).toThrow(/^labelByAlignment: the original has no words, got 0$/);
    expect(() => labelByAlignment(["a"], ["a"], { window: 0 })).toThrow(/labelByAlignment: window.*got 0$/);
  });
});

describe("the filters", () => {
  const row = (variationRate: number, alignmentGap = 0) => ({ variationRate, alignmentGap });

  it("drop the highest variation rates, then the highest alignment gaps of the rest", () => {
    const rows = Array.from({ length: 100 }, (_, i) => row(i / 100, ((i * 37) % 100) / 100));
    const { kept, dropped } = filterDistilled(rows);
    expect(
      dropped.filter(({ reason }) => reason === "variation-rate").map((d) => d.row.variationRate),
    ).toEqual([0.95, 0.96, 0.97, 0.98, 0.99]);
    // 95 are left; at or above their 90th percentile are 10.
    expect(dropped.length).toBe(15);
    const worst = Math.max(...kept.map(({ alignmentGap }) => alignmentGap));
    expect(
      dropped
        .slice(5)
        .every(({ row: { alignmentGap }, limit }) => alignmentGap >= limit && alignmentGap > worst),
    ).toBe(true);
    expect(kept.length + dropped.length).toBe(100);
  });

  it("drop nothing where all are equal, and only what lies above where most are", () => {
    expect(filterDistilled([0, 0, 0].map((v) => row(v))).kept.length).toBe(3);
    expect(filterDistilled(Array.from({ length: 40 }, (_, i) => row(i === 7 ? 0.5 : 0))).dropped.length).toBe(
      1,
    );
    expect(filterDistilled([])).toEqual({ kept: [], dropped: [] });
  });

  it("keep rows whole, in their order", () => {
    const rows = [row(0.1), row(0.9), row(0.2)];
    expect(filterDistilled(rows, { vrQuantile: 0.9 }).kept).toEqual([rows[0], rows[2]]);
  });

  it("refuse a quantile that is none", () => {
    expect(() => filterDistilled([], { agQuantile: 2 })).toThrow(/filterDistilled: agQuantile.*got 2$/);
  });
});

describe("chunks", () => {
  const chunks = (text: string, maxTokens: number, tokensOf?: (word: string) => number) => {
    const words = wordsOf(text);
    return chunkTexts(text, words, chunkStarts(text, words, { maxTokens, tokensOf }));
  };

  it("joined give the text back, whatever the text, and are never too long", () => {
    const piece = fc.constantFrom("a", "Bc", "don't", " ", "\n", ". ", ", ", "15", "—", "  ", "漢字");
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 80 }),
        fc.integer({ min: 1, max: 12 }),
        (pieces, maxTokens) => {
          const text = pieces.join("");
          const found = chunks(text, maxTokens);
          const hasWords = wordsOf(text).texts.length > 0;
          expect(found.join("")).toBe(hasWords ? text : "");
          for (const chunk of found) expect(wordsOf(chunk).texts.length).toBeLessThanOrEqual(maxTokens);
        },
      ),
    );
  });

  it("end with the last sentence or line that fits", () => {
    expect(chunks("One two. Three four. Five six.", 7)).toEqual(["One two. Three four. ", "Five six."]);
    expect(chunks("one two\nthree four five", 4)).toEqual(["one two\n", "three four five"]);
  });

  it("cut a text that has no end", () => {
    expect(chunks("a b c d e", 2)).toEqual(["a b ", "c d ", "e"]);
  });

  it("leave a word of too many tokens alone in its chunk", () => {
    expect(chunks("a longest b", 3, (word) => word.length)).toEqual(["a ", "longest ", "b"]);
  });
});

describe("the rule teacher", () => {
  const text = "The Council of Springfield will not vote on item 15, because it has already been decided.";

  it("keeps nouns, names, numbers, verbs, adjectives and negations when no share is asked for", async () => {
    const answer = await ruleTeacher([text], { shares: [] }).compress(text, 0);
    expect(answer).toBe("Council Springfield not vote item 15 decided");
  });

  it("keeps more of the same words at larger shares", async () => {
    const teacher = ruleTeacher([text]);
    const answers = await Promise.all([0, 1, 2, 3].map((chunk) => teacher.compress(text, chunk)));
    const kept = answers.map((answer) => answer.split(" "));
    for (let i = 1; i < 4; i++) for (const word of kept[i - 1]) expect(kept[i]).toContain(word);
    expect(kept.map(({ length }) => length)).toEqual(
      [0.2, 0.35, 0.5, 0.65].map((share) => Math.round(share * 18)),
    );
  });

  it("says nothing twice in a row before it says something else once", async () => {
    const twice = "A whale met a ship. The whale sank.";
    const answer = await ruleTeacher([twice], { shares: [0.4] }).compress(twice, 0);
    expect(answer.match(/whale/g)?.length).toBe(1);
  });

  it("refuses a share that is none", () => {
    expect(() => ruleTeacher([text], { shares: [1] })).toThrow(/ruleTeacher: not a share.*got 1$/);
  });
});

describe("distillation", () => {
  it("labels exactly what a faithful teacher kept", async () => {
    const docs = ["The council met, twice. It voted.", "A second document of the council."];
    const rows = await distil(docs, ruleTeacher(docs, { shares: [] }), { chunkTokens: 6 });
    expect(rows.map(({ document, chunk }) => [document, chunk])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    for (const { text, labels, compressed, variationRate, alignmentGap } of rows) {
      const words = wordsOf(text).texts;
      expect(words.filter((_, i) => labels[i]).join(" ")).toBe(compressed);
      expect([variationRate, alignmentGap]).toEqual([compressed === "" ? 1 : 0, 0]);
    }
  });

  it("refuses documents without a word, and a model that cannot generate", async () => {
    await expect(distil([" "], ruleTeacher([]))).rejects.toThrow(/^distil: no words to compress, got 1$/);
    const model = await trainNgram("the council met and the council voted", { order: 2 });
    const mute = Object.create(model, { capabilities: { value: new Set(["scoreText"]) } }) as LanguageModel;
    await expect(distil(["the council"], mute)).rejects.toThrow(/^distil: .* lacks generate/);
  });

  it("tells a language model the text in its instruction, and labels what it answers, invented or not", async () => {
    const model = await trainNgram("the council met and the council voted", { order: 2 });
    const [row] = await distil(["the council met"], model, { instruction: "{text} and" });
    const known = wordsOf(row.compressed).texts.filter((word) => ["the", "council", "met"].includes(word));
    expect(row.labels.length).toBe(3);
    expect(row.hittingRate).toBeCloseTo(known.length / 3, 12);
  });

  it("stops when told to", async () => {
    const docs = ["One two three."];
    await expect(distil(docs, ruleTeacher(docs), { signal: AbortSignal.abort() })).rejects.toThrow(
      "distil: stopped",
    );
  });
});
