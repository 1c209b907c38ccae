// The sheet's synthetic meetings: what a classifier needs to see, and what the filters are worth.
import type { ExperimentOptions, ExperimentResult, ExperimentRow } from "../../../core/card.ts";
import { Random } from "../../../core/random.ts";
import { mean, standardDeviation } from "../../../core/statistics.ts";
import type { WordScorer } from "../scorer.ts";
import { carelessTeacher } from "./careless-teacher.ts";
import { TokenClassifierCompressor } from "./classifier.ts";
import { labelPairs } from "./distil.ts";
import { filterDistilled } from "./filter.ts";
import { decisionsIn, type Meeting, meeting } from "./meetings.ts";
import type { ClassifierOptions } from "./options.ts";
import type { LabelledText } from "./training.ts";
import { wordsOf } from "./words.ts";

interface Scale {
  readonly documents: number;
  readonly tests: number;
  readonly options: ClassifierOptions;
}

/** The words alone, as in the sheet: no letters, no shapes, nothing unknown. */
const wordsOnly: ClassifierOptions = {
  heads: 4,
  window: 96,
  affixes: 1,
  shapes: 1,
  minCount: 1,
  unknownShare: 0,
  validationShare: 0,
};
const full: Scale = {
  documents: 700,
  tests: 300,
  options: { ...wordsOnly, width: 48, hidden: 128, batchSize: 16, epochs: 8, learningRate: 0.003 },
};
const small: Scale = {
  documents: 180,
  tests: 60,
  options: { ...wordsOnly, width: 16, heads: 2, hidden: 32, batchSize: 2, epochs: 3, learningRate: 0.01 },
};

/** Trainings differ by where they start and in which order they read. */
const seeds = [0, 1, 2, 3];

/** Meetings that are all different, by name of their use. */
function meetings(use: string, count: number, accept: (one: Meeting) => boolean = () => true): Meeting[] {
  const stream = new Random(30).split(use);
  const found: Meeting[] = [];
  for (let i = 0; found.length < count; i++) {
    const one = meeting(stream.split(i));
    if (accept(one)) found.push(one);
  }
  return found;
}

/** F1 with as many words as the gold labels keep, and the share of meetings whose decisions can all be read off. */
interface Quality {
  readonly f1: number;
  readonly recovered: number;
  /** Hits of each meeting, for differences. */
  readonly hits: readonly number[];
}

async function quality(scorer: WordScorer, tests: readonly Meeting[]): Promise<Quality> {
  const hits: number[] = [];
  let kept = 0;
  let recovered = 0;
  let withDecisions = 0;
  for (const { text, labels, decisions } of tests) {
    const { keep } = await scorer.score(text);
    const count = labels.filter(Boolean).length;
    const order = Array.from(keep, (_, i) => i).sort((a, b) => keep[b] - keep[a] || a - b);
    const chosen = order.slice(0, count).sort((a, b) => a - b);
    hits.push(chosen.filter((i) => labels[i]).length);
    kept += count;
    if (decisions.length === 0) continue;
    withDecisions++;
    const words = wordsOf(text).texts;
    const found = decisionsIn(chosen.map((i) => words[i]));
    if (JSON.stringify(found) === JSON.stringify(decisions)) recovered++;
  }
  return { f1: hits.reduce((sum, h) => sum + h, 0) / kept, recovered: recovered / withDecisions, hits };
}

/** The same network with both contexts and with the left one only, bigram self-information, and chance. */
export async function whatContextIsWorth({ quick, signal }: ExperimentOptions): Promise<ExperimentResult> {
  const { documents, tests: count, options } = quick ? small : full;
  const training = meetings("training", documents);
  const tests = meetings("tests", count);
  const trained = async (causal: boolean) => {
    const model = await TokenClassifierCompressor.train(training, { ...options, causal }, { signal });
    const found = await quality(model, tests);
    await model.dispose();
    return found;
  };
  const bidirectional = await trained(false);
  const bigram = await quality(bigramScorer(training), tests);
  const random = await quality(randomScorer(), tests);
  const rows: ExperimentRow[] = [
    {
      claim: "meetings: a bidirectional classifier finds the words that matter (F1 at the gold budget)",
      reported: "0.919",
      measured: bidirectional.f1.toFixed(3),
      tolerance: "at least 0.90",
      holds: bidirectional.f1 >= 0.9,
    },
    {
      claim: "meetings: bigram self-information is far worse",
      reported: "0.467",
      measured: `${bigram.f1.toFixed(3)}, lower by ${(bidirectional.f1 - bigram.f1).toFixed(3)}`,
      tolerance: "lower by at least 0.3",
      holds: bidirectional.f1 - bigram.f1 >= 0.3,
    },
    {
      claim: "meetings: random words at the gold budget",
      reported: "0.255",
      ...chanceRow(random, tests),
    },
  ];
  // A second training takes longer than the small version may.
  if (quick) return { rows };
  const causal = await trained(true);
  rows.push(
    {
      claim: "meetings: the same network with left context only is worse: what is taken back later is kept",
      reported: "0.763",
      measured: `${causal.f1.toFixed(3)}, lower by ${(bidirectional.f1 - causal.f1).toFixed(3)}`,
      tolerance: "lower by at least 0.08",
      holds: bidirectional.f1 - causal.f1 >= 0.08,
    },
    {
      claim: "meetings: decisions can be read off the compression, best with both contexts, never by chance",
      reported: "0.71 > 0.48 > 0, 0",
      measured: [bidirectional, causal, bigram, random]
        .map(({ recovered }) => recovered.toFixed(2))
        .join(", "),
      tolerance: "in this order",
      holds:
        bidirectional.recovered > causal.recovered &&
        causal.recovered > bigram.recovered &&
        causal.recovered > random.recovered,
    },
  );
  return { rows };
}

/** Random choice hits Σ k²/n of Σ k words; its variance is hypergeometric. */
function chanceRow({ f1 }: Quality, tests: readonly Meeting[]) {
  let kept = 0;
  let expected = 0;
  let variance = 0;
  for (const { labels } of tests) {
    const n = labels.length;
    const k = labels.filter(Boolean).length;
    kept += k;
    expected += k ** 2 / n;
    variance += (k ** 2 * (n - k) ** 2) / (n ** 2 * (n - 1));
  }
  const slack = (4 * Math.sqrt(variance)) / kept;
  return {
    measured: `${f1.toFixed(3)}; Σ k²/n over Σ k is ${(expected / kept).toFixed(3)}`,
    tolerance: `${slack.toFixed(3)} around Σ k²/n over Σ k: 4 standard errors`,
    holds: Math.abs(f1 - expected / kept) <= slack,
  };
}

function randomScorer(): WordScorer {
  const random = new Random(30).split("chance");
  return {
    name: "random",
    async score(text) {
      const { starts, ends } = wordsOf(text);
      return { starts, ends, keep: Float64Array.from(starts, () => random.uniform()) };
    },
  };
}

const smoothing = 0.1;

/** −ln p(word | word before) with counts from the training meetings, a tenth added to each. */
function bigramScorer(training: readonly LabelledText[]): WordScorer {
  const pairs = new Map<string, number>();
  const firsts = new Map<string, number>();
  const vocabulary = new Set<string>();
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const { text } of training) {
    let before = "";
    for (const word of wordsOf(text).texts) {
      vocabulary.add(word);
      count(pairs, `${before} ${word}`);
      count(firsts, before);
      before = word;
    }
  }
  return {
    name: "bigram",
    async score(text) {
      const { starts, ends, texts } = wordsOf(text);
      const keep = Float64Array.from(texts, (word, i) => {
        const before = i === 0 ? "" : texts[i - 1];
        const total = (firsts.get(before) ?? 0) + smoothing * vocabulary.size;
        return -Math.log(((pairs.get(`${before} ${word}`) ?? 0) + smoothing) / total);
      });
      return { starts, ends, keep };
    },
  };
}

/** A teacher that errs, filtered and not. */
export async function whatFiltersAreWorth({ quick, signal }: ExperimentOptions): Promise<ExperimentResult> {
  const { documents, tests: count, options } = quick ? small : full;
  // Nothing to keep would make an empty compression, which the first filter takes for the worst.
  const golden = meetings("careless", documents, ({ decisions }) => decisions.length > 0);
  const stream = new Random(30).split("careless teacher");
  const answers = golden.map((one, i) => carelessTeacher(one, stream.split(i)));
  const rows = await labelPairs(
    golden.map(({ text }, i) => ({ original: text, compressed: answers[i].text })),
  );
  const { kept, dropped } = filterDistilled(rows);
  const corrupted = rows.filter((_, i) => answers[i].isCorrupted);
  const byVariation = dropped.filter(({ reason }) => reason === "variation-rate").map(({ row }) => row);
  const removed = corrupted.filter((row) => byVariation.includes(row)).length;
  const claims: ExperimentRow[] = [
    {
      claim: "careless teacher: the filter of variation rates removes the corrupted chunks",
      reported: "at least 80 %",
      measured: `${removed} of ${corrupted.length}, with ${byVariation.length} of ${rows.length} chunks dropped`,
      tolerance: "at least 80 %",
      holds: removed >= 0.8 * corrupted.length,
    },
  ];
  if (quick) return { rows: claims };
  const tests = meetings("tests", count);
  const trained = async (texts: readonly LabelledText[], seed: number) => {
    const model = await TokenClassifierCompressor.train(texts, { ...options, seed }, { signal });
    const { f1 } = await quality(model, tests);
    await model.dispose();
    return f1;
  };
  const pairs: [filtered: number, unfiltered: number][] = [];
  for (const seed of seeds) pairs.push([await trained(kept, seed), await trained(rows, seed)]);
  const differences = pairs.map(([filtered, unfiltered]) => filtered - unfiltered);
  const slack = (2 * standardDeviation(differences)) / Math.sqrt(seeds.length - 1);
  const list = (which: 0 | 1) => pairs.map((pair) => pair[which].toFixed(3)).join(", ");
  claims.push({
    claim: "careless teacher: training on what the filters leave is not worse than training on everything",
    reported: "not worse",
    measured: `F1 at the gold budget ${list(0)} with ${kept.length} chunks, ${list(1)} with ${rows.length}; mean difference ${mean(differences).toFixed(4)}`,
    tolerance: `not lower by more than ${slack.toFixed(4)}: 2 standard errors over ${seeds.length} trainings of each`,
    holds: mean(differences) >= -slack,
  });
  return { rows: claims };
}
