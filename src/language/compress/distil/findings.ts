import type { LongRunning } from "../../../core/progress.ts";
import type { TokenClassifierCompressor } from "./classifier.ts";
import type { DistilledRow } from "./distil.ts";
import type { ClassifierScores } from "./evaluation.ts";
import type { Dropped } from "./filter.ts";
import type { TrainingRecord } from "./training.ts";
import { wordsOf } from "./words.ts";

interface HistogramBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** A rate over all chunks. */
export interface QualityRate {
  readonly name: string;
  readonly meaning: string;
  readonly mean: number;
  readonly histogram: readonly HistogramBin[];
  /** Chunks at or above this were filtered out, where any were. */
  readonly limit?: number;
  readonly dropped?: number;
}

export interface ShownChunk {
  /** Words with the white space before them, whether the teacher kept each, and the classifier's probability. */
  readonly words: readonly { readonly text: string; readonly kept: boolean; readonly p: number }[];
  readonly shortened: boolean;
}

/** What distillation and training gave, for the report. */
export interface DistilFindings {
  readonly chunks: number;
  readonly words: number;
  readonly keptChunks: number;
  readonly testChunks: number;
  readonly rates: readonly QualityRate[];
  readonly droppedChunks: readonly {
    readonly reason: Dropped<unknown>["reason"];
    readonly variationRate: number;
    readonly alignmentGap: number;
    readonly text: string;
    readonly compressed: string;
  }[];
  readonly training: TrainingRecord;
  readonly scores: ClassifierScores;
  readonly examples: readonly ShownChunk[];
}

const bins = 20;
const mostDropped = 8;
const mostExamples = 3;
const mostWords = 150;
const mostCharacters = 240;

/** Puts together what a person wants to see of a distillation; `test` are the chunks that were held out. */
export async function distilFindings(
  rows: readonly DistilledRow[],
  dropped: readonly Dropped<DistilledRow>[],
  test: readonly DistilledRow[],
  model: TokenClassifierCompressor,
  scores: ClassifierScores,
  options: LongRunning = {},
): Promise<DistilFindings> {
  const droppedBy = (reason: Dropped<unknown>["reason"]) => {
    const of = dropped.filter((one) => one.reason === reason);
    return of.length === 0 ? { dropped: 0 } : { dropped: of.length, limit: of[0].limit };
  };
  const examples: ShownChunk[] = [];
  for (const row of test.slice(0, mostExamples)) examples.push(await shownChunk(row, model, options));
  return {
    chunks: rows.length,
    words: rows.reduce((sum, { labels }) => sum + labels.length, 0),
    keptChunks: rows.length - dropped.length,
    testChunks: test.length,
    rates: [
      rateOf(
        rows,
        "compression rate",
        "words of the compression over words of the chunk",
        (row) => row.compressionRate,
      ),
      {
        ...rateOf(
          rows,
          "variation rate",
          "compressed words that the chunk does not have",
          (row) => row.variationRate,
        ),
        ...droppedBy("variation-rate"),
      },
      {
        ...rateOf(
          rows,
          "alignment gap",
          "words that the chunk has, but not matched in order",
          (row) => row.alignmentGap,
        ),
        ...droppedBy("alignment-gap"),
      },
      rateOf(rows, "matching rate", "words of the chunk that got a label", (row) => row.matchingRate),
    ],
    droppedChunks: [...dropped]
      .sort((a, b) => b.row.variationRate - a.row.variationRate || b.row.alignmentGap - a.row.alignmentGap)
      .slice(0, mostDropped)
      .map(({ row, reason }) => ({
        reason,
        variationRate: row.variationRate,
        alignmentGap: row.alignmentGap,
        text: start(row.text),
        compressed: start(row.compressed),
      })),
    training: model.card.training!,
    scores,
    examples,
  };
}

function rateOf(
  rows: readonly DistilledRow[],
  name: string,
  meaning: string,
  value: (row: DistilledRow) => number,
): QualityRate {
  const counts = new Array<number>(bins).fill(0);
  let sum = 0;
  for (const row of rows) {
    sum += value(row);
    counts[Math.min(bins - 1, Math.floor(value(row) * bins))]++;
  }
  return {
    name,
    meaning,
    mean: sum / rows.length,
    histogram: counts.map((count, b) => ({ from: b / bins, to: (b + 1) / bins, count })),
  };
}

async function shownChunk(
  { text, labels }: DistilledRow,
  model: TokenClassifierCompressor,
  { signal }: LongRunning,
): Promise<ShownChunk> {
  const { keep } = await model.score(text, { signal });
  const { starts, ends } = wordsOf(text);
  const count = Math.min(mostWords, starts.length);
  return {
    words: Array.from({ length: count }, (_, i) => ({
      text: text.slice(i === 0 ? 0 : ends[i - 1], ends[i]).replace(/\s+/g, " "),
      kept: labels[i],
      p: Number(keep[i].toFixed(3)),
    })),
    shortened: count < starts.length,
  };
}

function start(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters - 1)}…` : line;
}
