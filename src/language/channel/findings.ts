import { InputError } from "../../core/errors.ts";
import { mean } from "../../core/statistics.ts";
import type { TableNote } from "../../data/table.ts";
import { type Confusions, confusionsOf } from "./confusions.ts";
import { correlateCells, type Resampled, regressScore, type ScoreRegression } from "./correlation.ts";
import { type CompressionEstimate, estimateCompressionMI } from "./information.ts";
import { estimateNotes, samplingNotes, scoringNotes } from "./notes.ts";
import { rankCompressions } from "./ranking.ts";
import { fitRateDistortion, type RateDistortionFit } from "./rate-distortion.ts";
import type { ScoredCompressions } from "./score.ts";

/** A text that was compressed. */
export interface ChannelContext {
  readonly id: string;
  readonly text: string;
  /** What its compressions were written for. */
  readonly query?: string;
}

/** What one compressor made of every context. */
export interface CompressorOutputs {
  readonly name: string;
  /** M texts for each context. */
  readonly texts: readonly (readonly string[])[];
  /** Downstream scores by name, of each text; larger is better. */
  readonly scores?: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** Everything in bits. */
export interface CompressorFinding {
  readonly name: string;
  /** Compressions of each context. */
  readonly samples: number;
  readonly bits: number;
  readonly low: number;
  readonly high: number;
  /** The leave-one-out companion; null when it is infinite. */
  readonly upper: number | null;
  readonly standardError: number;
  /** The value says only "at least". */
  readonly saturated: boolean;
  /** By the scoring model. */
  readonly meanTokens: number;
  /** By the tokenizer that was asked for, for instance that of the model that will read the compressions. */
  readonly readerTokens?: number;
  readonly bitsPerToken: {
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly perItem: number;
  };
  /** Ranks by bits that the comparisons leave open. */
  readonly rank: { readonly best: number; readonly worst: number };
  /** Share of compressions that are likelier under their own context than under any other. */
  readonly identified: number;
  /** Mean scores. */
  readonly scores: Readonly<Record<string, number>>;
  /** Mean bits of each context, in the order of the contexts. */
  readonly perContext: readonly number[];
  /** The contexts that are mixed up most, see {@link Confusions}. */
  readonly confusions: Confusions;
}

/** What a downstream score has to do with information. */
export interface ScoreFinding {
  readonly name: string;
  /** Distortion, 1 − score, by bits per token. */
  readonly curve?: RateDistortionFit;
  /** Score of single compressions on their bits. */
  readonly regression?: ScoreRegression;
  /** Over compressors: mean score with bits and with bits per token. */
  readonly correlations?: { readonly bits: Cells; readonly bitsPerToken: Cells };
}

interface Cells {
  readonly pearson: Resampled;
  readonly spearman: Resampled;
}

/** What `surprisal channel` found: plain JSON. */
export interface ChannelFindings {
  readonly model: string;
  readonly contexts: readonly { readonly id: string; readonly start: string }[];
  /** log2 N: no compressor can show more. */
  readonly limit: number;
  readonly seed: number;
  /** Whose tokens `readerTokens` are. */
  readonly tokenizer?: string;
  readonly scorings: number;
  /** The most bits first. */
  readonly compressors: readonly CompressorFinding[];
  readonly scores: readonly ScoreFinding[];
  readonly notes: readonly TableNote[];
}

export interface FindingsOptions {
  /** Of the intervals. @default 0 */
  seed?: number;
  /** Counts the compressions' tokens as another model does. */
  tokenizer?: { readonly name: string; count(text: string): number };
}

const mostLetters = 80;

/**
 * Everything that a report on compressors says, from the log-likelihoods of all compressions of all compressors.
 *
 * @param scored of the texts of all compressors side by side, in the order of `compressors`
 * @throws InputError where a text has probability 0 under its own context
 * @example
 * import { channelFindings, openLanguageModel, scoreCompressions } from "surprisal/language";
 * const lm = await openLanguageModel();
 * const contexts = [
 *   { id: "harbour", text: "The harbour froze and no ship could sail." },
 *   { id: "garden", text: "Her garden was full of bees and roses." },
 * ];
 * const compressors = [
 *   { name: "good", texts: [["harbour froze"], ["bees and roses"]] },
 *   { name: "bad", texts: [["and"], ["and"]] },
 * ];
 * const texts = contexts.map((_, i) => compressors.flatMap((one) => one.texts[i]));
 * const scored = await scoreCompressions(lm, contexts.map(({ text }) => text), texts);
 * const { compressors: ranked } = channelFindings(lm.name, contexts, compressors, scored);
 * // ranked[0].name is "good"
 */
export function channelFindings(
  model: string,
  contexts: readonly ChannelContext[],
  compressors: readonly CompressorOutputs[],
  scored: ScoredCompressions,
  { seed = 0, tokenizer }: FindingsOptions = {},
): ChannelFindings {
  requirePossible(contexts, compressors, scored.ll);
  let from = 0;
  const found = compressors.map((outputs) => {
    const to = from + outputs.texts[0].length;
    const ll = scored.ll.map((row) => row.slice(from, to));
    const lengths = scored.lengths.map((row) => row.slice(from, to));
    from = to;
    const estimate = estimateCompressionMI(ll, { lengths, unit: "bits", seed });
    return { outputs, estimate, ll };
  });
  const standings = rankCompressions(found.map(({ estimate }) => estimate));
  const findings = found.map(({ outputs, estimate, ll }, k) =>
    compressorFinding(outputs, estimate, standings[k], ll, tokenizer),
  );
  const names = [...new Set(compressors.flatMap(({ scores = {} }) => Object.keys(scores)))];
  return {
    model,
    contexts: contexts.map(({ id, text }) => ({ id, start: text.slice(0, mostLetters) })),
    limit: found[0].estimate.limit,
    seed,
    ...(tokenizer && { tokenizer: tokenizer.name }),
    scorings: scored.calls,
    compressors: [...findings].sort((a, b) => b.bits - a.bits),
    scores: names.map((name) =>
      scoreFinding(
        name,
        found.map(({ outputs, estimate }, k) => ({
          values: outputs.scores?.[name],
          terms: estimate.terms,
          finding: findings[k],
        })),
        seed,
      ),
    ),
    notes: [...estimateNotes(findings), ...scoringNotes(scored), ...samplingNotes(compressors)],
  };
}

/** Names the text that the model gives no probability under its own context. */
function requirePossible(
  contexts: readonly ChannelContext[],
  compressors: readonly CompressorOutputs[],
  ll: readonly (readonly Float64Array[])[],
): void {
  const sources = compressors.flatMap(({ name, texts }) => texts[0].map(() => name));
  for (const [i, row] of ll.entries()) {
    const j = row.findIndex((values) => values[i] === Number.NEGATIVE_INFINITY);
    if (j < 0) continue;
    throw new InputError({
      code: "impossible-compression",
      where: "channel",
      problem: `the scoring model gives what ${JSON.stringify(sources[j])} made of ${JSON.stringify(contexts[i].id)} probability 0, even after its own context`,
      expected: "a model that can write every text, for instance the built-in one",
    });
  }
}

function compressorFinding(
  { name, texts, scores = {} }: CompressorOutputs,
  estimate: CompressionEstimate,
  { best, worst }: { best: number; worst: number },
  ll: readonly (readonly Float64Array[])[],
  tokenizer: FindingsOptions["tokenizer"],
): CompressorFinding {
  const { value, interval, upper, standardError, saturated, terms, bitsPerToken } = estimate;
  const rate = bitsPerToken!;
  return {
    name,
    samples: texts[0].length,
    bits: value,
    low: interval!.low,
    high: interval!.high,
    upper: Number.isFinite(upper) ? upper : null,
    standardError: standardError!,
    saturated,
    meanTokens: rate.meanTokens,
    ...(tokenizer && { readerTokens: mean(texts.flat().map((text) => tokenizer.count(text))) }),
    bitsPerToken: {
      value: rate.value,
      low: rate.interval!.low,
      high: rate.interval!.high,
      perItem: rate.perItem,
    },
    rank: { best, worst },
    identified: mean(ll.flatMap((row, i) => row.map((values) => (isLargest(values, i) ? 1 : 0)))),
    scores: Object.fromEntries(Object.entries(scores).map(([key, values]) => [key, mean(values.flat())])),
    perContext: terms.map((row) => mean(row)),
    confusions: confusionsOf(ll),
  };
}

function isLargest(values: Float64Array, own: number): boolean {
  return values.every((value, l) => l === own || value < values[own]);
}

interface Scored {
  readonly values: readonly (readonly number[])[] | undefined;
  readonly terms: readonly (readonly number[])[];
  readonly finding: CompressorFinding;
}

function scoreFinding(name: string, all: readonly Scored[], seed: number): ScoreFinding {
  const cells = all.flatMap(({ values, terms, finding }) => (values ? [{ values, terms, finding }] : []));
  const means = cells.map(({ finding }) => finding.scores[name]);
  const rates = cells.map(({ finding }) => finding.bitsPerToken.value);
  const bits = cells.map(({ finding }) => finding.bits);
  const items = cells.flatMap(({ values, terms }) =>
    values.flatMap((row, i) => row.map((score, j) => ({ context: i, bits: terms[i][j], score }))),
  );
  const varies = (values: readonly number[]) => new Set(values).size > 1;
  const shares = items.every(({ score }) => score >= 0 && score <= 1);
  const enough = cells.length >= 4 && varies(means);
  const itemBits = items.map((item) => item.bits);
  const itemScores = items.map((item) => item.score);
  return {
    name,
    ...(enough && shares && new Set(rates).size >= 3
      ? {
          curve: fitRateDistortion(
            rates,
            means.map((score) => 1 - score),
          ),
        }
      : {}),
    ...(varies(itemBits) && varies(itemScores) && items.length >= 4
      ? {
          regression: regressScore(
            items.map((item) => item.context),
            itemBits,
            itemScores,
            { seed },
          ),
        }
      : {}),
    ...(enough && varies(bits) && varies(rates)
      ? {
          correlations: {
            bits: correlateCells(bits, means, { seed }),
            bitsPerToken: correlateCells(rates, means, { seed }),
          },
        }
      : {}),
  };
}
