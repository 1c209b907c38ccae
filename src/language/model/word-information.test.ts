import { describe, expect, test } from "vitest";
import { Random } from "../../core/random.ts";
import { englishModel } from "./english.ts";
import { trainNgram } from "./ngram/ngram.ts";
import { wordInformation } from "./word-information.ts";

const text = `The Congress shall assemble at least once in every year, and the Zeppelin—14 tons of it—shall not.
Each house keeps a journal; it's published from time to time (e.g. “yearly”).`;

describe("information of words", () => {
  test("is −log₂ of the probabilities with which the text is scored", async () => {
    const flat = text.replace(/\n/g, " ");
    const model = await englishModel();
    const { starts, ends, bits } = await wordInformation(flat);
    const { tokens } = await model.scoreText(flat);
    expect(bits).toHaveLength(tokens.length);
    for (const [i, { token, logprob }] of tokens.entries()) {
      expect(flat.slice(starts[i], ends[i])).toBe(token.trim());
      expect(bits[i]).toBeCloseTo(-logprob / Math.LN2, 10);
    }
  });

  test("a single newline is white space, a blank line begins a new text", async () => {
    const bitsOf = async (one: string) => [...(await wordInformation(one)).bits];
    expect(await bitsOf("the\nUnited\nStates")).toEqual(await bitsOf("the United States"));
    expect(await bitsOf("the \n\n United States")).toEqual([
      ...(await bitsOf("the")),
      ...(await bitsOf("United States")),
    ]);
  });

  test("a text of a million characters is the same as its paragraphs one by one", async () => {
    const english = await englishModel();
    const random = new Random(1);
    const paragraphs = Array.from({ length: 3000 }, () => {
      const words = Array.from({ length: 60 }, () => english.units.label(1 + random.integer(3000)));
      return words.join(" ");
    });
    const whole = await wordInformation(paragraphs.join("\n\n"));
    const parts = await Promise.all(paragraphs.slice(-20).map((one) => wordInformation(one)));
    const last = parts.flatMap(({ bits }) => [...bits]);
    expect(whole.bits.length).toBeGreaterThan(150_000);
    expect([...whole.bits.subarray(-last.length)]).toEqual(last);
  });

  test("nothing to read gives nothing", async () => {
    for (const empty of ["", "  \n\n "]) expect((await wordInformation(empty)).bits).toHaveLength(0);
  });

  test("words that a closed vocabulary lacks have infinite information", async () => {
    const model = await trainNgram("a b a b", { order: 2, minCount: 1 });
    expect([...(await wordInformation("a zebra", { model })).bits]).toEqual([
      expect.any(Number),
      Number.POSITIVE_INFINITY,
    ]);
  });

  test("refuses models of other units, and stops when asked to", async () => {
    const model = await trainNgram("a b a b", { unit: "byte" });
    await expect(wordInformation("a", { model })).rejects.toThrow(/^wordInformation: not a model of words/);
    await expect(wordInformation("a", { signal: AbortSignal.abort() })).rejects.toThrow(/stopped/);
  });
});
