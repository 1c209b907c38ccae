import type { ExperimentResult, ExperimentRow } from "../../core/card.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { correlation, mean, variance } from "../../core/statistics.ts";
import { documentModel, englishModel, type LanguageModel } from "../model/model.ts";
import { type CompressionEstimate, estimateCompressionMI } from "./information.ts";
import { rankCompressions } from "./ranking.ts";
import { type Keeper, keepers, keptWords, type RealTexts, unigramLikelihoods } from "./real-text.ts";
import { scoreCompressions } from "./score.ts";

interface Cell {
  readonly keeper: Keeper;
  readonly k: number;
  readonly estimate: CompressionEstimate;
  /** Mean −ln p of the words of a text given its compression. */
  readonly logPerplexity: number;
}

const tail = "\n\n";

/** Section D: words kept by simple rules, scored by the conditional document model. */
export async function realText(
  real: RealTexts,
  counts: readonly number[],
  { signal }: LongRunning,
): Promise<ExperimentResult> {
  const { what, texts } = real;
  const english = await englishModel();
  const lm = documentModel(english);
  const kept = await keptWords(texts, english, new Random(1));
  const plan = counts.flatMap((k) => keepers.map((keeper) => ({ keeper, k, compressions: kept(keeper, k) })));
  const scored = await scoreCompressions(
    lm,
    texts,
    texts.map((_, i) => plan.map(({ compressions }) => compressions[i])),
    { signal },
  );
  const cells: Cell[] = [];
  for (const [c, { keeper, k, compressions }] of plan.entries()) {
    const estimate = estimateCompressionMI(
      scored.ll.map((row) => [row[c]]),
      { unit: "bits", bootstrap: 0, lengths: scored.lengths.map((row) => [row[c]]) },
    );
    cells.push({ keeper, k, estimate, logPerplexity: await logPerplexity(lm, texts, compressions) });
  }
  const of = (k: number) =>
    keepers.map((keeper) => cells.find((cell) => cell.keeper === keeper && cell.k === k)!);
  return {
    rows: [ordering(real, kept), unsaturated(what, of(1)), saturation(what, of(12)), perplexity(what, cells)],
    tables: [
      {
        title: `Words kept of ${texts.length} ${what}, scored by a document's bigram mixed with the English trigram; at most ${Math.log2(texts.length).toFixed(3)} bits`,
        columns: [
          "words kept",
          "rule",
          "bits",
          "at most",
          "saturated",
          "bits per word",
          "ln perplexity of the text",
        ],
        rows: cells.map(({ keeper, k, estimate, logPerplexity }) => [
          k,
          keeper,
          estimate.value.toFixed(2),
          estimate.upper.toFixed(2),
          estimate.saturated ? "yes" : "no",
          estimate.bitsPerToken!.value.toFixed(3),
          logPerplexity.toFixed(3),
        ]),
      },
    ],
  };
}

async function logPerplexity(
  lm: LanguageModel,
  texts: readonly string[],
  compressions: readonly string[],
): Promise<number> {
  const values: number[] = [];
  for (const [i, text] of texts.entries()) {
    const { mean: logprob } = await lm.scoreContinuation(compressions[i] + tail, text);
    values.push(-logprob);
  }
  return mean(values);
}

function listed(cells: readonly Pick<Cell, "keeper" | "estimate">[]): string {
  return cells
    .map(
      ({ keeper, estimate }) =>
        `${keeper} ${estimate.value.toFixed(2)}${estimate.saturated ? " (saturated)" : ""}`,
    )
    .join(", ");
}

function ordering(real: RealTexts, kept: (keeper: Keeper, k: number) => string[]): ExperimentRow {
  const estimates = keepers.map((keeper) => ({
    keeper,
    estimate: estimateCompressionMI(unigramLikelihoods(real, kept(keeper, 3)), {
      bootstrap: 0,
      unit: "bits",
    }),
  }));
  const values = estimates.map(({ estimate }) => estimate.value);
  return {
    claim: `with 3 words kept and a unigram scorer the order is surprisal, random, head, most frequent (${real.what})`,
    reported: "5.41, 4.84, 4.26, −0.30 bits of 5.585 (48 medical cases)",
    measured: `${listed(estimates)} bits of ${estimates[0].estimate.limit.toFixed(3)}`,
    tolerance: "the order of the values, the last below 0",
    holds: values.every((value, k) => k === 0 || value < values[k - 1]) && values[3] < 0,
  };
}

function unsaturated(what: string, cells: readonly Cell[]): ExperimentRow {
  const [surprisal, random, , frequent] = cells;
  const standings = rankCompressions([surprisal, random, frequent].map(({ estimate }) => estimate));
  const terms = frequent.estimate.terms.flat();
  const margin = 4 * Math.sqrt(variance(terms) / (terms.length - 1));
  return {
    claim: `with 1 word kept the most surprising one tells most, a random one less, the most frequent nothing (${what})`,
    reported: "5.41, 4.84 and −0.30 bits with 3 words kept; negative values count as 0",
    measured: `${listed([surprisal, random, frequent])} bits of ${cells[0].estimate.limit.toFixed(3)}`,
    tolerance: `ranked by paired differences over texts, 95 % for all pairs together; the last above 0 by at most ${margin.toFixed(3)}: 4 standard errors`,
    holds:
      standings.every(({ best, worst }, k) => best === k + 1 && worst === k + 1) &&
      frequent.estimate.value <= margin,
  };
}

function saturation(what: string, cells: readonly Cell[]): ExperimentRow {
  const first = cells.slice(0, 3);
  return {
    claim: `with 12 words kept all but the most frequent are saturated (${what})`,
    reported: "5.58 of 5.585 bits for the first three: saturated",
    measured: `${listed(cells)} bits of ${cells[0].estimate.limit.toFixed(3)}`,
    tolerance: "above 0.9 log2 N: marked as saturated",
    holds: first.every(({ estimate }) => estimate.saturated) && !cells[3].estimate.saturated,
  };
}

function perplexity(what: string, cells: readonly Cell[]): ExperimentRow {
  const r = correlation(
    cells.map(({ estimate }) => estimate.value),
    cells.map((cell) => cell.logPerplexity),
  );
  return {
    claim: `information and perplexity of the text given its compression go against each other (${what})`,
    reported: "r = −0.84, R² = 0.71 (FineWeb, Llama compressors)",
    measured: `r = ${r.toFixed(2)}, R² = ${(r * r).toFixed(2)} over ${cells.length} cells, ln perplexity`,
    tolerance: "below 0; the number depends on the compressors",
    holds: r < 0,
  };
}
