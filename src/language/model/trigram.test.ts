import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { languageModelContract } from "../../../test/battery/language-model.ts";
import { type TrigramEntries, trigramFile } from "../../../test/fixtures/language/trigram-file.ts";
import { InputError } from "../../core/errors.ts";
import { parseArpa } from "./arpa.ts";
import { trigramPath } from "./experiment-trigram.ts";
import { loadTrigram } from "./trigram.ts";

const folder = mkdtempSync(join(tmpdir(), "trigram-"));
const entries: TrigramEntries = {
  words: ["</s>", "<s>", "a", "b", "it's"],
  unigrams: [
    [-0.7, 0],
    [-99, -0.3],
    [-0.3, -0.4],
    [-0.5, -0.1],
    [-0.9, -0.2],
  ],
  bigrams: new Map([
    ["a b", [-0.05, -0.15]],
    ["<s> a", [-0.3, 0]],
    ["b it's", [-0.2, -0.25]],
    ["it's a", [-0.6, -0.35]],
  ]),
  trigrams: new Map([
    ["<s> a b", -0.02],
    ["a b it's", -0.1],
  ]),
};

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** The same entries as an ARPA file. */
function arpaOf({ words, unigrams, bigrams, trigrams }: TrigramEntries): Uint8Array {
  const lines = [
    "\\data\\",
    ...[words.length, bigrams.size, trigrams.size].map((count, k) => `ngram ${k + 1}=${count}`),
    "\\1-grams:",
    ...words.map((word, i) => `${unigrams[i][0]} ${word} ${unigrams[i][1]}`),
    "\\2-grams:",
    ...[...bigrams].map(([gram, [p, backoff]]) => `${p} ${gram} ${backoff}`),
    "\\3-grams:",
    ...[...trigrams].map(([gram, p]) => `${p} ${gram}`),
    "\\end\\",
  ];
  return new TextEncoder().encode(lines.join("\n"));
}

describe("a small trigram file", () => {
  test("scores as the same entries in an ARPA file", async () => {
    const binary = await loadTrigram(write("small.bin", trigramFile(entries)));
    const arpa = parseArpa(arpaOf(entries), "arpa");
    for (const text of ["a b it's a\n", "b a a it's\na b\n", "it's it's b b it's\n", "a b it's it's a b"]) {
      const [one, two] = [await binary.scoreText(text), await arpa.scoreText(text)];
      expect(one.count).toBe(two.count);
      for (const [i, { logprob }] of one.tokens.entries())
        expect(logprob).toBeCloseTo(two.tokens[i].logprob, 5);
    }
  });

  test("reads capital letters as small, marks as white space, newlines as ends, and unknown words as impossible", async () => {
    const model = await loadTrigram(write("small.bin", trigramFile(entries)));
    const { tokens } = await model.scoreText("A, B -- it’s!\nZebra a");
    expect(tokens.map(({ token }) => token)).toEqual(["A", ", B", " -- it’s", "!\n", "Zebra", " a"]);
    expect(tokens.map(({ logprob }) => Number.isFinite(logprob))).toEqual([
      true,
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  test("is refused in one line when cut short or changed", async () => {
    const whole = trigramFile(entries);
    const changed = (at: number, value: number) =>
      Uint8Array.from(whole, (byte, i) => (i === at ? value : byte));
    const cases: [string, Uint8Array, RegExp][] = [
      ["other.bin", Buffer.from("something else"), /does not begin as one; not a binary trigram model$/],
      ["short.bin", whole.subarray(0, whole.length - 3), /cut short/],
      ["header.bin", whole.subarray(0, 24), /cut short/],
      ["order.bin", changed(19, 5), /of order 5/],
      ["counts.bin", changed(23, 255), /cut short/],
      ["long.bin", Buffer.concat([whole, Buffer.from("more")]), /something follows/],
    ];
    for (const [name, bytes, message] of cases) {
      const reading = loadTrigram(write(name, bytes));
      await expect(reading).rejects.toThrow(message);
      await expect(reading).rejects.toThrow(InputError);
    }
    await expect(loadTrigram(join(folder, "missing.bin"))).rejects.toThrow(/no such file/);
  });
});

languageModelContract("small trigram file", () => loadTrigram(write("small.bin", trigramFile(entries))), {
  pairs: [
    ["a b", " it's"],
    ["it's", " a\nb"],
  ],
  choices: [" a", " b it's"],
  unnormalised: "entries made up by hand do not sum to one",
});

if (existsSync(trigramPath)) languageModelContract("trigram of US English", () => loadTrigram(trigramPath));
else {
  test.skip(
    `trigram of US English: ${trigramPath} is not there (Debian package pocketsphinx-en-us, or SURPRISAL_TRIGRAM)`,
  );
}
