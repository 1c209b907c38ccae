import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { ExperimentResult, ExperimentRow } from "../../core/card.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { loadTrigram } from "./trigram.ts";
import type { UnitModel } from "./unit-model.ts";

/** Where Debian's pocketsphinx-en-us puts its trigram; the variable SURPRISAL_TRIGRAM names another place. */
export const trigramPath =
  process.env["SURPRISAL_TRIGRAM"] ?? "/usr/share/pocketsphinx/model/en-us/en-us.lm.bin";
const casesPath = fileURLToPath(new URL("../../../../shared/data/mediq/all_dev_good.jsonl", import.meta.url));

/** Sums over the vocabulary as the sheet measured them. */
const sums: Record<string, number> = {
  the: 1.0,
  "of the": 1.00001,
  "i am": 1.00003,
  "united states": 0.99999,
  "the zebra": 0.99998,
};
const afterIAm = { not: 0.09, a: 0.068, "\n": 0.063, in: 0.029, so: 0.027 };

/** The pretrained trigram against what is known of it: a check of the reader with real numbers. */
export async function trigramExperiment({ signal }: LongRunning = {}): Promise<ExperimentResult> {
  if (!existsSync(trigramPath)) {
    return skipped(
      `${trigramPath} is not there: install the Debian package pocketsphinx-en-us or set SURPRISAL_TRIGRAM`,
    );
  }
  const model = await loadTrigram(trigramPath);
  const rows = [await normalised(model), await nextWords(model)];
  if (!existsSync(casesPath)) return { ...skipped("MediQ is not in ../shared/data"), rows };
  const sentences = await readSentences();
  const shuffled = sentences.map((words, i) => {
    return Array.from(new Random(i).permutation(words.length), (at) => words[at]);
  });
  const plain = await perplexity(model, sentences, signal);
  const mixed = await perplexity(model, shuffled, signal);
  return { rows: [...rows, ...perplexityRows(plain, mixed)] };
}

/** Sums in the middle of a text, without the beginning that the model adds; and those at the beginning. */
async function normalised(model: UnitModel): Promise<ExperimentRow> {
  const measured: string[] = [];
  let worst = 0;
  for (const [context, reported] of Object.entries(sums)) {
    // An unknown word before: the context is no longer than it says.
    const next = await model.nextTokens!(`qqq ${context}`);
    const total = next.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
    measured.push(`${total.toFixed(5)} (${context})`);
    worst = Math.max(worst, Math.abs(total - reported));
  }
  return {
    claim: "probabilities of the pretrained trigram sum to one over its vocabulary",
    reported: Object.entries(sums)
      .map(([context, sum]) => `${sum.toFixed(5)} (${context})`)
      .join(", "),
    measured: measured.join(", "),
    tolerance: "0.000005 from each: the last digit reported",
    holds: worst <= 0.5e-5 + 1e-9,
  };
}

async function nextWords(model: UnitModel): Promise<ExperimentRow> {
  const next = (await model.nextTokens!("qqq i am")).sort((a, b) => b.logprob - a.logprob);
  const found = next.slice(0, 5).map(({ token, logprob }) => [token, Math.exp(logprob)] as const);
  const show = (words: readonly (readonly [string, number])[]) =>
    words.map(([word, p]) => `${word === "\n" ? "end" : word} ${p.toFixed(3)}`).join(", ");
  const reported = Object.entries(afterIAm);
  return {
    claim: "the likeliest words after “i am”",
    reported: show(reported),
    measured: show(found),
    tolerance: "the same words in the same order, each within 0.0005",
    holds: found.every(([word, p], i) => word === reported[i][0] && Math.abs(p - reported[i][1]) <= 5e-4),
  };
}

interface Perplexity {
  value: number;
  scored: number;
  unknown: number;
}

function perplexityRows(plain: Perplexity, mixed: Perplexity): ExperimentRow[] {
  const show = ({ value }: Perplexity) =>
    `${value.toFixed(1)} (${Math.log2(value).toFixed(2)} bits per word)`;
  return [
    {
      claim: "perplexity of the trigram on the sentences of 300 medical cases",
      reported: "564 (9.14 bits per word) on 31,207 words, 1,884 out of vocabulary",
      measured: `${show(plain)} on ${plain.scored} words, ${plain.unknown} out of vocabulary`,
      tolerance: "± 5, as the sheet says; the same counts",
      holds: Math.abs(plain.value - 564) <= 5 && plain.scored === 31207 && plain.unknown === 1884,
    },
    {
      claim: "the same words shuffled inside each sentence are far less likely: it knows word order",
      reported: "4,826 (12.24 bits per word), over 8 times as much",
      measured: `${show(mixed)}, ${(mixed.value / plain.value).toFixed(2)} times as much`,
      tolerance: "over 8 times",
      holds: mixed.value > 8 * plain.value,
    },
  ];
}

/** The sentences of the first 300 cases, in small letters and apostrophes. */
async function readSentences(): Promise<string[][]> {
  const lines = (await readFile(casesPath, "utf8")).split("\n").slice(0, 300);
  return lines
    .flatMap((line) => (JSON.parse(line) as { context: string[] }).context)
    .map((sentence) => sentence.toLowerCase().match(/[a-z']+/g) ?? [])
    .filter((words) => words.length > 0);
}

/** Over known words and sentence ends. */
async function perplexity(
  model: UnitModel,
  sentences: readonly string[][],
  signal: AbortSignal | undefined,
): Promise<Perplexity> {
  const text = sentences.map((words) => `${words.join(" ")}\n`).join("");
  const { tokens } = await model.scoreText(text, { signal });
  const known = tokens.filter(({ id }) => id !== undefined);
  const nats = known.reduce((sum, { logprob }) => sum - logprob, 0);
  return {
    value: Math.exp(nats / known.length),
    scored: known.length,
    unknown: tokens.length - known.length,
  };
}

function skipped(why: string): ExperimentResult {
  return {
    rows: [],
    tables: [{ title: "Skipped: pretrained trigram", columns: ["because"], rows: [[why]] }],
  };
}
