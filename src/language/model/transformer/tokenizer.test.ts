import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { learnPieces } from "./bpe.ts";
import { firstByte, firstPiece, tokenizer } from "./tokenizer.ts";

const text = "the cat and the hat, the bat and the — “thé” é é é\n".repeat(5);

describe("learned pieces", () => {
  test("are the most frequent pairs first", () => {
    // "t" + "h" and "h" + "e" both occur 20 times; "th" is met first.
    expect(learnPieces("the the then\nthe the", 3)).toEqual(["th", "the", " the"]);
  });

  test("do not reach across white space, save for one space in front", () => {
    for (const piece of learnPieces(text, 100)) expect(piece).toMatch(/^ ?\S+$/u);
  });

  test("hold a character of several bytes alone before it is merged", () => {
    const pieces = learnPieces(text, 100);
    const alone = pieces.indexOf("é");

    expect(alone).toBeGreaterThanOrEqual(0);
    for (const [rank, piece] of pieces.entries()) {
      if (piece !== "é" && piece.includes("é")) expect(rank).toBeGreaterThan(alone);
    }
  });

  test("never hold control characters, the sign for a space, or names of tokens", () => {
    const odd = "a\u0001b a\u0001b \u2581x \u2581x <s> <s> <s> <0x41> <0x41> ";
    const pieces = learnPieces(odd.repeat(10), 200);

    for (const piece of pieces) expect(piece).not.toMatch(/[\p{Cc}\u2581]|^<s>$|^<0x41>$/u);
  });

  test("are fewer where no pair occurs twice", () => {
    expect(learnPieces("abc", 10)).toEqual([]);
  });
});

describe("the tokenizer", () => {
  const tokens = tokenizer(learnPieces(text, 40));

  test("writes any text, and its tokens joined are the text", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.constantFrom(..."the cat é—”\n日")).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anyText, (one) => {
        const ids = tokens.encode(one);
        return tokens.texts(ids).join("") === one && ids.every((id) => id >= firstByte && id < tokens.size);
      }),
    );
  });

  test("merges the piece that was learned first", () => {
    expect([...tokenizer(["bc", "ab"]).encode("abc")]).toEqual([firstByte + 97, firstPiece]);
    expect([...tokenizer(["ab", "bc"]).encode("abc")]).toEqual([firstPiece, firstByte + 99]);
    expect([...tokenizer(["ab", "bc", "abc"]).encode("abc")]).toEqual([firstPiece + 2]);
  });

  test("gives a character of several bytes with its last byte", () => {
    const bytes = tokenizer([]);
    const ids = bytes.encode("a—b");

    expect(bytes.texts(ids)).toEqual(["a", "", "", "—", "b"]);
    expect(bytes.nameOf(ids[1])).toBe("<0xE2>");
  });
});
